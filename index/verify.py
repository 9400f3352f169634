"""What can be wrong with a stored article and its passages."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from index import labels
from index.article import Article, Passage
from index.catalog import Catalog
from index.copies import signature
from index.embed import Vectors
from index.errors import UnusableIndex
from index.schema import text_hash


def article_problems(catalog: Catalog, article_id: str, dimension: int) -> list[str]:
    """Check an article's hash, story and names, its passages' offsets and vectors; return a line for each problem.

    The passages must lie in the text in order, leave out no visible character, have the hashes of
    what is embedded, and have vectors of length 1. Inside one `snapshot`.
    """
    found: list[str] = []
    try:
        article = catalog.article(article_id)
        if article is None:
            return []
        passages = catalog.passages_of(article)
        found += _range_problems(article, [passage for _, passage in passages])
        found += _hash_problems(catalog.db, passages, catalog.manifest.chunking.heading(article.title))
        found += _story_problems(catalog.db, article)
        if labels.stored(catalog.db, article_id) != labels.of(article):
            found.append(f"article {article_id!r}: is filtered by other names than its own")
        vectors = catalog.vectors(np.array([row for row, _ in passages], dtype=np.int64), dimension)
        return found + _vector_problems([passage for _, passage in passages], vectors)
    except (UnusableIndex, sqlite3.DatabaseError) as error:
        return [*found, f"article {article_id!r}: {error}"]


def _range_problems(article: Article, passages: Sequence[Passage]) -> list[str]:
    problems = []
    covered = 0
    for passage in passages:
        if not covered <= passage.start < passage.end <= len(article.text):
            problems.append(
                f"passage {passage.id!r}: outside the article's {len(article.text)} characters, or overlaps"
            )
        if article.text[covered : passage.start].strip():
            problems.append(f"article {article.id!r}: characters {covered}-{passage.start} are in no passage")
        covered = max(covered, passage.end)
    if article.text[covered:].strip():
        problems.append(f"article {article.id!r}: characters {covered}-{len(article.text)} are in no passage")
    return problems


def _hash_problems(db: sqlite3.Connection, passages: Sequence[tuple[int, Passage]], heading: str | None) -> list[str]:
    problems = []
    for row, passage in passages:
        (stored,) = db.execute("SELECT text_hash FROM passages WHERE row = ?", (row,)).fetchone()
        if stored != text_hash(passage.text, heading):
            problems.append(f"passage {passage.id!r}: the hash of its text is another text's")
    return problems


def _story_problems(db: sqlite3.Connection, article: Article) -> list[str]:
    row = db.execute("SELECT signature FROM stories WHERE article_id = ?", (article.id,)).fetchone()
    if row is None:
        return [f"article {article.id!r}: has no story, so that its near-copies are not known"]
    if row[0] != signature(article.text).astype("<u4").tobytes():
        return [f"article {article.id!r}: the signature of its story is another text's"]
    return []


def _vector_problems(passages: Sequence[Passage], vectors: Vectors) -> list[str]:
    lengths = np.linalg.norm(vectors, axis=1)
    return [
        f"passage {passage.id!r}: its vector has the length {length:.4f}, expected 1"
        for passage, length in zip(passages, lengths, strict=True)
        if not abs(length - 1) <= 1e-3
    ]
