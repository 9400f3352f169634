from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder, WordReader

from index import Article, Index
from qa import Assistant
from qa.batch import Outcome, check_files, read_questions, run_batch
from qa.errors import InvalidBatch, OutputError

SEEDS = Path(__file__).parent.parent / "seeds"
SAME = ("question", "text", "kind", "reason", "citations", "searched", "index_generation")
"""Of an answer, all that has no number which torch adds up in another order on another number of threads."""


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", "Ada met the envoy.")])
        yield Assistant(index, WordReader("envoy"))


def answered(assistant: Assistant, questions: Path) -> tuple[Outcome, list[dict[str, Any]]]:
    out = questions.with_name("answers.jsonl")
    outcome = run_batch(assistant, questions, out)
    return outcome, [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_a_text_file_has_a_question_a_line(tmp_path: Path, assistant: Assistant) -> None:
    path = tmp_path / "q.txt"
    path.write_bytes("\ufeffWho met whom?\r\n\r\n  Wer?  \nÀ qui?".encode())
    outcome, lines = answered(assistant, path)
    assert [line["question"] for line in lines] == ["Who met whom?", "Wer?", "À qui?"]
    assert [line["id"] for line in lines] == [None, None, None]
    assert outcome == Outcome(3, 0, 0)


def test_a_jsonl_file_keeps_ids_and_order(tmp_path: Path, assistant: Assistant) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "b", "question": "Who?"}\n{"question": "When?"}\n{"id": 3, "question": "Where?"}\n')
    _, lines = answered(assistant, path)
    assert [(line["id"], line["question"], line["text"]) for line in lines] == [
        ("b", "Who?", "envoy"), (None, "When?", "envoy"), (3, "Where?", "envoy"),
    ]  # fmt: skip
    assert list(lines[0])[:3] == ["id", "schema_version", "question"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param("{", "q.jsonl:1 is not JSON", id="broken"),
        pytest.param("[]", "is a JSON list", id="list"),
        pytest.param('{"question": 3}', "has 'question' as 3", id="number"),
        pytest.param('{"id": [1], "question": "Who?"}', "has 'id' as [1]", id="odd id"),
        pytest.param('{"question": "?"}', "no word in it", id="no word"),
        pytest.param(json.dumps({"question": "x" * 10_000}), "10,000 characters", id="too long"),
    ],
)
def test_a_bad_row_is_a_row_with_its_error(tmp_path: Path, assistant: Assistant, line: str, error: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(line + '\n{"question": "Who?"}\n')
    outcome, lines = answered(assistant, path)
    assert error in lines[0]["error"]
    assert lines[1]["text"] == "envoy"
    assert outcome == Outcome(1, 0, 1)


def test_a_binary_line_is_an_error_row(tmp_path: Path, assistant: Assistant) -> None:
    path = tmp_path / "q.txt"
    path.write_bytes(b"Who?\n\x00\x01\n")
    assert answered(assistant, path)[0] == Outcome(1, 0, 1)


def test_a_utf_16_file_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_bytes("\ufeffWho?\r\nÀ qui?\r\n".encode("utf-16-le"))
    assert [question.text for question in read_questions(path)] == ["Who?", "À qui?"]


def test_surrogates_in_questions_and_ids_can_be_written(tmp_path: Path, assistant: Assistant) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "\\ud800", "question": "Who \\ud83d?"}\n')
    _, lines = answered(assistant, path)
    assert (lines[0]["id"], lines[0]["question"]) == ("\ufffd", "Who \ufffd?")


def test_the_answers_replace_the_file_only_when_all_are_there(tmp_path: Path, assistant: Assistant) -> None:
    path, out = tmp_path / "q.txt", tmp_path / "answers.jsonl"
    path.write_text("Who?\nWhen?\n")
    out.write_text("old\n")

    def interrupt(count: int) -> None:
        if count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(assistant, path, out, interrupt)
    assert out.read_text() == "old\n"
    assert len((tmp_path / "answers.jsonl.partial").read_text().splitlines()) == 1 + 2
    assert run_batch(assistant, path, out).resumed == 2
    assert len(out.read_text().splitlines()) == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["answers.jsonl", "index", "q.txt"]


@pytest.mark.parametrize(
    ("questions", "answers", "error"),
    [
        pytest.param("q.ods", "a.jsonl", "ends in .txt, .csv, .tsv, .jsonl, .xlsx", id="unknown ending"),
        pytest.param("folder.csv", "a.jsonl", "Got the folder", id="folder"),
        pytest.param("nowhere.txt", "a.jsonl", "No such file", id="missing"),
        pytest.param("empty.txt", "a.jsonl", "has no questions", id="empty"),
        pytest.param("q.txt", "a.pdf", "ends in .jsonl, .csv, .xlsx, .html", id="answers of another kind"),
        pytest.param("broken.jsonl", "a.csv", "no question that can be read; the first row: .*:1 is", id="no row good"),
        pytest.param("q.txt", "no/such/a.jsonl", "a folder that exists", id="no folder"),
        pytest.param("q.jsonl", "q.jsonl", "would replace the questions", id="the same file"),
    ],
)
def test_files_are_checked_before_the_work(tmp_path: Path, questions: str, answers: str, error: str) -> None:
    for name in ("q.ods", "q.txt", "q.jsonl"):
        (tmp_path / name).write_text('{"question": "Who?"}\n')
    (tmp_path / "broken.jsonl").write_text("{\n")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises((InvalidBatch, OutputError), match=error):
        check_files(tmp_path / questions, tmp_path / answers)


def test_questions_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text("Who?\n" * 10)
    assert next(read_questions(path)).text == "Who?"


def test_the_packaged_reader_gives_the_same_answers_twice_and_those_of_one_at_a_time(
    tmp_path: Path, seed_assistant: Assistant
) -> None:
    asked = (SEEDS / "questions.txt").read_text(encoding="utf-8").splitlines()[:12]
    (tmp_path / "q.txt").write_text("\n".join(asked), encoding="utf-8")
    first, again = (answered(seed_assistant, tmp_path / "q.txt")[1] for _ in range(2))
    assert [untimed(line) for line in first] == [untimed(line) for line in again]
    for question, line in zip(asked, first, strict=True):
        alone = seed_assistant.ask(question).to_json()
        assert line["confidence"] == pytest.approx(alone["confidence"], abs=1e-6)
        assert [line[name] for name in SAME] == [json.loads(json.dumps(alone[name])) for name in SAME]


def untimed(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "timings_ms"}
