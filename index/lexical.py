"""BM25 over passages, by SQLite's FTS5, inside the same database and the same transactions as the passages.

The FTS5 table keeps its own copy of the words, so that a passage can be taken out whatever has become of its article.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

_WORD = re.compile(r"\w+")

_STRUCTURE, _NO_SEGMENTS = 10, bytes(8)
"""FTS5's record of its segments, and one of none: a damaged table is dropped only when it can read the record."""

STOP_WORDS = frozenset(
    "a an and are as at be been but by did do does for from had has have he her his how i in is it its me my of on "
    "or our she that the their them they this to was we were what when where which who whom whose why will with "
    "would you your".split()
)
"""English words that are left out of a query, unless it has no others."""


def add(db: sqlite3.Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Add `(row, text)` pairs."""
    db.executemany("INSERT INTO lexical (rowid, text) VALUES (?, ?)", rows)


def remove(db: sqlite3.Connection, rows: Iterable[int]) -> None:
    """Remove rows."""
    db.executemany("DELETE FROM lexical WHERE rowid = ?", ((row,) for row in rows))


def rebuild(db: sqlite3.Connection) -> None:
    """Make the table anew from the passages and their articles, whatever its state. Inside a transaction."""
    (created_with,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'lexical'").fetchone()
    db.execute("INSERT OR REPLACE INTO lexical_data VALUES (?, ?)", (_STRUCTURE, _NO_SEGMENTS))
    db.execute("DROP TABLE lexical")
    db.execute(created_with)
    for article_id, text in db.execute("SELECT id, text FROM articles"):
        passages = db.execute('SELECT row, "start", "end" FROM passages WHERE article_id = ?', (article_id,)).fetchall()
        add(db, [(row, text[start:end]) for row, start, end in passages])


def match_expression(query: str) -> str | None:
    """Return the FTS5 expression that finds any of the query's words, or None where it has none.

    >>> match_expression("Who met the delegation?")
    '"met" OR "delegation"'
    """
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(query)))
    telling = [word for word in words if word not in STOP_WORDS] or words
    return " OR ".join(f'"{word}"' for word in telling) or None


def search(db: sqlite3.Connection, query: str, limit: int) -> list[int]:
    """Return the rows of the best passages, best first, equal scores by passage id.

    BM25 as FTS5 computes it: k1 = 1.2, b = 0.75, Robertson and Sparck Jones's idf, at least 1e-6.
    """
    expression = match_expression(query)
    if expression is None:
        return []
    found = db.execute(
        """
        SELECT p.row FROM lexical JOIN passages p ON p.row = lexical.rowid
        WHERE lexical MATCH ? ORDER BY bm25(lexical), p.article_id || ':' || p."start" || '-' || p."end" LIMIT ?
        """,
        (expression, limit),
    )
    return [row for (row,) in found]
