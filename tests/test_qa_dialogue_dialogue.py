from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashEncoder, WordReader

from index import Article, Index
from index.search.filters import Filter
from qa.assistant import Assistant, Stage
from qa.conversation.turn import Reply, Turn
from qa.dialogue.dialogue import Dialogue
from qa.dialogue.spelling import Correction
from qa.errors import InvalidQuestion

TEXT = "Solberg led the Norland delegation. The delegation visited Osthaven in May."


@pytest.fixture
def dialogue(tmp_path: Path) -> Iterator[Dialogue]:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", TEXT)])
        yield Dialogue(Assistant(index, WordReader("Solberg")))


def replies(
    dialogue: Dialogue, message: str, turns: list[Turn] | None = None, *, as_written: bool = False
) -> list[Reply]:
    steps = dialogue.respond(message, turns or [], as_written=as_written)
    return [step for step in steps if isinstance(step, Reply)]


def used(reply: Reply) -> str:
    assert reply.answer is not None
    return reply.answer.question_used


def test_a_question_yields_its_stages_and_then_its_reply(dialogue: Dialogue) -> None:
    steps = list(dialogue.respond("Who led the Norland delegation?"))
    assert [step.name for step in steps if isinstance(step, Stage)] == ["searching", "reading"]
    assert isinstance(steps[-1], Reply)
    assert steps[-1].answer is not None
    assert (steps[-1].answer.text, steps[-1].completed, steps[-1].remark) == ("Solberg", False, None)


@pytest.mark.parametrize("message", ["hi", "summarise this", "👍"])
def test_small_talk_and_what_cannot_be_done_get_one_remark(dialogue: Dialogue, message: str) -> None:
    (reply,) = list(dialogue.respond(message))
    assert isinstance(reply, Reply)
    assert reply.asked == message
    assert reply.remark
    assert reply.answer is None


def test_an_empty_index_still_gets_the_remark(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        (reply,) = list(Dialogue(Assistant(index, WordReader("x"))).respond("hello"))
    assert isinstance(reply, Reply)
    assert reply.remark


def test_a_greeting_before_a_question_is_dropped_for_the_search(dialogue: Dialogue) -> None:
    (reply,) = replies(dialogue, "hi, who led the Norland delegation?")
    assert (used(reply), reply.remark) == ("who led the Norland delegation?", None)


def test_the_second_question_is_completed_from_the_first(dialogue: Dialogue) -> None:
    first, second = replies(dialogue, "Who led the Norland delegation and when did it visit Osthaven?")
    assert (used(first), first.completed) == ("Who led the Norland delegation?", False)
    assert (used(second), second.completed) == ("when did the Norland delegation visit Osthaven?", True)
    assert second.asked == "when did it visit Osthaven?"


def test_a_follow_up_is_completed_from_the_turns_before(dialogue: Dialogue) -> None:
    turns = [Turn("1", "q", replies=tuple(replies(dialogue, "Who led the Norland delegation?")))]
    (reply,) = replies(dialogue, "Where was she born?", turns)
    assert (reply.asked, used(reply)) == ("Where was she born?", "Where was Solberg born?")


def test_a_message_as_written_is_left_as_it_is(dialogue: Dialogue) -> None:
    turns = [Turn("1", "q", replies=tuple(replies(dialogue, "Who led the Norland delegation?")))]
    for message in ("Where was she born?", "hi", "Who led it? And when?"):
        (reply,) = replies(dialogue, message, turns, as_written=True)
        assert (used(reply), reply.completed, reply.remark) == (message, False, None)


def test_typing_errors_are_corrected_before_the_question_is_completed(dialogue: Dialogue) -> None:
    def correct(question: str) -> Correction:
        return (
            Correction(question.replace("shee", "she"), (("shee", "she"),))
            if "shee" in question
            else Correction(question, ())
        )

    dialogue = Dialogue(dialogue.assistant, correct)
    turns = [Turn("1", "q", replies=tuple(replies(dialogue, "Who led the Norland delegation?")))]
    (reply,) = replies(dialogue, "Where was shee born?", turns)
    assert (used(reply), reply.corrections) == ("Where was Solberg born?", (("shee", "she"),))
    assert reply.asked == "Where was shee born?"


def test_more_than_four_questions_are_said_to_be_left_out(dialogue: Dialogue) -> None:
    asked = [f"Who is number {number}?" for number in range(6)]
    *answered, last = replies(dialogue, " ".join(asked))
    assert [reply.asked for reply in answered] == asked[:4]
    assert last.answer is None
    assert "Left out: Who is number 4? Who is number 5?" in (last.remark or "")


def test_a_filter_reaches_the_search(dialogue: Dialogue) -> None:
    (reply,) = [s for s in dialogue.respond("Who led it?", only=Filter(since="2030")) if isinstance(s, Reply)]
    assert reply.answer is not None
    assert reply.answer.reason == "filtered_out"


@pytest.mark.parametrize("message", ["", "   ", "Who led " + "x" * 5000])
def test_a_question_that_is_none_is_an_error(dialogue: Dialogue, message: str) -> None:
    with pytest.raises(InvalidQuestion):
        list(dialogue.respond(message))
