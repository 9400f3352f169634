"""Tables: one article a row, the first row its field names; a cell's text is kept character for character."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from index.article import Article, clean_text
from index.errors import InvalidArticle, UnreadableFile
from index.load.base import Failure, Limits, LoadOptions, marked_encoding, warn_of_encoding
from index.load.compressed import is_compressed, open_file
from index.load.records import article_of, listed, parse_json

_LISTS = ("authors", "tags")
_JSON = ("metadata", "pages")


class CsvLoader:
    """Reads .csv, with commas or semicolons or tabs, and .tsv. Columns that are not an article's become `metadata`.

    Authors and tags are parted by semicolons. An article without an id takes its `url`, else the file's id and the
    number of its row, the header being row 1. Loading raises the process's `csv.field_size_limit`.
    """

    suffixes = (".csv", ".tsv")

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield an article or a failure for every row that is not blank.

        Raises:
            UnreadableFile: If there is no header, the header names no text, or a row is larger than the limit.
        """
        limits, field_map = options.limits, options.field_map
        csv.field_size_limit(max(csv.field_size_limit(), limits.file_bytes))
        encoding = _encoding(path, limits)
        with open_file(path, limits.unpacked_bytes) as file:
            lines = _Lines(io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=""), limits.file_bytes)
            rows = _rows(lines, _is_tabbed(path))
            _, first = next(rows, (1, []))
            header = _checked_header(first, field_map.get("text", "text"))
            empty = True
            for number, cells in rows:
                if cells == []:
                    continue
                empty = False
                location = f"{path}:{number}"
                try:
                    record = _record(header, cells, field_map)
                    yield article_of(record, f"{id}:{number}", location, field_map, keep_unknown=True)
                except InvalidArticle as error:
                    yield Failure(location, str(error))
            if empty:
                raise UnreadableFile("has a first row of field names and no row below it")


class _Lines:
    """The lines of a file, with their ends, and a limit to what one row may take of them."""

    def __init__(self, file: TextIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        self.left = limit

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self.left + 1)
        self.left -= len(line)
        if self.left < 0:
            raise UnreadableFile(
                f"has a row of more than {self._limit:,} characters, the most that is read as one article; perhaps a "
                "quotation mark is not closed"
            )
        if not line:
            raise StopIteration
        return line

    def next_row(self) -> None:
        self.left = self._limit


def _rows(lines: _Lines, tabbed: bool) -> Iterator[tuple[int, list[str] | InvalidArticle]]:
    """Yield the rows with their numbers; one whose quotation marks are wrong comes as an error."""
    first = next(lines, None)
    if first is None:
        return
    delimiter = "\t" if tabbed else max(",;\t", key=first.count)
    reader = csv.reader(_then(first, lines), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        lines.next_row()
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, InvalidArticle(f"is not a row of a table: {error}")


def _then(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _checked_header(cells: list[str] | InvalidArticle, text: str) -> list[str]:
    if isinstance(cells, InvalidArticle):
        raise UnreadableFile(f"has no row of field names: its first row {cells}")
    names = [clean_text(cell).strip() or f"column {number}" for number, cell in enumerate(cells, start=1)]
    if text not in names:
        raise UnreadableFile(
            f"has no column {text!r}; its columns are {listed(names)}. Name the text's with --map text=NAME"
        )
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise UnreadableFile(f"has the columns {listed(twice)} more than once; rename them")
    return names


def _record(header: list[str], cells: list[str] | InvalidArticle, field_map: Mapping[str, str]) -> dict[str, Any]:
    if isinstance(cells, InvalidArticle):
        raise cells
    if len(cells) != len(header):
        raise InvalidArticle(f"has {len(cells)} cells, expected {len(header)} as in the first row")
    record: dict[str, Any] = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    record.setdefault(field_map.get("text", "text"), "")
    for field in (*_LISTS, *_JSON):
        name = field_map.get(field, field)
        if name in record:
            record[name] = _split(record[name]) if field in _LISTS else parse_json(record[name])
    return record


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _is_tabbed(path: Path) -> bool:
    return (Path(path.stem) if is_compressed(path) else path).suffix.lower() == ".tsv"


def _encoding(path: Path, limits: Limits) -> str:
    """Return the encoding of a file as `read_text` would take it, having read it in pieces."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_file(path, limits.unpacked_bytes) as file:
        piece = file.read(1 << 20)
        marked = marked_encoding(piece)
        if marked:
            return marked
        valid = True
        while piece:
            if b"\0" in piece:
                raise UnreadableFile("is a binary file, not text (it has NUL bytes)")
            try:
                decoder.decode(piece if valid else b"")
            except UnicodeDecodeError:
                valid = False
            piece = file.read(1 << 20)
    try:
        decoder.decode(b"", final=valid)
    except UnicodeDecodeError:
        valid = False
    if not valid:
        warn_of_encoding(str(path))
    return "utf-8" if valid else "cp1252"
