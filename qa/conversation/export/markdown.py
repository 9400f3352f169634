"""A conversation as Markdown, in which nobody's words can do anything. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from qa.conversation.export.content import (
    Anchoring,
    Given,
    Source,
    Told,
    about_conversation,
    about_state,
    about_turn,
    title_in_words,
    told,
)
from qa.conversation.turn import Conversation, Turn
from qa.markdown import escape_lines, escape_markdown, markdown_link


def as_markdown(conversation: Conversation, anchored: Anchoring) -> str:
    """Return a conversation as CommonMark, its citations numbered from 1 in each reply.

    White space is folded, as Markdown has it; line breaks in a message stay.

    Args:
        conversation: With its turns.
        anchored: Tells where a citation stands now.
    """
    blocks = [f"# {escape_markdown(title_in_words(conversation))}", escape_markdown(about_conversation(conversation))]
    for number, turn in enumerate(conversation.turns, start=1):
        blocks += _turn(number, turn, anchored)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _turn(number: int, turn: Turn, anchored: Anchoring) -> Iterator[str]:
    yield f"## Message {number}"
    yield escape_markdown(about_turn(turn))
    yield escape_lines(turn.message)
    for count, reply in enumerate(turn.replies, start=1):
        yield "### Answer" if len(turn.replies) == 1 else f"### Answer {count}"
        if len(turn.replies) > 1:
            yield f"To: {escape_markdown(reply.asked)}"
        yield from _told(told(reply, anchored))
    yield escape_lines(about_state(turn) or "")


def _told(reply: Told) -> Iterator[str]:
    for note in reply.notes:
        yield escape_lines(note)
    for rank, given in enumerate(reply.given):
        yield ("Or: " if rank else "") + _answer(given)
        for source in given.sources:
            yield from _source(source)
    if reply.none:
        yield f"**{escape_markdown(reply.none)}**"
    if reply.closest:
        label, text = reply.closest
        yield f"The closest passage, not an answer: {escape_markdown(label)}"
        yield f"> {escape_markdown(text)}"


def _answer(given: Given) -> str:
    numbers = escape_markdown(" ".join(f"[{source.number}]" for source in given.sources))
    return f"**{escape_markdown(given.text)}** {numbers}"


def _source(source: Source) -> Iterator[str]:
    label = markdown_link(source.label, source.link) if source.link else escape_markdown(source.label)
    facts = " · ".join(map(escape_markdown, source.facts))
    yield f"{escape_markdown(f'[{source.number}]')} {label} · {facts}"
    yield f"> {escape_markdown(source.before + source.quote + source.after)}"
