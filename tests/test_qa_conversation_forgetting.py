"""Erased articles leave what was said, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_inside import Inside
from conversing import HERRING, answered

from index.article import Article
from qa.conversation.forgetting import ERASED
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Feedback, Reply

OTHER = Article("south.txt", "The southern minister resigned on 3 May.", title="South")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CONVERSATIONS_FILE


def say(kept: Conversations, message: str, *replies: Reply) -> str:
    conversation = kept.create("")
    turn = kept.add_turn(conversation.id, message)
    for reply in replies:
        kept.add_reply(turn.id, reply)
    kept.finish(turn.id)
    kept.put_feedback(turn.id, 0, Feedback(True, None, None, "2026-11-24"))
    return conversation.id


def test_an_answer_from_an_erased_article_is_in_no_file(path: Path) -> None:
    with Conversations(path) as kept:
        about = say(kept, "Whom did the minister meet?", Reply("", answer=answered(HERRING, "the envoy")))
        assert kept.forget([HERRING.id]) == 1
        assert [reply.remark for reply in kept.get(about, "").turns[0].replies] == [ERASED]
        assert kept.all_feedback() == []
    assert not any(b"herring" in file.read_bytes() for file in path.parent.iterdir())


def test_what_came_from_other_articles_stays(path: Path) -> None:
    with Conversations(path) as kept:
        other = say(kept, "When did the minister resign?", Reply("", answer=answered(OTHER, "3 May")))
        before = kept.get(other, "")
        assert kept.forget([HERRING.id]) == 0
        assert kept.get(other, "") == before


def test_a_text_that_was_pasted_goes_with_its_title(path: Path) -> None:
    with Conversations(path) as kept:
        pasted = say(kept, HERRING.text, Reply("", remark="Added North.", added=(HERRING.id,)))
        kept.forget([HERRING.id])
        found = kept.get(pasted, "")
        assert (found.title, found.turns[0].message) == (ERASED, ERASED)
        assert kept.listed("", "herring") == []
    assert not any(b"herring" in file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.cli
def test_erase_takes_an_article_out_of_the_conversations(tmp_path: Path) -> None:
    run = Inside(tmp_path)
    (tmp_path / "north.txt").write_text(HERRING.text, encoding="utf-8")
    assert run("index", "north.txt", "--index", "i").returncode == 0
    with Conversations(tmp_path / "i" / CONVERSATIONS_FILE) as kept:
        say(kept, "Whom?", Reply("", answer=answered(HERRING, "the envoy")))
    done = run("remove", "--erase", "north.txt", "--index", "i")
    assert done.returncode == 0
    assert "taken out of 1 of the chat's answers" in done.stdout
    assert not any(b"herring" in file.read_bytes() for file in (tmp_path / "i").rglob("*") if file.is_file())
