"""The source panel: a whole article as HTML, with the places in it that an answer cites. Pure.

Offsets are code points until here; the text is cut in Python, so that no offset ever reaches the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.article import Article
from qa.answer import Citation
from qa.chat.markup import action, facts_as_html, shown
from qa.conversation.fragment import source_link, web_address
from qa.wording import date_in_words

GONE = "This article is not among the articles any more. What was quoted from it:"

EMPTY_PANEL = '<div class="pq-panel"><p class="pq-empty">Open a citation to see the whole article here.</p></div>'

Range = tuple[int, int]


@dataclass(frozen=True)
class Marks:
    """What is marked in an article, in code points of its text.

    Attributes:
        shown: The range that was opened, marked strongly; None for nothing.
        sentence: The sentence around it, marked softly.
        others: The other places that the answer cites.
        answer: Whether `shown` is an answer; else it is the closest passage.
    """

    shown: Range | None
    sentence: Range | None = None
    others: tuple[Range, ...] = ()
    answer: bool = True


@dataclass(frozen=True)
class Position:
    """Which citation of an answer is open: its turn, the number of the reply, and its own number of `count`."""

    turn: str
    reply: int
    number: int
    count: int


def article_panel(
    article: Article, marks: Marks, position: Position | None = None, citation: Citation | None = None, note: str = ""
) -> str:
    """Return an article, with its title, source, date and address, and what is marked in it.

    Args:
        article: The article.
        marks: What is marked.
        position: The citation's place among those of its answer, for the way to the next one.
        citation: The citation, for the fragment of the address that leads to its words.
        note: What is to be said about it, such as that the article has changed.
    """
    return (
        f'<div class="pq-panel">{_heading(marks, position)}'
        f'<h2 class="pq-title" dir="auto" tabindex="-1">{shown(article.label)}</h2>{_facts(article, marks)}'
        f"{_link(article, citation)}{_note(note)}"
        '<div class="pq-article" dir="auto" tabindex="0" role="region" aria-label="Text of the article">'
        f"{marked_text(article.text, marks)}</div></div>"
    )


def missing_panel(label: str, quote: str) -> str:
    """Say that an article is not in the index any more; the quote is what is left of it."""
    return (
        f'<div class="pq-panel"><div class="pq-bar"><p class="pq-heading">Source</p>{_back()}</div>'
        f'<h2 class="pq-title" dir="auto" tabindex="-1">{shown(label)}</h2>{_note(GONE)}'
        f'<blockquote dir="auto">{shown(quote)}</blockquote></div>'
    )


def marked_text(text: str, marks: Marks) -> str:
    """Return a text as HTML with its marks; without its tags it is the text.

    Where ranges overlap the one that was opened wins, then the other citations, then the sentence.
    """
    pieces: list[str] = []
    for start, end, kind in _segments(len(text), marks):
        piece = shown(text[start:end])
        pieces.append(_FRAMES[kind if marks.answer or kind != "shown" else "near"].format(piece))
    return "".join(pieces)


_FRAMES = {
    "plain": "{}",
    "shown": '<mark class="pq-span">{}</mark>',
    "near": '<span class="pq-span pq-near">{}</span>',
    "other": '<mark class="pq-other">{}</mark>',
    "sentence": '<span class="pq-sentence">{}</span>',
}


def _segments(length: int, marks: Marks) -> list[tuple[int, int, str]]:
    """Cut a text into ranges that do not overlap, each with the strongest mark on it."""
    cuts = {0, length}
    for start, end in filter(None, [marks.shown, marks.sentence, *marks.others]):
        cuts |= {start, end}
    inside = marks.shown
    edges = sorted(cut for cut in cuts if inside is None or not inside[0] < cut < inside[1])
    found: list[tuple[int, int, str]] = []
    for start, end in pairwise(edges):
        kind = _kind(start, end, marks)
        if found and found[-1][2] == kind != "other":
            found[-1] = (found[-1][0], end, kind)
        else:
            found.append((start, end, kind))
    return found


def _kind(start: int, end: int, marks: Marks) -> str:
    def within(range_: Range | None) -> bool:
        return range_ is not None and range_[0] <= start and end <= range_[1]

    if within(marks.shown):
        return "shown"
    if any(within(other) for other in marks.others):
        return "other"
    return "sentence" if within(marks.sentence) else "plain"


def _heading(marks: Marks, position: Position | None) -> str:
    if position is None:
        heading = "Article" if marks.shown is None else "Closest passage, not an answer"
        return f'<div class="pq-bar"><p class="pq-heading">{heading}</p>{_back()}</div>'
    where: dict[str, str | int] = {"turn": position.turn, "reply": position.reply}
    before, after = (position.number - 2) % position.count + 1, position.number % position.count + 1
    way = ""
    if position.count > 1:
        way = "".join(
            action("open", label, {**where, "number": number}, title=title)
            for label, number, title in (
                ("Previous", before, "Previous citation (p)"),
                ("Next", after, "Next citation (n)"),
            )
        )
    return (
        f'<div class="pq-bar"><p class="pq-heading">Citation {position.number} of {position.count}</p>'
        f"{way}{_back()}</div>"
    )


def _back() -> str:
    return action("back", "Back to the answer", classes="pq-back", title="Back to the answer (Escape)")


def _facts(article: Article, marks: Marks) -> str:
    facts: Sequence[str | None] = (
        article.source,
        ", ".join(article.authors),
        date_in_words(article.published),
        None if marks.shown is None else f"characters {marks.shown[0]}-{marks.shown[1]}",
    )
    return f'<p class="pq-facts" dir="auto">{facts_as_html(facts)}</p>'


def _link(article: Article, citation: Citation | None) -> str:
    address = web_address(article.url) if citation is None else source_link(replace(citation, url=article.url))
    if address is None:
        return ""
    return (
        f'<p class="pq-link"><a href="{shown(address)}" target="_blank" rel="noopener noreferrer">'
        f"{shown(article.url or '')}</a></p>"
    )


def _note(note: str) -> str:
    return f'<p class="pq-note">{shown(note)}</p>' if note else ""
