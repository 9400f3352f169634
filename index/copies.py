"""Near-copies of one story: which articles are, and which of their passages say nothing new. Pure.

Two articles are copies of one story when about seven tenths of their runs of five words are the same, as MinHash
estimates it (Broder, "On the resemblance and containment of documents", 1997).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from index.article import Passage
from index.sentences import sentence_spans

Signature = NDArray[np.uint32]

PERMUTATIONS = 120
LISTED = 20
"""How many copies are listed under a passage."""

_ROWS_A_BAND = 5
_SAME_STORY = 0.7
_SHINGLE = 5
_SEED = 1
_WORD = re.compile(r"\w+")

_ALIKE = 0.8
_LETTER = r"[\w\u0300-\u036f\u0591-\u05c7\u0610-\u0eff]"  # and the vowel signs that \w leaves out
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*\w*"
    rf"|{_LETTER}+(?:['’]{_LETTER}+)*"
    r"|[$€£¥₹%‰]|(?<!\w)[-−–+](?=[$€£¥₹]?\d)"
)
_HARMLESS = frozenset("a an the that also too just then".split())
"""English words in which two wordings of a sentence may differ and say the same."""
_BYLINE = re.compile(r"\s*By [^\n\d]{1,80}(?<![.?!:;\s])[^\S\n]*(?:\n|$)")
_BYLINE_WORDS = frozenset("and for of in the staff de del da van von der la le al bin our".split())
_DATELINE = re.compile(
    r"\s*(?P<place>[^\W\d_][^\d\n(—–,-]{1,60}?)"
    r"(?:, (?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day))?"
    r"(?: \([^\W\d_][^)\d\n]{1,40}\))?\s*[—–-]{1,2}\s"
)


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
    """A passage that is shown, and the best `LISTED` of those of other copies of its story that say the same."""

    row: int
    passage: Passage
    copies: list[Passage] = field(default_factory=list)


class Folding:
    """The first `limit` passages that say something new, best first, each with its copies: `kept`.

    A passage says nothing new when each of its sentences stands in a better passage of another copy of its story, case
    and punctuation apart, or one does that differs in an article or another of a few harmless English words alone. So
    no correction is hidden, of a number, a name or a verb. An article's byline and dateline do not count.
    """

    def __init__(self, limit: int) -> None:
        self.kept: list[Distinct] = []
        self.limit = limit
        self._by_story: dict[int, list[tuple[Distinct, _Said]]] = {}
        self._read: dict[tuple[str, bool], _Said] = {}

    def take(self, ranked: Sequence[tuple[int, Passage]], stories: Mapping[str, int]) -> None:
        """Take the passages that rank next.

        Args:
            ranked: Rows and passages, best first, all worse than those taken before.
            stories: The story of each article; one without a story has no copies.
        """
        for row, passage in ranked:
            story = stories.get(passage.article_id)
            same_story = [] if story is None else self._by_story.setdefault(story, [])
            others = [one for one in same_story if one[0].passage.article_id != passage.article_id]
            said = self._said(passage) if story is not None else None
            if said is not None and others and said.nothing_new([known for _, known in others]):
                best = max(others, key=lambda one: len(said.vocabulary & one[1].vocabulary))[0]
                if len(best.copies) < LISTED:
                    best.copies.append(passage)
            elif len(self.kept) < self.limit:
                self.kept.append(Distinct(row, passage))
                if said is not None:
                    same_story.append((self.kept[-1], said))

    def _said(self, passage: Passage) -> _Said:
        key = passage.text, passage.start == 0
        if key not in self._read:
            self._read[key] = _Said(_without_head(passage.text) if passage.start == 0 else passage.text)
        return self._read[key]


class _Sentence:
    """A sentence's words in lower case."""

    def __init__(self, text: str) -> None:
        self.words = [word.lower().replace("’", "'") for word in _TOKEN.findall(text)]

    def differs_harmlessly(self, known: _Sentence) -> bool:
        """Tell whether a sentence is alike, and all words in which the two differ are harmless."""
        matcher = SequenceMatcher(None, known.words, self.words, autojunk=False)
        if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
            return False
        differing: set[str] = set()
        for what, a, b, c, d in matcher.get_opcodes():
            if what != "equal":
                differing.update(known.words[a:b], self.words[c:d])
        return differing <= _HARMLESS


class _Said:
    """What a passage says, sentence by sentence."""

    def __init__(self, text: str) -> None:
        read = [_Sentence(text[start:end]) for start, end in sentence_spans(text)]
        self.sentences = [sentence for sentence in read if sentence.words]
        self.vocabulary = frozenset(word for sentence in self.sentences for word in sentence.words)
        self._words = [word for sentence in self.sentences for word in sentence.words]
        ends = list(accumulate((len(sentence.words) for sentence in self.sentences), initial=0))
        self._bounds = frozenset(ends)

    def nothing_new(self, others: Sequence[_Said]) -> bool:
        """Tell whether each sentence stands in one of the others, or one that differs harmlessly does."""
        held = [sentence for known in others for sentence in known.sentences]
        return all(
            any(known._says(sentence) for known in others) or any(sentence.differs_harmlessly(one) for one in held)
            for sentence in self.sentences
        )

    def _says(self, sentence: _Sentence) -> bool:
        """Tell whether a sentence stands here word by word, as one or several whole sentences.

        Within another it may mean something else: "12 were hurt", "nobody said that 12 were hurt".
        """
        length = len(sentence.words)
        return any(
            at + length in self._bounds and self._words[at : at + length] == sentence.words for at in self._bounds
        )


def _without_head(text: str) -> str:
    """Return an article's beginning without its byline and its dateline."""
    byline = _BYLINE.match(text)
    if byline and not any(word.islower() and word not in _BYLINE_WORDS for word in _TOKEN.findall(byline[0])):
        text = text[byline.end() :]
    dateline = _DATELINE.match(text)
    return text[dateline.end() :] if dateline and dateline["place"].isupper() else text


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
