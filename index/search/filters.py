"""Which articles a search may find: by date, source, author, tag and id."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import InvalidFilter
from index.labels import folded

_DATED = ("[0-9][0-9][0-9][0-9]", "[0-9][0-9][0-9][0-9]-*")
"""What a stated date looks like; what does not counts as none."""

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True)
class Filter:
    """What an article must be. Of the values of one field any will do; every field that is given must hold.

    Sources, authors and tags are compared whole, without regard to case and outer spaces.

    Attributes:
        since: The first day, ISO 8601; "2025" and "2025-06" mean the first day of it.
        until: The last day; "2025" and "2025-06" mean the last day of it. A date is taken as the article states it,
            whatever its time zone. One that is stated in part ("2025-06") is in the range if it may be; an article
            without a date is in none.
        sources: Publishers' names.
        authors: Names.
        tags: Labels.
        articles: Ids.
    """

    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check what was given.

        Raises:
            InvalidFilter: If a date is none, the range is empty, or a string stands for several.
        """
        for name in ("sources", "authors", "tags", "articles"):
            if isinstance(getattr(self, name), str):
                raise InvalidFilter(f"Got {name} {getattr(self, name)!r}, expected several in a tuple.")
        for name in ("since", "until"):
            value = getattr(self, name)
            if value is not None and not _is_date(value):
                raise InvalidFilter(
                    f"Got {name} {value!r}, expected a date as YYYY, YYYY-MM or YYYY-MM-DD, such as 2025-06-30."
                )
        if self.since and self.until and self.since > self.until + "~":
            raise InvalidFilter(f"The range from {self.since!r} to {self.until!r} is empty. Swap the two dates.")

    def __bool__(self) -> bool:
        """Tell whether the filter leaves anything out."""
        return self != EVERYTHING

    def condition(self) -> tuple[str, list[Any]]:
        """Return the filter as an SQL condition on `articles a`, and its parameters.

        `published` begins with the stated date, so that it compares as text: a date that is a prefix of `since` may
        be in the range, and so may one that `until` is a prefix of.
        """
        parts: list[str] = []
        values: list[Any] = []
        if self.since or self.until:
            has_date, shapes = dated()
            parts.append(has_date)
            values += shapes
        if self.since:
            wider = [self.since[:length] for length in (4, 7) if length < len(self.since)]
            parts.append(f"(a.published >= ? OR a.published IN ({_marks(wider)}))")
            values += [self.since, *wider]
        if self.until:
            parts.append("a.published <= ? AND a.published > ''")
            values.append(self.until + "~")
        for kind, names in (("source", self.sources), ("author", self.authors), ("tag", self.tags)):
            if names:
                parts.append(f"a.id IN (SELECT article_id FROM labels WHERE kind = ? AND value IN ({_marks(names)}))")
                values += [kind, *map(folded, names)]
        if self.articles:
            parts.append("a.id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(self.articles))
        return " AND ".join(parts) or "true", values


def dated() -> tuple[str, list[str]]:
    """Return the SQL condition that an article of `articles a` has a date that can be compared, and its parameters."""
    return f"({' OR '.join(['a.published GLOB ?'] * len(_DATED))})", list(_DATED)


EVERYTHING = Filter()
"""The filter that leaves nothing out."""


def allowed_rows(db: sqlite3.Connection, only: Filter) -> NDArray[np.int64]:
    """Return the rows of the passages that a filter lets through, in order."""
    condition, values = only.condition()
    found = db.execute(f"SELECT p.row FROM articles a JOIN passages p ON p.article_id = a.id WHERE {condition}", values)
    return np.sort(np.fromiter((row for (row,) in found), dtype=np.int64))


def _is_date(text: str) -> bool:
    match = _DAY.fullmatch(text)
    if not match:
        return False
    try:
        date(*(int(part or 1) for part in match.groups()))
    except ValueError:
        return False
    return True


def _marks(values: list[str] | tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))
