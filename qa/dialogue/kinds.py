"""What a phrase may stand for: a person, a group, a place, a time; one or several; him or her. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.dialogue import words as w

Gender = Literal["m", "f", None]


@dataclass(frozen=True)
class Kind:
    """What the words of a phrase say about what it stands for.

    Attributes:
        person: Whether it is one or several people; None where the words leave it open, as a lone surname does.
        group: Whether it is a body of people, or a country.
        place: Whether it is a place.
        time: Whether it is a time.
        plural: Whether it is several.
        gender: Of one person, by a title or a first name; None where it is not known.
    """

    person: bool | None
    group: bool = False
    place: bool = False
    time: bool = False
    plural: bool = False
    gender: Gender = None


def kind_of(text: str, head: str, names: bool, preposition: str = "", joined: bool = False) -> Kind:
    """Return what a phrase may stand for.

    >>> kind_of("the Pakistani delegation", "delegation", names=False).group
    True
    >>> kind_of("Ingrid Solberg", "solberg", names=True).gender
    'f'
    """
    lows = [re.sub(r"['’]s?$", "", part) for part in re.findall(r"[\w'’-]+", text.split(" of ")[0].lower())]
    if any(w.is_time(part) for part in lows[-1:]) or (lows and w.is_time(lows[0]) and (names or lows[-1][0].isdigit())):
        return Kind(False, time=True)
    plural = joined or (w.is_plural(head) and not (names and head not in ("states", "nations", "emirates")))
    if lows and (lows[0] in w.NUMBER_WORDS or (lows[0].isdigit() and len(lows) > 1)):
        plural = True
    if head[:1].isdigit():
        return Kind(False, plural=plural)
    country = head in w.COUNTRIES or text.lower() in (
        "the united states",
        "united states",
        "united kingdom",
        "european union",
    )
    if country and not joined:
        return Kind(False, group=True, place=True, plural=plural)
    if head in w.GROUP_NOUNS or (names and head in ("party", "union", "council", "institute", "department")):
        return Kind(False, group=True, plural=plural)
    place = head in w.CITIES or head in w.PLACE_NOUNS or (names and len(lows) <= 3 and preposition in ("in", "at"))
    titled = any(part in w.PERSON_NOUNS for part in lows)
    if names:
        if head in w.CITIES or head in w.NAMED_THINGS or head in w.PLACE_NOUNS or lows[0] in ("cape", "mount", "storm"):
            return Kind(False, place=place)
        first = next((part for part in lows if part in w.MALE_NAMES or part in w.FEMALE_NAMES), None)
        return Kind(True if titled or first else None, place=place and not titled, plural=plural, gender=_gender(lows))
    singular = re.sub(r"s$", "", head)
    if (
        head in w.PERSON_NOUNS
        or singular in w.PERSON_NOUNS
        or head in ("people", "men", "women", "children", "members")
    ):
        return Kind(True, plural=plural, gender=_gender(lows))
    capitals = any(part[:1].isupper() for part in text.split())
    open_name = not capitals and len(lows) <= 3 and lows[:1] and lows[0] not in w.DETERMINERS and not plural
    return Kind(None if open_name else False, place=place, plural=plural)


def _gender(lows: Sequence[str]) -> Gender:
    for part in lows:
        if part in w.MALE_WORDS or part in w.MALE_NAMES:
            return "m"
        if part in w.FEMALE_WORDS or part in w.FEMALE_NAMES:
            return "f"
    return None
