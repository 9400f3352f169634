"""Questions as the rows of a table: .csv with commas, semicolons or tabs, and .tsv."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from index.article import clean_text
from index.errors import InvalidFilter
from index.load.records import listed
from qa.batch import columns
from qa.batch.limits import LIMITS
from qa.batch.narrowing import filter_of_cells
from qa.batch.question import Layout, Question, Source
from qa.delimited import UnclosedQuote, read_rows
from qa.errors import InvalidBatch


def read_table(source: Source, layout: Layout) -> Iterator[Question]:
    """Yield a question for each row below the names that is not blank, with the number of the line it begins on.

    A row that has another number of cells than there are names, or whose quotation marks are wrong, comes with its
    error.

    Raises:
        InvalidBatch: If there are no names, no column of questions, or a quotation mark is never closed.
    """
    rows = read_rows(source.path, LIMITS, tabs=source.format == "tsv", name=source.name, warn=source.warn)
    try:
        yield from questions_of_rows(rows, layout, source)
    except UnclosedQuote as error:
        raise InvalidBatch(f"{source.name}:{error.line} {error}.") from None


def questions_of_rows(
    rows: Iterator[tuple[int, list[Any] | str]] | Iterator[tuple[int, list[Any]]], layout: Layout, source: Source
) -> Iterator[Question]:
    """Yield the questions of a table's rows, the first of which has the names.

    Args:
        rows: The number of each row's line, and its cells or what is wrong with it; blank rows are left out.
        layout: Which columns have what.
        source: For the messages.
    """
    _, first = next(rows, (1, None))
    if first is None:
        return
    if isinstance(first, str):
        raise InvalidBatch(f"{source.name} has no row of column names: its first row {first}.")
    names = columns.header(first, source.name)
    place = columns.question_column(names, layout.column, source.name)
    missing = [name for name in layout.filters.values() if name not in names]
    if missing:
        raise InvalidBatch(
            f"{source.name} has no column {listed(missing)} for filters; its columns are {listed(names)}."
        )
    for number, cells in rows:
        location = f"{source.name}:{number}"
        if isinstance(cells, str):
            yield Question(None, None, f"{location} {cells}", location=location)
        elif len(cells) != len(names):
            error = f"{location} has {len(cells)} cells, expected {len(names)} as in the row of names"
            yield Question(None, None, error, location=location)
        else:
            yield _question(names, place, cells, layout, location)


def _question(names: list[str], place: int, cells: Sequence[Any], layout: Layout, location: str) -> Question:
    row = dict(zip(names, cells, strict=True))
    filters = {field: row[name] for field, name in layout.filters.items()}
    text = row.pop(names[place])
    row_id = row.pop("id", None)
    if isinstance(row_id, str):
        row_id = clean_text(row_id)
    if not isinstance(text, str):
        found = "an empty cell" if text is None else f"{text!r}, a {type(text).__name__}"
        error = f"{location} has {found} as the question, expected text"
        return Question(row_id, None, error, row, location=location)
    try:
        only = filter_of_cells(filters)
    except InvalidFilter as error:
        return Question(row_id, text, f"{location}: {error}", row, location=location)
    return Question(row_id, text, None, row, only, location)
