"""Questions one a line: plain, or as JSON with fields of the user's own."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from index.article import clean_text
from index.errors import InvalidFilter, UnreadableFile
from index.load.base import read_lines
from index.load.records import listed
from index.search.filters import Filter
from qa.batch.columns import DEFAULT
from qa.batch.limits import LIMITS
from qa.batch.narrowing import filter_of_cells, filter_of_object
from qa.batch.question import Layout, Question, Source
from qa.errors import InvalidBatch

FILTER = "filter"
"""The field of a line of JSON that says which articles are asked."""

_MAX_DEPTH = 100
_NOTHING = object()


def read_plain(source: Source, layout: Layout) -> Iterator[Question]:
    """Yield a question for each line that is not blank.

    Raises:
        InvalidBatch: If the layout names columns.
    """
    if layout.column is not None or layout.filters:
        option = "--question" if layout.column is not None else "--filter-columns"
        raise InvalidBatch(
            f"Got {option} for {source.name}, which is read as a question a line and has no columns. Leave it out, or "
            "say with --format how else it is read."
        )
    for location, line in _lines(source):
        yield line if isinstance(line, Question) else Question(None, line.strip(), location=location)


def read_json_lines(source: Source, layout: Layout) -> Iterator[Question]:
    """Yield a question for each line that is not blank; one that is no object with a question comes with its error.

    A number with a fraction comes back as the nearest float; NaN and infinities, which are not JSON, are errors.

    Raises:
        InvalidBatch: At the end, if no line has a field that the layout takes for filters.
    """
    unseen = set(layout.filters.values())
    objects = 0
    for location, line in _lines(source):
        if isinstance(line, Question):
            yield line
            continue
        try:
            row = _object(line)
        except ValueError as error:
            yield Question(None, None, f"{location} {error}", location=location)
        else:
            objects += 1
            unseen.difference_update(row)
            yield _question(row, location, layout)
    if unseen and objects:
        raise InvalidBatch(
            f"{source.name} has no line with the field {listed(sorted(unseen))} for filters. Name fields that its "
            "lines have with --filter-columns FIELD=NAME."
        )


def _lines(source: Source) -> Iterator[tuple[str, str | Question]]:
    for number, line in read_lines(source.path, LIMITS, name=source.name, warn=source.warn):
        location = f"{source.name}:{number}"
        if isinstance(line, UnreadableFile):
            yield location, Question(None, None, f"{location} {line}", location=location)
        elif (cleaned := clean_text(line)).strip():
            yield location, cleaned


def _object(line: str) -> dict[str, Any]:
    """Parse a line.

    Raises:
        ValueError: If it is no JSON object that can be written again; says what it is.
    """
    try:
        row = _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise ValueError(f"is a JSON {type(row).__name__}, expected an object with 'question'")
    if _is_deep(row):
        raise ValueError(f"is nested deeper than {_MAX_DEPTH} levels, the most that is kept")
    return row


def _question(row: dict[str, Any], location: str, layout: Layout) -> Question:
    """Take the id and the question out of a row, whose other fields are its columns."""
    cells = {field: row.get(column) for field, column in layout.filters.items()}
    name = layout.column or DEFAULT
    text, row_id = row.pop(name, _NOTHING), row.pop("id", None)

    def wrong(problem: str) -> Question:
        asked = text if isinstance(text, str) else None
        return Question(row_id, asked, f"{location}{problem}", row, location=location)

    if isinstance(row_id, str):
        row_id = clean_text(row_id)
    elif isinstance(row_id, list | dict):
        odd, row_id = row_id, None
        return wrong(f" has 'id' as {str(odd)[:80]}, expected a string or a number")
    if text is _NOTHING:
        return wrong(f" has no field {name!r}; its fields are {listed(row)}. Name the question's with --question NAME")
    if not isinstance(text, str):
        return wrong(f" has {name!r} as {str(text)[:80]}, expected a string")
    try:
        only = filter_of_cells(cells) if cells else _own_filter(row)
    except InvalidFilter as error:
        return wrong(f": {error}")
    return Question(row_id, text, None, row, only, location)


def _own_filter(row: dict[str, Any]) -> Filter | None:
    """Return the filter that a row gives in its field of that name.

    Raises:
        InvalidFilter: If the field is none.
    """
    if row.get(FILTER) is None:
        return None
    try:
        return filter_of_object(row[FILTER])
    except InvalidFilter as error:
        raise InvalidFilter(
            f"{error} The field {FILTER!r} says which articles a row asks of; rename it where it says something else."
        ) from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text} is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite)
"""One for all lines: a decoder of its own for each would cost more than the line."""


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
        level = [part for part in level if isinstance(part, dict | list)]
        if not level:
            return False
    return True
