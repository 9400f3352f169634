"""What the crash test kills: a process that indexes articles with the hash encoder, and tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection

from fakes import HashEncoder

from index import Article, Index, adding
from index.article import Passage
from index.catalog import Catalog
from index.copies import Signature, signature
from index.embed import Vectors
from index.search import base

COUNT = 60
signature("The first signature loads what the others need, before a process is forked.")
base.empty(1)


def articles() -> Iterator[Article]:
    """Yield articles that are all different, the same ones on every run."""
    for n in range(COUNT):
        yield Article(f"a{n:04d}", " ".join(f"Sentence {i} of article {n} tells of w{n}x{i}." for i in range(12)))


def run(folder: str, told: Connection) -> None:
    """Index the articles in batches of six or so.

    Tells `[]` for every article that was put inside a transaction, and the ids of every batch that was committed.
    """
    adding._BATCH_CHARACTERS = 4_000
    put = Catalog.put

    def announced(
        self: Catalog, article: Article, passages: Sequence[Passage], vectors: Vectors, signature: Signature
    ) -> None:
        put(self, article, passages, vectors, signature)
        told.send([])
        time.sleep(0.002)

    Catalog.put = announced  # type: ignore[method-assign]
    with Index.create(folder, HashEncoder()) as index:
        for report in index.add_each(articles()):
            told.send([*report.added, *report.replaced])
