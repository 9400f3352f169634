"""A conversation as one HTML file that loads nothing and runs nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from qa.conversation.export.content import (
    Anchoring,
    about_conversation,
    about_state,
    about_turn,
    title_in_words,
    told,
)
from qa.conversation.export.html_parts import PAGE_END, page_start, reply_as_html, shown
from qa.conversation.turn import Conversation, Turn


def as_page(conversation: Conversation, anchored: Anchoring) -> str:
    """Return a conversation as an HTML document, its citations numbered from 1 in each reply.

    It has no script and loads nothing; its only addresses are links to the articles. Control characters, which HTML
    cannot hold, become U+FFFD.

    Args:
        conversation: With its turns.
        anchored: Tells where a citation stands now.
    """
    title = title_in_words(conversation)
    turns = (part for n, turn in enumerate(conversation.turns, start=1) for part in _turn(n, turn, anchored))
    lines = [
        f'<h1 dir="auto">{shown(title)}</h1>',
        f'<p class="small">{shown(about_conversation(conversation))}</p>',
        *turns,
    ]
    return page_start(title) + "\n".join(lines) + "\n" + PAGE_END


def _turn(number: int, turn: Turn, anchored: Anchoring) -> Iterator[str]:
    yield f'<section aria-labelledby="m{number}">\n<h2 id="m{number}">Message {number}</h2>'
    yield f'<p class="small"><bdi>{shown(about_turn(turn))}</bdi></p>'
    if turn.message:
        yield f'<p class="said" dir="auto">{shown(turn.message)}</p>'
    for count, reply in enumerate(turn.replies, start=1):
        yield f"<article>\n<h3>{'Answer' if len(turn.replies) == 1 else f'Answer {count}'}</h3>"
        if len(turn.replies) > 1:
            yield f'<p class="small">To: <bdi>{shown(reply.asked)}</bdi></p>'
        yield from reply_as_html(told(reply, anchored))
        yield "</article>"
    state = about_state(turn)
    if state:
        yield f'<p class="warn" dir="auto">{shown(state)}</p>'
    yield "</section>"
