"""Which articles a row of a file of questions asks of, on top of what the command is limited to. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from index.article import clean_text
from index.errors import InvalidFilter
from index.labels import folded
from index.search.filters import Filter
from qa.errors import InvalidBatch

FIELDS = ("since", "until", "source", "author", "tag", "article")
"""What a row can say; in JSON all but the dates also in the plural."""

_SPLIT = ("source", "author", "tag")


def parse_filter_columns(text: str) -> dict[str, str]:
    """Parse `since=from,source`: a field of a filter, and the column that has it, which may be called the same.

    Raises:
        InvalidBatch: If a part names no such field, or one twice.

    >>> parse_filter_columns("since=from, source")
    {'since': 'from', 'source': 'source'}
    """
    columns: dict[str, str] = {}
    for part in text.split(","):
        field, equals, name = (piece.strip() for piece in part.partition("="))
        if field not in FIELDS or field in columns or (equals and not name):
            raise InvalidBatch(
                f"Got the filter column {part!r}, expected each of {', '.join(FIELDS)} once at most, as FIELD or "
                "FIELD=COLUMN, such as since=from,source."
            )
        columns[field] = name or field
    return columns


def filter_of_cells(cells: Mapping[str, Any]) -> Filter | None:
    """Return the filter that the cells of a row stand for, by its fields; None where all are empty.

    Several sources, authors or tags are parted by semicolons; an article's id is taken whole.

    Raises:
        InvalidFilter: If a date is none, or the range is empty.

    >>> filter_of_cells({"since": "2025", "tag": "ferry; strike"})
    Filter(since='2025', until=None, sources=(), authors=(), tags=('ferry', 'strike'), articles=())
    """
    values: dict[str, Any] = {}
    for field, cell in cells.items():
        text = _text(field, cell)
        if text:
            values[field] = [part.strip() for part in text.split(";") if part.strip()] if field in _SPLIT else text
    return filter_of_object(values) if values else None


def filter_of_object(values: Any) -> Filter:
    """Return the filter that a JSON object stands for; a list of values or one.

    Raises:
        InvalidFilter: If it is none.

    >>> filter_of_object({"until": "2025-06", "sources": ["AP", "Reuters"]}).sources
    ('AP', 'Reuters')
    """
    if not isinstance(values, dict):
        raise InvalidFilter(f"Got the filter {json.dumps(values)[:80]}, expected an object such as {_EXAMPLE}.")
    given: dict[str, list[str]] = {}
    for name, value in values.items():
        field = name if name in FIELDS else name.removesuffix("s")
        if field not in FIELDS or field in given:
            raise InvalidFilter(f"Got {name!r} in a filter, expected each of {', '.join(FIELDS)} once at most.")
        parts = value if isinstance(value, list) else [] if value is None else [value]
        given[field] = [text for part in parts if (text := _text(field, part))]
    for field in ("since", "until"):
        if len(given.get(field, ())) > 1:
            raise InvalidFilter(f"Got several dates for {field}, expected one.")
    since, until = (next(iter(given.get(field, ())), None) for field in ("since", "until"))
    return Filter(since, until, *(tuple(given.get(field, ())) for field in FIELDS[2:]))


_EXAMPLE = '{"since": "2025-06", "source": "Reuters"}'


def narrowed(base: Filter, row: Filter) -> Filter:
    """Return the filter that lets through what both let through.

    Authors and tags, of which an article may have several, can be narrowed only where the one's are among the other's.

    Raises:
        InvalidFilter: If nothing can pass both, or one search cannot ask for both.

    >>> narrowed(Filter(since="2025", sources=("AP", "Reuters")), Filter(since="2024-06", sources=("ap",)))
    Filter(since='2025', until=None, sources=('ap',), authors=(), tags=(), articles=())
    """
    since = max(filter(None, (base.since, row.since)), default=None)
    until = min(filter(None, (base.until, row.until)), key=lambda day: day + "~", default=None)
    return Filter(
        since,
        until,
        _common("source", base.sources, row.sources),
        _subset("author", base.authors, row.authors),
        _subset("tag", base.tags, row.tags),
        _common("article", base.articles, row.articles),
    )


def _common(what: str, base: Sequence[str], row: Sequence[str]) -> tuple[str, ...]:
    if not base or not row:
        return (*base, *row)
    same = (lambda name: name) if what == "article" else folded
    allowed = {same(name) for name in base}
    both = tuple(name for name in row if same(name) in allowed)
    if not both:
        raise InvalidFilter(
            f"Got the {what} {', '.join(map(repr, row))}, but the command is limited to {', '.join(map(repr, base))}."
        )
    return both


def _subset(what: str, base: Sequence[str], row: Sequence[str]) -> tuple[str, ...]:
    if not base or not row:
        return (*base, *row)
    of_base, of_row = set(map(folded, base)), set(map(folded, row))
    if of_row <= of_base:
        return tuple(row)
    if of_base <= of_row:
        return tuple(base)
    raise InvalidFilter(
        f"Got the {what} {', '.join(map(repr, row))} beside the command's {', '.join(map(repr, base))}; a search takes "
        f"one list of which any will do. Give {what}s in one of the two places."
    )


def _text(field: str, value: Any) -> str:
    """Return a value as a filter has it; a date of a spreadsheet as its day, a year as its digits."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise InvalidFilter(f"Got {field} as {value!r}, expected text.")
    return clean_text(value).strip()
