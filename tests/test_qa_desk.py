"""The desk: work in the background, what is kept of it, and whose it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from desks import Make, Step, Told, begun, desks_over, remarks, settled, until

from index.errors import ArticleIndexError
from index.search.filters import EVERYTHING, Filter
from qa.assistant import Stage
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Reply
from qa.desk import Desk
from qa.errors import InvalidQuestion, UnknownConversation
from qa.shelf import Upload

TEXT = "The northern minister met the envoy on 9 June. They spoke about herring. " * 20


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / CONVERSATIONS_FILE


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    with desks_over(tmp_path) as make:
        yield make


def test_a_message_is_answered_in_the_background_and_kept(make: Make) -> None:
    desk = make()
    made = begun(desk, "Who?")
    (turn,) = settled(desk, made.id).turns
    assert (turn.message, turn.state, remarks(turn)) == ("Who?", "done", ["You said: Who?"])
    assert [summary.title for summary in desk.listed("")] == ["Who?"]
    desk.close()
    assert remarks(make().conversation(made.id, "").turns[0]) == ["You said: Who?"]


def test_the_dialogue_is_given_what_was_said_before_and_the_limit(make: Make) -> None:
    told = Told()
    desk, only = make(told), Filter(sources=("AP",))
    made = begun(desk, "Who?")
    settled(desk, made.id)
    desk.ask(made.id, "", "When?", only, as_written=True)
    settled(desk, made.id)
    assert told.asked == [("Who?", [], EVERYTHING, False), ("When?", ["Who?"], only, True)]


def test_replies_are_seen_as_they_come_and_so_is_what_is_being_done(make: Make) -> None:
    go = threading.Event()
    steps: list[Step] = [Stage("reading", 1), Reply("a", "first"), Stage("searching"), go, Reply("b", "second")]
    told = Told({"Who?": steps})
    desk = make(told)
    made = begun(desk, "Who?")
    assert told.reached.wait(10)
    (turn,) = desk.conversation(made.id, "").turns
    assert (turn.state, remarks(turn), desk.doing(turn.id)) == ("waiting", ["first"], "Searching the articles …")
    before = desk.version(made.id, "")
    go.set()
    (turn,) = settled(desk, made.id).turns
    assert remarks(turn) == ["first", "second"]
    assert until(lambda: desk.doing(turn.id) is None)
    assert desk.version(made.id, "") != before


@pytest.mark.parametrize(
    "error",
    [InvalidQuestion("Ask in <words>."), ArticleIndexError("The disk is full.")],
    ids=["of the question", "of the index"],
)
def test_an_error_of_the_library_is_told_in_its_own_words(make: Make, error: Exception) -> None:
    desk = make(Told({"Who?": [Reply("a", "first"), error]}))
    (turn,) = settled(desk, begun(desk, "Who?").id).turns
    assert (turn.state, turn.error, remarks(turn)) == ("failed", str(error), ["first"])


def test_an_unforeseen_error_is_told_and_logged_and_the_next_message_answered(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    desk = make(Told({"Who?": [KeyError("secret")]}))
    made = begun(desk, "Who?")
    (turn,) = settled(desk, made.id).turns
    assert (turn.state, turn.error) == ("failed", "Something went wrong in the program; its log has more.")
    assert until(lambda: "secret" in caplog.text)
    assert caplog.records[0].levelno == logging.ERROR
    desk.ask(made.id, "", "When?", EVERYTHING)
    assert settled(desk, made.id).turns[1].state == "done"


def test_a_conversation_that_is_deleted_in_the_middle_stays_deleted(make: Make) -> None:
    go = threading.Event()
    told = Told({"Who?": [go, Reply("a", "too late")]})
    desk = make(told)
    made = begun(desk, "Who?")
    assert told.reached.wait(10)
    desk.store(made.id, "").delete(made.id, "")
    go.set()
    until(lambda: not desk._in_turn)
    for look in (desk.conversation, desk.version):
        with pytest.raises(UnknownConversation):
            look(made.id, "")
    assert desk.listed("") == []
    assert settled(desk, begun(desk, "When?").id).turns[0].state == "done"


def test_what_waited_when_the_process_ended_is_answered_by_the_next_one(make: Make, kept: Path) -> None:
    with Conversations(kept) as store:
        made = store.create("")
        store.add_turn(made.id, "Who?")
        store.add_turn(made.id, TEXT)
        store.add_turn(made.id, "", files=["a.txt"])
    told = Told()
    desk = make(told)
    desk.resume()
    question, text, files = settled(desk, made.id).turns
    assert remarks(question) == ["You said: Who?"]
    assert text.state == "done"
    assert text.replies[0].added
    assert (files.state, files.error) == (
        "failed", "The chat was closed before the files were read. Add them again.",
    )  # fmt: skip


def test_a_reply_that_was_kept_before_the_process_ended_is_not_given_twice(make: Make, kept: Path) -> None:
    with Conversations(kept) as store:
        made = store.create("")
        store.add_reply(store.add_turn(made.id, "Who? When?").id, Reply("Who?", "first"))
    desk = make(Told({"Who? When?": [Reply("Who?", "first"), Reply("When?", "second")]}))
    desk.resume()
    assert remarks(settled(desk, made.id).turns[0]) == ["first", "second"]


def test_closing_waits_for_what_is_being_done_and_leaves_the_rest_to_the_next_process(make: Make) -> None:
    go = threading.Event()
    told = Told({message: [go, Reply(message, message)] for message in "abc"})
    desk = make(told)
    made = [begun(desk, message) for message in "abc"]
    until(lambda: len(told.asked) == 2)
    closing = threading.Thread(target=desk.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    go.set()
    closing.join(10)
    assert [desk.conversation(one.id, "").turns[0].state for one in made] == ["done", "done", "waiting"]
    following = make()
    following.resume()
    assert remarks(settled(following, made[2].id).turns[0]) == ["You said: c"]


def test_an_unstored_conversation_is_in_no_file_and_in_no_list(make: Make, tmp_path: Path) -> None:
    desk = make()
    made = begun(desk, "Xyzzyfrobnicate?", stored=False)
    assert not settled(desk, made.id).stored
    assert desk.listed("") == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"Xyzzyfrobnicate" in path.read_bytes() for path in files)
    with pytest.raises(UnknownConversation):
        make().conversation(made.id, "")


def test_a_pasted_text_becomes_an_article_unless_it_is_to_be_taken_as_written(make: Make) -> None:
    desk = make()
    made = begun(desk, TEXT)
    (reply,) = settled(desk, made.id).turns[0].replies
    assert reply.remark is not None
    assert reply.remark.startswith("Added ")
    assert len(reply.added) == 1
    desk.ask(made.id, "", TEXT, EVERYTHING, as_written=True)
    assert remarks(settled(desk, made.id).turns[1]) == [f"You said: {TEXT}"]


def test_files_become_articles_and_their_copies_are_gone(make: Make, tmp_path: Path) -> None:
    paths = [tmp_path / "copy1.txt", tmp_path / "copy2.xyz"]
    for path in paths:
        path.write_text(TEXT, encoding="utf-8")
    desk = make()
    made = desk.create("")
    only = Filter(sources=("AP",))
    desk.take_in(made.id, "", [Upload(paths[0], "<b>.txt"), Upload(paths[1], "b.xyz")], only)
    (turn,) = settled(desk, made.id).turns
    assert turn.only == only
    assert turn.files == ("<b>.txt", "b.xyz")
    (reply,) = turn.replies
    assert reply.added == ("<b>.txt",)
    assert reply.remark is not None
    assert "Not added: b.xyz" in reply.remark
    assert not any(path.exists() for path in paths)


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "not stored"])
@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda desk, c: desk.store(c, "other"), id="store"),
        pytest.param(lambda desk, c: desk.conversation(c, "other"), id="conversation"),
        pytest.param(lambda desk, c: desk.ask(c, "other", "Who?", EVERYTHING), id="ask"),
        pytest.param(lambda desk, c: desk.take_in(c, "other", []), id="take_in"),
        pytest.param(lambda desk, c: desk.version(c, "other"), id="version"),
    ],
)
def test_another_owner_can_do_nothing_with_a_conversation(
    make: Make, use: Callable[[Desk, str], object], stored: bool
) -> None:
    told = Told()
    desk = make(told)
    made = begun(desk, "Who?", owner="one", stored=stored)
    settled(desk, made.id, "one")
    with pytest.raises(UnknownConversation, match="No conversation of yours"):
        use(desk, made.id)
    assert desk.listed("other") == desk.listed("other", "Who") == []
    assert len(told.asked) == len(desk.conversation(made.id, "one").turns) == 1


def test_a_lone_question_has_all_threads_and_one_among_others_has_one(make: Make) -> None:
    counts: list[int] = []
    go = threading.Event()
    count: list[Step] = [lambda: counts.append(torch.get_num_threads()), Reply("a", "a")]
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        desk = make(Told({"Who?": count, "Wait.": [go, Reply("a", "a")]}))
        settled(desk, begun(desk, "Who?").id)
        waiting = begun(desk, "Wait.")
        settled(desk, begun(desk, "Who?").id)
        go.set()
        settled(desk, waiting.id)
        until(lambda: not desk._in_turn)
        settled(desk, begun(desk, "Who?").id)
    finally:
        torch.set_num_threads(before)
    assert counts == [3, 1, 3]
