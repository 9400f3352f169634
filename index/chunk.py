"""Articles to passages: whole sentences packed up to a number of the embedder's own tokens.

A passage is a range of the article's text and nothing else, so its offsets are exact by construction.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.article import Article, Passage
from index.sentences import sentence_spans

TokenSpans = Callable[[str], Sequence[tuple[int, int]]]
"""A tokenizer, seen as the `(start, end)` of each token of a text, in order."""

_PIECE = re.compile(r"[^\W\d_]{1,4}|\d{1,3}|[^\s]")
_CHARACTERS_PER_TOKEN = 10


def approximate_token_spans(text: str) -> list[tuple[int, int]]:
    """Stand in for a tokenizer where the embedder has none.

    Pieces of at most four letters or three digits, and every other visible character alone: at least as many as
    a subword vocabulary makes of ordinary prose, so that passages come out shorter rather than too long.
    """
    return [match.span() for match in _PIECE.finditer(text)]


@dataclass(frozen=True)
class Chunking:
    """How articles are cut.

    Attributes:
        max_tokens: The most tokens of the embedder's tokenizer in a passage, special tokens not counted. A passage
            also has at most ten times as many characters, since a long run without spaces can be a single token.
            0: an article is one passage, from its first character to its last, however long.
        titled: Whether a passage is embedded under its article's title. The passage itself never holds it.
    """

    max_tokens: int = 200
    titled: bool = True

    def heading(self, title: str | None) -> str | None:
        """Return what a passage of an article of that title is embedded under."""
        return title if self.titled else None

    def passages(self, article: Article, token_spans: TokenSpans = approximate_token_spans) -> list[Passage]:
        """Cut an article into passages, in order and without overlap.

        A sentence longer than the limit is split between words, or between tokens where a word is too long.
        A passage that is at least half full ends with its paragraph.
        """
        text = article.text
        if self.max_tokens == 0:
            return [Passage(article.id, 0, len(text), text)]
        ruler = _Ruler(text, token_spans, self.max_tokens)
        pieces = [p for sentence in sentence_spans(text) for p in ruler.split(*sentence)]
        ranges = [
            r for start, end in self._pack(text, pieces, ruler) for r in self._settle(text, start, end, token_spans)
        ]
        return [Passage(article.id, start, end, text[start:end]) for start, end in ranges]

    def _settle(self, text: str, start: int, end: int, token_spans: TokenSpans) -> Iterator[tuple[int, int]]:
        """Split once more where a passage alone has more tokens than as a part of its article.

        It happens where a word was cut: the whole was one unknown token, its end is spelled out in many.
        """
        ruler = _Ruler(text[start:end], token_spans, self.max_tokens)
        if ruler.fits(0, end - start):
            yield start, end
            return
        for s, e in ruler.split(0, end - start):
            yield from self._settle(text, start + s, start + e, token_spans)

    def _pack(self, text: str, pieces: list[tuple[int, int]], ruler: _Ruler) -> Iterator[tuple[int, int]]:
        if not pieces:
            return
        start, end = pieces[0]
        for piece_start, piece_end in pieces[1:]:
            paragraph_ends = "\n" in text[end:piece_start]
            half_full = 2 * ruler.tokens(start, end) >= self.max_tokens
            if (paragraph_ends and half_full) or not ruler.fits(start, piece_end):
                yield start, end
                start = piece_start
            end = piece_end
        yield start, end


WHOLE_ARTICLES = Chunking(max_tokens=0, titled=False)
"""Articles as they come, each one passage."""


class _Ruler:
    """Measures ranges of one text in tokens and characters."""

    def __init__(self, text: str, token_spans: TokenSpans, max_tokens: int) -> None:
        self._text = text
        self._starts = [start for start, end in token_spans(text) if end > start]
        self._max_tokens = max_tokens
        self._max_characters = max_tokens * _CHARACTERS_PER_TOKEN

    def tokens(self, start: int, end: int) -> int:
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)

    def fits(self, start: int, end: int) -> bool:
        return end - start <= self._max_characters and self.tokens(start, end) <= self._max_tokens

    def split(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield ranges that fit, covering every visible character of `text[start:end]`."""
        while not self.fits(start, end):
            cut = self._cut(start)
            stripped = self._text[start:cut].rstrip()
            if stripped:
                yield start, start + len(stripped)
            start = cut + len(self._text[cut:end]) - len(self._text[cut:end].lstrip())
        if start < end:
            yield start, end

    def _cut(self, start: int) -> int:
        """Return the furthest offset at which a piece from `start` can end, after a white space if there is one."""
        first = bisect_left(self._starts, start)
        beyond = first + self._max_tokens
        limit = start + self._max_characters
        if beyond < len(self._starts):
            limit = min(limit, self._starts[beyond])
        for at in range(limit, start, -1):
            if self._text[at - 1].isspace():
                return at
        return limit
