"""`pullquote batch` as its users run it: every way in and out, what is wrong with a file, runs that go on."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_inside import Inside
from cli_process import COMMAND, Run
from openpyxl import Workbook, load_workbook

pytestmark = pytest.mark.cli

ARTICLES = (
    {"id": "may", "title": "Ferry strike", "text": "The ferry to Tornby was cancelled. Harbeck led the strike.",
     "published": "2025-05-03", "source": "Coast Press"},
    {"id": "june", "title": "Ferry returns", "text": "The ferry to Tornby sails again. Kessel led the talks.",
     "published": "2025-06-07", "source": "The Velmar Courier"},
)  # fmt: skip
ASKED = ("Who led the strike?", "Who led the talks?")
ANSWERS = ["Harbeck", "Kessel"]
TABLE = "question,note\nWho led the strike?,=1+1\nWho led the talks?,\n"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two articles indexed in it."""
    folder = tmp_path_factory.mktemp("cli-batch")
    (folder / "wire.jsonl").write_text("".join(json.dumps(article) + "\n" for article in ARTICLES))
    done = Inside(folder)("index", "wire.jsonl")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """Commands in a copy of that folder, in which the test itself is too."""
    monkeypatch.chdir(shutil.copytree(indexed, tmp_path / "work"))
    return Inside(tmp_path / "work")


def written(name: str, content: str | bytes) -> None:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)


def lines(name: str = "a.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]


def spreadsheet(name: str) -> None:
    book = Workbook()
    for row in (("question",), *((question,) for question in ASKED)):
        book.active.append(row)
    book.save(name)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param("q.txt", lambda name: written(name, "\n".join(ASKED)), id="txt"),
        pytest.param("q.csv", lambda name: written(name, TABLE), id="csv"),
        pytest.param("q.tsv", lambda name: written(name, TABLE.replace(",", "\t")), id="tsv"),
        pytest.param("q.xlsx", spreadsheet, id="xlsx"),
        pytest.param(
            "q.jsonl",
            lambda name: written(name, "".join(json.dumps({"question": q}) + "\n" for q in ASKED)),
            id="jsonl",
        ),
    ],
)
def test_every_format_of_questions_is_answered(run: Inside, name: str, write: Callable[[str], None]) -> None:
    write(name)
    done = run("batch", name, "-o", "a.jsonl")
    said = "answered 2, not in these articles 0, errors 0; written to a.jsonl\n"
    assert (done.returncode, done.stdout, done.stderr[-len(said) :]) == (0, "", said)
    assert [(line["question"], line["text"]) for line in lines()] == list(zip(ASKED, ANSWERS, strict=True))


def of_csv(name: str) -> list[str]:
    with Path(name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["note"] for row in rows] == ["'=1+1", ""]
    return [row["answer"] for row in rows]


def of_xlsx(name: str) -> list[str]:
    names, *rows = load_workbook(name).active.iter_rows(values_only=True)
    return [str(row[names.index("answer")]) for row in rows]


def of_html(name: str) -> list[str]:
    page = Path(name).read_text(encoding="utf-8")
    return [answer for answer in ANSWERS if f"<mark>{answer}</mark> led the" in page]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        pytest.param("a.jsonl", lambda name: [line["text"] for line in lines(name)], id="jsonl"),
        pytest.param("a.csv", of_csv, id="csv"),
        pytest.param("a.xlsx", of_xlsx, id="xlsx"),
        pytest.param("a.html", of_html, id="html"),
    ],
)
def test_every_format_of_answers_is_written(run: Inside, name: str, read: Callable[[str], list[str]]) -> None:
    written("q.csv", TABLE)
    assert run("batch", "q.csv", "-o", name).returncode == 0
    assert read(name) == ANSWERS
    assert sorted(path.name for path in Path().iterdir()) == sorted([".pullquote", "q.csv", "wire.jsonl", name])


def test_standard_input_needs_a_format_and_is_read_from_a_pipe(run: Inside) -> None:
    without = run("batch", "-", "-o", "a.jsonl", stdin="Who led the strike?\n")
    assert (without.returncode, "name it with --format" in without.stderr) == (2, True)
    done = Run(run.folder)("batch", "-", "--format", "txt", "-o", "a.jsonl", stdin="Who led the strike?\n?\n")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert lines()[0]["text"] == "Harbeck"
    assert "no word in it" in lines()[1]["error"]


def test_a_named_pipe_is_read_like_a_file(run: Inside) -> None:
    os.mkfifo("q.csv")
    process = subprocess.Popen([COMMAND, "batch", "q.csv", "-o", "a.jsonl"], stderr=subprocess.PIPE, text=True)
    written("q.csv", TABLE)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, [line["text"] for line in lines()]) == (0, ANSWERS), error


def test_an_empty_standard_input_is_called_so(run: Inside) -> None:
    done = run("batch", "-", "--format", "csv", "-o", "a.jsonl")
    assert (done.returncode, done.stderr) == (1, "Error: 'standard input' has no questions.\n")


def test_the_column_of_the_questions_is_named(run: Inside) -> None:
    written("q.csv", "Frage,id\nWho led the strike?,x\n")
    assert run("batch", "q.csv", "-o", "a.jsonl", "--question", "frage").returncode == 0
    assert [(line["id"], line["text"]) for line in lines()] == [("x", "Harbeck")]


def test_columns_say_which_articles_a_row_asks_of(run: Inside) -> None:
    written("q.csv", "question,from,source\n" + "Who led?,,\nWho led?,2025-06,\nWho led?,2025-06,Coast Press\n")
    done = run("batch", "q.csv", "-o", "a.jsonl", "--filter-columns", "since=from,source", "--threshold", "0")
    assert (done.returncode, done.stderr[:45]) == (0, "answered 2, not in these articles 1, errors 0"), done.stderr
    assert [line["searched"]["articles"] for line in lines()] == [2, 1, 0]
    assert (lines()[1]["text"], lines()[2]["reason"]) == ("Kessel", "filtered_out")


@pytest.mark.parametrize(
    ("name", "content", "arguments", "message"),
    [
        pytest.param("q.csv", TABLE, ["--question", "Frage"], "has no column 'Frage'; its columns are", id="column"),
        pytest.param(
            "q.csv", TABLE, ["--filter-columns", "since=day"], "no column 'day' for filters", id="filter column"
        ),
        pytest.param("q.csv", TABLE, ["--filter-columns", "when"], "Got the filter column 'when'", id="filter"),
        pytest.param("q.csv", TABLE, ["-o", "a.pdf"], "ends in .jsonl, .csv, .xlsx, .html", id="ending of the answers"),
        pytest.param("q.csv", TABLE, ["-o", "no/a.jsonl"], "a folder that exists", id="no folder"),
        pytest.param("q.csv", TABLE, ["-o", "q.csv"], "would replace the questions", id="over the questions"),
        pytest.param("q.csv", TABLE, ["-o", "a" * 300 + ".jsonl"], "File name too long", id="cannot be written"),
        pytest.param("q.csv", TABLE, ["-o", "a" * 240 + ".jsonl"], "File name too long", id="no room beside it"),
        pytest.param("q.ods", TABLE, [], "ends in .txt, .csv, .tsv, .jsonl, .xlsx, or --format", id="ending"),
        pytest.param("q.csv", "", [], "'q.csv' has no questions", id="empty"),
        pytest.param("q.csv", "question\n", [], "'q.csv' has no questions", id="names alone"),
        pytest.param("q.jsonl", "[]\n", [], "the first row: q.jsonl:1 is a JSON list", id="no objects"),
        pytest.param("q.xlsx", "PK", [], "q.xlsx is not a .xlsx that can be read", id="no spreadsheet"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_no_file(
    run: Inside, name: str, content: str, arguments: list[str], message: str
) -> None:
    written(name, content)
    before = sorted(path.name for path in Path().iterdir())
    done = run("batch", name, "-o", "a.jsonl", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("folder.csv", "Got the folder 'folder.csv' as the file of questions", id="folder"),
        pytest.param("none.csv", "Cannot read 'none.csv': No such file", id="missing"),
        pytest.param("q" * 300 + ".csv", "File name too long", id="no name"),
    ],
)
def test_what_is_no_file_of_questions_is_refused(run: Inside, name: str, message: str) -> None:
    Path("folder.csv").mkdir()
    done = run("batch", name, "-o", "a.jsonl")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert message in done.stderr


def test_a_row_that_cannot_be_asked_is_an_error_in_a_whole_file(run: Inside) -> None:
    written("q.csv", "id,question\n1,Who led the strike?\n2,?\n1\n2," + "x" * 200_000 + "\n5,Who led the talks?\n")
    done = run("batch", "q.csv", "-o", "a.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert "answered 2, not in these articles 0, errors 3; written to a.jsonl\n" in done.stderr
    assert "ids that come more than once: 1 rows, the first of them q.csv:5 has '2'" in done.stderr
    assert [line["id"] for line in lines()] == ["1", "2", None, "2", "5"]
    for line, *errors in zip(
        lines()[1:4],
        ("q.csv:3: Got the question '?'", "q.csv:4 has 1 cells", "q.csv:5: Got a question of 200,000 characters"),
        ("no word", "expected 2", "at most 1,000"),
        strict=True,
    ):
        assert line["error"].startswith(errors[0])
        assert errors[1] in line["error"]


def test_an_error_does_not_repeat_a_cell_of_200_000_characters(run: Inside) -> None:
    written("q.csv", "question\n" + "?" * 200_000 + "\n")
    assert run("batch", "q.csv", "-o", "a.jsonl").returncode == 1
    assert re.fullmatch(r"q\.csv:2: Got the question '\?+\.\.\.\?+', which has no word .*", lines()[0]["error"])


def test_a_cell_of_200_000_characters_comes_back_whole_or_is_said_to_be_cut(run: Inside) -> None:
    written("q.csv", "question,note\nWho led the strike?," + "x" * 200_000 + "\n")
    assert run("batch", "q.csv", "-o", "a.jsonl").returncode == 0
    assert lines()[0]["note"] == "x" * 200_000
    done = run("batch", "q.csv", "-o", "a.xlsx")
    assert (done.returncode, "cut 1 cells: a .xlsx holds at most 32,767" in done.stderr) == (0, True)


def test_lines_in_several_encodings_are_read(run: Inside) -> None:
    written(
        "q.csv", "question,note\nWho led the strike?,café\n".encode() + "Who led the talks?,über\n".encode("cp1252")
    )
    done = run("batch", "q.csv", "-o", "a.jsonl")
    assert (done.returncode, done.stderr.count("q.csv:3 is not UTF-8; read as Windows-1252")) == (0, 1)
    assert done.stderr.count("UTF-8") == 2
    assert [line["note"] for line in lines()] == ["café", "über"]


def test_progress_is_told_on_standard_error(run: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.batch.progress.EVERY_SECONDS", 0.0)
    written("q.txt", "Who led the strike?\n" * 33)
    done = run("batch", "q.txt", "-o", "a.jsonl", "--passages", "1")
    first, second, last = done.stderr.splitlines()
    assert first.startswith("32 of 33 questions, ")
    assert " a second, about 0 seconds left" in second
    assert (last, done.stdout) == ("answered 33, not in these articles 0, errors 0; written to a.jsonl", "")


def test_a_run_that_is_interrupted_goes_on_until_something_changed(run: Inside) -> None:
    written("q.txt", "Who led the strike?\n" * 2000)
    command = [COMMAND, "batch", "q.txt", "-o", "a.jsonl", "--passages", "1"]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job is started with it ignored
    )  # fmt: skip
    partial, deadline = Path("a.jsonl.partial"), time.monotonic() + 120
    while not (partial.exists() and partial.read_bytes().count(b"\n") > 32):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    done = partial.read_bytes().count(b"\n") - 1
    assert process.returncode == 130, error
    told = re.fullmatch(r"Stopped after (\d+) of 2,000 questions; the same command goes on there\.\n", error)
    assert told is not None, error
    assert done - 32 <= int(told[1]) <= done
    changed = run(*command[1:-1], "2")
    assert (changed.returncode, "since then changed: --passages (was 1, is 2)" in changed.stderr) == (1, True)
    written("q.txt", "Who led the talks?\n")
    assert run(*command[1:]).returncode == 1
    assert run(*command[1:], "--restart").returncode == 0
    assert [line["text"] for line in lines()] == ["Kessel"]
