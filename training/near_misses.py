"""Questions that a passage nearly answers: a name, a date or a number swapped for another of the same kind.

The unanswerable questions of Rajpurkar, Jia and Liang, "Know What You Don't Know" (ACL 2018), often swap an entity too.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w{3,}")
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_FOUND = re.compile(
    r"(?P<month>\b(?:" + "|".join(_MONTHS) + r")\b)"
    r"|(?P<day>\b(?:" + "|".join(_DAYS) + r")\b)"
    r"|(?P<year>\b(?:1[5-9]|20)\d\d\b)"
    r"|(?P<number>\b\d[\d,.]*\d\b|\b\d\b)"
    r"|(?P<name>(?<!^)(?<![.?!\"“] )\b[A-Z][a-z]+(?: [A-Z][a-z]+)*\b)"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|from|near|to)(?: the)? $")
_NOUN_AFTER = re.compile(r" (?!and\b|or\b|in\b|at\b|on\b|of\b|to\b|the\b|was\b|is\b|had\b|has\b|did\b)[a-z]{4,}")
_QUESTION_WORDS = frozenset("Who What When Where Which Why How Whose Whom Did Does Was Were The".split())
_FROM_THE_STORY = 0.7


def words(text: str) -> set[str]:
    """Return the words of a text that have three letters or more, lower-cased."""
    return set(_WORD.findall(text.lower()))


@dataclass(frozen=True)
class Mention:
    """A name, a date or a number in a text; kinds with the same name can stand for each other."""

    text: str
    start: int
    end: int
    kind: str


def mentions(text: str) -> Iterator[Mention]:
    """Yield the mentions in a text, in order.

    A name's kind is told from its neighbours: what stands after "in" or "at" is a place, what stands before a
    noun (the Pakistani delegation) is a modifier.

    >>> [(m.text, m.kind) for m in mentions("Who met the Pakistani delegation in Washington in May 2025?")]
    [('Pakistani', 'modifier'), ('Washington', 'place'), ('May', 'month'), ('2025', 'year')]
    """
    for match in _FOUND.finditer(text):
        kind = str(match.lastgroup)
        if kind == "name":
            if match[0].split()[0] in _QUESTION_WORDS:
                continue
            if _PLACE_BEFORE.search(text, 0, match.start()):
                kind = "place"
            elif " " not in match[0] and _NOUN_AFTER.match(text, match.end()):
                kind = "modifier"
            elif " " in match[0]:
                kind = "full name"
        yield Mention(match[0], match.start(), match.end(), kind)


class Names:
    """The mentions of many stories, by kind."""

    def __init__(self, stories: Sequence[str]) -> None:
        self._of: dict[str, list[Mention]] = {}
        found: defaultdict[str, list[str]] = defaultdict(list)
        for story in stories:
            if story not in self._of:
                self._of[story] = list(mentions(story))
                for mention in self._of[story]:
                    found[mention.kind].append(mention.text)
        self._by_kind = dict(found)

    def swap(self, question: str, passage: str, story: str, rng: random.Random) -> str | None:
        """Return the question with one mention swapped for another of its kind that the passage does not hold.

        The other comes from the same story where that has one, most of the time. None where nothing can be swapped.
        """
        candidates = list(mentions(question))
        if not candidates:
            return None
        mention = rng.choice(candidates)
        near = [m.text for m in self._of.get(story, ()) if m.kind == mention.kind and m.text not in passage]
        pool = near if near and rng.random() < _FROM_THE_STORY else self._by_kind.get(mention.kind, [])
        if not pool:
            return None
        other = rng.choice(pool)
        if other.lower() in f"{passage} {question}".lower():
            return None
        return question[: mention.start] + other + question[mention.end :]
