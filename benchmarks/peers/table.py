"""The figures as tables in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
NONE = "–"
"""What stands where a tool has no figure."""


@dataclass(frozen=True)
class Column:
    """A column: where its figure stands, how it is written, and whether less is better."""

    head: str
    path: tuple[str, ...]
    written: Callable[[float], str]
    less: bool = False


def share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1"


def seconds(value: float) -> str:
    return f"{value:.1f}"


def whole(value: float) -> str:
    return f"{value:.0f}"


START = (
    Column("install, MB", ("install_mb",), whole, less=True),
    Column("imports, s", ("import_s", "clock"), seconds, less=True),
    Column("models, s", ("load_s", "clock"), seconds, less=True),
)
COST = (
    Column("index, s", ("index_s", "clock"), seconds, less=True),
    Column("index, CPU s", ("index_s", "processor"), seconds, less=True),
    Column("search, ms", ("search_ms", "clock", "median"), whole, less=True),
    Column("answer, ms", ("ask_ms", "clock", "median"), whole, less=True),
    Column("answer, ms, p90", ("ask_ms", "clock", "p90"), whole, less=True),
    Column("answer, CPU ms", ("ask_ms", "processor", "median"), whole, less=True),
    Column("memory, MB", ("memory_mb",), whole, less=True),
)
QUALITY = (
    Column("recall@1", ("retrieval", "recall@1"), share),
    Column("@5", ("retrieval", "recall@5"), share),
    Column("@10", ("retrieval", "recall@10"), share),
    Column("EM", ("answers", "EM of the answerable"), share),
    Column("F1", ("answers", "F1 of the answerable"), share),
    Column("F1, always answering", ("always answering", "F1 of the answerable"), share),
    Column("unanswerable refused", ("answers", "unanswerable refused"), share),
    Column("raised an error", ("answers", "raised"), share, less=True),
    Column("F1 of all", ("answers", "F1 of all"), share),
    Column("quoted with its place", ("citations", "word for word"), share),
    Column("right article", ("citations", "right article"), share),
)


def markdown(result: Figures) -> str:
    """Return the tables of a result of `run_peers`: one of the starts, two for each set, the best figures bold."""
    tools: Mapping[str, Figures] = result["tools"]
    ran = {name: figures for name, figures in tools.items() if "versions" in figures}
    parts = [table("tool", ran, START, versions=True)]
    for name, sizes in result["sets"].items():
        over = {tool: figures["sets"][name] for tool, figures in ran.items() if name in figures["sets"]}
        caption = f"{name}, {sizes['articles']:,} articles, {sizes['questions']} questions"
        parts += [table(caption, over, columns) for columns in (COST, QUALITY)]
    failures = [
        f"{tool} did not run ({where}): {why}" for tool, one in tools.items() for where, why in one["failures"].items()
    ]
    return "\n\n".join([*filter(None, parts), *failures])


def table(caption: str, rows: Mapping[str, Figures], columns: Sequence[Column], versions: bool = False) -> str:
    """Return a table; a column without any figure is left out, and so is one without rows."""
    used = [column for column in columns if any(figure(row, column.path) is not None for row in rows.values())]
    if not used:
        return ""
    cells = {column: cells_of(column, rows.values()) for column in used}
    lines = ["| " + " | ".join([caption, *(column.head for column in used)]) + " |"]
    lines.append("| --- |" + " ---: |" * len(used))
    for number, (name, row) in enumerate(rows.items()):
        label = f"{name} {next(iter(row['versions'].values()))}" if versions else name
        lines.append("| " + " | ".join([label, *(cells[column][number] for column in used)]) + " |")
    return "\n".join(lines)


def figure(row: Figures, path: Sequence[str]) -> float | None:
    """Return the figure at a path of keys; None where the tool has none.

    >>> figure({"ask_ms": {"clock": 3.0}}, ("ask_ms", "clock")), figure({}, ("ask_ms", "clock"))
    (3.0, None)
    """
    value: Any = row
    for key in path:
        value = value.get(key) if value else None
    return None if value is None else float(value)


def cells_of(column: Column, rows: Iterable[Figures]) -> list[str]:
    """Return a column's figure of each tool as it is written, the best one bold where there are several."""
    values = [figure(row, column.path) for row in rows]
    texts = [None if value is None else column.written(value) for value in values]
    there = [value for value in values if value is not None]
    best = column.written((min if column.less else max)(there, default=0.0))
    return [NONE if text is None else f"**{text}**" if text == best and len(there) > 1 else text for text in texts]
