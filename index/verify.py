"""What can be wrong with a stored article and its passages."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from index.article import Article, Passage
from index.catalog import Catalog
from index.copies import signature
from index.embed import Vectors
from index.errors import UnusableIndex
from index.schema import text_hash


def article_problems(catalog: Catalog, article_id: str, dimension: int) -> list[str]:
    """Check an article's hash and story, its passages' offsets, words and vectors; return a line for each problem.

    The passages must lie in the text in order, leave out no visible character, be in the lexical index with their own
    words, and have vectors of length 1. Inside one `snapshot`.
    """
    found: list[str] = []
    try:
        article = catalog.article(article_id)
        if article is None:
            return []
        passages = catalog.passages_of(article)
        found += _range_problems(article, [passage for _, passage in passages])
        found += _word_problems(catalog.db, passages)
        found += _story_problems(catalog.db, article)
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


def _word_problems(db: sqlite3.Connection, passages: Sequence[tuple[int, Passage]]) -> list[str]:
    problems = []
    for row, passage in passages:
        stored_hash, words = db.execute(
            "SELECT p.text_hash, l.text FROM passages p LEFT JOIN lexical l ON l.rowid = p.row WHERE p.row = ?", (row,)
        ).fetchone()
        if stored_hash != text_hash(passage.text):
            problems.append(f"passage {passage.id!r}: the hash of its text is another text's")
        if words is None:
            problems.append(f"passage {passage.id!r}: not in the lexical index")
        elif words != passage.text:
            problems.append(f"passage {passage.id!r}: in the lexical index with other words than its own")
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
