"""The comparison with other tools: its scores, its tables, and how a tool is driven."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.peers import measured, scores
from benchmarks.peers.environment import ROOT, ToolFailed, reason, run
from benchmarks.peers.measured import DRIVE, Measured, Task
from benchmarks.peers.overview import overview
from benchmarks.peers.scores import Case
from benchmarks.peers.table import Column, markdown, share, table
from benchmarks.peers.tools import TOOLS, Tool

CASES = (
    Case("Who came?", "a", ("the envoy", "envoy of Oslo")),
    Case("Who left?", "b", ("the mayor",)),
    Case("Who stayed?", "b", ()),
    Case("Who slept?", "a", ()),
)
ARTICLES = {"a": "Ünder rain 🌧 the envoy of Oslo came.", "b": "Then the mayor of Bergen left."}
GIVEN: tuple[dict[str, Any], ...] = (
    {"text": "envoy", "article": "a", "start": 17, "end": 22},
    {"text": "Bergen", "article": "a", "start": 18, "end": 24},
    {"text": None, "error": "TypeError"},
    {"text": "rain", "article": "a"},
)


def test_an_article_counts_once_at_its_best_hit_and_only_where_there_is_an_answer() -> None:
    found = [[*"bbbbb", "a"], ["b", "a"], ["a"], ["b"]]
    assert scores.retrieval(CASES, found) == {"recall@1": 0.5, "recall@5": 1.0, "recall@10": 1.0}
    deep = [[*"cdefg", "a"], ["b"], [], []]
    assert scores.retrieval(CASES, deep) == {"recall@1": 0.5, "recall@5": 0.5, "recall@10": 1.0}


def test_answers_are_scored_as_worked_by_hand() -> None:
    figures = scores.answering(CASES, GIVEN)
    assert figures["answerable answered"] == 1.0
    assert figures["EM of the answerable"] == 0.5
    assert figures["F1 of the answerable"] == 0.5
    assert figures["unanswerable refused"] == 0.5
    assert figures["F1 of all"] == 0.5
    assert figures["raised"] == 0.25


def test_no_answer_to_an_answerable_question_counts_nothing() -> None:
    figures = scores.answering(CASES, [{"text": None}] * 4)
    assert figures["F1 of the answerable"] == figures["answerable answered"] == 0.0
    assert figures["unanswerable refused"] == 1.0
    assert figures["F1 of all"] == 0.5


def test_citations_are_scored_over_the_answers_that_were_given() -> None:
    figures = scores.citing(CASES, GIVEN, ARTICLES)
    assert figures == {
        "given": 3.0,
        "with offsets": round(2 / 3, 4),
        "word for word": round(1 / 3, 4),
        "article named": 1.0,
        "right article": 0.5,
    }


def test_without_answers_there_is_no_share_of_them() -> None:
    figures = scores.citing(CASES, [{"text": None}] * 4, ARTICLES)
    assert figures["given"] == 0.0
    assert figures["word for word"] is figures["right article"] is None


@given(st.text(), st.text(min_size=1), st.text())
def test_an_answer_stands_at_its_code_points_and_not_beside_them(before: str, answer: str, after: str) -> None:
    article = {"a": before + answer + after}
    start, end = len(before), len(before) + len(answer)
    assert scores.stands({"text": answer, "article": "a", "start": start, "end": end}, article)
    assert not scores.stands({"text": answer, "article": "a", "start": start, "end": start}, article)
    assert not scores.stands({"text": answer, "article": "b", "start": start, "end": end}, article)
    assert not scores.stands({"text": answer, "article": "a"}, article)


def test_times_are_medians_of_each_run_and_then_of_the_runs() -> None:
    runs = [[(0.1 * n, 0.2) for n in range(1, 10)], [(9.0, 0.4)] * 9, [(0.3, 0.3)] * 9]
    assert scores.spread(runs) == {
        "clock": {"median": 500.0, "p90": 900.0},
        "processor": {"median": 300.0, "p90": 300.0},
    }
    assert scores.once([(3.0, 1.0), (1.0, 2.0), (2.0, 9.0)]) == {"clock": 2.0, "processor": 2.0}


def test_a_table_shows_the_best_in_bold_whoever_it_is_and_what_is_not_there_as_a_dash() -> None:
    rows: dict[str, dict[str, Any]] = {
        "ours": {"f1": 0.5, "ms": {"median": 30.4}},
        "theirs": {"f1": 0.75, "ms": None},
        "third": {},
    }
    columns = (
        Column("F1", ("f1",), share),
        Column("ms", ("ms", "median"), "{:.0f}".format, less=True),
        Column("nobody's", ("none",), share),
    )
    assert table("set", rows, columns).splitlines() == [
        "| set | F1 | ms |",
        "| --- | ---: | ---: |",
        "| ours | .500 | 30 |",
        "| theirs | **.750** | – |",
        "| third | – | – |",
    ]


def test_where_less_is_better_the_least_is_bold_and_equal_figures_both_are() -> None:
    rows = {"a": {"mb": 12.0}, "b": {"mb": 3.1}, "c": {"mb": 2.9}}
    lines = table("", rows, (Column("MB", ("mb",), "{:.0f}".format, less=True),)).splitlines()
    assert lines[2:] == ["| a | 12 |", "| b | **3** |", "| c | **3** |"]


def test_the_overview_has_a_row_for_each_measure_that_some_tool_has() -> None:
    def tool(version: str, mb: int, **over_a_set: Any) -> dict[str, Any]:
        start = {"versions": {"main": version}, "install_mb": mb, "import_s": {"clock": 0.5}, "load_s": {"clock": 1.0}}
        return {**start, "failures": {}, "sets": {"small": over_a_set}}

    sizes = {"articles": 1200, "questions": 9, "unanswerable": 4}
    tools = {
        "ours": tool("1", 1892, memory_mb=600, answers={"EM of the answerable": 0.5, "F1 of the answerable": 0.625}),
        "theirs": tool("2", 1400, memory_mb=1150, search_ms={"clock": {"median": 15.4}}),
        "other": {"failures": {"install": "none"}},
    }
    assert overview({"sets": {"small": sizes}, "tools": tools}).splitlines() == [
        "| shares in per cent | ours 1 | theirs 2 |",
        "| --- | ---: | ---: |",
        "| installed, MB | 1,892 | **1,400** |",
        "| imports and models, s | **1.5** | **1.5** |",
        "| **small**, 1,200 contexts, 4 of 9 questions unanswerable |  |  |",
        "| search; answer, ms | – | 15 |",
        "| memory, MB | **600** | 1,150 |",
        "| EM; F1 of the answerable | 50.0; 62.5 | – |",
    ]


def test_the_pages_have_the_figures_that_were_measured() -> None:
    result = json.loads((ROOT / "benchmarks/results/peers.json").read_text(encoding="utf-8"))
    assert overview(result) in (ROOT / "README.md").read_text(encoding="utf-8")
    page = (ROOT / "docs/peers.md").read_text(encoding="utf-8")
    assert all(part in page for part in markdown(result).split("\n\n"))


def test_a_tool_that_does_not_run_is_named_with_the_reason() -> None:
    result = {"sets": {}, "tools": {"haystack": {"failures": {"install": "ERROR: No matching distribution"}}}}
    assert markdown(result) == "haystack did not run (install): ERROR: No matching distribution"


@pytest.mark.parametrize("tool", TOOLS, ids=[tool.name for tool in TOOLS])
def test_every_tool_has_an_adapter_and_pinned_packages(tool: Tool) -> None:
    tree = ast.parse(tool.adapter.read_text(encoding="utf-8"))
    peer = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Peer")
    methods = {node.name for node in peer.body if isinstance(node, ast.FunctionDef)}
    assert {"__init__", "index", "search"} <= methods
    lines = tool.requirements.read_text(encoding="utf-8").splitlines()
    if tool.name == "pullquote":
        assert lines == ["--constraint ../../../requirements.lock", "../../.."]
    else:
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
        assert {name.lower() for name in tool.packages} <= {line.partition("==")[0].lower() for line in lines}


ADAPTER = """
class Peer:
    def __init__(self, embedder, reader, folder):
        self.given = embedder + reader

    def index(self, articles):
        self.articles = articles

    def search(self, question, k):
        return [article["id"] for article in self.articles[:k]]

    def ask(self, question):
        if "raise" in question:
            raise TypeError("no span")
        return {"text": self.given, "article": "a"}

    def insist(self, question):
        return {"text": question}
"""


def test_a_tool_is_driven_in_a_process_of_its_own(tmp_path: Path) -> None:
    adapter, task, result = tmp_path / "run.py", tmp_path / "task.json", tmp_path / "result.json"
    adapter.write_text(ADAPTER, encoding="utf-8")
    articles = [{"id": "a", "text": "ä"}, {"id": "b", "text": "ö"}]
    given = {"embedder": "E", "reader": "R", "articles": articles, "questions": ["Who?", "raise?"], "hits": 1}
    task.write_text(json.dumps(given), encoding="utf-8")
    drive = [sys.executable, "-P", str(DRIVE), str(adapter), str(task), str(result)]
    run(drive)
    written = json.loads(result.read_text(encoding="utf-8"))
    assert written["found"] == [["a"], ["a"]]
    assert written["answers"] == [{"text": "ER", "article": "a"}, {"text": None, "error": "TypeError"}]
    assert len(written["ask_s"]) == len(written["search_s"]) == 2
    assert "insisted" not in written
    assert 1 < written["memory_mb"] < 1000
    run([*drive, "insist"])
    assert json.loads(result.read_text(encoding="utf-8"))["insisted"] == [{"text": "Who?"}, {"text": "raise?"}]


def test_a_command_that_fails_says_why_without_the_folders_of_this_machine() -> None:
    with pytest.raises(ToolFailed, match=r"^OSError: model is missing$"):
        run([sys.executable, "-c", "raise OSError('/some/folder/model is missing')"])
    with pytest.raises(ToolFailed, match="exit status 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])
    assert reason("\n") == ""


def test_what_was_measured_is_not_measured_again_and_a_failure_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []

    def fake_run(command: list[str]) -> None:
        result = command[5]
        commands.append(result)
        if "bad" in result:
            raise ToolFailed("MemoryError")
        Path(result).write_text("{}", encoding="utf-8")

    monkeypatch.setattr(measured, "run", fake_run)
    for name in ("results", "bin"):
        (tmp_path / name).mkdir()
    (tmp_path / "installed").write_text("1", encoding="utf-8")
    tasks = [Task(name, {}, (), tmp_path / f"{name}.json") for name in ("good", "bad")]
    for task in tasks:
        task.path.write_text(task.name, encoding="utf-8")
    one = Measured(TOOLS[0], tmp_path / "bin/python", 1, {})
    for _ in range(2):
        for task in tasks:
            one.run(task, 0, tmp_path)
    assert len(commands) == 2
    assert one.failures == {"bad": "MemoryError"}
    assert len(one.results["good"]) == 2
