"""Rows of .csv and .tsv files, decoded a line at a time, each with the number of the line that it begins on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from index.article import clean_text
from index.errors import UnreadableFile
from index.load.base import BINARY, Limits, read_lines

_DELIMITERS = ",;\t"


class UnclosedQuote(UnreadableFile):
    """A quotation mark that is not closed, so that the rest of the file would be one cell.

    Attributes:
        line: On which its row begins.
    """

    def __init__(self, line: int, limit: int) -> None:
        super().__init__(
            "opens a quotation mark that is not closed before the end of the file, or "
            f"after {limit:,} characters. Close it; a quotation mark in a cell is written twice"
        )
        self.line = line


def read_rows(
    path: Path, limits: Limits, *, tabs: bool, name: str | None = None, warn: bool = True
) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the rows that are not blank: the number of the line, from 1, and the cells or what is wrong with the row.

    Where cells are not parted by tabs, they are by that one of `, ;` and tab that the first line has most of. This
    raises the process's `csv.field_size_limit`.

    Args:
        path: The file; one that ends in .gz is unpacked while it is read.
        limits: `file_bytes` is the most that one row may take, in characters.
        tabs: Whether cells are parted by tabs.
        name: See `index.load.base.read_lines`, as for `warn`.
        warn: Whether to say so where it is not UTF-8.

    Raises:
        OSError: If it cannot be opened.
        UnreadableFile: If it cannot be unpacked, or, as `UnclosedQuote`, its rows cannot be told apart.
    """
    csv.field_size_limit(max(csv.field_size_limit(), limits.file_bytes))
    lines = _Lines(read_lines(path, limits, name=name, warn=warn, binary=True), limits.file_bytes)
    try:
        first = _first(lines)
    except _Unreadable as error:
        yield lines.number, str(error)
        return
    if first is None:
        return
    delimiter = "\t" if tabs else max(_DELIMITERS, key=first.count)
    reader = csv.reader(_Then(first, lines), delimiter=delimiter, strict=True)
    number = lines.number
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _Unreadable as error:
            yield lines.number, str(error)
        except (_TooLong, csv.Error) as error:
            if isinstance(error, _TooLong) or "unexpected end of data" in str(error):
                raise UnclosedQuote(number, limits.file_bytes) from None
            yield number, f"is not a row of a table: {error}"
        else:
            if any("\0" in cell for cell in cells):
                yield number, BINARY
            elif any(cell.strip() for cell in cells):
                yield number, cells
        number = lines.number + 1


class _Unreadable(Exception):
    """A line that cannot be read, on its way through the csv module, which goes on after it."""


class _TooLong(Exception):
    """A row of more than a row may have."""


class _Lines(Iterator[str]):
    """The lines of a file with their ends; unlike a generator's, an error does not end them.

    Attributes:
        number: How many there were so far. A carriage return alone, as old files have it, ends a line too.
    """

    def __init__(self, lines: Iterator[tuple[int, str | UnreadableFile]], limit: int) -> None:
        self._lines = lines
        self._limit = limit
        self._pieces: Iterator[str] = iter(())
        self.number = 0
        self._left = limit

    def __next__(self) -> str:
        line = next(self._pieces, None)
        if line is None:
            _, read = next(self._lines)
            if isinstance(read, UnreadableFile):
                self.number += 1
                raise _Unreadable(str(read))
            self._pieces = io.StringIO(read if self.number else clean_text(read), newline="")
            line = next(self._pieces, "")
        self.number += 1
        self._left -= len(line)
        if self._left < 0:
            raise _TooLong
        return line

    def begin_row(self) -> None:
        """Let the next row have as much as any."""
        self._left = self._limit


def _first(lines: _Lines) -> str | None:
    """Return the first line that is not blank."""
    for line in lines:
        lines.begin_row()
        if line.strip():
            return line
    return None


class _Then(Iterator[str]):
    """A line and the others after it; unlike a generator's, an error does not end it."""

    def __init__(self, first: str, rest: Iterator[str]) -> None:
        self._first: str | None = first
        self._rest = rest

    def __next__(self) -> str:
        line, self._first = self._first, None
        return next(self._rest) if line is None else line
