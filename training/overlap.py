"""Finds training contexts that share text with development contexts."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIZE = 13
_WORD = re.compile(r"\w+")


def grams(text: str) -> set[int]:
    """Return the hashes of the 13-grams of a text's lower-cased words."""
    words = _WORD.findall(text.lower())
    return {hash(tuple(words[at : at + _SIZE])) for at in range(len(words) - _SIZE + 1)}


def leaking(training: Iterable[str], development: Iterable[str], share: float = 0.1) -> list[str]:
    """Return the training contexts of whose 13-grams at least `share` stand in a development context."""
    held = set().union(*map(grams, development))
    found = []
    for context in training:
        own = grams(context)
        if own and len(own & held) >= share * len(own):
            found.append(context)
    return found
