"""Questions as the rows of a table: .csv with commas, semicolons or tabs, and .tsv."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.article import clean_text
from index.errors import InvalidFilter, UnreadableFile
from index.load.base import BINARY, read_lines
from index.load.records import listed
from qa.batch import columns
from qa.batch.limits import LIMITS
from qa.batch.narrowing import filter_of_cells
from qa.batch.question import Layout, Question, Source
from qa.errors import InvalidBatch

_OLD_LINE_END = re.compile(r"(?<=\r)(?!\n)")


def read_table(source: Source, layout: Layout) -> Iterator[Question]:
    """Yield a question for each row below the names that is not blank, with the number of the line it begins on.

    A row that has another number of cells than there are names, or whose quotation marks are wrong, comes with its
    error. Reading raises the process's `csv.field_size_limit`.

    Raises:
        InvalidBatch: If there are no names, no column of questions, or a quotation mark is never closed.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LIMITS.file_bytes))
    rows = _rows(_Lines(source), source)
    return questions_of_rows(rows, layout, source)


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


class _Unreadable(Exception):
    """A line that cannot be read, on its way through the csv module, which goes on after it."""


class _Lines:
    """The lines of a file with their ends, and a limit to what one row may take of them."""

    def __init__(self, source: Source) -> None:
        self._lines = read_lines(source.path, LIMITS, name=source.name, warn=source.warn, binary=True)
        self._pieces: Iterator[str] = iter(())
        self.number = 0
        self.left = LIMITS.file_bytes

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._pieces, None)
        if line is None:
            self.number, read = next(self._lines)
            if isinstance(read, UnreadableFile):
                raise _Unreadable(str(read))
            if self.number == 1:
                read = clean_text(read)
            self._pieces = iter(_OLD_LINE_END.split(read) if "\r" in read[:-2] else (read,))
            line = next(self._pieces)
        self.left -= len(line)
        if self.left < 0:
            raise _TooLong
        return line


class _TooLong(Exception):
    """A row of more than a row may have."""


def _rows(lines: _Lines, source: Source) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the rows that are not blank, with the numbers of their first lines."""
    try:
        first = _first(lines)
    except _Unreadable as error:
        yield lines.number, str(error)
        return
    if first is None:
        return
    delimiter = "\t" if source.format == "tsv" else max(",;\t", key=first.count)
    reader = csv.reader(_Then(first, lines), delimiter=delimiter, strict=True)
    number = lines.number
    while True:
        lines.left = LIMITS.file_bytes
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _Unreadable as error:
            yield lines.number, str(error)
        except (_TooLong, csv.Error) as error:
            if isinstance(error, _TooLong) or "unexpected end of data" in str(error):
                raise InvalidBatch(
                    f"{source.name}:{number} opens a quotation mark that is not closed before the end of the file, or "
                    f"after {LIMITS.file_bytes:,} characters. Close it; a quotation mark in a cell is written twice."
                ) from None
            yield number, f"is not a row of a table: {error}"
        else:
            if any("\0" in cell for cell in cells):
                yield number, BINARY
            elif any(cell.strip() for cell in cells):
                yield number, cells
        number = lines.number + 1


def _first(lines: _Lines) -> str | None:
    """Return the first line that is not blank."""
    for line in lines:
        lines.left = LIMITS.file_bytes
        if line.strip():
            return line
    return None


class _Then(Iterator[str]):
    """A line and the others after it; unlike a generator's, an error does not end it."""

    def __init__(self, first: str, rest: Iterator[str]) -> None:
        self._first: Iterable[str] | None = (first,)
        self._rest = rest

    def __next__(self) -> str:
        if self._first is not None:
            (line,), self._first = self._first, None
            return line
        return next(self._rest)
