"""Conversations in their database: kept, found, deleted, damaged, shared."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conversing import HERRING, answered, begun, opened, titles

from index.search.filters import Filter
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Feedback, Reply
from qa.errors import UnknownConversation, UnusableConversations

REPLY = Reply(
    "Who?", remark="By the way.", answer=answered(HERRING, "the envoy", "herring"), completed=True,
    corrections=(("hering", "herring"),),
)  # fmt: skip
DOWN = Feedback(False, "wrong place", "it was 9 June", "2026-11-24T00:00:00+00:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CONVERSATIONS_FILE


@pytest.fixture
def kept(path: Path) -> Iterator[Conversations]:
    with opened(path) as conversations:
        yield conversations


def test_what_was_said_comes_back_equal_after_a_restart(kept: Conversations, path: Path) -> None:
    conversation = kept.create("me")
    only = Filter(since="2025-06", sources=("The Gazette",))
    turn = kept.add_turn(conversation.id, "Who?\r\n\0Ü😀", only, as_written=True, files=["a.pdf"])
    assert kept.add_reply(turn.id, REPLY)
    assert kept.add_reply(turn.id, Reply("And?", answer=answered(HERRING)))
    kept.put_feedback(turn.id, 0, DOWN)
    kept.finish(turn.id)
    with opened(path) as again:
        found = again.get(conversation.id, "me")
    replies = (REPLY, Reply("And?", answer=answered(HERRING)))
    assert found.turns == (replace(turn, state="done", replies=replies, feedback=((0, DOWN),)),)
    assert (found.stored, found.changed_at) == (True, turn.asked_at)


def test_lone_surrogates_are_kept_as_replacement_characters(kept: Conversations) -> None:
    conversation = kept.create("m\ud800")
    turn = kept.add_turn(conversation.id, "a\ud800")
    kept.add_reply(turn.id, Reply("b\udc00"))
    found = kept.get(conversation.id, "m\ud800").turns[0]
    assert (found.message, found.replies[0].asked) == ("a\ufffd", "b\ufffd")


def test_in_memory_nothing_is_stored(tmp_path: Path) -> None:
    with opened(None) as unkept:
        conversation_id = begun(unkept, "Who?")
        assert not unkept.get(conversation_id, "me").stored
        unkept.delete(conversation_id, "me")
        assert unkept.listed("me") == []
    assert list(tmp_path.iterdir()) == []


def test_the_first_message_with_words_gives_the_title(kept: Conversations) -> None:
    conversation_id = begun(kept, "")
    kept.add_turn(conversation_id, "Who led the delegation that went\nto Washington and to New York in the spring?")
    kept.add_turn(conversation_id, "And when?")
    assert titles(kept) == ["Who led the delegation that went to Washington and to New …"]
    kept.rename(conversation_id, "me", "  The \n trip ")
    assert titles(kept) == ["The trip"]
    kept.rename(conversation_id, "me", " ")
    assert titles(kept) == ["Who led the delegation that went to Washington and to New …"]


def test_the_list_has_the_last_changed_first_and_in_pages(kept: Conversations) -> None:
    first, _, _ = begun(kept, "one"), begun(kept, "two"), begun(kept, "three")
    kept.create("me")
    begun(kept, "another's", owner="you")
    kept.add_turn(first, "more")
    assert titles(kept) == ["one", "three", "two"]
    assert [summary.turns for summary in kept.listed("me")] == [2, 1, 1]
    assert [summary.title for summary in kept.listed("me", limit=1, offset=1)] == ["three"]


@pytest.mark.parametrize(
    "search",
    [
        pytest.param("ÜBER", id="case beyond ascii"),
        pytest.param("u\u0308ber", id="another composition"),
        pytest.param("STRASSE", id="a letter that becomes two"),
        pytest.param("100%", id="per cent"),
        pytest.param("a_b", id="underscore"),
        pytest.param("\\", id="backslash"),
        pytest.param("ENVOY", id="in an answer"),
        pytest.param("herring", id="in another answer"),
        pytest.param("way", id="in a remark"),
        pytest.param("trip", id="in the title"),
        pytest.param("report.pdf", id="in a file's name"),
        pytest.param("envoy  über", id="words from several places"),
    ],
)
def test_search_finds_words_wherever_they_were_said(kept: Conversations, search: str) -> None:
    conversation = kept.create("me")
    turn = kept.add_turn(conversation.id, "Über die Straße 100% a_b \\", files=["report.pdf"])
    kept.add_reply(turn.id, REPLY)
    kept.rename(conversation.id, "me", "Trip")
    begun(kept, "1000 axb")
    assert titles(kept, search) == ["Trip"]


@pytest.mark.parametrize("search", ["%", "_", "envoy nowhere", "minister", "true"])
def test_search_takes_characters_literally_and_leaves_passages_out(kept: Conversations, search: str) -> None:
    conversation_id = begun(kept, "Who?")
    kept.add_reply(kept.get(conversation_id, "me").turns[0].id, REPLY)
    assert titles(kept, search) == []


@pytest.mark.parametrize("conversation", ["unknown", "another's", "\ud800"])
def test_only_its_owner_reaches_a_conversation(kept: Conversations, conversation: str) -> None:
    theirs = begun(kept, "Who?", owner="you")
    asked = theirs if conversation == "another's" else conversation
    assert not kept.holds(asked, "me")
    for use in (
        lambda: kept.get(asked, "me"),
        lambda: kept.rename(asked, "me", "mine"),
        lambda: kept.delete(asked, "me"),
    ):
        with pytest.raises(UnknownConversation, match="may have been deleted"):
            use()
    assert kept.holds(theirs, "you")
    assert titles(kept, owner="you") == ["Who?"]


def test_ids_cannot_be_guessed(kept: Conversations) -> None:
    ids = {kept.create("me").id for _ in range(20)}
    assert len(ids) == 20
    assert all(len(one) >= 22 for one in ids)


def test_what_arrives_for_a_deleted_conversation_is_dropped(kept: Conversations) -> None:
    conversation = kept.create("me")
    turn = kept.add_turn(conversation.id, "Who?")
    kept.add_reply(turn.id, REPLY)
    kept.delete(conversation.id, "me")
    assert not kept.add_reply(turn.id, REPLY)
    kept.finish(turn.id)
    kept.fail(turn.id, "too late")
    assert kept.waiting() == []
    assert kept.turns_before(conversation.id, turn.id) == ()
    with pytest.raises(UnknownConversation):
        kept.add_turn(conversation.id, "And?")
    with pytest.raises(UnknownConversation):
        kept.put_feedback(turn.id, 0, DOWN)


def test_what_waited_is_there_after_a_restart(kept: Conversations, path: Path) -> None:
    first, second = kept.create("me"), kept.create("you")
    done, broken = kept.add_turn(first.id, "1"), kept.add_turn(first.id, "2")
    cut_off, new = kept.add_turn(first.id, "3"), kept.add_turn(second.id, "4")
    kept.add_reply(cut_off.id, REPLY)
    kept.finish(done.id)
    kept.fail(broken.id, "no disk")
    with opened(path) as again:
        assert again.waiting() == [(first.id, replace(cut_off, replies=(REPLY,))), (second.id, new)]
        assert again.get(first.id, "me").turns[1] == replace(broken, state="failed", error="no disk")
        assert [turn.message for turn in again.turns_before(first.id, cut_off.id)] == ["1", "2"]


def test_a_turn_that_has_ended_stays_as_it_is(kept: Conversations) -> None:
    conversation = kept.create("me")
    turn = kept.add_turn(conversation.id, "Who?")
    kept.finish(turn.id)
    kept.fail(turn.id, "late")
    assert not kept.add_reply(turn.id, REPLY)
    assert kept.get(conversation.id, "me").turns == (replace(turn, state="done"),)


def test_feedback_is_replaced_and_taken_back(kept: Conversations) -> None:
    turn = kept.add_turn(kept.create("me").id, "Who?", Filter(tags=("sea",)))
    kept.add_reply(turn.id, REPLY)
    up = Feedback(True, None, None, "2026-11-24")
    kept.put_feedback(turn.id, 0, DOWN)
    kept.put_feedback(turn.id, 0, up)
    (rated,) = kept.all_feedback()
    assert (rated.turn_id, rated.number, rated.only, rated.reply, rated.feedback) == (turn.id, 0, turn.only, REPLY, up)
    kept.put_feedback(turn.id, 0, None)
    assert kept.all_feedback() == []
    with pytest.raises(UnknownConversation):
        kept.put_feedback(turn.id, 1, up)


def test_an_older_reply_with_fewer_fields_opens_or_says_what_is_missing(kept: Conversations, path: Path) -> None:
    conversation_id = begun(kept, "Who?")
    kept.add_reply(kept.get(conversation_id, "me").turns[0].id, REPLY)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE replies SET reply = json_remove(reply, '$.corrections', '$.answer.citations[0].speaker')")
    assert kept.get(conversation_id, "me").turns[0].replies == (replace(REPLY, corrections=()),)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE replies SET reply = json_remove(reply, '$.answer.searched.articles')")
    with pytest.raises(UnusableConversations, match=r"answer.searched.articles: Field required.*delete it"):
        kept.get(conversation_id, "me")
    assert titles(kept) == ["Who?"]


def test_threads_and_processes_share_one_file(kept: Conversations, path: Path) -> None:
    conversation_id = begun(kept, "first")

    def write(conversations: Conversations) -> None:
        for _ in range(20):
            turn = conversations.add_turn(conversation_id, "more")
            conversations.add_reply(turn.id, Reply("more"))
            conversations.finish(turn.id)
            conversations.get(conversation_id, "me")

    with Conversations(path) as other:
        threads = [threading.Thread(target=write, args=(which,)) for which in (kept, kept, other, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    turns = kept.get(conversation_id, "me").turns
    assert len(turns) == 81
    assert all(turn.state == "done" and len(turn.replies) == 1 for turn in turns[1:])
