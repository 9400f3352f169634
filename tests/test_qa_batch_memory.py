"""What a file of questions takes of memory: as much as some rows, however many there are."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from batch_process import Parrot, make_index
from fakes import HashEncoder, WordReader

from index import Index
from qa.batch import check_files, run_batch

NOTE = "x" * 1000


def peak(work: Callable[[], object]) -> int:
    """Return the most bytes that Python had more while it worked than before."""
    gc.collect()
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
def test_a_run_takes_no_more_for_many_times_the_rows(tmp_path: Path, ending: str) -> None:
    make_index(tmp_path / "index")
    few, many, answers = written(tmp_path / "few.jsonl", 320), written(tmp_path / "q.jsonl", 1280), f"a.{ending}"
    with Index.open(tmp_path / "index", HashEncoder()) as index:
        assistant = Parrot(index, WordReader("envoy"))
        run_batch(assistant, few, tmp_path / answers)
        of_few, of_many = (peak(partial(run_batch, assistant, q, tmp_path / answers)) for q in (few, many))
    assert of_many < of_few + 800_000
    assert (tmp_path / answers).stat().st_size * (1280 - 320) / 1280 > 1_000_000
