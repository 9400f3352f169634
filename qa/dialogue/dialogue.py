"""The way of a message in a conversation, from what was written to the replies.

message -> small talk, or what cannot be done -> a remark
-> its questions -> each read without its typing errors -> completed from the conversation -> Assistant
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from index.search.filters import Filter
from qa.answer import Answer
from qa.assistant import Assistant, Stage
from qa.conversation.turn import Reply, Turn
from qa.dialogue.follow_up import complete
from qa.dialogue.limits import cannot
from qa.dialogue.several import MAX_QUESTIONS, questions_in
from qa.dialogue.small_talk import remark, without_greeting
from qa.question import MAX_QUESTION_CHARACTERS, check_question

if TYPE_CHECKING:
    from qa.dialogue.spelling import Correction


class Dialogue:
    """Replies to messages: with remarks, or with answers from the articles. Safe to use from several threads."""

    def __init__(self, assistant: Assistant, correct: Callable[[str], Correction] | None = None) -> None:
        """Put a dialogue together.

        Args:
            assistant: What answers the questions.
            correct: What reads a question without its typing errors; without it, questions are read as written.
        """
        self.assistant = assistant
        self._correct = correct

    def respond(
        self, message: str, turns: Sequence[Turn] = (), only: Filter | None = None, *, as_written: bool = False
    ) -> Iterator[Stage | Reply]:
        """Reply to a message; say each stage before it begins. Each question of the message gets one `Reply`.

        Args:
            message: As it was written.
            turns: What was said before, in order.
            only: Which articles are searched; without it, those that the assistant searches.
            as_written: Take the message as one question and as it is: neither completed nor corrected nor taken apart.

        Raises:
            InvalidQuestion: If there is nothing to search for, or a question is too long.
            ArticleIndexError: If the index cannot be searched.
        """
        if as_written:
            yield from self._ask(message, message, only)
            return
        said = remark(message) or cannot(message)
        if said is not None:
            yield Reply(message, remark=said)
            return
        if len(message) > MAX_QUESTIONS * MAX_QUESTION_CHARACTERS:
            check_question(message)
        questions = questions_in(without_greeting(message))
        replies: list[Reply] = []
        for question in questions[:MAX_QUESTIONS]:
            earlier = [*turns, Turn("", message, replies=tuple(replies))]
            for step in self._reply(question, earlier, only):
                yield step
                if isinstance(step, Reply):
                    replies.append(step)
        if len(questions) > MAX_QUESTIONS:
            yield _left_out(questions[MAX_QUESTIONS:])

    def _reply(self, question: str, turns: Sequence[Turn], only: Filter | None) -> Iterator[Stage | Reply]:
        """Reply to one question of a message."""
        correction = self._correct(question) if self._correct is not None else None
        read = question if correction is None else correction.question
        said = remark(read) or cannot(read)
        if said is not None:
            yield Reply(question, remark=said)
            return
        whole = complete(read, turns)
        changes = () if correction is None else correction.changes
        yield from self._ask(question, read if whole is None else whole, only, whole is not None, changes)

    def _ask(
        self,
        question: str,
        used: str,
        only: Filter | None,
        completed: bool = False,
        corrections: tuple[tuple[str, str], ...] = (),
    ) -> Iterator[Stage | Reply]:
        for step in self.assistant.stream(question, only, used=used):
            if isinstance(step, Answer):
                yield Reply(question, answer=step, completed=completed, corrections=corrections)
            else:
                yield step


def _left_out(questions: Sequence[str]) -> Reply:
    left = " ".join(questions)
    return Reply(
        left, remark=f"I answer at most {MAX_QUESTIONS} questions of a message. Left out: {left} Ask again, please."
    )
