"""Many questions at once against one at a time: questions a second, by the clock and by the processor.

    python -m benchmarks.run_batch --data DEV_DIR [--questions 306] [--rounds 3]

The articles are the contexts of squad2_dev, the questions are spread over it. They are asked in short turns, once one
at a time and once together, whose order changes from turn to turn, so that what else the machine does falls on both. A
round asks every question both ways. Writes benchmarks/results/batch.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from index.bert import thread_count
from qa import Answer, Assistant, load_reader
from qa.evaluate.contexts import contexts_as_index
from qa.evaluate.testset import read_squad
from qa.many import Asked

ROOT = Path(__file__).parent.parent
TURN = 34


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=306)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    testset = read_squad(arguments.data / "squad2_dev.json.gz")
    step = len(testset.questions) / arguments.questions
    asked = [Asked(testset.questions[int(i * step)].question) for i in range(arguments.questions)]
    with contexts_as_index(testset) as index:
        assistant = Assistant(index, load_reader())
        assistant.ask_many(asked[:4])
        ways: dict[str, Way] = {
            "one at a time": lambda part: [assistant.ask(one.question, one.only) for one in part],
            "together": assistant.ask_many,
        }
        loads, rounds, answers = [os.getloadavg()[0]], [], dict[str, Any]()
        for number in range(arguments.rounds):
            measured, answers = one_round(ways, asked, number)
            rounds.append(measured)
            loads.append(os.getloadavg()[0])
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {thread_count()} threads of torch",
        "load average before and after each round": [round(load, 1) for load in loads],
        "articles": len({question.context for question in testset.questions}),
        "questions": len(asked),
        "questions in a turn": TURN,
        **summary(rounds),
        **differences(*answers.values()),
    }
    path = ROOT / "benchmarks/results/batch.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


Way = Callable[[Sequence[Asked]], Sequence[object]]
Measured = dict[str, tuple[float, float]]


def one_round(ways: dict[str, Way], asked: Sequence[Asked], number: int) -> tuple[Measured, dict[str, list[object]]]:
    """Ask all questions in every way; return seconds by the clock and of the processor for each, and the answers."""
    spent = dict.fromkeys(ways, (0.0, 0.0))
    answers: dict[str, list[object]] = {name: [] for name in ways}
    for turn, at in enumerate(range(0, len(asked), TURN)):
        for name in sorted(ways, reverse=bool((turn + number) % 2)):
            clock, processor = time.perf_counter(), time.process_time()
            answers[name] += ways[name](asked[at : at + TURN])
            wall, busy = spent[name]
            spent[name] = wall + time.perf_counter() - clock, busy + time.process_time() - processor
    return {name: (wall / len(asked), busy / len(asked)) for name, (wall, busy) in spent.items()}, answers


def summary(rounds: Sequence[Measured]) -> dict[str, Any]:
    """Return the medians over the rounds, and the rounds."""
    ratios = {
        kind: [one["one at a time"][i] / one["together"][i] for one in rounds]
        for i, kind in enumerate(("clock", "cpu"))
    }
    return {
        "questions a second": {name: middle([1 / one[name][0] for one in rounds]) for name in rounds[0]},
        "processor seconds a question": {name: middle([one[name][1] for one in rounds]) for name in rounds[0]},
        "times as many questions in the same time": middle(ratios["clock"]),
        "times as many questions for the same processor time": middle(ratios["cpu"]),
        "rounds": {kind: [round(ratio, 3) for ratio in values] for kind, values in ratios.items()},
    }


def differences(alone: Sequence[object], together: Sequence[object]) -> dict[str, Any]:
    """Compare the two ways' answers."""
    pairs = [(a, b) for a, b in zip(alone, together, strict=True) if isinstance(a, Answer) and isinstance(b, Answer)]
    return {
        "answers that differ in text, place or passages": sum(places(a) != places(b) for a, b in pairs),
        "largest difference of a confidence": max(abs(a.confidence - b.confidence) for a, b in pairs),
    }


def places(answer: Answer) -> tuple[object, ...]:
    read = [passage.passage_id for passage in answer.passages]
    candidates = [
        (other.text, *((c.article_id, c.start, c.end) for c in other.citations)) for other in answer.candidates
    ]
    return answer.kind, answer.reason, answer.text, read, candidates


def middle(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


if __name__ == "__main__":
    main()
