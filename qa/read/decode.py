"""A reader's logits to spans of text. Pure.

The score of a span is the sum of its start and its end logit, that of "no answer" the sum at the [CLS] token (Devlin et
al., "BERT", NAACL 2019, section 4.3). What is compared is the margin, the one less the other. Over several windows "no
answer" has the score of the window that is least inclined to it, as in the official SQuAD 2.0 script, save for
`OWN_NULL`: a share of the window's own, which sets back a span of a window that would rather not answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_SPAN_TOKENS = 30
OWN_NULL = 0.75
"""The share of a window's own score in that of "no answer"; measured by `benchmarks/run_ranking.py`."""
_SPANS_PER_WINDOW = 10


@dataclass(frozen=True)
class Window:
    """What a reader makes of one window over one text.

    Attributes:
        text: Which of the texts, from 0.
        offsets: The `(start, end)` in that text of each token of the window, in order.
        start: The start logits of those tokens, shape (tokens,).
        end: The end logits of those tokens, shape (tokens,).
        null: The score of "no answer", start plus end logit of [CLS].
    """

    text: int
    offsets: Sequence[tuple[int, int]]
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    null: float


@dataclass(frozen=True)
class Span:
    """A stretch of one of the texts that was read.

    Attributes:
        text: Which of the texts, from 0.
        start: In code points of that text.
        end: Exclusive.
        margin: Its score less that of "no answer"; positive where the reader prefers it.
    """

    text: int
    start: int
    end: int
    margin: float


def decode(windows: Sequence[Window], texts: Sequence[str], limit: int = 10, own_null: float = OWN_NULL) -> list[Span]:
    """Return the best spans over all windows, best margin first, equal margins in the order of the texts.

    Spans are widened to whole words and trimmed of stray punctuation; of spans that overlap the best one stays.

    Args:
        windows: What the reader made of the texts.
        texts: The texts.
        limit: The most spans to return.
        own_null: See `OWN_NULL`.
    """
    found: list[Span] = []
    lowest = min((window.null for window in windows), default=0.0)
    for window in windows:
        null = own_null * window.null + (1 - own_null) * lowest
        for first, last, score in best_token_spans(window.start, window.end, _SPANS_PER_WINDOW):
            text = texts[window.text]
            start, end = tidy(text, window.offsets[first][0], window.offsets[last][1])
            if start < end:
                found.append(Span(window.text, start, end, score - null))
    found.sort(key=lambda span: (-span.margin, span.text, span.start, span.end))
    kept: list[Span] = []
    for span in found:
        if len(kept) == limit:
            break
        if not any(s.text == span.text and s.start < span.end and span.start < s.end for s in kept):
            kept.append(span)
    return kept


def best_token_spans(
    start: NDArray[np.float32], end: NDArray[np.float32], limit: int, max_tokens: int = MAX_SPAN_TOKENS
) -> list[tuple[int, int, float]]:
    """Return the `limit` best `(first, last, score)` with `first <= last < first + max_tokens`, best first.

    Equal scores come in the order of `(first, last)`.

    >>> best_token_spans(np.array([1.0, 5.0]), np.array([2.0, 0.0]), 2)
    [(1, 1, 5.0), (0, 0, 3.0)]
    """
    tokens = len(start)
    width = min(max_tokens, tokens)
    if not width:
        return []
    padded = np.full(tokens + width - 1, -np.inf)
    padded[:tokens] = end
    scores = (np.lib.stride_tricks.sliding_window_view(padded, width) + start[:, None]).ravel()
    limit = min(limit, int(np.isfinite(scores).sum()))
    order = np.argsort(-scores, kind="stable")[:limit]
    return [(int(i // width), int(i // width + i % width), float(scores[i])) for i in order]


_STRAY = " \t\r\n\f\v\u00a0,;:.!?…-–—·•*_>|"
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "‘": "’", "«": "»", "„": "“"}
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_ABBREVIATION = re.compile(
    r"(?:\b[^\W\d_]\.(?:[^\W\d_]\.)*|\b(?:Jr|Sr|Inc|Corp|Ltd|Co|No|St|Gen|Sen|Rep|Gov|Dr|Mr|Mrs|Ms|Prof)\.)\Z"
)


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a range to whole words, then trim white space, stray punctuation and unpaired quote marks and brackets.

    A word is a run of letters and digits; a number keeps its points and commas, initials keep their points. Where a
    tokenizer parts a word of its own accord (a hyphen, a possessive), the reader's choice stands. The full stop of an
    abbreviation stays. An empty range comes back where nothing is left.

    >>> text = "met “Under Secretary Hooker,” she said"
    >>> s, e = tidy(text, 6, 28); text[s:e]
    'Under Secretary Hooker'
    """
    while 0 < start < end and (_inside_word(text, start) or _after_apostrophe(text, start)):
        start -= 1
    while start < end < len(text) and _inside_word(text, end):
        end += 1
    before = None
    while before != (start, end) and start < end:
        before = (start, end)
        while start < end and text[start] in _STRAY and not _sign(text, start, end):
            start += 1
        while start < end and text[end - 1] in _STRAY and not _belongs(text, start, end):
            end -= 1
        start, end = _without_unpaired(text, start, end)
    return start, end


def _inside_word(text: str, at: int) -> bool:
    """Tell whether an offset parts a word, a number or initials."""
    left, right = text[at - 1], text[at]
    if unicodedata.combining(right):
        return True
    if right in ".,":
        return _mark_inside(text, at)
    if left in ".,":
        return _mark_inside(text, at - 1)
    return _wordlike(left) and _wordlike(right) and not (_ideographic(left) or _ideographic(right))


def _mark_inside(text: str, at: int) -> bool:
    """Tell whether the mark at an offset is inside a number (3.5, 12,000) or between initials (U.S)."""
    if not 0 < at < len(text) - 1:
        return False
    left, right = text[at - 1], text[at + 1]
    if left.isdigit() and right.isdigit():
        return True
    alone = not text[at - 2 : at - 1].isalnum() and not text[at + 2 : at + 3].isalnum()
    return text[at] == "." and left.isalpha() and right.isalpha() and alone


def _after_apostrophe(text: str, at: int) -> bool:
    """Tell whether a range would begin within a contraction: the s of it’s."""
    if text[at] in "'’":
        return text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum()
    return at >= 2 and text[at - 1] in "'’" and text[at - 2].isalnum() and text[at].isalnum()


def _wordlike(character: str) -> bool:
    return character.isalnum() or unicodedata.combining(character) != 0


def _ideographic(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"


def _sign(text: str, start: int, end: int) -> bool:
    """Tell whether the character at `start` is the sign of a number or the point of a decimal."""
    infix = start > 0 and text[start - 1].isalnum()
    return text[start] in "-–." and not infix and start + 1 < end and text[start + 1].isdigit()


def _belongs(text: str, start: int, end: int) -> bool:
    """Tell whether the mark before `end` belongs to the word before it: Jr., U.S., AA-."""
    if text[end - 1] == "-":
        return end - 2 >= start and text[end - 2].isalnum()
    return _ABBREVIATION.search(text, start, end) is not None


def _without_unpaired(text: str, start: int, end: int) -> tuple[int, int]:
    """Trim one quote mark or bracket at an edge that has no partner inside, or take in the partner just outside."""
    first, last, after = text[start : start + 1], text[end - 1 : end], text[end : end + 1]
    inner = _APOSTROPHE.sub("x", text[start:end])
    if any(c == after and inner.count(c) < inner.count(o) for o, c in _PAIRS.items()):
        return start, end + 1
    if first in _PAIRS and inner.count(_PAIRS[first]) < inner.count(first):
        return start + 1, end
    openings = [o for o, c in _PAIRS.items() if c == last]
    if openings and inner.count(last) > sum(inner.count(o) for o in openings) and not _apostrophe(inner):
        return start, end - 1
    for edge, moved in ((first, (start + 1, end)), (last, (start, end - 1))):
        if edge and edge in "\"'`" and inner.count(edge) % 2 and not _apostrophe(inner):
            return moved
    return start, end


def _apostrophe(inner: str) -> bool:
    """Tell whether a mark at the end is more likely the apostrophe of a plural: the workers’."""
    return len(inner) > 1 and inner[-1] in "'’" and inner[-2] in "sSxz" and not set(inner[:-1]) & set("'‘’")
