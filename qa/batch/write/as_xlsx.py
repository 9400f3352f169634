"""Answers as a spreadsheet, .xlsx; text is written as text, whatever it begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.batch.cells import as_text, begins_a_formula, fitting
from qa.batch.columns import output_names
from qa.batch.flat import FIELDS, ID, row_of
from qa.batch.limits import EXCEL_CHARACTERS
from qa.batch.result import Outcomes, Result

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

_WIDTHS = {"question": 50, "answer": 30, "title": 30, "quote": 30, "sentence": 70, "error": 40}
_EXACT = 10**15
_FIRST_DAY = 1900


def write_xlsx(path: Path, columns: Sequence[str], results: Iterator[Result], counts: Counter[Outcomes]) -> int:
    """Write a sheet with a row of names and a row for each question, as `write_csv` does, in constant memory.

    Numbers, booleans and dates of the questions' own columns stay what they are; a whole number of more than 15 digits,
    which Excel would round, and a date before 1900 become text. A text that is too long for a cell is cut.

    Returns:
        How many were.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    own = [name for name in columns if name != ID]
    names = output_names(own, {ID, *FIELDS})
    first = [ID] if ID in columns else []
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Answers")
    sheet.freeze_panes = "A2"
    header = [_Cells(sheet).cell(name) for name in (*first, *FIELDS, *names.values())]
    for cell in header:
        cell.font = Font(bold=True)
    for number, name in enumerate((*first, *FIELDS)):
        sheet.column_dimensions[_letter(number)].width = _WIDTHS.get(name, 14)
    sheet.append(header)
    cells = _Cells(sheet)
    for result in results:
        given = row_of(result)
        row = [result.question.id] if first else []
        row += [given[field] for field in FIELDS] + [result.question.columns.get(name) for name in own]
        sheet.append([cells.cell(value) for value in row])
    book.save(path)
    return cells.cut


class _Cells:
    """Makes the cells of a sheet, and counts those that were cut."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self.cut = 0

    def cell(self, value: Any) -> WriteOnlyCell:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._sheet)
        if _is_kept(value):
            cell.value = value
        elif value is not None:
            text, cut = fitting(as_text(value), EXCEL_CHARACTERS)
            self.cut += cut
            cell.value, cell.data_type = text or None, "s" if text else "n"
            cell.quotePrefix = begins_a_formula(text)  # so that it stays text when somebody edits it
        return cell


def _is_kept(value: Any) -> bool:
    """Tell whether a cell can hold a value as it is; text is not among them, since some would become a formula."""
    if isinstance(value, int):
        return abs(value) < _EXACT
    if isinstance(value, date | datetime):
        return value.year >= _FIRST_DAY
    return isinstance(value, float | time | timedelta)


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    letter: str = get_column_letter(number + 1)
    return letter
