"""Pullquote beside what else one would take: haystack, txtai, langchain, chromadb.

    python -m benchmarks.run_peers --data DEV_DIR --work DIR [--runs 3] [--questions 300] [--articles N] [--only NAME]

Each tool gets a virtual environment in DIR with pinned versions, and a process of its own for each run over each set,
with the same articles, questions, models and number of threads. The runs alternate between the tools. The articles are
the contexts of squad2_dev and nq_dev without their titles; the questions a sample of each set, always the same one. No
model is fetched: see `given` in the result. Every process leaves its figures in DIR, and one that has done so is not
run again. Writes benchmarks/results/peers.json, after each tool's turn, and prints the tables of docs/peers.md and of
the README.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
from pathlib import Path
from typing import Any

from benchmarks.peers import table
from benchmarks.peers.environment import ROOT
from benchmarks.peers.measured import HITS, Measured, Task
from benchmarks.peers.overview import overview
from benchmarks.peers.scores import Case
from benchmarks.peers.tools import TOOLS
from index.packaged import packaged_model_folder
from qa.evaluate.testset import read_squad
from qa.read.weights import export_checkpoint

SETS = ("squad2_dev", "nq_dev")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--articles", type=int, help="no more than this many of each set, to try it out")
    parser.add_argument("--only", nargs="+", choices=[tool.name for tool in TOOLS])
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/results/peers.json")
    asked = parser.parse_args()
    work = asked.work.resolve()
    (work / "results").mkdir(parents=True, exist_ok=True)
    if not (work / "reader").exists():
        export_checkpoint(work / "reader")
    tasks = [make_task(asked.data, name, work, asked.questions, asked.articles) for name in SETS]
    tools = [tool for tool in TOOLS if not asked.only or tool.name in asked.only]
    measured = [Measured.prepared(tool, work) for tool in tools]
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores and threads, Python {platform.python_version()}",
        "load average at the start of each turn": [],
        "hits": HITS,
        "sets": {task.name: task.sizes() for task in tasks},
    }
    for number in range(asked.runs):
        for one in measured[number:] + measured[:number]:
            result["load average at the start of each turn"].append(round(os.getloadavg()[0], 1))
            for task in tasks:
                one.run(task, number, work)
            result["tools"] = {each.tool.name: each.figures(tasks) for each in measured}
            asked.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table.markdown(result), overview(result), sep="\n\n")


def make_task(data: Path, name: str, work: Path, questions: int, articles: int | None) -> Task:
    """Take a sample of a set's questions, and all its contexts; the same ones every time."""
    testset = read_squad(data / f"{name}.json.gz").questions
    contexts = list(dict.fromkeys(question.context for question in testset))[:articles]
    ids = {context: f"{number:05}" for number, context in enumerate(contexts)}
    usable = [question for question in testset if question.context in ids]
    sample = random.Random(0).sample(usable, min(questions, len(usable)))
    task = Task(
        name,
        {article: context for context, article in ids.items()},
        tuple(Case(one.question, ids[one.context], tuple(gold.text for gold in one.golds)) for one in sample),
        work / f"{name}.json",
    )
    given = {
        "embedder": str(packaged_model_folder()),
        "reader": str(work / "reader"),
        "articles": [{"id": article, "text": text} for article, text in task.articles.items()],
        "questions": [case.question for case in task.cases],
        "hits": HITS,
    }
    task.path.write_text(json.dumps(given), encoding="utf-8")
    return task


if __name__ == "__main__":
    main()
