"""Verbs of saying and their subjects, in English news prose whose quotations are filled. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from qa.subjects import UPPER, subject_at, subject_ending

Range = tuple[int, int]

_SAYING = (
    "said says say told tells tell added adds add stated states explained explains noted notes remarked replied "
    "replies responded answered asked asks wrote writes write tweeted posted insisted insists argued argues argue "
    "claimed claims warned warns warn declared announced continued concluded recalled recalls commented observed "
    "admitted acknowledged conceded confirmed joked quipped exclaimed shouted whispered cried promised pledged vowed "
    "urged suggested testified emphasised emphasized stressed reiterated maintained complained lamented predicted "
    "cautioned countered demanded boasted read reads"
).split()
_CALLING = (
    "called calls described describes dubbed branded labelled labeled denounced hailed criticised criticized slammed "
    "praised dismissed condemned blamed"
).split()
_ADVERB = r"(?:\w+ly|also|further|later|then|once|still|even|again|only|first|now)"
_HELPER = (
    r"(?:has|have|had|will|is|are|was|were|been|being|be|did|does|do|would|could|can|should|might|may|must|to|not|never"
    r"|\w+n[’']t)"
)
_GROUP = re.compile(
    rf"(?P<helpers>(?:\b(?:{_HELPER}|{_ADVERB}) ){{0,5}})\b"
    rf"(?P<verb>(?:quoted )?as saying|saying|adding|telling|{'|'.join(_SAYING + _CALLING)})\b(?![-’'])"
)
_PARTICIPLES = ("saying", "adding", "telling", "as saying", "quoted as saying")
_COORDINATED = re.compile(r"\b(?:and|but|then) $")
_NOT_SAID = re.compile(r"\b(?:not|never|would|could|can|should|might|may|must|to|\w+n[’']t)\b")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being|be)\b")
_QUOTED = re.compile(r"\bquot(?:ed|es) (.{2,80}?) $")
_INVERTED = re.compile(
    rf",?\s*(?:(?P<to>according to)|(?:{_ADVERB} )?(?P<verb>{'|'.join(_SAYING)})) (?!(?:that|in|on|at|to|by|of|for)\b)"
)
_ACCORDING = re.compile(r"\b[Aa]ccording to ")
_CLAUSE_ENDS = re.compile(
    r"\s*(?:[.,;:—–…\n]|$|(?:in|on|at|during|after|before|as|when|while|to|from|of|by|with|through|via|last|this|"
    r"yesterday|today|later|earlier|late|early|and|but|reporters|journalists|lawmakers|him|her|them|us|me)\b"
    rf"|(?:the )?[{UPPER}])"
)
_SAME_CLAUSE = re.compile(
    r"(?:[^,:;.!?“\"]{0,80}(?:[,:]|\bthat)|(?: (?:it|him|her|them|this|that|[^,:;.!?]{1,60} as))?)\s*"
)
_FARTHEST = 200
_QUOTED_LONGEST = 90
_LONGEST = 1000


@dataclass(frozen=True)
class Said:
    """A verb of saying, or "according to".

    Attributes:
        range: Of the subject; None where there is none that can be told.
        end: Behind the verb, or behind the subject of "according to".
        denied: Whether it is not said, or not by the subject (`did not say`, `was told`).
        reports: Whether it is "according to", whose subject may only report what another says.
    """

    range: Range | None
    end: int
    denied: bool = False
    reports: bool = False

    def at_once(self, gap: str) -> bool:
        """Tell whether what stands between this and a quotation leads straight to it (`told reporters: “`)."""
        return bool(_SAME_CLAUSE.fullmatch(gap))


def last_said(prose: str, start: int, end: int) -> Said | None:
    """Return the last verb of saying in a sentence, or its last "according to" if that comes later, with its subject.

    What belongs to another verb's subject (`adding that`) does not count, but where it comes behind the verb, and the
    verb's clause does not begin the sentence, whose it is cannot be told: `range` is None then. Of a sentence, the last
    1,000 code points are read.
    """
    start = max(start, end - _LONGEST)
    verb = hanging = None
    for match in _GROUP.finditer(prose, start, end):
        if _hangs(prose, start, match):
            hanging = match
        else:
            verb = match
    found = [*_of_verb(prose, start, verb), *_of_according(prose, start, end)]
    last = max(found, key=lambda said: said.end, default=None)
    if last is None or last.range is None or hanging is None or hanging.end() <= last.end:
        return last
    before = prose[start : last.range[0]].strip(" >")
    return last if not before or before[-1] in ",:" else replace(last, range=None)


def _hangs(prose: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether a verb is one that another verb's subject belongs to (`adding that`, `and said`)."""
    if match["verb"] in _PARTICIPLES[:3] and not _PASSIVE.search(match["helpers"]):
        return True
    at = match.start()
    return bool(_COORDINATED.search(prose, max(start, at - len("then ")), at))


def _of_verb(prose: str, start: int, match: re.Match[str] | None) -> Iterator[Said]:
    if match is None:
        return
    verb, helpers, at = match["verb"], match["helpers"], match.start()
    if verb == "as saying" and (quoted := _QUOTED.search(prose, max(start, at - _QUOTED_LONGEST), at)):
        yield Said(subject_ending(prose, quoted.start(1), quoted.end(1)), match.end())
        return
    denied = bool(_NOT_SAID.search(helpers) or (_PASSIVE.search(helpers) and verb not in _PARTICIPLES))
    yield Said(subject_ending(prose, max(start, at - _FARTHEST), at), match.end(), denied)


def _of_according(prose: str, start: int, end: int) -> Iterator[Said]:
    *_, match = None, *_ACCORDING.finditer(prose, start, end)
    if match is not None:
        found = subject_at(prose, match.end(), end)
        yield Said(found, found[1] if found else match.end())


def inverted(prose: str, at: int, end: int, only_to: bool = False) -> Said | None:
    """Return what stands at an offset if it is `said Ada` or `according to Ada`."""
    match = _INVERTED.match(prose, at, end)
    if not match or (only_to and not match["to"]):
        return None
    found = subject_at(prose, match.end(), end)
    return Said(found, found[1] if found else match.end(), reports=bool(match["to"]))


def said_at_once(prose: str, at: int, end: int, *, sure: bool) -> Said | None:
    """Return what stands at an offset if it is `Ada said`.

    Args:
        prose: Quotations filled.
        at: Where it begins, or the comma before it.
        end: Of the sentence.
        sure: Whether the marks leave no doubt that it belongs to the quotation before it; if they do, its clause must
            end with the verb or nearly so.
    """
    begin = at + len(prose[at:end]) - len(prose[at:end].lstrip(", \t"))
    match = _GROUP.search(prose, begin, min(end, begin + _FARTHEST))
    if not match or match["verb"] in _CALLING:
        return None
    if _NOT_SAID.search(match["helpers"]) or _PASSIVE.search(match["helpers"]):
        return None
    found = subject_ending(prose, begin, match.start())
    if found is None or found[0] != begin:
        return None
    if not sure and not _CLAUSE_ENDS.match(prose, match.end(), end):
        return None
    return Said(found, match.end())
