"""The data of a conversation: what was said, and what was said in return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.search.filters import EVERYTHING, Filter
from qa.answer import Answer

State = Literal["waiting", "done", "failed"]


@dataclass(frozen=True)
class Reply:
    """What is said in return to a message, or to one of the questions in it.

    Attributes:
        asked: The question that it replies to, as it stands in the message.
        remark: What the assistant says by itself, in plain text; None where the articles speak alone.
        answer: What the articles say; None where nothing was looked up.
        completed: Whether the question was completed from the conversation; `answer.question_used` is the outcome.
        corrections: Words that were read as others, as (written, read).
        added: Ids of the articles that were added.
    """

    asked: str
    remark: str | None = None
    answer: Answer | None = None
    completed: bool = False
    corrections: tuple[tuple[str, str], ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feedback:
    """What somebody thought of a reply.

    Attributes:
        good: Thumb up or down.
        reason: One of the reasons offered, or None.
        comment: In the user's own words, or None.
        given_at: ISO 8601, UTC.
    """

    good: bool
    reason: str | None
    comment: str | None
    given_at: str


@dataclass(frozen=True)
class Turn:
    """A message and what was said in return.

    Attributes:
        id: Unique among all turns.
        message: As it was written.
        only: Which articles were searched.
        as_written: Whether the message is taken as it is: neither completed nor corrected nor taken apart.
        asked_at: ISO 8601, UTC.
        state: "waiting" until all replies are there.
        replies: In order.
        error: What went wrong, in plain words, where `state` is "failed".
        feedback: By the number of the reply, from 0.
        files: The names of the files that came with it.
    """

    id: str
    message: str
    only: Filter = EVERYTHING
    as_written: bool = False
    asked_at: str = ""
    state: State = "waiting"
    replies: tuple[Reply, ...] = ()
    error: str | None = None
    feedback: tuple[tuple[int, Feedback], ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """A conversation with its turns.

    Attributes:
        id: Unique; cannot be guessed.
        title: The first message, shortened, until it is renamed; "" before the first message.
        created_at: ISO 8601, UTC.
        changed_at: Of the last turn or change of title.
        stored: Whether it outlives the chat's process.
        turns: In order.
    """

    id: str
    title: str
    created_at: str
    changed_at: str
    stored: bool
    turns: tuple[Turn, ...] = ()
