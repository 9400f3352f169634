"""The passages of the next embedder, gathered beside those that are searched, and put in their place at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from index.article import Article, Passage
from index.embed import Vectors
from index.schema import text_hash


def clear(db: sqlite3.Connection) -> None:
    """Begin again from nothing."""
    db.execute("DELETE FROM next_passages")


def forget_gone(db: sqlite3.Connection) -> None:
    """Forget the passages of articles that are not there any more."""
    db.execute("DELETE FROM next_passages WHERE article_id NOT IN (SELECT id FROM articles)")


def waiting(db: sqlite3.Connection) -> list[str]:
    """Return the ids of the articles whose present text has no passages of the next embedder, in order."""
    return [
        row[0]
        for row in db.execute(
            """
            SELECT id FROM articles a WHERE NOT EXISTS (
                SELECT 1 FROM next_passages n WHERE n.article_id = a.id AND n.content_hash = a.content_hash
            ) ORDER BY id
            """
        )
    ]


def put(
    db: sqlite3.Connection, article: Article, heading: str | None, passages: Sequence[Passage], vectors: Vectors
) -> None:
    """Keep an article's passages for later, in place of earlier ones of it; none if it is gone or another by now."""
    db.execute("DELETE FROM next_passages WHERE article_id = ?", (article.id,))
    if not db.execute(
        "SELECT 1 FROM articles WHERE id = ? AND content_hash = ? AND title IS ?",
        (article.id, article.content_hash, article.title),
    ).fetchone():
        return
    rows = [
        (p.start, p.end, vector.astype("<f4").tobytes(), text_hash(p.text, heading))
        for p, vector in zip(passages, vectors, strict=True)
    ]
    db.executemany(
        "INSERT INTO next_passages VALUES (?, ?, ?, ?, ?, ?)",
        [(article.id, *row, article.content_hash) for row in rows],
    )


def take_over(db: sqlite3.Connection) -> None:
    """Put the passages in place of those that are searched; their rows are new. Inside `transaction`."""
    db.execute("DELETE FROM passages")
    db.execute("DELETE FROM kept_vectors")
    db.execute(
        """
        INSERT INTO passages (article_id, "start", "end", vector, text_hash)
        SELECT n.article_id, n."start", n."end", n.vector, n.text_hash
        FROM next_passages n JOIN articles a ON a.id = n.article_id ORDER BY n.article_id, n."start"
        """
    )
    clear(db)
