"""What a file of questions takes of memory: as much as some rows, however many there are."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import batch_process
import pytest
from batch_process import Parrot, make_index
from fakes import HashEncoder, WordReader

from index import Index
from qa.batch import check_files, run_batch
from qa.batch.question import Question
from qa.batch.result import Record, Result

NOTE = "x" * 1000


def peak(work: Callable[[], object]) -> int:
    """Return the most bytes that Python had more while it worked than before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def written(path: Path, rows: int) -> Path:
    lines = (json.dumps({"id": n, "question": f"Who met whom in {n}?", "note": NOTE}) for n in range(rows))
    if path.suffix == ".csv":
        lines = (f"{n},Who met whom in {n}?,{NOTE}" if n else "id,question,note" for n in range(rows + 1))
    with path.open("w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)
    return path


@pytest.mark.parametrize("ending", ["txt", "csv", "jsonl"])
def test_a_file_of_20_000_rows_is_read_a_row_at_a_time(tmp_path: Path, ending: str) -> None:
    few, many = written(tmp_path / f"few.{ending}", 10), written(tmp_path / f"many.{ending}", 20_000)
    check_files(few, tmp_path / "a.jsonl")
    assert peak(partial(check_files, many, tmp_path / "a.jsonl")) < 500_000
    assert many.stat().st_size > 20_000_000


@pytest.mark.parametrize("ending", ["jsonl", "csv", "html"])
def test_a_run_holds_no_more_after_many_rows_than_after_some(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_index(tmp_path / "index")
    questions, answers = written(tmp_path / "q.jsonl", 640), tmp_path / f"a.{ending}"
    answering: list[int] = []
    writing: list[int] = []

    def result(number: int, question: Question, record: Record) -> Result:
        if number % 64 == 0:
            writing.append(held())
        return Result(number, question, record)

    monkeypatch.setattr("qa.batch.run.Result", result)
    with Index.open(tmp_path / "index", HashEncoder()) as index:
        assistant = Parrot(index, WordReader("envoy"))
        gc.freeze()
        try:
            peak(partial(run_batch, assistant, questions, answers, lambda _: answering.append(held())))
        finally:
            gc.unfreeze()
    assert (len(answering), len(writing)) == (21, 10)
    assert max(answering[2:]) < answering[2] + 20_000
    assert max(writing) < answering[2] + 200_000
    assert answers.stat().st_size > 30 * 20_000


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_million_rows_take_the_memory_of_a_thousand(tmp_path: Path) -> None:
    make_index(tmp_path / "index")
    few, many = (most_memory(tmp_path, rows) for rows in (1_000, 1_000_000))
    with (tmp_path / "1000000.jsonl").open("rb") as file:
        assert sum(1 for _ in file) == 1_000_000
    assert many < few + 20_000


def most_memory(folder: Path, rows: int) -> int:
    """Answer so many rows in a process of its own, and return the most memory that it had, in kB."""
    questions = written(folder / f"{rows}.q.jsonl", rows)
    command = [sys.executable, batch_process.__file__, str(folder / "index"), str(questions)]
    done = subprocess.run([*command, str(folder / f"{rows}.jsonl")], capture_output=True, text=True, check=True)
    return int(done.stdout)


def held() -> int:
    """Return how many bytes Python has; `collect` also empties the lists of freed tuples, which would count."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
