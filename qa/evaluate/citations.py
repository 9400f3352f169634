"""How much of what is cited is right, and how much of what is right is cited, by characters. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.sentences import sentence_around

Span = tuple[int, int]

_WINDOW = 1000
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


def closest(cited: Span, golds: Sequence[Span]) -> tuple[float, float]:
    """Return the precision and the recall, by characters, of a cited span against the gold span it is closest to.

    Closest is the one with the highest harmonic mean of the two.

    >>> closest((0, 10), [(5, 15), (5, 25)])
    (0.5, 0.5)
    """
    return max((_against(cited, gold) for gold in golds), key=lambda pair: (_harmonic(*pair), pair))


def _against(cited: Span, gold: Span) -> tuple[float, float]:
    shared = max(0, min(cited[1], gold[1]) - max(cited[0], gold[0]))
    return shared / max(1, cited[1] - cited[0]), shared / max(1, gold[1] - gold[0])


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def is_sentence(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is a whole sentence, or several, but for punctuation at its edges.

    A gold span that is one is compared with the cited sentence; any other with the cited words. Up to 1,000 characters
    before and behind the span are looked at.

    >>> is_sentence("He left. She stayed at home.", 9, 27), is_sentence("He left. She stayed at home.", 13, 19)
    (True, False)
    """
    begin = max(0, start - _WINDOW)
    window = text[begin : end + _WINDOW]
    first, last = sentence_around(window, start - begin, end - begin)
    return _EDGE.sub("", window[first:last]) == _EDGE.sub("", text[start:end])
