"""Who says a quotation, in English news. Pure.

By the conventions of news prose: a verb of saying beside the quotation, its subject, and, where that is "he" or "she",
the subject of a sentence before. A wrong name is worse than none, so that what is not plain has no speaker.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from qa.quotations import Quotation, quotations
from qa.saying import Said, inverted, last_said, said_at_once
from qa.subjects import UPPER, is_person, names_of_people, opening_subject, suits

Range = tuple[int, int]

WINDOW = 3000
"""Code points that are looked at before and after what is asked about."""

_SENTENCE_END = re.compile(
    rf"[.!?…](?<![ .][{UPPER}]\.)(?<!\b(?:Mr|Ms|Dr|Lt)\.)(?<!\b(?:Mrs|Gen|Sen|Rep|Gov|Col|Sgt|Cpl|Maj)\.)[”\"’']?\s+"
    rf"(?=[“\"‘'({UPPER}])|[\r\n]+"
)
_MADE_EQUAL = re.compile(r"(?:is|are|was|were|be|been|being|as|it|them|him|her)\s*$")
_GOES_STRAIGHT_ON = re.compile(r"\s*|[^.!?…\n]{1,200}[.,;:—–]\s*")
_WRAPPED = re.compile(r"(?<=[a-z,])\n(?=\S)")
_FILLED = "\ufffc"
_SENTENCES_BACK = 4
_QUOTATIONS_BACK = 8
_QUOTATIONS_ON = 8
_COMMAS_BACK = 12
_PARTS = 10
_TOUCHED = 10
_FEW = 3


def speaker_of(text: str, start: int, end: int) -> Range | None:
    """Return the range that names who says the quotation that `text[start:end]` is part of, or touches.

    Where that is said by "he" or "she", it is the name that the word stands for, if a sentence before makes that plain.
    None where it touches no quotation, several of different speakers or more than 10, or where no speaker can be told.
    At most `WINDOW` code points on either side are looked at, so that a long article costs no more than a short one.

    Args:
        text: An article's.
        start: In code points.
        end: Exclusive.

    >>> text = "“It was late,” said Ada Holm."
    >>> text[slice(*speaker_of(text, 1, 3))]
    'Ada Holm'
    """
    first, last = max(0, start - WINDOW), min(len(text), end + WINDOW)
    if first and (newline := text.find("\n", first, start)) >= 0:
        first = newline + 1
    near = _WRAPPED.sub(" ", text[first:last])
    every = quotations(near)
    touched = _touched(every, start - first, end - first)
    if len(touched) > _TOUCHED:
        return None
    found = {_speaker(near, every, q) for q in touched}
    if len(found) != 1 or (only := found.pop()) is None:
        return None
    return first + only[0], first + only[1]


def _touched(every: Sequence[Quotation], start: int, end: int) -> list[Quotation]:
    """Return the innermost quotation around a range, or else the outermost ones that it overlaps."""
    around = [q for q in every if q.start <= start < end <= q.end]
    if around:
        return [max(around, key=lambda q: q.depth)]
    return [q for q in every if q.start < end and start < q.end and q.depth == 0]


def _speaker(text: str, every: Sequence[Quotation], quotation: Quotation) -> Range | None:
    """Return the speaker of a quotation, or of the one that it stands in where it is only words in marks there."""
    outer = next(
        (q for q in every if q.start < quotation.start and quotation.end <= q.end and q.depth < quotation.depth), None
    )
    if outer is None and quotation.depth:
        return None
    if outer is None:
        page = _Page(text, 0, len(text), [q for q in every if q.depth == 0])
        return page.speaker(quotation)
    page = _Page(text, outer.start + 1, outer.end - 1, [q for q in every if q.depth == quotation.depth])
    said = page.attributed(quotation)
    if said is not None:
        return page.named(said)
    return _speaker(text, every, outer)


class _Page:
    """A stretch of text with its quotations of one depth, filled so that no word in them is taken for prose."""

    def __init__(self, text: str, start: int, end: int, level: Sequence[Quotation]) -> None:
        self._text = text
        self._start = start
        self._end = end
        self._level = [q for q in level if start <= q.start and q.end <= end]
        prose = list(text)
        for q in self._level:
            kept = 2 if text[q.end - 2 : q.end - 1] in ".,!?…—–-" and not q.goes_on else 1
            prose[q.start + 1 : q.end - kept] = _FILLED * (q.end - kept - q.start - 1)
        self._prose = "".join(prose)
        self._starts = [q.start for q in self._level]
        self._ends = [m.end() for m in _SENTENCE_END.finditer(self._prose, start, end)]

    @cached_property
    def _people(self) -> frozenset[str]:
        return names_of_people(self._prose[self._start : self._end])

    def speaker(self, quotation: Quotation) -> Range | None:
        """Return who says a quotation that may run over several paragraphs."""
        every = dict.fromkeys(said for part in self._whole(quotation) if (said := self.attributed(part)) is not None)
        found = {self.named(said) for said in every}
        return found.pop() if len(found) == 1 else None

    def attributed(self, q: Quotation, back: int = _QUOTATIONS_BACK) -> Said | None:
        """Return who is said to say a quotation, by the words beside it or beside one that it goes straight on from."""
        behind = None if q.goes_on else self._behind(q)
        if behind is not None:
            return (self._before(q) or behind) if behind.reports else behind
        at = bisect_right(self._starts, q.start - 1)
        previous = self._level[at - 1] if at else None
        if back and previous is not None and not previous.goes_on and self._goes_straight_on(previous, q):
            said = self.attributed(previous, back - 1)
            if said is not None:
                return said
        before = self._before(q)
        return before if before is not None else self._at_the_end(q)

    def named(self, said: Said) -> Range | None:
        """Return the range of a speaker, of the one that a pronoun stands for where that is plain."""
        if said.range is None:
            return None
        start, end = said.range
        word = self._text[start:end].lower()
        if word in ("he", "she"):
            return self._stands_for(word, start)
        return None if word in ("it", "they", "we", "i", "you") else said.range

    def _whole(self, quotation: Quotation) -> list[Quotation]:
        """Return the parts of a quotation, one for each paragraph, up to some before and some after."""
        at = bisect_right(self._starts, quotation.start) - 1
        first = at
        while first and self._level[first - 1].goes_on and at - first < _PARTS:
            first -= 1
        last = at
        while self._level[last].goes_on and last + 1 < len(self._level) and last - at < _PARTS:
            last += 1
        return self._level[first : last + 1]

    def _sentence(self, at: int) -> Range:
        """Return the range of the sentence of the prose that holds an offset."""
        following = bisect_right(self._ends, at)
        start = self._ends[following - 1] if following else self._start
        return start, self._ends[following] if following < len(self._ends) else self._end

    def _behind(self, q: Quotation) -> Said | None:
        """Return who is named right behind a quotation (`“...,” said Ada`, `“...,” Ada said`)."""
        last = self._text[q.end - 2]
        rest = self._prose[q.end : q.end + 1]
        said = inverted(self._prose, q.end, self._end)
        if said is not None:
            return said
        if last not in ",?!…—–" and rest != ",":
            return None
        return said_at_once(self._prose, q.end, self._sentence(q.end + 2)[1], sure=last == "," or rest == ",")

    def _goes_straight_on(self, p: Quotation, q: Quotation) -> bool:
        """Tell whether only who says `p` stands between it and `q`: `“...,” said Ada. “...”`."""
        between = self._prose[p.end : q.start]
        if "\n" in between or not _GOES_STRAIGHT_ON.fullmatch(between):
            return False
        return not between.strip() or self._behind(p) is not None

    def _before(self, q: Quotation) -> Said | None:
        """Return who is named before a quotation (`Ada said: “...”`, `According to Ada, “...”`)."""
        start = self._sentence(q.start)[0]
        if not self._prose[start : q.start].strip("> \t"):
            start = self._announced(start)
        said = last_said(self._prose, start, q.start)
        if said is None or said.denied or said.range is None:
            return None if said is None else replace(said, range=None)
        gap = self._prose[said.end : q.start]
        return said if said.at_once(gap) or self._is_said(q) else None

    def _is_said(self, q: Quotation) -> bool:
        """Tell whether a quotation within a sentence is somebody's words rather than a name or a scare quote."""
        words = self._text[q.start + 1 : q.end - 1].split()
        if all(word[:1].isupper() for word in words):
            return False
        return len(words) > _FEW or bool(_MADE_EQUAL.search(self._prose[max(0, q.start - 12) : q.start]))

    def _announced(self, start: int) -> int:
        """Return where the paragraph's last sentence begins that announces the next one by a colon."""
        head = self._prose[self._start : start].rstrip()
        return self._sentence(self._start + len(head) - 1)[0] if head.endswith(":") else start

    def _at_the_end(self, q: Quotation) -> Said | None:
        """Return who is named at the end of a sentence (`It was “...” and more, Ada said`)."""
        end = self._sentence(q.end)[1]
        following = bisect_right(self._starts, q.end - 1)
        later = self._level[following : following + _QUOTATIONS_ON]
        later = [p for p in later if p.end <= end and not p.goes_on]
        found = next((said for p in later if (said := self._behind(p)) is not None), None)
        comma = self._prose.rfind(", ", q.end, end)
        for _ in range(_COMMAS_BACK):
            if comma < 0 or found is not None:
                break
            found = said_at_once(self._prose, comma, end, sure=True) or inverted(self._prose, comma, end, only_to=True)
            comma = self._prose.rfind(", ", q.end, comma)
        return found if found is not None and self._is_said(q) else None

    def _stands_for(self, pronoun: str, at: int) -> Range | None:
        """Return the name that a pronoun stands for: the nearest sentence's subject, where it can be no other."""
        here = self._sentence(at)[0]
        for start, end in [(here, at), *self._sentences_before(here)]:
            said = self._said_in(start, end) or last_said(self._prose, start, end)
            subject = said.range if said is not None else opening_subject(self._prose, start, end)
            if subject is None:
                if said is not None or (end == at and names_of_people(self._prose[start:end])):
                    return None
                continue
            name = self._prose[slice(*subject)]
            if name.lower() == pronoun:
                continue
            if is_person(name, self._people):
                alone = said is not None or not names_of_people(self._prose[subject[1] : end])
                return subject if alone and suits(name, pronoun) else None
            if said is not None:
                return None
        return None

    def _said_in(self, start: int, end: int) -> Said | None:
        """Return who says the last quotation of a sentence, where its name stands behind it."""
        inside = [q for q in self._level if start <= q.start and q.end <= end and not q.goes_on]
        said = self._behind(inside[-1]) if inside else None
        return said if said is not None and said.end <= end else None

    def _sentences_before(self, at: int) -> Iterator[Range]:
        """Yield the sentences of the prose before an offset, nearest first, those of quotations alone left out."""
        starts = [self._start, *(end for end in self._ends if end <= at)]
        told = 0
        for start, end in zip(reversed(starts[:-1]), reversed(starts[1:]), strict=True):
            if sum(character.isalpha() for character in self._prose[start:end]) > _FEW:
                told += 1
                yield start, end
            if told == _SENTENCES_BACK:
                return
