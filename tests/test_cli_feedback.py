"""`pullquote feedback` as its users run it: from thumbs to an evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_inside import Inside
from cli_process import Run

from index import Index
from qa import Assistant
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Feedback, Reply
from qa.read.reader import TransformersReader

pytestmark = pytest.mark.cli

ARTICLE = (
    "The northern minister met the envoy on 9 June in Oslo. They spoke about herring for three hours. "
    "The talks will go on in July."
)
QUESTIONS = ("When did the northern minister meet the envoy?", "What did they speak about?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, reader: TransformersReader) -> Path:
    """An index with a conversation: two answers liked, one disliked, one of an article that is gone."""
    folder = tmp_path_factory.mktemp("feedback")
    (folder / "north.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "gone.txt").write_text("The harbour of Bergen was founded in 1070.", encoding="utf-8")
    assert Inside(folder)("index", "north.txt", "gone.txt").returncode == 0
    up = Feedback(True, None, None, "2026-11-24")
    asked = [*((q, up) for q in QUESTIONS), ("When was the harbour of Bergen founded?", up)]
    asked.append((QUESTIONS[0], Feedback(False, "other", "too short", "2026-11-24")))
    with Index.open(folder / ".pullquote") as index, Conversations(index.path / CONVERSATIONS_FILE) as kept:
        assistant = Assistant(index, reader)
        conversation = kept.create("me")
        for question, feedback in asked:
            turn = kept.add_turn(conversation.id, question)
            kept.add_reply(turn.id, Reply(question, answer=assistant.ask(question)))
            kept.put_feedback(turn.id, 0, feedback)
        index.remove(["gone.txt"])
    return folder


def test_liked_answers_become_a_test_set_that_eval_reads(folder: Path) -> None:
    done = Inside(folder)("feedback", "-o", "liked.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "2 questions, 1 thumbs down; written to liked.json\nleft out 1: its article is not in the index any more\n"
    )
    again = Inside(folder)("feedback", "-o", "liked.json")
    assert again.stderr == done.stderr
    evaluated = Inside(folder)("eval", "liked.json", "-o", "report")
    assert evaluated.returncode == 0, evaluated.stderr
    assert "skipped" not in evaluated.stderr
    report = json.loads(next((folder / "report").glob("*.json")).read_text(encoding="utf-8"))
    overall = report["answers"]["overall"]["em"]
    assert (overall["value"], overall["n"]) == (1.0, 2)
    assert not list(folder.glob("*.partial"))


def test_a_dash_is_standard_output(folder: Path) -> None:
    done = Run(folder)("feedback", "-o", "-", "--conversations", ".pullquote/conversations.sqlite")
    document = json.loads(done.stdout)
    assert (document["version"], len(document["not_right"])) == ("v2.0", 1)
    assert [qa["question"] for qa in document["data"][0]["paragraphs"][0]["qas"]] == list(QUESTIONS)
    assert "written to standard output" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["-o", "x.txt"], 1, "expected a name that ends in .json", id="ending"),
        pytest.param(["-o", "no/x.json"], 1, "name a file in a folder that exists", id="folder"),
        pytest.param(["-o", "x.json", "--index", "none"], 1, "no index at 'none'", id="no index"),
        pytest.param(["-o", "x.json", "--conversations", "none"], 1, "There are no conversations at 'none'", id="none"),
        pytest.param(["-o", "x.json", "--conversations", "north.txt"], 1, "damaged or is something else", id="no file"),
        pytest.param(["-o", "x.json", "--conversations", "new"], 1, "No answer has a thumb up or down", id="no thumbs"),
        pytest.param([], 2, "Missing option '-o'", id="no output"),
    ],
)
def test_an_error_is_one_message_and_no_file(folder: Path, arguments: list[str], code: int, message: str) -> None:
    Conversations(folder / "new").close()
    done = Inside(folder)("feedback", *arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.glob("x.*"))
    assert not (folder / "none").exists()
