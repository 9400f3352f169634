"""A tool's processes, and its figures over all of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers import scores
from benchmarks.peers.environment import ToolFailed, digest, installed, run, size
from benchmarks.peers.scores import Case
from benchmarks.peers.tools import HERE, Tool

HITS = 30
"""How deep is searched: enough to have ten articles among passages of which three can be of one."""
DRIVE = HERE / "drive.py"


@dataclass(frozen=True)
class Task:
    """A set's articles, by id, and the questions asked; `path` is where the tools read them."""

    name: str
    articles: dict[str, str]
    cases: tuple[Case, ...]
    path: Path

    def sizes(self) -> dict[str, int]:
        return {
            "articles": len(self.articles),
            "questions": len(self.cases),
            "unanswerable": sum(not case.golds for case in self.cases),
        }


@dataclass
class Measured:
    """A tool and what its processes have written, by set and in the order of the runs.

    Attributes:
        python: Its environment's; None where it could not be installed.
        install_mb: The size of its environment.
        failures: Why it could not be installed, or run over a set.
    """

    tool: Tool
    python: Path | None
    install_mb: int
    failures: dict[str, str]
    results: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def prepared(cls, tool: Tool, work: Path) -> Measured:
        """Make the tool's environment, unless it is there."""
        try:
            python = installed(tool, work / "environments")
        except ToolFailed as failure:
            return cls(tool, None, 0, {"install": str(failure)})
        return cls(tool, python, round(size(python.parent.parent) / 1e6), {})

    def run(self, task: Task, number: int, work: Path) -> None:
        """Measure the tool once over a set, unless the same run's result is there already."""
        if self.python is None or task.name in self.failures:
            return
        of = digest([task.path, DRIVE, self.tool.adapter, self.python.parent.parent / "installed"])
        path = work / f"results/{self.tool.name}-{task.name}-{number}-{of[:12]}.json"
        if not path.exists():
            print(f"{self.tool.name}, {task.name}, run {number + 1}", flush=True)
            try:
                files = (DRIVE, self.tool.adapter, task.path, path)
                run([str(self.python), "-P", *map(str, files), *(["insist"] if number == 0 else [])])
            except ToolFailed as failure:
                self.failures[task.name] = str(failure)
                return
        self.results[task.name].append(json.loads(path.read_text(encoding="utf-8")))

    def figures(self, tasks: Sequence[Task]) -> dict[str, Any]:
        """Return the medians over the runs; what was found and answered is that of the first run."""
        runs = [result for results in self.results.values() for result in results]
        figures: dict[str, Any] = {"given": self.tool.given, "way": self.tool.way, "failures": self.failures}
        if not runs:
            return figures
        return figures | {
            "versions": {name: runs[0]["versions"][name] for name in self.tool.packages},
            "install_mb": self.install_mb,
            "import_s": scores.once([result["import_s"] for result in runs]),
            "load_s": scores.once([result["load_s"] for result in runs]),
            "sets": {task.name: _over_set(task, self.results[task.name]) for task in tasks if self.results[task.name]},
        }


def _over_set(task: Task, runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first = runs[0]
    figures: dict[str, Any] = {
        "runs": len(runs),
        "index_s": scores.once([result["index_s"] for result in runs]),
        "memory_mb": round(scores.median_of([result["memory_mb"] for result in runs])),
        "search_ms": scores.spread([result["search_s"] for result in runs]),
        "retrieval": scores.retrieval(task.cases, first["found"]),
    }
    if "answers" in first:
        figures |= {
            "ask_ms": scores.spread([result["ask_s"] for result in runs]),
            "answers": scores.answering(task.cases, first["answers"]),
            "citations": scores.citing(task.cases, first["answers"], task.articles),
            "the same in all runs": all(result["answers"] == first["answers"] for result in runs),
        }
    if "insisted" in first:
        figures["always answering"] = scores.answering(task.cases, first["insisted"])
    return figures
