"""How many articles a filter lets through, and of which dates."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from index.search.filters import Filter, dated

_KEPT = 64


@dataclass(frozen=True)
class Coverage:
    """How many articles, and their dates as they state them.

    Attributes:
        articles: How many.
        undated: How many of them have no date.
        earliest: The first date of the others, or None where there are none.
        latest: The last one.
    """

    articles: int
    undated: int
    earliest: str | None
    latest: str | None


def coverage(db: sqlite3.Connection, only: Filter) -> Coverage:
    """Count the articles that a filter lets through, and find their first and last date.

    Without a filter one SQL index is read from end to end, some 0.6 s at a million articles; see `Coverages`.
    """
    condition, values = only.condition()
    named = only.sources or only.authors or only.tags or only.articles
    by_id = " INDEXED BY articles_listed" if named else ""  # in the table a date stands behind its article's text
    has_date, shapes = dated()
    articles, with_date, earliest, latest = db.execute(
        f"""
        SELECT count(*), count(date), min(date), max(date)
        FROM (SELECT CASE WHEN {has_date} THEN a.published END AS date FROM articles a{by_id} WHERE {condition})
        """,
        [*shapes, *values],
    ).fetchone()
    return Coverage(articles, articles - with_date, earliest, latest)


class Coverages:
    """Counts what filters let through once for a generation; the last 64 filters are kept. For one thread at a time."""

    def __init__(self) -> None:
        self._generation = -1
        self._known: dict[Filter, Coverage] = {}

    def of(self, db: sqlite3.Connection, generation: int, only: Filter) -> Coverage:
        """Do as `coverage` does. Inside a snapshot, whose generation is given."""
        if generation != self._generation:
            self._generation, self._known = generation, {}
        if only not in self._known:
            if len(self._known) == _KEPT:
                del self._known[next(iter(self._known))]
            self._known[only] = coverage(db, only)
        return self._known[only]
