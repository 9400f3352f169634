"""A file of 2,000 questions whose run is killed 50 times, by the command as its users run it."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cli_process import COMMAND, Run

pytestmark = [pytest.mark.cli, pytest.mark.long, pytest.mark.timeout(1800)]

KILLS = 50
TOWNS = [first + last for first in ("Torn", "Low", "Ost", "Vel", "Har") for last in ("by", "field", "haven", "mar")]
OFFICES = ("mayor", "minister", "envoy", "harbour master", "judge")
QUESTIONS = (
    "Who is the {office} of {town}?",
    "Who met the {office} of {town}?",
    "When was the {office} of {town} elected?",
    "What did the {office} of {town} open?",
    "How much did the {office} of {town} pay?",
    "Which bridge did the {office} of {town} cross?",
    "Where was the {office} of {town} born?",
    "Who succeeded the {office} of {town}?",
    "Why did the {office} of {town} resign?",
    "Who is the oldest {office} near {town}?",
)
LEAD_INS = ("", "Please tell me: ")
COUNT = len(LEAD_INS) * len(QUESTIONS) * len(OFFICES) * len(TOWNS)


def articles() -> Iterator[dict[str, str]]:
    """Yield an article for each office of each town, of which no two are alike."""
    chance = random.Random(3)
    for town, office in product(TOWNS, OFFICES):
        name, guest = chance.sample(("Ada Roth", "Bo Lind", "Cato Berg", "Dina Falk", "Egon Moe", "Frida Aas"), 2)
        text = (
            f"{name}, the {office} of {town}, met {guest} on {chance.randint(1, 28)} June. "
            f"{name} was elected in {chance.randint(1990, 2024)} and opened a {chance.choice(('school', 'ferry'))}. "
            f"It cost {chance.randint(2, 90)} million crowns."
        )
        yield {"id": f"{town} {office}", "title": f"The {office} of {town}", "text": text}


def asked() -> list[str]:
    """The questions, no two alike, of which some cannot be answered and every fiftieth cannot be asked."""
    every = product(LEAD_INS, QUESTIONS, TOWNS, OFFICES)
    filled = [lead_in + question.format(town=town, office=office) for lead_in, question, town, office in every]
    random.Random(5).shuffle(filled)
    return [question if number % 50 else "?" for number, question in enumerate(filled)]


def without_timings(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line.pop("timings_ms", None)
    return lines


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Run(tmp_path)
    (tmp_path / "wire.jsonl").write_text("".join(json.dumps(article) + "\n" for article in articles()))
    assert run("index", "wire.jsonl").returncode == 0
    with (tmp_path / "q.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("row", "question"), *enumerate(asked())])
    return run


def command(answers: str) -> list[str]:
    return [COMMAND, "batch", "q.csv", "-o", answers, "--passages", "1"]


def test_a_run_that_is_killed_50_times_ends_like_an_undisturbed_one(run: Run) -> None:
    assert subprocess.run(command("whole.jsonl"), cwd=run.folder, check=False).returncode == 1
    chance = random.Random(7)
    partial, reached = run.folder / "killed.jsonl.partial", set()
    for kill, aim in enumerate(sorted(chance.uniform(0, 0.9 * COUNT) for _ in range(KILLS))):
        process = subprocess.Popen(command("killed.jsonl"), cwd=run.folder, stderr=subprocess.DEVNULL)
        _wait(process, partial, aim, chance.uniform(0, 5))
        time.sleep(chance.uniform(0, 0.5))
        assert process.poll() is None, f"it ended before kill {kill}"
        process.kill()
        process.wait()
        reached.add(rows(partial))
    assert subprocess.run(command("killed.jsonl"), cwd=run.folder, check=False).returncode == 1
    assert len(reached) > KILLS / 4
    killed, whole = (without_timings(run.folder / f"{name}.jsonl") for name in ("killed", "whole"))
    assert killed == whole
    assert [line["row"] for line in killed] == list(map(str, range(COUNT)))
    assert {line.get("kind", "error") for line in killed} == {"extracted", "none", "error"}
    assert not partial.exists()


def _wait(process: subprocess.Popen[bytes], partial: Path, aim: float, seconds: float) -> None:
    """Wait until a run has so many rows; where the last one had them, some seconds or until the next row is there."""
    before, began = rows(partial), time.monotonic()
    while process.poll() is None and time.monotonic() < began + (120 if before < aim else seconds):
        if rows(partial) >= max(aim, before + 1):
            return
        time.sleep(0.02)


def rows(partial: Path) -> int:
    return partial.read_bytes().count(b"\n") - 1 if partial.exists() else 0
