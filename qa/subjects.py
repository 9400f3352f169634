"""Who is named as the subject of a verb of saying, in English news. Pure; by patterns, without a parser.

What is no plain noun phrase is passed over rather than guessed at.
"""

from __future__ import annotations

import re

UPPER = "A-ZÀ-ÖØ-ÞŁŚŻŽŠČĐĆŞİĞ"

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_NOT_NAMES = (
    "The A An One Another Some Two Three Many In On At Yesterday Today Tomorrow But And Or Then Later Earlier "
    "Meanwhile However When While After Before As If Although Though Since Because Also Still For From With That This "
    "These Those There Here What Who Why How Where Which Asked Speaking He She It They We I You His Her Its Their Our "
    "My Your Not No Yes So Once Until Unless Under Over By To Of About Despite During Now Last Next Instead Yet Only "
    "Both Even Just Such Whether Addressing January February March April May June July August September October "
    "November December " + _DAYS
).split()
_NOT_NOUNS = (
    "in on at by to of for from with without about after before during under over into onto against between among and "
    "or but nor so yet that which who whom whose what when where why how if whether while as than because although "
    "though since until unless the a an this these those is are was were be been being am has have had do does did "
    "will would can could shall should may might must not never also then later earlier yesterday today tomorrow now "
    "still just only even once again however meanwhile he she it they we i you him her them us me there here said says "
    "say told tells saying telling added adding such too very"
).split()
_PLURALS = (
    "officials residents witnesses police critics investigators prosecutors doctors experts scientists researchers "
    "organisers organizers campaigners authorities lawyers analysts ministers sources observers neighbours neighbors "
    "teachers farmers fishermen workers traders economists diplomats lawmakers activists detectives rescuers"
).split()

_CAP = (
    rf"(?!(?:{'|'.join(_NOT_NAMES)})\b(?![-’']))"
    rf"(?:(?:Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Cpl|Maj|Adm|Cmdr|Supt|Insp|Det|Prof|St|Rev)\.|[{UPPER}]\.(?:[{UPPER}]\.){{0,5}}"
    rf"|(?:al-|el-|d’|d')?[{UPPER}](?:\w|[’'\-](?=\w)){{0,40}}+)"
)
_NO_NOUN = rf"(?:{'|'.join(_NOT_NOUNS)})\b(?!-)"
_LOW = rf"(?!{_NO_NOUN})[a-z](?:\w|[’'\-](?=\w)){{0,40}}+(?<!ly)"
_JOINED = r"(?: (?:de la|de|la|del|der|den|van der|van|von|bin|ibn|al|el|da|di|du|of the|of|and the))?"
NAME = rf"{_CAP}(?:{_JOINED} (?:\([{UPPER}]+\) )?{_CAP}){{0,7}}"
_DET = r"(?:[Tt]he|[Aa]n?|[Oo]ne|[Aa]nother|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir|[Oo]ur|[Mm]y|[Ss]ome|[Tt]wo|[Tt]hree|[Mm]any)"
_WORD = rf"(?:{_CAP}|{_LOW})"
_OF = rf"(?: (?:of|for|from|at|in|with) (?:(?:the|an?|its|his|her|their) )?{_WORD}(?: {_WORD}){{0,4}})"
_NAMED = rf"(?:{_DET} )?(?:{_CAP} |{_LOW} ){{0,6}}?{NAME}"
_COMMON = rf"{_DET}(?: {_WORD}){{1,5}}|{_DET}(?= of )"
_PLURAL = rf"(?:{_LOW} ){{0,2}}(?:{'|'.join(_PLURALS)})"
_PRONOUN = r"[Hh]e|[Ss]he|[Ii]t|[Tt]hey|[Ww]e|I|[Yy]ou"

NOUN_PHRASE = re.compile(rf"(?:(?:{_NAMED}(?: and {NAME})?|{_COMMON}|{_PLURAL}){_OF}?|{_PRONOUN})")
NAME_FORWARD = re.compile(rf"{_NAMED}(?! and [{UPPER}])|(?:{_COMMON}|{_PLURAL}){_OF}?|{_PRONOUN}")
_APPOSITION = re.compile(r",(?: (?!and |but |as )[^,]{1,120},){1,4}$")
_SET_APART = re.compile(
    rf"(?:, (?:\d+|(?:who|whose|the|an?|his|her|its|then|now)\b[^,]*+|(?!{_NO_NOUN})[a-z][^,]*+))++"
)
_NAME_SET_APART = re.compile(rf", ((?:{_LOW} ){{0,3}}{NAME})")
_ITS_NAME = re.compile(rf", ({_CAP} {NAME})(?=[.,;:!?]|$)")
_BOUNDARY = re.compile(
    rf"(?:^|(?<=[,;:—–(]) |\b(?:and|but|that|while|as|when|because|although|though|where|after|before|said|says|added|"
    rf"{'|'.join(_DAYS.split())}|week|year|month|yesterday|today) )",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(r"\b(?:if|whether|unless|whenever) $", re.IGNORECASE)
_OPENING = re.compile(r"(?:In|On|At|After|Before|Amid|During|Asked|With|For|As|By|Despite|Speaking)\b[^,.]{1,100}, ")
_FULL_NAME = re.compile(rf"(?:\b{_CAP})(?:{_JOINED} {_CAP}){{1,5}}")
_ORGANISATION = re.compile(
    r"\b(?:Ministr(?:y|ies)|Departments?|Part(?:y|ies)|Councils?|Unions?|Governments?|Police|Inc|Ltd|Corp|Compan(?:y|ies)|"
    r"Universit(?:y|ies)|Institutes?|Banks?|Agency|Agencies|Associations?|Committees?|Commissions?|Offices?|Courts?|Times|"
    r"Post|News|States|Nations|Kingdom|Republic|House|Senate|Parliament|Congress|Guild|Group|Club|Team|Foundation|Museum|"
    r"Hospital|School|College|Airport|Bridge|Street|River|Sea|Lake|Mountains?|Island|Islands|Network|Service|Center|"
    r"Centre|Society|Federation|Organi[sz]ation|Board|Authority|League|Army|Navy|Force|Church|Street|Road|Treaty|Act|"
    r"Cup|War|Games|Day|Prize|Research|Media|Radio|Platform|Social|Assembly)\b"
)
_A_NAME = re.compile(NAME)
_VERB_FOLLOWS = re.compile(r",? [a-z]")
_LAST_NAME = re.compile(rf"\b{NAME}$")
_MAN = re.compile(
    r"\b(?:Mr|Sir|Lord|King|Prince|[Ss]pokesman|[Cc]hairman|[Bb]usinessman|[Ff]ather|[Bb]rother|[Ss]on)\b"
)
_WOMAN = re.compile(
    r"\b(?:Mrs|Ms|Lady|Queen|Princess|[Ss]pokeswoman|[Cc]hairwoman|[Bb]usinesswoman|[Mm]other|[Ss]ister|[Dd]aughter)\b"
)


def subject_ending(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range of the subject that ends at `end`, before a verb; it begins no sooner than `start`.

    What is set between it and the verb in commas is left out.

    >>> subject_ending("On Monday, Ada Holm, the mayor, ", 0, 32)
    (11, 19)
    """
    segment = text[start:end].rstrip()
    starts = sorted({match.end() for match in _BOUNDARY.finditer(segment)})
    if segment.endswith(","):
        return _set_apart(segment, start, starts)
    for at in starts:
        match = NOUN_PHRASE.fullmatch(segment, at)
        if match and not _DOUBTFUL.search(segment[:at]):
            return start + at, start + match.end()
        if match:
            return None
    return None


def _set_apart(segment: str, offset: int, starts: list[int]) -> tuple[int, int] | None:
    """Return the subject before an apposition, where there is one: `Ada Holm, 52, the mayor,`."""
    for at in starts:
        match = NOUN_PHRASE.match(segment, at)
        if match and _APPOSITION.match(segment, match.end()):
            rest = segment[match.end() : -1]
            named = None if _A_NAME.search(match.group()) else _NAME_SET_APART.fullmatch(rest)
            if named:
                return offset + match.end() + named.start(1), offset + match.end() + named.end(1)
            if _SET_APART.fullmatch(rest):
                return offset + at, offset + match.end()
            return None
    return None


def subject_at(text: str, at: int, end: int) -> tuple[int, int] | None:
    """Return the range of the subject that stands at `at`, behind a verb, with its name where that follows it.

    >>> subject_at("said the director, Ada Holm.", 5, 28)
    (5, 27)
    """
    match = NAME_FORWARD.match(text, at, end)
    if not match:
        return None
    stop = match.end()
    if not _A_NAME.search(match.group()) and (name := _ITS_NAME.match(text, stop, end)):
        stop = name.end(1)
    return at, stop


def opening_subject(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range of the subject that a sentence has at its start or behind its first comma; None if not plain."""
    match = _OPENING.match(text, start, end)
    at = match.end() if match else start
    found = NAME_FORWARD.match(text, at, end)
    if not found or not _VERB_FOLLOWS.match(text, found.end(), end):
        return None
    return found.span()


def names_of_people(text: str) -> frozenset[str]:
    """Return the last names of those who are named in full, or with a title, as far as capital letters tell."""
    full = (match.group() for match in _FULL_NAME.finditer(text))
    return frozenset(name.split()[-1] for name in full if not _ORGANISATION.search(name))


def is_person(phrase: str, people: frozenset[str]) -> bool:
    """Tell whether a noun phrase names somebody: one of `people`, no organisation."""
    name = _LAST_NAME.search(phrase.rpartition(") ")[2])
    return bool(name and name.group().split()[-1] in people and not _ORGANISATION.search(name.group()))


def suits(phrase: str, pronoun: str) -> bool:
    """Tell whether "he" or "she" may stand for a noun phrase, by its title."""
    return not (_WOMAN if pronoun == "he" else _MAN).search(phrase)
