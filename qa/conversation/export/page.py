"""A conversation as one HTML file that loads nothing and runs nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

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

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #55555f; --line: #d8d8de; --mark: #ffe58a; --warn: #8a3b00;
  --link: #0b57d0; --back: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --soft: #b4b4bf; --line: #45454f; --mark: #6b5200;
  --warn: #ffb68a; --link: #a8c7fa; --back: #17171b; } }
@media print { :root { --ink: #000; --soft: #333; --line: #999; --mark: #eee; --warn: #000; --link: #000;
  --back: #fff; } a[href]::after { content: " (" attr(href) ")"; overflow-wrap: anywhere; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2, h3 { font-size: 1rem; margin: 0 0 .25rem; }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: 1rem; }
p { margin: .25rem 0 .75rem; } .small { color: var(--soft); font-size: .875rem; } .warn { color: var(--warn); }
.said { white-space: pre-wrap; } .answer { font-weight: 600; }
blockquote { margin: 0 0 1rem; padding-inline-start: .9rem; border-inline-start: 3px solid var(--line);
  white-space: pre-wrap; }
mark { background: var(--mark); color: inherit; text-decoration: underline; text-decoration-thickness: 1px; }
a { color: var(--link); } article, blockquote { break-inside: avoid; }
"""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""


def as_page(conversation: Conversation, anchored: Anchoring) -> str:
    """Return a conversation as an HTML document, its citations numbered from 1 in each reply.

    It has no script and loads nothing; its only addresses are links to the articles. Control characters, which HTML
    cannot hold, become U+FFFD.

    Args:
        conversation: With its turns.
        anchored: Tells where a citation stands now.
    """
    title = _shown(title_in_words(conversation))
    turns = (part for n, turn in enumerate(conversation.turns, start=1) for part in _turn(n, turn, anchored))
    return "\n".join(
        [
            f"{_HEAD}<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            f'<h1 dir="auto">{title}</h1>',
            f'<p class="small">{_shown(about_conversation(conversation))}</p>',
            *turns,
            "</main>\n</body>\n</html>\n",
        ]
    )


def _turn(number: int, turn: Turn, anchored: Anchoring) -> Iterator[str]:
    yield f'<section aria-labelledby="m{number}">\n<h2 id="m{number}">Message {number}</h2>'
    yield f'<p class="small"><bdi>{_shown(about_turn(turn))}</bdi></p>'
    if turn.message:
        yield f'<p class="said" dir="auto">{_shown(turn.message)}</p>'
    for count, reply in enumerate(turn.replies, start=1):
        yield f"<article>\n<h3>{'Answer' if len(turn.replies) == 1 else f'Answer {count}'}</h3>"
        if len(turn.replies) > 1:
            yield f'<p class="small">To: <bdi>{_shown(reply.asked)}</bdi></p>'
        yield from _told(told(reply, anchored))
        yield "</article>"
    state = about_state(turn)
    if state:
        yield f'<p class="warn" dir="auto">{_shown(state)}</p>'
    yield "</section>"


def _told(reply: Told) -> Iterator[str]:
    for note in reply.notes:
        yield f'<p class="said" dir="auto">{_shown(note)}</p>'
    for rank, given in enumerate(reply.given):
        yield _answer(given, "Or: " if rank else "")
        for source in given.sources:
            yield from _source(source)
    if reply.none:
        yield f'<p class="answer">{_shown(reply.none)}</p>'
    if reply.closest:
        label, text = reply.closest
        yield f'<p class="small">The closest passage, not an answer: <bdi>{_shown(label)}</bdi></p>'
        yield f'<blockquote dir="auto">{_shown(text)}</blockquote>'


def _answer(given: Given, before: str) -> str:
    numbers = " ".join(f"[{source.number}]" for source in given.sources)
    return f'<p>{before}<bdi class="answer">{_shown(given.text)}</bdi> {numbers}</p>'


def _source(source: Source) -> Iterator[str]:
    label = f"<bdi>{_shown(source.label)}</bdi>"
    if source.link:
        label = f'<a href="{escape(source.link)}" rel="noopener noreferrer">{label}</a>'
    *facts, standing = source.facts
    told = "".join(f" · <bdi>{_shown(fact)}</bdi>" for fact in facts)
    warn = ' class="warn"' if source.changed else ""
    yield f'<p class="small">[{source.number}] {label}{told} · <span{warn}>{_shown(standing)}</span></p>'
    yield (
        f'<blockquote dir="auto">{_shown(source.before)}<mark>{_shown(source.quote)}</mark>{_shown(source.after)}'
        "</blockquote>"
    )


def _shown(text: str) -> str:
    r"""Return HTML that shows a text as it is.

    >>> _shown("<b>\r\n&amp;")
    '&lt;b&gt;\n&amp;amp;'
    """
    return escape(_CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))
