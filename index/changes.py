"""Which passages have come and gone since a generation, so that derived files can follow.

Rows are never used again: what came since has a higher one. What went is in the table `gone`, filled by a trigger,
until it is forgotten; the row -1 stands for what was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FORGOTTEN = -1


class StoredText(NamedTuple):
    """A passage as it is found by its words: its text, and its article's title and date."""

    row: int
    text: str
    title: str | None
    published: str | None


def gone_since(db: sqlite3.Connection, generation: int) -> NDArray[np.int64] | None:
    """Return the rows that were removed after a generation, in order; None if that is not known any more."""
    found = db.execute("SELECT row FROM gone WHERE generation > ? ORDER BY row", (generation,))
    rows = np.fromiter((row for (row,) in found), dtype=np.int64)
    return None if len(rows) and rows[0] == _FORGOTTEN else rows


def rows_after(db: sqlite3.Connection, row: int) -> NDArray[np.int64]:
    """Return the rows that are higher than one, in order."""
    found = db.execute("SELECT row FROM passages WHERE row > ? ORDER BY row", (row,))
    return np.fromiter((row for (row,) in found), dtype=np.int64)


def texts_after(db: sqlite3.Connection, row: int) -> Iterator[StoredText]:
    """Yield the passages of rows higher than one, in order."""
    article, text, title, published = None, "", None, None
    ranges = 'SELECT row, article_id, "start", "end" FROM passages WHERE row > ? ORDER BY row'
    for passage, article_id, start, end in db.execute(ranges, (row,)):
        if article_id != article:
            text, title, published = db.execute(
                "SELECT text, title, published FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
            article = article_id
        yield StoredText(passage, text[start:end], title, published)


def forget_gone(db: sqlite3.Connection, generation: int) -> None:
    """Forget what was removed up to a generation. Inside a block that changes."""
    db.execute("DELETE FROM gone WHERE generation <= ?", (generation,))
    db.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (_FORGOTTEN, generation))
