"""An evaluation as files to keep: report.json, summary.md and report.html; and back from report.json."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from qa.errors import InvalidReport, OutputError
from qa.evaluate.page import report_page
from qa.evaluate.report_data import EvaluationReport
from qa.evaluate.summary import facts, sections
from qa.markdown import escape_markdown
from qa.wording import shortened

REPORT_FILE = "report.json"
SUMMARY_FILE = "summary.md"
PAGE_FILE = "report.html"

_LONGEST_ID = 80
_FIGURE = re.compile(r"[-–\d.,\[\] ]*")


def make_folder(folder: Path) -> None:
    """Make the folder of a report, before the work that fills it.

    Raises:
        OutputError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot make the folder {str(folder)!r} for the report: {error.strerror}.") from error


def write_report(report: EvaluationReport, folder: Path) -> Path:
    """Write `report.json`, `summary.md` and `report.html` into a folder that exists; return the page's path.

    Each takes the place of an older one when it is whole.

    Raises:
        OutputError: If one cannot be written.
    """
    write_text(folder / REPORT_FILE, report.to_text())
    write_text(folder / SUMMARY_FILE, as_markdown(report))
    write_text(folder / PAGE_FILE, report_page(report))
    return folder / PAGE_FILE


def read_report(path: Path) -> EvaluationReport:
    """Read a report, given its `report.json` or the folder that it is in.

    Raises:
        InvalidReport: If there is none, or it cannot be read.
    """
    file = path / REPORT_FILE if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidReport(
            f"Cannot read {str(file)!r}: {error.strerror}. Name a report.json that pullquote eval wrote, or its folder."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidReport(f"{str(file)!r} is not UTF-8. Expected the report.json of pullquote eval.") from error
    try:
        return EvaluationReport.from_json(text)
    except InvalidReport as error:
        raise InvalidReport(f"{str(file)!r} cannot be used. {error}") from error


def as_table(report: EvaluationReport) -> str:
    """Return the scores as plain tables for a terminal."""
    blocks = []
    for section in sections(report):
        lines = [section.columns, *section.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(section.columns))]
        blocks.append("\n".join([section.title, *("  " + _aligned(line, widths) for line in lines)]))
    return "\n\n".join(blocks)


def as_markdown(report: EvaluationReport) -> str:
    """Return the scores as Markdown; names that come from files or articles show as they are written."""
    parts = ["# Evaluation", _table(("", ""), facts(report))]
    for section in sections(report):
        note = [section.note] if section.note else []
        parts += [f"## {section.title}", *note, _table(section.columns, section.rows)]
    if report.skipped:
        rows = [(shortened(one.id, _LONGEST_ID), one.reason, one.where) for one in report.skipped]
        parts += ["## Skipped questions", _table(("Id", "Reason", "Where"), rows)]
    return "\n\n".join(parts) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a file beside its place (`NAME.partial`), which it takes when it is whole.

    Raises:
        OutputError: If it cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]).rstrip()


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "| --- " + "| ---: " * (len(columns) - 1) + "|"]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text if _FIGURE.fullmatch(text) else escape_markdown(text)
