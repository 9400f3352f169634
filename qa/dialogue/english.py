"""Which words are English, by the vocabulary of the packaged model and the endings of English."""

from __future__ import annotations

import re
from functools import cache

_PREFIXES = (
    "un re dis non counter over under pre anti sub inter mis out co de super trans bi micro multi semi fore up down"
).split()
_STEM_ENDS = {
    "s es ly ally ness less ful ment ments ist ists ism y ship like al": ("",),
    "ies ied ier ily iness": ("y",),
    "ible ive ation ations": ("e",),
    "ed ing er ers est able ity ion ions or ors": ("", "e"),
}
_ENDINGS = {ending: ends for endings, ends in _STEM_ENDS.items() for ending in endings.split()}
"""What stands in place of an ending in the word that it is put to."""

_DOUBLED = re.compile(r"([a-z]{0,2}[b-df-hj-np-tv-z][aeiou]([bdgklmnprt]))\2(?:ing|ed|er|ers)")
_SHORTEST = 3
_PART = 4


@cache
def _listed() -> frozenset[str]:
    from index.bert import packaged_tokenizer

    return frozenset(word for word in packaged_tokenizer().get_vocab() if word.isalpha() and len(word) >= _SHORTEST)


def english_words(initial: str) -> list[str]:
    """Return the listed words that begin with a letter, in order.

    Raises:
        ModelError: If the packaged model is not installed.
    """
    return _by_initial().get(initial, [])


@cache
def _by_initial() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(_listed()):
        found.setdefault(word[0], []).append(word)
    return found


def is_english(word: str) -> bool:
    """Tell whether a word in lower case is English: listed, or made of listed words by prefix, ending or compounding.

    The list is the packaged model's vocabulary, which has many names too. Rare words are not known.

    Raises:
        ModelError: If the packaged model is not installed.

    >>> is_english("counterterrorism"), is_english("delegaton")
    (True, False)
    """
    if word in _listed() or _inflected(word):
        return True
    if any(word.startswith(p) and len(word) - len(p) >= _PART and _formed(word[len(p) :]) for p in _PREFIXES):
        return True
    cuts = range(_PART, len(word) - _PART + 1)
    return any(word[:cut] in _listed() and word[cut:].removesuffix("s") in _listed() for cut in cuts)


def _formed(word: str) -> bool:
    return word in _listed() or _inflected(word)


def _inflected(word: str) -> bool:
    doubled = _DOUBLED.fullmatch(word)
    if doubled and doubled[1] in _listed():
        return True
    for ending, instead in _ENDINGS.items():
        if not word.endswith(ending) or (ending == "s" and word.endswith("ss")):
            continue
        stem = word[: -len(ending)]
        stems = [stem + end for end in instead if end or stem[-1:] != "e" or ending[0] not in "ei"]
        if len(stem) >= (_SHORTEST if ending == "s" else _PART) and any(word in _listed() for word in stems):
            return True
    return False
