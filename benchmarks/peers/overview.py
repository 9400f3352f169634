"""The figures as the one table of the README: a row for each measure, a column for each tool. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from benchmarks.peers.table import COST, NONE, QUALITY, START, Column, Figures, cells_of, seconds


def percent(value: float) -> str:
    return f"{100 * value:.1f}"


def grouped(value: float) -> str:
    return f"{value:,.0f}"


_COST = {column.head: column for column in COST}
_QUALITY = {column.head: replace(column, written=percent) for column in QUALITY}
STARTING = {
    "installed, MB": (replace(START[0], written=grouped),),
    "imports and models, s": (Column("", ("start_s",), seconds, less=True),),
}
OVER_A_SET = {
    "indexing, s": (_COST["index, s"],),
    "search; answer, ms": (_COST["search, ms"], _COST["answer, ms"]),
    "memory, MB": (replace(_COST["memory, MB"], written=grouped),),
    "recall@1; @5": (_QUALITY["recall@1"], _QUALITY["@5"]),
    "EM; F1 of the answerable": (_QUALITY["EM"], _QUALITY["F1"]),
    "F1 of the answerable, always answering": (_QUALITY["F1, always answering"],),
    "unanswerable refused": (_QUALITY["unanswerable refused"],),
    "F1 of all": (_QUALITY["F1 of all"],),
    "answers quoted from the right article": (_QUALITY["right article"],),
    "answers given with their place": (_QUALITY["quoted with its place"],),
}


def overview(result: Figures) -> str:
    """Return the table of a result of `run_peers`, the best figures bold."""
    ran = {name: one for name, one in result["tools"].items() if "versions" in one}
    names = [f"{name} {next(iter(one['versions'].values()))}" for name, one in ran.items()]
    lines = [f"| shares in per cent | {' | '.join(names)} |", "| --- |" + " ---: |" * len(names)]
    starts = {name: {**one, "start_s": one["import_s"]["clock"] + one["load_s"]["clock"]} for name, one in ran.items()}
    lines += _rows(STARTING, starts)
    for name, sizes in result["sets"].items():
        asked = "all questions answerable"
        if sizes["unanswerable"]:
            asked = f"{sizes['unanswerable']} of {sizes['questions']} questions unanswerable"
        lines.append(f"| **{name}**, {sizes['articles']:,} contexts, {asked} |" + "  |" * len(names))
        lines += _rows(OVER_A_SET, {tool: one["sets"].get(name, {}) for tool, one in ran.items()})
    return "\n".join(lines)


def _rows(measures: Mapping[str, tuple[Column, ...]], tools: Mapping[str, Figures]) -> Iterator[str]:
    """Yield the rows that have a figure; of several columns the figures stand in one cell."""
    for label, columns in measures.items():
        cells = zip(*(cells_of(column, tools.values()) for column in columns), strict=True)
        texts = ["; ".join(cell for cell in of_tool if cell != NONE) or NONE for of_tool in cells]
        if any(text != NONE for text in texts):
            yield f"| {label} | {' | '.join(texts)} |"
