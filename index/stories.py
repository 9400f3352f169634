"""The stories of articles in the database: near-copies share one.

A new article is compared with the founder of each story only, the one member that has rows in `story_bands`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from index.copies import Signature, are_copies, bands

_AT_ONCE = 500


def put(db: sqlite3.Connection, article_id: str, signature: Signature) -> None:
    """Give an article, that has none, the story whose founder it is a copy of, or a story of its own."""
    keys = bands(signature)
    alike = db.execute(
        f"""
        SELECT story, signature FROM stories WHERE article_id IN (
            SELECT article_id FROM story_bands WHERE band IN ({_marks(keys)})
        ) ORDER BY story
        """,
        keys,
    )
    story = next((story for story, other in alike if are_copies(signature, np.frombuffer(other, "<u4"))), None)
    founds = story is None
    if founds:
        story = db.execute("SELECT coalesce(max(story), 0) + 1 FROM stories").fetchone()[0]
    db.execute("INSERT INTO stories VALUES (?, ?, ?)", (article_id, story, signature.astype("<u4").tobytes()))
    if founds:
        _put_bands(db, article_id, signature)


def remove(db: sqlite3.Connection, article_id: str) -> None:
    """Forget an article's story; where it was the founder, the member of the smallest id is from now on.

    Its bands stay until `forget_gone`, since they are all over the table; without a story they mean nothing.
    """
    row = db.execute("SELECT story, signature FROM stories WHERE article_id = ?", (article_id,)).fetchone()
    if row is None:
        return
    (band, *_) = bands(np.frombuffer(row[1], "<u4"))
    founder = db.execute("SELECT 1 FROM story_bands WHERE band = ? AND article_id = ?", (band, article_id)).fetchone()
    db.execute("DELETE FROM stories WHERE article_id = ?", (article_id,))
    if not founder:
        return
    heir = db.execute(
        "SELECT article_id, signature FROM stories WHERE story = ? ORDER BY article_id LIMIT 1", row[:1]
    ).fetchone()
    if heir is not None:
        _put_bands(db, heir[0], np.frombuffer(heir[1], "<u4"))


def forget_gone(db: sqlite3.Connection) -> None:
    """Forget the bands of articles that have no story any more."""
    db.execute("DELETE FROM story_bands WHERE article_id NOT IN (SELECT article_id FROM stories)")


def clear(db: sqlite3.Connection) -> None:
    """Forget all stories."""
    db.execute("DELETE FROM stories")
    db.execute("DELETE FROM story_bands")


def of(db: sqlite3.Connection, article_ids: Sequence[str]) -> dict[str, int]:
    """Return the stories of articles."""
    found: dict[str, int] = {}
    for at in range(0, len(article_ids), _AT_ONCE):
        part = article_ids[at : at + _AT_ONCE]
        found.update(
            db.execute(f"SELECT article_id, story FROM stories WHERE article_id IN ({_marks(part)})", list(part))
        )
    return found


def rows(db: sqlite3.Connection, numbers: Iterable[int]) -> set[int]:
    """Return the rows of all passages of stories."""
    return {
        row
        for number in numbers
        for (row,) in db.execute(
            "SELECT p.row FROM stories s JOIN passages p ON p.article_id = s.article_id WHERE s.story = ?", (number,)
        )
    }


def _put_bands(db: sqlite3.Connection, article_id: str, signature: Signature) -> None:
    db.executemany("INSERT OR IGNORE INTO story_bands VALUES (?, ?)", [(key, article_id) for key in bands(signature)])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
