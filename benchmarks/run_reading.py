"""What bounds many questions: three ways to embed them and read their passages, and what the processor does meanwhile.

    python -m benchmarks.run_reading --data DEV_DIR [--questions 32] [--rounds 3]

The articles are the contexts of squad2_dev. The questions are embedded, and the five passages found for each are read:
one question at a time, side by side with one thread each (as `Assistant.ask_many` does), and across questions: all in
one call, and in batches of windows sorted by length. Also measured, with one thread: the share of the reader's time
that is in its linear layers, and how fast products of their shapes are alone. Rounds alternate between the ways; the
best is taken. Writes benchmarks/results/reading.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from index import load_encoder
from index.bert import use_threads
from qa import load_reader
from qa.evaluate.contexts import contexts_as_index
from qa.evaluate.testset import read_squad
from qa.many import one_thread_each
from qa.read.reader import TransformersReader

ROOT = Path(__file__).parent.parent
BATCHES = (2, 4, 8, 16, 32)
SHAPES = ((384, 1152), (384, 384), (384, 1536), (1536, 384))
ROWS = (100, 200, 400)

Asked = Sequence[tuple[str, list[str]]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    testset = read_squad(arguments.data / "squad2_dev.json.gz")
    step = len(testset.questions) // arguments.questions
    questions = [question.question for question in testset.questions[::step]][: arguments.questions]
    encoder, reader = load_encoder(), load_reader()
    with contexts_as_index(testset) as index:
        asked = [(question, [hit.passage.text for hit in index.search(question, 5)]) for question in questions]
    embedding: dict[str, Callable[[], object]] = {
        "one question at a time": lambda: [encoder.encode([question]) for question in questions],
        "side by side": lambda: side_by_side(lambda question: encoder.encode([question]), questions),
        "across questions": lambda: encoder.encode(questions),
    }
    reading: dict[str, Callable[[], object]] = {
        "one question at a time": lambda: [reader.windows(*one) for one in asked],
        "side by side": lambda: side_by_side(lambda one: reader.windows(*one), asked),
        **{f"across questions, {size} windows": partial(across, reader, asked, size) for size in BATCHES},
    }
    taken = [
        {name: round(seconds * 1000 / len(asked), 1) for name, seconds in best_times(ways, arguments.rounds).items()}
        for ways in (embedding, reading)
    ]
    threads = torch.get_num_threads()
    use_threads(1, elsewhere=threads)
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {threads} threads of torch",
        "questions": len(asked),
        "embedding, ms a question": taken[0],
        "reading, ms a question": taken[1],
        "share of the time in linear layers, one thread": round(linear_share(reader, asked), 3),
        "products alone, 1e9 operations a second, one thread": {
            f"{rows} rows, {' to '.join(map(str, shape))}": round(speed(rows, *shape), 1)
            for rows in ROWS
            for shape in SHAPES
        },
    }
    (ROOT / "benchmarks/results/reading.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def best_times(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the seconds of the best of some rounds in turn, after one that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - began)
    return {name: min(times[1:]) for name, times in taken.items()}


def side_by_side(work: Callable[[Any], object], asked: Sequence[object]) -> None:
    with one_thread_each() as workers:
        list(workers.map(work, asked))


def across(reader: TransformersReader, asked: Asked, size: int) -> None:
    """Read the windows of all questions together, those of like length in one batch."""
    windows = [window for one in asked for _, window in reader._tokenizer.windows(*one)]
    windows.sort(key=len)
    for at in range(0, len(windows), size):
        with torch.inference_mode():
            reader._model(**reader._tokenizer.tensors(windows[at : at + size]))


def linear_share(reader: TransformersReader, asked: Asked) -> float:
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        began = time.perf_counter()
        for one in asked:
            reader.windows(*one)
        whole = 1e6 * (time.perf_counter() - began)
    linear = sum(event.cpu_time_total for event in profiled.key_averages() if event.key == "aten::linear")
    return float(linear / whole)


def speed(rows: int, inputs: int, outputs: int) -> float:
    x, weight, bias = torch.randn(rows, inputs), torch.randn(outputs, inputs), torch.randn(outputs)
    best = float("inf")
    for _ in range(50):
        began = time.perf_counter()
        with torch.inference_mode():
            torch.nn.functional.linear(x, weight, bias)
        best = min(best, time.perf_counter() - began)
    return 2 * rows * inputs * outputs / best / 1e9


if __name__ == "__main__":
    main()
