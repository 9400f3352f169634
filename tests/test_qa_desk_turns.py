"""The desk: the order in which messages are answered, and how news of a conversation is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desks import Make, Told, begun, desks_over, remarks, settled, until

from index.search.filters import EVERYTHING
from qa.conversation.turn import Feedback, Reply
from qa.desk import Desk
from qa.errors import InvalidQuestion, UnknownConversation


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    with desks_over(tmp_path) as make:
        yield make


def test_two_conversations_are_answered_at_once_and_a_third_one_waits(make: Make) -> None:
    go = threading.Event()
    told = Told({message: [go, Reply(message, message)] for message in "abc"})
    desk = make(told)
    made = [begun(desk, message) for message in "abc"]
    until(lambda: len(told.asked) == 2)
    assert desk.doing(desk.conversation(made[2].id, "").turns[0].id) is None
    go.set()
    assert [remarks(settled(desk, one.id).turns[0]) for one in made] == [["a"], ["b"], ["c"]]


def test_messages_of_one_conversation_are_answered_in_their_order(make: Make) -> None:
    go = threading.Event()
    told = Told({"a": [go, Reply("a", "first")]})
    desk = make(told)
    made = begun(desk, "a", "b", "c")
    assert told.reached.wait(10)
    assert remarks(settled(desk, begun(desk, "other").id).turns[0]) == ["You said: other"]
    assert [turn.state for turn in desk.conversation(made.id, "").turns] == ["waiting"] * 3
    go.set()
    settled(desk, made.id)
    assert [asked[:2] for asked in told.asked if asked[0] != "other"] == [
        ("a", []), ("b", ["a"]), ("c", ["a", "b"]),
    ]  # fmt: skip


def test_a_follow_up_sent_at_once_is_given_what_was_answered_before_it(make: Make) -> None:
    go = threading.Event()
    told = Told({"Who?": [go, Reply("Who?", "Ada.")]})
    desk = make(told)
    made = begun(desk, "Who?", "When?", "Where?")
    assert told.reached.wait(10)
    go.set()
    settled(desk, made.id)
    assert told.answered == [[], [["Ada."]], [["Ada."], ["You said: When?"]]]


@pytest.mark.parametrize("error", [InvalidQuestion("No words."), KeyError("secret")], ids=["foreseen", "unforeseen"])
def test_a_message_that_fails_lets_the_next_one_of_its_conversation_go_on(make: Make, error: Exception) -> None:
    go = threading.Event()
    told = Told({"a": [go, error]})
    desk = make(told)
    made = begun(desk, "a", "b")
    assert told.reached.wait(10)
    go.set()
    assert [turn.state for turn in settled(desk, made.id).turns] == ["failed", "done"]
    until(lambda: not desk._in_turn)


def test_closing_leaves_the_messages_of_a_conversation_that_are_not_begun(make: Make) -> None:
    go = threading.Event()
    told = Told({"a": [go, Reply("a", "first")]})
    desk = make(told)
    made = begun(desk, "a", "b", "c")
    assert told.reached.wait(10)
    closing = threading.Thread(target=desk.close)
    closing.start()
    until(desk._closing.is_set)
    go.set()
    closing.join(10)
    assert [turn.state for turn in desk.conversation(made.id, "").turns] == ["done", "waiting", "waiting"]
    again = Told()
    following = make(again)
    following.resume()
    settled(following, made.id)
    assert [asked[:2] for asked in again.asked] == [("b", ["a"]), ("c", ["a", "b"])]


@pytest.mark.parametrize("which", ["stored", "not stored", "none"])
def test_a_version_stays_until_something_is_new(make: Make, which: str) -> None:
    desk = make()
    made = "" if which == "none" else begun(desk, stored=which == "stored").id
    before = desk.version(made, "")
    settled(desk, begun(desk, "Something else").id)
    assert desk.version(made, "") == before
    desk.changed(made)
    assert desk.version(made, "") != before


def test_a_version_is_never_one_of_the_process_before(make: Make) -> None:
    made = begun(make(), "Who?").id
    assert len({make().version(made, "") for _ in range(3)}) == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda other, made, turn: other.ask(made, "", "When?", EVERYTHING), id="a message"),
        pytest.param(lambda other, made, turn: other.store(made, "").rename(made, "", "North"), id="a title"),
        pytest.param(
            lambda other, made, turn: other.store(made, "").put_feedback(turn, 0, Feedback(True, None, None, "")),
            id="a thumb",
        ),
        pytest.param(lambda other, made, turn: begun(other, "Who else?"), id="another conversation"),
    ],
)
def test_a_version_is_another_after_another_process_changed_something(
    make: Make, change: Callable[[Desk, str, str], object]
) -> None:
    desk, other = make(), make()
    made = begun(desk, "Who?")
    (turn,) = settled(desk, made.id).turns
    until(lambda: desk.doing(turn.id) is None and not desk._in_turn)
    before = desk.version(made.id, ""), desk.version("", "")
    change(other, made.id, turn.id)
    after = desk.version(made.id, ""), desk.version("", "")
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_what_is_no_conversation_of_one_s_own_has_no_version_and_leaves_nothing(make: Make) -> None:
    desk = make()
    made = begun(desk, "Who?", owner="one")
    settled(desk, made.id, "one")
    until(lambda: not desk._in_turn)
    before = dict(desk._versions), dict(desk._in_turn), dict(desk._doing)
    for unknown in (made.id, "nothing", "x" * 10_000):
        for use in (desk.version, desk.conversation, lambda c, o: desk.ask(c, o, "Who?", EVERYTHING)):
            with pytest.raises(UnknownConversation):
                use(unknown, "other")
    assert (desk._versions, desk._in_turn, desk._doing) == before
