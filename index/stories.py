"""The stories of articles in the database: near-copies share one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from index.copies import Signature, are_copies, bands


def put(db: sqlite3.Connection, article_id: str, signature: Signature) -> None:
    """Give an article, that has none, the story of the copies that are there, or a story of its own."""
    keys = bands(signature)
    alike = db.execute(
        f"""
        SELECT story, signature FROM stories WHERE article_id IN (
            SELECT article_id FROM story_bands WHERE band IN ({", ".join("?" * len(keys))})
        ) ORDER BY story
        """,
        keys,
    )
    story = next((story for story, other in alike if are_copies(signature, np.frombuffer(other, "<u4"))), None)
    if story is None:
        story = db.execute("SELECT coalesce(max(story), 0) + 1 FROM stories").fetchone()[0]
    db.execute("INSERT INTO stories VALUES (?, ?, ?)", (article_id, story, signature.astype("<u4").tobytes()))
    db.executemany("INSERT INTO story_bands VALUES (?, ?)", [(key, article_id) for key in keys])


def remove(db: sqlite3.Connection, article_id: str) -> None:
    """Forget an article's story."""
    row = db.execute("SELECT signature FROM stories WHERE article_id = ?", (article_id,)).fetchone()
    if row is not None:
        keys = bands(np.frombuffer(row[0], "<u4"))
        db.executemany("DELETE FROM story_bands WHERE band = ? AND article_id = ?", [(key, article_id) for key in keys])
        db.execute("DELETE FROM stories WHERE article_id = ?", (article_id,))


def clear(db: sqlite3.Connection) -> None:
    """Forget all stories."""
    db.execute("DELETE FROM stories")
    db.execute("DELETE FROM story_bands")


def of(db: sqlite3.Connection, article_ids: Sequence[str]) -> dict[str, int]:
    """Return the stories of articles."""
    return dict(
        db.execute(
            f"SELECT article_id, story FROM stories WHERE article_id IN ({', '.join('?' * len(article_ids))})",
            list(article_ids),
        )
    )
