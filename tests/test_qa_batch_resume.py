"""Runs that are stopped or killed, and go on."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from batch_process import Parrot, make_index, run
from fakes import HashEncoder, WordReader
from filelock import FileLock
from forking import forked
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Index
from index.search.filters import Filter
from qa import Assistant
from qa.batch import CHUNK, Layout, run_batch
from qa.errors import InvalidBatch, OutputError

COUNT = 2000


class Stopped(Exception):
    pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index, and the answers of an undisturbed run."""
    folder = tmp_path_factory.mktemp("batch")
    make_index(folder / "index")
    lines = [{"id": n, "question": f"Who met whom in {n}?" if n % 50 else "?", "n": n} for n in range(COUNT)]
    (folder / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "few.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines[: 2 * CHUNK + 7]))
    with Index.open(folder / "index", HashEncoder()) as index:
        for name in ("q", "few"):
            run_batch(Parrot(index, WordReader("envoy")), folder / f"{name}.jsonl", folder / f"{name} whole.jsonl")
    return folder


@pytest.fixture
def assistant(folder: Path) -> Iterator[Assistant]:
    with Index.open(folder / "index", HashEncoder()) as index:
        yield Parrot(index, WordReader("envoy"))


def lines_of(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line.pop("timings_ms", None)
    return lines


def stopped_after(assistant: Assistant, questions: Path, answers: Path, count: int) -> Path:
    """Stop a run when so many questions are done, and return its journal."""

    def stop(done: int) -> None:
        if done >= count:
            raise Stopped

    with pytest.raises(Stopped):
        run_batch(assistant, questions, answers, stop, restart=True)
    return answers.with_name(answers.name + ".partial")


def killed(folder: Path, after: int, wait: float) -> int:
    """Run a file, kill the process some time after a number of questions, and return how many it said were done."""
    process, told = forked(run, str(folder / "index"), str(folder / "q.jsonl"), str(folder / "killed.jsonl"))
    done = 0
    try:
        while done < after:
            done = told.recv()
        time.sleep(wait)
        process.kill()
        while True:
            done = told.recv()
    except EOFError:
        process.join()
    return done


def test_a_run_that_is_killed_goes_on_where_it_stopped(folder: Path, assistant: Assistant) -> None:
    chance = random.Random(7)
    said = [killed(folder, after, chance.uniform(0, 0.05)) for after in (0, 200, 700, 1400, COUNT)]
    assert said == sorted(said)
    assert said[0] < said[2] < COUNT
    outcome = run_batch(assistant, folder / "q.jsonl", folder / "killed.jsonl")
    assert lines_of(folder / "killed.jsonl") == lines_of(folder / "q whole.jsonl")
    assert (outcome.answered, outcome.errors) == (COUNT - 40, 40)
    assert not (folder / "killed.jsonl.partial").exists()


@settings(max_examples=25)
@given(
    done=st.integers(1, 2 * CHUNK + 7),
    share=st.floats(0, 1),
    behind=st.sampled_from([b"", b"\0" * 9, b"}\n", b"{}\n"]),
)
def test_a_journal_that_ends_anywhere_is_taken_up(
    folder: Path, assistant: Assistant, done: int, share: float, behind: bytes
) -> None:
    """Whatever of it a crash has left, and whatever stands behind that."""
    questions, answers = folder / "few.jsonl", folder / "torn.jsonl"
    partial = stopped_after(assistant, questions, answers, done)
    whole = partial.read_bytes()
    header = whole.index(b"\n") + 1
    kept = header + round(share * (len(whole) - header))
    partial.write_bytes(whole[:kept] + behind)
    run_batch(assistant, questions, answers)
    assert lines_of(answers) == lines_of(folder / "few whole.jsonl")


def test_what_was_done_is_not_asked_again(folder: Path, assistant: Assistant, tmp_path: Path) -> None:
    partial = stopped_after(assistant, folder / "few.jsonl", tmp_path / "a.jsonl", 2 * CHUNK)
    done: list[int] = []
    with patch.object(assistant, "ask", wraps=assistant.ask) as ask:
        outcome = run_batch(assistant, folder / "few.jsonl", tmp_path / "a.jsonl", done.append)
    assert (ask.call_count, outcome.resumed, done) == (7, 2 * CHUNK, [2 * CHUNK, 2 * CHUNK + 7])
    assert not partial.exists()


def test_a_run_that_was_killed_before_its_journal_was_deleted_is_finished_again(
    folder: Path, assistant: Assistant, tmp_path: Path
) -> None:
    stopped_after(assistant, folder / "few.jsonl", tmp_path / "a.csv", 2 * CHUNK + 7)
    with patch.object(assistant, "ask", side_effect=AssertionError):
        assert run_batch(assistant, folder / "few.jsonl", tmp_path / "a.csv").resumed == 2 * CHUNK + 7
    assert len((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2 * CHUNK + 7


def with_filter(assistant: Assistant) -> Assistant:
    return Assistant(assistant.index, assistant.reader, only=Filter(since="2025"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param("file", "the questions' file", id="questions"),
        pytest.param("index", r"the index's generation \(was \d+, is \d+\)", id="index"),
        pytest.param("passages", r"--passages \(was 5, is 7\)", id="passages"),
        pytest.param("threshold", r"--threshold \(was 0.5, is 0.1\)", id="threshold"),
        pytest.param("reader", r"the reader \(was word, is other\)", id="reader"),
        pytest.param("only", "the filters", id="filters"),
        pytest.param("column", "--question", id="column"),
    ],
)
def test_what_changed_since_a_run_was_stopped_is_named(tmp_path: Path, changed: str, message: str) -> None:
    make_index(tmp_path / "index")
    questions, answers, layout = tmp_path / "q.jsonl", tmp_path / "a.jsonl", Layout()
    questions.write_text('{"question": "Who?"}\n' * 40)
    with Index.open(tmp_path / "index", HashEncoder()) as index:
        stopped_after(Assistant(index, WordReader("envoy")), questions, answers, CHUNK)
        if changed == "file":
            questions.write_text('{"question": "Who?"}\n' * 41)
        elif changed == "index":
            index.add([Article("new", "Bo met the mayor.")])
        elif changed == "column":
            layout = Layout("question")
        options: dict[str, Any] = {"passages": 7, "threshold": 0.1, "only": Filter(since="2025")}
        reader = WordReader("envoy")
        reader.name = "other" if changed == "reader" else reader.name
        assistant = Assistant(index, reader, **{k: v for k, v in options.items() if k == changed})
        with pytest.raises(OutputError, match=f"since then changed: {message}.*--restart"):
            run_batch(assistant, questions, answers, layout=layout)
        assert run_batch(assistant, questions, answers, layout=layout, restart=True).resumed == 0


def test_an_index_made_anew_is_another_index(tmp_path: Path) -> None:
    """With as many articles, passages and changes as the old one had, in the same folder."""
    (tmp_path / "q.jsonl").write_text('{"question": "Who?"}\n' * 40)
    make_index(tmp_path / "index")
    with Index.open(tmp_path / "index", HashEncoder()) as index:
        stopped_after(Assistant(index, WordReader("envoy")), tmp_path / "q.jsonl", tmp_path / "a.jsonl", CHUNK)
    shutil.rmtree(tmp_path / "index")
    make_index(tmp_path / "index")
    changed = r"since then changed: the state of the index \(sha256\) \(was \w+, is \w+\)\. Put"
    with Index.open(tmp_path / "index", HashEncoder()) as index, pytest.raises(OutputError, match=changed):
        run_batch(Assistant(index, WordReader("envoy")), tmp_path / "q.jsonl", tmp_path / "a.jsonl")


def test_a_file_that_is_no_journal_is_left_alone(folder: Path, assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.partial").write_text("mine\n")
    with pytest.raises(OutputError, match="stands in the way"):
        run_batch(assistant, folder / "few.jsonl", tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl.partial").read_text() == "mine\n"


def test_two_processes_do_not_write_one_file(folder: Path, assistant: Assistant, tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / "a.jsonl.partial.lock"),
        pytest.raises(OutputError, match="Another process is writing"),
    ):
        run_batch(assistant, folder / "few.jsonl", tmp_path / "a.jsonl")


def test_questions_that_change_meanwhile_are_noticed(folder: Path, assistant: Assistant, tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"question": "Who?"}\n' * 40)

    def change(done: int) -> None:
        questions.write_text('{"question": "How?"}\n' * 40)

    with pytest.raises(InvalidBatch, match="was changed while"):
        run_batch(assistant, questions, tmp_path / "a.jsonl", change)
    assert not (tmp_path / "a.jsonl").exists()


def test_an_index_that_changes_meanwhile_is_said(tmp_path: Path) -> None:
    make_index(tmp_path / "index")
    (tmp_path / "q.txt").write_text("Who?\n")
    with Index.open(tmp_path / "index", HashEncoder()) as index:

        def add(done: int) -> None:
            index.add([Article(f"new {done}", "Bo met the mayor.")])

        assistant = Assistant(index, WordReader("envoy"))
        assert run_batch(assistant, tmp_path / "q.txt", tmp_path / "a.jsonl", add).index_changed
        assert not run_batch(assistant, tmp_path / "q.txt", tmp_path / "a.jsonl").index_changed
