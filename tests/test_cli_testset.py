"""`pullquote testset`, `compare`, and the gate of `eval`, as their users run them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_inside import Inside
from evaluation_reports import question, report

from index import Index
from qa import Assistant
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Feedback, Reply
from qa.evaluate.report import write_report
from qa.read.reader import TransformersReader

pytestmark = pytest.mark.cli

ARTICLE = (
    "The northern minister met the envoy on 9 June in Oslo. They spoke about herring for three hours. "
    "The talks will go on in July."
)
COPIED = "The northern minister met the envoy when?"
ASKED = "When did the northern minister meet the envoy?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, reader: TransformersReader) -> Path:
    """An index with a conversation whose one answer has a thumb up."""
    folder = tmp_path_factory.mktemp("testset")
    (folder / "north.txt").write_text(ARTICLE, encoding="utf-8")
    assert Inside(folder)("index", "north.txt").returncode == 0
    rate(folder, reader, folder / ".pullquote" / CONVERSATIONS_FILE, Feedback(True, None, None, "2026-11-24"))
    return folder


def rate(folder: Path, reader: TransformersReader, conversations: Path, feedback: Feedback) -> None:
    """Ask once in a new conversation, and rate the answer."""
    with Index.open(folder / ".pullquote") as index, Conversations(conversations) as kept:
        turn = kept.add_turn(kept.create("me").id, ASKED)
        kept.add_reply(turn.id, Reply(ASKED, answer=Assistant(index, reader).ask(ASKED)))
        kept.put_feedback(turn.id, 0, feedback)


def test_a_form_is_proposed_filled_in_checked_and_evaluated(folder: Path) -> None:
    run = Inside(folder)
    proposed = run("testset", "propose", "-o", "mine.csv")
    assert (proposed.returncode, proposed.stdout) == (0, ""), proposed.stderr
    assert proposed.stderr.startswith("1 passages of 1 articles; written to mine.csv\n")
    assert (folder / "mine.csv").read_bytes().startswith(b"\xef\xbb\xbfid,")
    again = run("testset", "propose", "-o", "mine.csv")
    assert (again.returncode, "may have been filled in" in again.stderr) == (1, True)
    path = folder / "mine.csv"
    path.write_text(path.read_text().replace(",,,north", f",{COPIED},9 June,north") + "x,Who sang?,,north.txt,,,\n")
    checked = run("testset", "check", "mine.csv")
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("mine.csv:2: copied words: question ")
    assert "2 questions, 1 of them unanswerable: copied words 1" in checked.stderr
    done = run("eval", "mine.csv", "-o", "out", "--predictions", "squad")
    assert done.returncode == 0, done.stderr
    assert set(json.loads((folder / "squad" / "predictions.json").read_text())) == {"x", *_ids(path)}
    assert {file.name for file in (folder / "out").iterdir()} == {"report.json", "summary.md", "report.html"}


@pytest.mark.parametrize(
    ("gates", "code", "short"),
    [
        pytest.param(["recall@1=1", "em=0"], 0, [], id="reached"),
        pytest.param(["recall@1=1", "em=0.6"], 1, [r"em is 0\.\d{4} \(n = 2\), expected at least 0\.6"], id="missed"),
        pytest.param(
            ["em=1", "f1=1"],
            1,
            [r"em is 0\.\d{4} \(n = 2\), expected at least 1", r"f1 is 0\.\d{4} \(n = 2\), expected at least 1"],
            id="two missed",
        ),
    ],
)
def test_a_gate_fails_where_a_score_is_below_it(folder: Path, gates: list[str], code: int, short: list[str]) -> None:
    """One question is both answerable and not, so that at most one of its two rows is right; one passage is found."""
    (folder / "gate.csv").write_text("question,answer,article\nWho sang?,,north.txt\nWho sang?,Oslo,north.txt\n")
    done = Inside(folder)(
        "eval", "gate.csv", "-o", "gate", *(part for gate in gates for part in ("--fail-under", gate))
    )
    said = [line for line in done.stderr.splitlines() if "fell short" in line]
    assert (done.returncode, len(said)) == (code, len(short)), done.stderr
    assert all(re.fullmatch(f"fell short: {one}", line) for one, line in zip(short, said, strict=True))
    assert (folder / "gate" / "report.json").exists()


def test_a_check_fails_where_a_question_cannot_be_used(folder: Path) -> None:
    (folder / "wrong.jsonl").write_text(
        '{"id": "fine", "question": "Where?", "answer": "Oslo", "article": "north.txt"}\n'
        '{"id": "moved", "question": "Who?", "answer": "Bergen", "article": "north.txt"}\n'
    )
    done = Inside(folder)("testset", "check", "wrong.jsonl")
    assert done.returncode == 1
    assert done.stdout == (
        "wrong.jsonl:2: unusable: question 'moved': the answer 'Bergen' does not stand in the article 'north.txt'\n"
    )


def test_an_id_cannot_move_the_cursor_nor_fill_the_screen(folder: Path) -> None:
    rows = [("fine", "Oslo"), ("\x1b[2J" + "y" * 200, "Bergen")]
    (folder / "wild.jsonl").write_text(
        "".join(
            json.dumps({"id": id, "question": "Where?", "answer": answer, "article": "north.txt"}) + "\n"
            for id, answer in rows
        )
    )
    check, evaluate = ["testset", "check", "wild.jsonl"], ["eval", "wild.jsonl", "-o", "wild"]
    for before, arguments in (("question", check), ("skipped:", evaluate)):
        done = Inside(folder)(*arguments)
        said = done.stdout + done.stderr
        assert f"{before} '\\x1b[2Jyyy" in said
        assert ("\x1b" in said, "y" * 80 in said) == (False, False)
    summary = (folder / "wild" / "summary.md").read_text(encoding="utf-8")
    assert "&#91;2Jyyy" in summary
    assert ("\x1b" in summary, "y" * 80 in summary) == (False, False)


def test_feedback_is_taken_over_once(folder: Path) -> None:
    first, second = (Inside(folder)("testset", "import", "kept.json") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "added 1, already there 0; written to kept.json\n")
    assert second.stderr == "added 0, already there 1; written to kept.json\n"
    assert Inside(folder)("testset", "check", "kept.json", "--no-reading").returncode == 0


def test_thumbs_down_alone_do_not_lock_a_set(folder: Path, reader: TransformersReader) -> None:
    rate(folder, reader, folder / "down.sqlite", Feedback(False, "other", "too short", "2026-11-24"))
    for _ in range(2):
        done = Inside(folder)("testset", "import", "down.json", "--conversations", "down.sqlite")
        assert (done.returncode, done.stderr) == (0, "added 0, already there 0; written to down.json\n")
    document = json.loads((folder / "down.json").read_text(encoding="utf-8"))
    assert (document["data"], len(document["not_right"])) == ([], 1)
    liked = Inside(folder)("testset", "import", "down.json")
    assert liked.stderr == "added 1, already there 0; written to down.json\n"


def test_two_reports_are_compared(folder: Path) -> None:
    for name, f1 in (("a", 0.2), ("b", 0.8)):
        (folder / name).mkdir()
        write_report(report([question(str(n), f1, article_id=str(n)) for n in range(40)]), folder / name)
    done = Inside(folder)("compare", "a", "b/report.json", "--questions", "1")
    assert done.returncode == 0, done.stderr
    assert " 20.0    80.0    +60.0  [+60.0, +60.0]" in done.stdout
    assert "40 questions better in B\n  0.20 -> 0.80  When did" in done.stdout
    assert "... and 39 more" in done.stdout
    found = json.loads(Inside(folder)("compare", "a", "b", "--json").stdout)
    assert (found["compared"], found["differences"][0]["significant"], len(found["changed"])) == (40, True, 40)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["testset", "propose", "-o", "x.txt"], "ends in .csv, .jsonl or .json", id="ending"),
        pytest.param(
            ["testset", "propose", "-o", "x.csv", "--source", "None"],
            "There is no passage to ask about: the filters leave no article",
            id="no passage",
        ),
        pytest.param(["testset", "check", "none.json"], "No such file", id="no file"),
        pytest.param(["testset", "check", "."], "'.'", id="a folder"),
        pytest.param(["testset", "import", "north.txt"], "ends in .json", id="no json"),
        pytest.param(["testset", "import", "x.json", "--conversations", "none"], "no conversations", id="no chat"),
        pytest.param(
            ["compare", "north.txt", "north.txt"], "'north.txt' cannot be used. It is not JSON", id="no report"
        ),
        pytest.param(
            ["eval", "north.txt", "-o", "x", "--fail-under", "f2=1"],
            "as the name of a score. The names are: f1",
            id="no such score",
        ),
    ],
)
def test_an_error_is_one_message_and_no_file(folder: Path, arguments: list[str], message: str) -> None:
    done = Inside(folder)(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.glob("x*"))


def _ids(path: Path) -> set[str]:
    return {line.split(",")[0] for line in path.read_text().splitlines() if COPIED in line}
