"""An evaluation as a table to read and a file to keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.errors import OutputError
from qa.evaluate.run import Mean, Report


def as_table(report: Report) -> str:
    """Return the scores as lines of name, value in per cent (MRR as it is), and n."""
    return "\n".join(f"{name:<28}{_shown(name, mean):>8}   n = {mean.n}" for name, mean in _lines(report))


def make_folder(folder: Path) -> None:
    """Make the folder of a report, before the work that fills it.

    Raises:
        OutputError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot make the folder {str(folder)!r} for the report: {error.strerror}.") from error


def write_report(report: Report, folder: Path, *, testset: str, articles: str, assistant: Assistant) -> Path:
    """Write `report.json` with the scores, the settings that made them and every question; return its path.

    Raises:
        OutputError: If it cannot be written.
    """
    document: dict[str, Any] = {
        "test_set": testset,
        "articles": articles,
        "settings": {
            "embedder": assistant.index.manifest.embedder.name,
            "reader": assistant.reader.name,
            "threshold": assistant.threshold,
            "passages_read": assistant.passages,
        },
        **report.to_json(),
    }
    path = folder / "report.json"
    try:
        path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", errors="replace")
    except OSError as error:
        raise OutputError(f"Cannot write {str(path)!r}: {error.strerror}.") from error
    return path


def _lines(report: Report) -> Iterator[tuple[str, Mean]]:
    for name, mean in report.retrieval.items():
        yield f"retrieval {name}", mean
    for metric, groups in report.answers.items():
        for group, mean in groups.items():
            yield f"{metric.upper()} {group}", mean
    for name, mean in report.citations.items():
        yield f"citation {name}", mean


def _shown(name: str, mean: Mean) -> str:
    if mean.value is None:
        return "-"
    return f"{mean.value:.3f}" if "mrr" in name else f"{100 * mean.value:.1f}"
