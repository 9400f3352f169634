"""Texts cut where marks begin and end, so that no offset reaches a browser. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

PLAIN, GOLD, GIVEN = 0, 1, 2
"""What a piece is: 1 and 2 add up where a gold span and the given one overlap."""

Span = tuple[int, int]


def segments(text: str, start: int, golds: Sequence[Span], given: Sequence[Span]) -> list[tuple[str, int]]:
    """Cut a text into the pieces that are marked alike; together they are the text.

    Args:
        text: Of a passage.
        start: Where it begins in its article.
        golds: Ranges in the article; what is outside the text counts for nothing.
        given: The same, of the answer.

    >>> segments("in May 2025", 100, [(103, 111)], [(103, 106)])
    [('in ', 0), ('May', 3), (' 2025', 1)]
    """
    ranges = [(s - start, e - start, GOLD) for s, e in golds] + [(s - start, e - start, GIVEN) for s, e in given]
    inside = [(max(s, 0), min(e, len(text)), kind) for s, e, kind in ranges if s < len(text) and e > 0 and s < e]
    cuts = sorted({0, len(text), *(at for s, e, _ in inside for at in (s, e))})
    pieces: list[tuple[str, int]] = []
    for begin, end in pairwise(cuts):
        kind = PLAIN
        for s, e, one in inside:
            if s <= begin and end <= e:
                kind |= one
        if pieces and pieces[-1][1] == kind:
            pieces[-1] = (pieces[-1][0] + text[begin:end], kind)
        else:
            pieces.append((text[begin:end], kind))
    return pieces
