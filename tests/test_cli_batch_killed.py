"""A file of 2,000 questions whose run is killed 50 times, by the command as its users run it."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from cli_process import COMMAND, Run

pytestmark = [pytest.mark.cli, pytest.mark.long]

ROOT = Path(__file__).parent.parent
QUESTIONS, KILLS = 2000, 50


def asked() -> list[str]:
    """The questions of the tests' own test set, again and again, each time in other words."""
    articles = json.loads((ROOT / "tests/data/qa_test.json").read_text(encoding="utf-8"))["data"]
    own = [qa["question"] for article in articles for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    lead_ins = ("", "Please tell me: ", "According to the article, ", "So ", "And ")
    variants = [lead_in + question for lead_in in lead_ins for question in own]
    return [variants[number % len(variants)] for number in range(QUESTIONS)]


def without_timings(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line.pop("timings_ms", None)
    return lines


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Run(tmp_path)
    assert run("index", str(ROOT / "tests/data/articles")).returncode == 0
    with (tmp_path / "q.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("row", "question"), *enumerate(asked())])
    return run


def test_a_run_that_is_killed_50_times_ends_like_an_undisturbed_one(run: Run) -> None:
    command = [COMMAND, "batch", "q.csv", "-o", "killed.jsonl"]
    subprocess.run([COMMAND, "batch", "q.csv", "-o", "whole.jsonl"], cwd=run.folder, check=True)
    chance = random.Random(7)
    partial, lengths = run.folder / "killed.jsonl.partial", set()
    for kill in range(KILLS):
        process = subprocess.Popen(command, cwd=run.folder, stderr=subprocess.DEVNULL)
        deadline, aim = time.monotonic() + 120, chance.uniform(-16, 40)
        before = rows(partial)
        while rows(partial) < before + aim and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 3))
        assert process.poll() is None, f"it ended before kill {kill}"
        process.kill()
        process.wait()
        lengths.add(rows(partial))
    subprocess.run(command, cwd=run.folder, check=True)
    assert len(lengths) > KILLS / 4
    assert without_timings(run.folder / "killed.jsonl") == without_timings(run.folder / "whole.jsonl")
    assert [line["row"] for line in without_timings(run.folder / "killed.jsonl")] == list(map(str, range(QUESTIONS)))
    assert not partial.exists()


def rows(partial: Path) -> int:
    return partial.read_bytes().count(b"\n") - 1 if partial.exists() else 0
