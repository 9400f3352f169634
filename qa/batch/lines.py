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
from qa.batch.columns import DEFAULT
from qa.batch.limits import LIMITS
from qa.batch.narrowing import filter_of_cells, filter_of_object
from qa.batch.question import Layout, Question, Source

FILTER = "filter"
"""The field of a line of JSON that says which articles are asked."""

_MAX_DEPTH = 100


def read_plain(source: Source, layout: Layout) -> Iterator[Question]:
    """Yield a question for each line that is not blank."""
    for location, line in _lines(source):
        yield line if isinstance(line, Question) else Question(None, line.strip(), location=location)


def read_json_lines(source: Source, layout: Layout) -> Iterator[Question]:
    """Yield a question for each line that is not blank; one that is no object with a question comes with its error.

    A number with a fraction comes back as the nearest float; NaN and infinities, which are not JSON, are errors.
    """
    for location, line in _lines(source):
        yield line if isinstance(line, Question) else _question(line, location, layout)


def _lines(source: Source) -> Iterator[tuple[str, str | Question]]:
    for number, line in read_lines(source.path, LIMITS):
        location = f"{source.name}:{number}"
        if isinstance(line, UnreadableFile):
            yield location, Question(None, None, f"{location} {line}", location=location)
        elif (cleaned := clean_text(line)).strip():
            yield location, cleaned


def _question(line: str, location: str, layout: Layout) -> Question:
    def wrong(problem: str) -> Question:
        return Question(None, None, f"{location} {problem}", location=location)

    try:
        row = _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        return wrong(f"is not JSON: {error}")
    if not isinstance(row, dict):
        return wrong(f"is a JSON {type(row).__name__}, expected an object with 'question'")
    if _is_deep(row):
        return wrong(f"is nested deeper than {_MAX_DEPTH} levels, the most that is kept")
    row_id = row.pop("id", None)
    if isinstance(row_id, str):
        row_id = clean_text(row_id)
    elif row_id is not None and type(row_id) is not int:
        return wrong(f"has 'id' as {row_id!r}, expected a string or a whole number")
    return _of_fields(row, row_id, location, layout)


def _of_fields(row: dict[str, Any], row_id: str | int | None, location: str, layout: Layout) -> Question:
    name = layout.column or DEFAULT
    if name not in row:
        fields = listed(row)
        error = f"has no field {name!r}; its fields are {fields}. Name the question's with --question NAME"
        return Question(row_id, None, f"{location} {error}", row, location=location)
    text = row.pop(name)
    if not isinstance(text, str):
        error = f"{location} has {name!r} as {str(text)[:80]}, expected a string"
        return Question(row_id, None, error, row, location=location)
    try:
        if layout.filters:
            only = filter_of_cells({field: row.get(column) for field, column in layout.filters.items()})
        else:
            only = None if row.get(FILTER) is None else filter_of_object(row[FILTER])
    except InvalidFilter as error:
        return Question(row_id, text, f"{location}: {error}", row, location=location)
    return Question(row_id, text, None, row, only, location)


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
