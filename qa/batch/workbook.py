"""Questions as the rows of a spreadsheet's first visible sheet, .xlsx."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import error as ZlibError  # noqa: N812

from index.load.compressed import is_compressed
from qa.batch.limits import EXCEL_ROWS, MAX_COLUMNS, WORKBOOK_BYTES
from qa.batch.question import Layout, Question, Source
from qa.batch.table import questions_of_rows
from qa.errors import InvalidBatch

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"))
_BLOCK = 200
_DAMAGED = (
    KeyError, IndexError, ValueError, TypeError, AttributeError, EOFError, SyntaxError, ZlibError, zipfile.BadZipFile,
    RuntimeError,
)  # fmt: skip
"""What openpyxl, zipfile (of an encrypted part a RuntimeError) and the parsers of XML (SyntaxErrors) raise."""


def read_workbook(source: Source, layout: Layout) -> Iterator[Question]:
    """Yield a question for each row of the first visible sheet below the names that is not blank.

    A formula counts as the value that was saved with it, and is empty where none was; of merged cells the first has the
    value. Cells keep their types: numbers, booleans, dates. The texts that cells share are held in memory.

    Raises:
        InvalidBatch: If it is no .xlsx, is protected by a password, or has no column of questions.
    """
    rows = _numbered(source)
    with closing(rows):
        for row in questions_of_rows(rows, layout, source):
            if row.text in _ERRORS:
                yield replace(row, text=None, error=f"{row.location} has the error {row.text} as the question")
            else:
                yield row


def _numbered(source: Source) -> Generator[tuple[int, list[Any]], None, None]:
    """Yield the rows that are not blank with their numbers, all as wide as the names or wider."""
    _check(source)
    book = _opened(source)
    try:
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise InvalidBatch(f"{source.name} has no sheet with cells that is not hidden.")
        sheet.reset_dimensions()
        yield from _cells(sheet.iter_rows(values_only=True), source)
    finally:
        book.close()


def _cells(rows: Iterator[tuple[Any, ...]], source: Source) -> Iterator[tuple[int, list[Any]]]:
    number, width = 0, 0
    while block := _next_rows(rows, source):
        for row in block:
            number += 1
            cells = [_value(cell) for cell in row]
            while cells and (cells[-1] is None or cells[-1] == "") and len(cells) > width:
                cells.pop()
            if number > EXCEL_ROWS or len(cells) > MAX_COLUMNS:
                raise InvalidBatch(
                    f"{source.name}:{number} goes beyond {EXCEL_ROWS:,} rows or {MAX_COLUMNS:,} columns, the most that "
                    "are read of a sheet."
                )
            if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
                continue
            width = width or len(cells)
            yield number, [*cells, *[None] * (width - len(cells))]


def _next_rows(rows: Iterator[tuple[Any, ...]], source: Source) -> list[tuple[Any, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out, such as colours
        try:
            return list(islice(rows, _BLOCK))
        except _DAMAGED as error:
            raise _no_workbook(source, error) from None


def _opened(source: Source) -> Workbook:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return load_workbook(source.path, read_only=True, data_only=True)
        except _DAMAGED as error:
            raise _no_workbook(source, error) from None


def _check(source: Source) -> None:
    """Refuse what openpyxl would not say clearly, or would unpack without end."""
    if is_compressed(source.path):
        raise InvalidBatch(f"{source.name} is a .xlsx, which is packed already; give it without .gz.")
    with source.path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise InvalidBatch(f"{source.name} {_why_ole(source.path)}.")
    try:
        with zipfile.ZipFile(source.path) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _no_workbook(source, error) from None
    if size > WORKBOOK_BYTES:
        raise InvalidBatch(
            f"{source.name} unpacks to {size:,} bytes, at most {WORKBOOK_BYTES:,} are read of a .xlsx; save it as .csv."
        )


def _why_ole(path: Path) -> str:
    with path.open("rb") as file:
        protected = any(_ENCRYPTED in block for block in iter(lambda: file.read(1 << 20), b""))
    if protected:
        return "is protected by a password; save a copy without one"
    return "is a file of an older Excel (.xls); save it as .xlsx"


def _no_workbook(source: Source, error: BaseException) -> InvalidBatch:
    return InvalidBatch(f"{source.name} is not a .xlsx that can be read ({error}). Save it again as .xlsx, or as .csv.")


def _value(cell: Any) -> Any:
    if isinstance(cell, str) and "_x" in cell:
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), cell)
    return cell
