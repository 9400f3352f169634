"""How many articles a filter lets through, and of which dates."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from index.search.filters import Filter, dated


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
    """Count the articles that a filter lets through, and find their first and last date."""
    condition, values = only.condition()
    has_date, shapes = dated()
    articles, with_date, earliest, latest = db.execute(
        f"""
        SELECT count(*), count(date), min(date), max(date)
        FROM (SELECT CASE WHEN {has_date} THEN a.published END AS date FROM articles a WHERE {condition})
        """,
        [*shapes, *values],
    ).fetchone()
    return Coverage(articles, articles - with_date, earliest, latest)
