"""Answers as files, by the ending of their names."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from qa.batch.journal import sync_folder
from qa.batch.limits import EXCEL_ROWS, MAX_COLUMNS
from qa.batch.read import Survey
from qa.batch.result import Outcomes, Result
from qa.batch.write.as_csv import write_csv
from qa.batch.write.as_jsonl import write_jsonl
from qa.batch.write.as_page import write_page
from qa.batch.write.as_xlsx import write_xlsx
from qa.errors import OutputError

Write = Callable[[Path, Sequence[str], Iterator[Result], Counter[Outcomes]], int]
"""Writes a file, given the names of the questions' other columns, the rows, and how many of each kind there are.

Returns how many cells were cut."""

_WRITERS: dict[str, Write] = {".jsonl": write_jsonl, ".csv": write_csv, ".xlsx": write_xlsx, ".html": write_page}


def check_output(answers: Path, questions: Path) -> None:
    """Check that answers can be written where they should go.

    Raises:
        OutputError: If they cannot.
    """
    if answers.suffix.lower() not in _WRITERS:
        raise OutputError(f"Got {str(answers)!r} for the answers, expected a name that ends in {', '.join(_WRITERS)}.")
    try:
        possible = answers.parent.is_dir() and not answers.is_dir()
        same = answers.resolve() == questions.resolve()
    except OSError as error:
        raise OutputError(f"Cannot write {str(answers)!r}: {error.strerror or error}.") from error
    if not possible:
        raise OutputError(f"Cannot write {str(answers)!r}: name a file in a folder that exists.")
    if same:
        raise OutputError(f"The answers would replace the questions in {str(questions)!r}; name another file.")


def check_size(answers: Path, found: Survey) -> None:
    """Check that a format can hold the answers to a file of questions.

    Raises:
        OutputError: If it cannot.
    """
    ending = answers.suffix.lower()
    if ending == ".xlsx" and found.questions >= EXCEL_ROWS:
        raise OutputError(
            f"The file of questions has {found.questions:,} rows, a .xlsx at most {EXCEL_ROWS - 1:,} below its names; "
            "write a .csv or a .jsonl."
        )
    if ending != ".jsonl" and len(found.columns) > MAX_COLUMNS:
        raise OutputError(
            f"The file of questions has more than {MAX_COLUMNS:,} columns, the most that are written to a {ending}; "
            "write a .jsonl."
        )


def write_answers(answers: Path, columns: Sequence[str], results: Iterator[Result], counts: Counter[Outcomes]) -> int:
    """Write a file of answers, which appears in its place when it is whole and on the disk.

    Returns:
        How many cells were cut, since a .xlsx takes no more than `EXCEL_CHARACTERS` in one.

    Raises:
        OSError: If it cannot be written.
    """
    unfinished = answers.with_name(f"{answers.name}.unfinished")
    cut = _WRITERS[answers.suffix.lower()](unfinished, columns, results, counts)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.replace(answers)
    sync_folder(answers.parent)
    return cut
