"""Typing errors in a question, read as the words that the index has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from index.search.words import STOP_WORDS, folding, stemming
from index.store import Index
from qa.dialogue.english import english_words, is_english

_WORD = re.compile(r"(?<![\w@#/.&])(?<!\w[’'])[^\W\d_]+(?![\w@/]|\.\w)")
_QUOTED = re.compile(r"[\"“”][^\"“”]*[\"“”]")
_SHORTEST = 4
_LONG = 8
_ABBREVIATION = 5
_MORE_LIKELY = 10
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True)
class Correction:
    """A question with its typing errors corrected.

    Attributes:
        question: As it is read.
        changes: The words that were read as others, as (written, read), in order.
    """

    question: str
    changes: tuple[tuple[str, str], ...]


class Speller:
    """Corrects questions to the words of an index, of its newest generation. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._fold = folding()
        self._stem = stemming()

    def correct(self, question: str) -> Correction:
        """Read words that neither English nor the index has as the index's words that they are nearly.

        A word is nearly another at one edit, from 8 letters on at two: a letter more, less, or another, or two
        neighbours swapped (optimal string alignment). Both begin with the same letter. What stands in quotes, has a
        digit, a capital inside or fewer than 4 letters, or is an abbreviation of up to 5 capitals, stays. A capitalised
        word is more likely a name that the index has not: it stays unless the edit is one that fingers make. Where two
        words are meant as likely, or it takes two edits and English has another word as near, nothing is changed.

        Raises:
            ModelError: If the packaged model, whose vocabulary is the list of English words, is not installed.
            UnusableIndex: If the index cannot be read.
        """
        quoted = [match.span() for match in _QUOTED.finditer(question)]
        pieces: list[str] = []
        changes: list[tuple[str, str]] = []
        at = 0
        for match in _WORD.finditer(question):
            if any(start < match.end() and match.start() < end for start, end in quoted):
                continue
            written = match.group()
            read = self._read(written, first=not question[: match.start()].strip())
            if read is not None:
                pieces += [question[at : match.start()], read]
                changes.append((written, read))
                at = match.end()
        return Correction("".join([*pieces, question[at:]]), tuple(changes))

    def _read(self, written: str, first: bool) -> str | None:
        """Return what a word is to be read as; None: as it is."""
        if len(written) < _SHORTEST or not (written.islower() or written.istitle() or written.isupper()):
            return None
        if written.isupper() and len(written) <= _ABBREVIATION:
            return None
        folded = self._fold.analyze(written)
        if len(folded) != 1 or not folded[0].isascii() or is_english(folded[0]):
            return None
        if self._index.has_word(folded[0]):
            return None
        best = self._best(folded[0], named=written.istitle() and not first)
        if best is None:
            return None
        return best.upper() if written.isupper() else best.capitalize() if written.istitle() else best

    def _best(self, word: str, named: bool) -> str | None:
        most = 2 if len(word) >= _LONG else 1
        counts = self._near(word, most)
        if not counts:
            return None
        distances = {other: _distance(word, other, most) for other in counts}
        nearest = min(distances.values())
        slips = {other for other in counts if distances[other] == nearest and is_slip(word, other)}
        likely = slips or {other for other in counts if distances[other] == nearest}
        if nearest == 1 and not slips and (named or len(word) == _SHORTEST):
            return None
        if nearest > 1 and _english_is_as_near(word, counts):
            return None
        return self._only(likely, counts)

    def _near(self, word: str, most: int) -> dict[str, int]:
        """Return the words of the index within some edits, with how many passages have each, stop words too."""
        swapped = word[1] + word[0] + word[2:]
        from_index = {
            **self._index.words_beginning(word[0]),
            **{other: n for other, n in self._index.words_beginning(swapped[:2]).items() if other == swapped},
        }
        common = {other: 1 for other in STOP_WORDS if other[0] == word[0] and from_index}
        every = {**common, **from_index}
        return {
            other: every[other]
            for other in _within(word, list(every), most)
            if len(other) >= _SHORTEST and other.isalpha()
        }

    def _only(self, likely: set[str], counts: Mapping[str, int]) -> str | None:
        """Return the most frequent one, if it is so by far or all are forms of it."""
        ranked = sorted(likely, key=lambda other: (-counts[other], other))
        best, rivals = ranked[0], ranked[1:]
        stem = self._stem.analyze(best)
        rivals = [other for other in rivals if self._stem.analyze(other) != stem]
        return best if all(counts[best] >= _MORE_LIKELY * counts[other] for other in rivals) else None


def is_slip(written: str, meant: str) -> bool:
    """Tell whether one word is written for another by a slip of the fingers.

    That is a letter left out, two swapped, one doubled, or one of a neighbouring key in place of it or beside it.

    >>> is_slip("musuem", "museum"), is_slip("horvath", "horvat")
    (True, False)
    """
    at = next(
        (i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), min(len(written), len(meant))
    )
    if len(written) == len(meant) - 1:
        return written[at:] == meant[at + 1 :]
    if len(written) == len(meant) + 1:
        beside = {written[at - 1 : at], written[at + 1 : at + 2]}
        return written[at + 1 :] == meant[at:] and any(a == written[at] or _neighbours(a, written[at]) for a in beside)
    if len(written) != len(meant) or at == len(written):
        return False
    if written[at:] == meant[at + 1 : at + 2] + meant[at] + meant[at + 2 :]:
        return True
    return written[at + 1 :] == meant[at + 1 :] and _neighbours(written[at], meant[at])


def _neighbours(a: str, b: str) -> bool:
    """Tell whether two letters lie beside each other on an English keyboard."""
    if not (a and b):
        return False
    places = [(row, keys.find(letter)) for letter in (a, b) for row, keys in enumerate(_ROWS) if letter in keys]
    if len(places) != 2:
        return False
    (row, column), (other_row, other_column) = sorted(places)
    if row == other_row:
        return abs(column - other_column) == 1
    return other_row - row == 1 and column - other_column in (0, 1)


def _english_is_as_near(word: str, counts: Mapping[str, int]) -> bool:
    """Tell whether English has a word within two edits that the index has not."""
    return any(other not in counts for other in _within(word, english_words(word[0]), 2))


def _within(word: str, others: list[str], most: int) -> list[str]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    return [other for other, _, _ in process.extract(word, others, scorer=OSA.distance, score_cutoff=most, limit=None)]


def _distance(word: str, other: str, most: int) -> int:
    from rapidfuzz.distance import OSA

    distance: int = OSA.distance(word, other, score_cutoff=most)
    return distance
