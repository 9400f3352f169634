"""Articles that were removed and can be brought back, until they are purged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from index.article import Article
from index.article_row import COLUMNS, from_row

_NAMES = ", ".join(COLUMNS)


def keep(db: sqlite3.Connection, article_id: str) -> None:
    """Keep an article that is about to be removed, in place of an earlier one of its id."""
    db.execute(
        f"INSERT OR REPLACE INTO removed_articles ({_NAMES}) SELECT {_NAMES} FROM articles WHERE id = ?", (article_id,)
    )


def ids(db: sqlite3.Connection) -> list[str]:
    """Return the ids of the articles that can be brought back, in order."""
    return [row[0] for row in db.execute("SELECT id FROM removed_articles ORDER BY id")]


def article(db: sqlite3.Connection, article_id: str) -> Article | None:
    """Return a removed article, or None."""
    row = db.execute(f"SELECT {_NAMES} FROM removed_articles WHERE id = ?", (article_id,)).fetchone()
    return from_row(row) if row else None


def drop(db: sqlite3.Connection, article_ids: Sequence[str]) -> int:
    """Forget removed articles; return how many there were."""
    return sum(
        db.execute("DELETE FROM removed_articles WHERE id = ?", (article_id,)).rowcount for article_id in article_ids
    )


def purge(db: sqlite3.Connection) -> None:
    """Forget all removed articles."""
    db.execute("DELETE FROM removed_articles")
