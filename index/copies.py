"""Near-copies of one story: which articles are, and which of their passages say nothing new. Pure.

Two articles are copies of one story when about seven tenths of their runs of five words are the same, as MinHash
estimates it (Broder, "On the resemblance and containment of documents", 1997).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.article import Passage
from index.sentences import sentence_spans

Signature = NDArray[np.uint32]

PERMUTATIONS = 120
_ROWS_A_BAND = 5
_SAME_STORY = 0.7
_SAME_WORDS = 0.8
_SHINGLE = 5
_SEED = 1
_WORD = re.compile(r"\w+")
_PHRASE = 6
_BYLINE = re.compile(r"^\s*By\b.{0,80}$", re.MULTILINE)
_DATELINE = re.compile(
    r"^\s*(?:[A-Z]{3}[\w.,/ ]{0,60}|[A-Z][\w.,/ ]{0,60}\([^)\n]{2,40}\))\s*[—–-]{1,2} ", re.MULTILINE
)
_TELLING = re.compile(r"\b(?:[^\W\d_]*\d\w*|[A-Z]\w*)\b")


def signature(text: str) -> Signature:
    """Return the MinHash signature of a text's runs of five words, case and punctuation apart, shape (120,)."""
    from datasketch import MinHash

    words = _words(text)
    runs = {" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1))}
    made = MinHash(num_perm=PERMUTATIONS, seed=_SEED, scheme="affine32")
    made.update_batch([run.encode() for run in sorted(runs)])
    return np.asarray(made.hashvalues, dtype=np.uint32)


def bands(signed: Signature) -> list[bytes]:
    """Return 24 keys; copies share at least one of them, all but surely (in 9,999 of 10,000 cases at 0.8).

    Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.
    """
    rows = signed.astype("<u4").reshape(-1, _ROWS_A_BAND)
    return [bytes([number]) + row.tobytes() for number, row in enumerate(rows)]


def are_copies(one: Signature, other: Signature) -> bool:
    """Tell whether two signatures are of copies of one story."""
    return float((one == other).mean()) >= _SAME_STORY


@dataclass
class Distinct:
    """A passage that is shown, and those of other copies of its story that say the same."""

    row: int
    passage: Passage
    copies: list[Passage] = field(default_factory=list)


def collapse(ranked: Sequence[tuple[int, Passage]], stories: Mapping[str, int], limit: int) -> list[Distinct]:
    """Return the first `limit` passages that say something new, best first, each with its copies.

    A passage says nothing new when of each of its sentences four fifths of the words stand in better passages of other
    copies of its story, and all numbers and capitalised words do: a copy that corrects a number or a name is never
    hidden.

    Args:
        ranked: Rows and passages, best first.
        stories: The story of each article; one without a story has no copies.
        limit: How many.
    """
    kept: list[Distinct] = []
    for row, passage in ranked:
        story = stories.get(passage.article_id)
        others = [
            one
            for one in kept
            if story is not None
            and one.passage.article_id != passage.article_id
            and stories.get(one.passage.article_id) == story
        ]
        if others and _nothing_new(passage.text, " ".join(one.passage.text for one in others)):
            words = set(_words(passage.text))
            best = max(others, key=lambda one: len(words & set(_words(one.passage.text))))
            best.copies.append(passage)
        elif len(kept) < limit:
            kept.append(Distinct(row, passage))
    return kept


def _nothing_new(text: str, known: str) -> bool:
    """Tell whether every sentence stands in what is known; a byline, a dateline and short phrases do not count."""
    held, held_names = set(_words(known)), set(_TELLING.findall(known))
    body = _DATELINE.sub("", _BYLINE.sub("", text))
    for start, end in sentence_spans(body):
        words, names = _words(body[start:end]), _TELLING.findall(body[start:end])
        if len(words) < _PHRASE and len(names) <= 1 and not any(map(str.isdigit, body[start:end])):
            continue
        same = sum(word in held for word in words) >= _SAME_WORDS * len(words)
        if not same or not set(names) <= held_names:
            return False
    return True


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
