"""Finding a kept citation in its article again. Pure.

The quote with its prefix and suffix is a `TextQuoteSelector` of the W3C's Web Annotation Data Model
(https://www.w3.org/TR/annotation-model/#text-quote-selector), which leaves open how to choose among several places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from index.article import Article
from qa.answer import Citation

AnchorState = Literal["here", "moved", "changed", "gone"]


@dataclass(frozen=True)
class Anchored:
    """Where a kept citation stands now.

    Attributes:
        state: "here": where it was cited. "moved": elsewhere in the article. "changed": the article does not have the
            quote any more. "gone": there is no article.
        start: In code points of the article's text, None where it does not stand.
        end: Exclusive, likewise.
    """

    state: AnchorState
    start: int | None = None
    end: int | None = None


def anchor(citation: Citation, article: Article | None) -> Anchored:
    """Find a citation's quote in its article as it is now.

    In an article that has changed, the place is the one around which most code points agree with the prefix and the
    suffix, counted from the quote outwards; of several, the one nearest to where it was cited, and of two as near the
    first. Where the context was rewritten everywhere this is nearness alone, which can be wrong.

    The quote must stand there letter for letter: one whose words were changed is "changed", however slightly.

    Args:
        citation: As it was kept.
        article: The article of its id as it is now, None where there is none.
    """
    if article is None:
        return Anchored("gone")
    if citation.content_hash == article.content_hash and article.text[citation.start : citation.end] == citation.quote:
        return Anchored("here", citation.start, citation.end)
    at = find_quote(article.text, citation.quote, citation.start, citation.prefix, citation.suffix)
    if at is None:
        return Anchored("changed")
    return Anchored("here" if at == citation.start else "moved", at, at + len(citation.quote))


def find_quote(text: str, quote: str, near: int, prefix: str = "", suffix: str = "") -> int | None:
    """Return where a quote stands in a text, chosen as `anchor` does; None where it does not.

    >>> find_quote("to Rome, by Rome", "Rome", near=3, prefix="by ")
    12
    """
    ranked = ((_agreement(text, at, at + len(quote), prefix, suffix), -abs(at - near), -at) for at in _at(text, quote))
    best = max(ranked, default=None)
    return None if best is None else -best[2]


def _at(text: str, quote: str) -> Iterator[int]:
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)


def _agreement(text: str, start: int, end: int, prefix: str, suffix: str) -> int:
    """Return how many code points before and after a range are those of a prefix and a suffix."""
    before, after = text[max(0, start - len(prefix)) : start], text[end : end + len(suffix)]
    return _common(prefix[::-1], before[::-1]) + _common(suffix, after)


def _common(a: str, b: str) -> int:
    """Return the length of the common beginning of two strings."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
