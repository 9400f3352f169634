"""Articles to passages with vectors, in batches; no text is embedded twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.article import Article, Passage
from index.catalog import Catalog, Stored
from index.chunk import Chunking
from index.copies import Signature, signature
from index.embed import Encoder, Vectors
from index.headings import Headed, under_headings
from index.manifest import Manifest
from index.schema import text_hash

_BATCH_CHARACTERS = 200_000


@dataclass(frozen=True)
class Added:
    """What became of the articles given to `Index.add`, as ids."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __add__(self, other: Added) -> Added:
        """Join two reports."""
        return Added(self.added + other.added, self.replaced + other.replaced, self.unchanged + other.unchanged)


@dataclass(frozen=True)
class Prepared:
    """An article, ready to be stored: its passages, their vectors, shape (passages, dimension), and its signature."""

    article: Article
    passages: list[Passage]
    vectors: Vectors
    signature: Signature


def batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Group articles so that a batch has some 200,000 characters: a few seconds of embedding between commits."""
    batch: list[Article] = []
    size = 0
    for article in articles:
        batch.append(article)
        size += len(article.text)
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def add_batch(batch: Sequence[Article], catalog: Catalog, encoder: Callable[[], Encoder]) -> Added:
    """Embed what is new, outside the transaction, then commit the batch at once.

    What another process has changed meanwhile, an article or the embedder, is looked at again.

    Args:
        batch: The articles; of those with one id the last counts.
        catalog: Where they go.
        encoder: Gives the embedder of the passages; called only where something is new.
    """
    articles = {article.id: article for article in batch}
    with catalog.snapshot():
        was = {article.id: catalog.stored(article) for article in articles.values()}
        manifest = catalog.manifest
    renamed = [articles[i] for i, stored in was.items() if stored is Stored.OTHER_FIELDS]
    changed = [articles[i] for i, stored in was.items() if stored in (Stored.ABSENT, Stored.OTHER_WORDS)]
    prepared = prepare(changed, manifest.chunking, encoder(), catalog) if changed else []
    overtaken = _store(prepared, renamed, manifest, catalog) if prepared or renamed else []
    if overtaken:
        add_batch(overtaken, catalog, encoder)
    return Added(
        tuple(i for i, stored in was.items() if stored is Stored.ABSENT),
        tuple(i for i, stored in was.items() if stored in (Stored.OTHER_FIELDS, Stored.OTHER_WORDS)),
        tuple(i for i, stored in was.items() if stored is Stored.SAME),
    )


def _store(
    prepared: Sequence[Prepared], renamed: Sequence[Article], manifest: Manifest, catalog: Catalog
) -> list[Article]:
    """Commit, and return the articles that must be looked at again: what they were compared with has changed."""
    with catalog.transaction():
        if catalog.manifest != manifest:
            return [*(one.article for one in prepared), *renamed]
        put_all(prepared, catalog)
        return [article for article in renamed if not catalog.put_fields(article)]


def put_all(prepared: Iterable[Prepared], catalog: Catalog) -> None:
    """Store prepared articles. Inside `transaction`."""
    for one in prepared:
        catalog.put(one.article, one.passages, one.vectors, one.signature)


def prepare(articles: Sequence[Article], chunking: Chunking, encoder: Encoder, catalog: Catalog) -> list[Prepared]:
    """Cut articles and give each passage its vector: the one its text had before, or a new one, all in one call."""
    cut = [chunking.passages(article, encoder.token_spans) for article in articles]
    headed = [
        Headed(passage.text, chunking.heading(article.title))
        for article, passages in zip(articles, cut, strict=True)
        for passage in passages
    ]
    vectors = embed(headed, chunking, encoder, catalog)
    prepared = []
    at = 0
    for article, passages in zip(articles, cut, strict=True):
        end = at + len(passages)
        prepared.append(Prepared(article, passages, vectors[at:end], signature(article.text)))
        at = end
    return prepared


def embed(passages: Sequence[Headed], chunking: Chunking, encoder: Encoder, catalog: Catalog) -> Vectors:
    """Return the vectors of passages; those that the catalog holds by what is embedded are not embedded again."""
    hashes = [text_hash(*passage) for passage in passages]
    with catalog.session():
        known = catalog.known_vectors(dict.fromkeys(hashes), encoder.info.dimension)
    new = {key: passage for key, passage in zip(hashes, passages, strict=True) if key not in known}
    known.update(zip(new, encoder.encode(under_headings(list(new.values()), chunking, encoder)), strict=True))
    return np.array([known[key] for key in hashes], dtype=np.float32).reshape(len(passages), encoder.info.dimension)
