"""Messages that are a piece of a question, completed from the last one: "Why?", "And in London?", "What about Trump?".

Pure. What is put in takes the place of the part of the last question that is most like it: of the same noun, the same
kind, else its subject. Where nothing is like it the message is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qa.dialogue import words as w
from qa.dialogue.anew import agree, ask_anew, ask_whether, statement
from qa.dialogue.frames import Frame, lead_in_end, parse
from qa.dialogue.kinds import Kind, kind_of
from qa.dialogue.memory import Exchange, split_verb
from qa.dialogue.phrases import Phrase, Token, noun_phrases, tokens
from qa.dialogue.references import resolve

_ABOUT = re.compile(
    r"^\s*(?:(?:and|but|so|ok|okay)\b[\s,]*)*(?P<lead>(?:what|how) about|and|or|but what "
    r"about)\s+(?P<what>.+?)[\s?!.]*$",
    re.IGNORECASE | re.DOTALL,
)
_EVENT = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay)\W+)*(?P<wh>(?:in|on|at|since|until) (?:which|what) \w+|when|where|why|"
    r"how)\s+(?:exactly\s+)?"
    r"(?:(?:was|is|were) (?:that|this)(?: so| exactly)?|(?:did|does|do) (?:that|this|it|these things) "
    r"(?:happen|occur|take place|come about))[\s?!.]*$",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay)\W+)*(?:(?P<wh>who|what|where|when|why|how)|(?P<any>any|some)(?P<kind>one|body|"
    r"thing|where))\s+else"
    r"[\s?!.]*$",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay)\W+)*(?P<aux>did|does|do|is|are|was|were|has|have|had|will|would|can|could|"
    r"should)\s+"
    r"(?P<who>.+?)(?P<too>,?\s+(?:too|also|as well))?[\s?!.]*$",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay)\W+)*what (?:happened|did happen|came) (?:then|next|afterwards?|later|after "
    r"that)[\s?!.]*$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b[12]\d{3}\b")
_ANYBODY = {"one": "who", "body": "who", "thing": "what", "where": "where"}
_NEGATED = re.compile(r"^\W*(?:and |but )?why not\W*$", re.IGNORECASE)
_ANY_SUBJECT = re.compile(r"^(?:any|some)(?:one|body)$", re.IGNORECASE)
_FRAGMENT_WORDS = 9
_LIKE_ENOUGH = 2.0


def fill(message: str, memory: Sequence[Exchange]) -> str | None:
    """Return the whole question that a piece of one means; None where the message is no such piece, or nothing fits."""
    newest = memory[0]
    if newest.frame is None or len(message.split()) > _FRAGMENT_WORDS:
        return None
    asked = _EVENT.match(message)
    if asked:
        return ask_anew(newest.frame, asked["wh"].capitalize(), newest.answer)
    other = _ELSE.match(message)
    if other:
        return _else(newest.frame, other["wh"] or _ANYBODY[other["kind"].lower()])
    if _NEXT.match(message):
        event = statement(newest.frame, newest.answer)
        return f"What happened after {event}?" if event else None
    if _NEGATED.match(message):
        return _why_not(newest.frame)
    return (
        _question_phrase(message, newest)
        or _about(message, memory)
        or _whether(message, newest.frame)
        or _bare_preposition(message, memory)
    )


def _else(frame: Frame, wh: str) -> str | None:
    """Ask the same question again, for others."""
    if not frame.wh or frame.shape == "copula":
        return None
    asks = {"whom": "who", "which": "what"}.get(frame.asks, frame.asks)
    if asks != wh.lower():
        return None
    phrase = frame.wh if " else" in frame.wh else f"{frame.wh.split(' ')[0] if frame.asks != 'which' else wh} else"
    return _put(phrase.capitalize(), frame, frame.subject, frame.rest)


def _why_not(frame: Frame) -> str | None:
    if frame.shape != "inverted" or not (frame.asks_adverb or not frame.wh):
        return None
    return _put("Why", replace(frame, auxiliary=frame.auxiliary.lower()), frame.subject, f"not {frame.rest}")


def _question_phrase(message: str, newest: Exchange) -> str | None:
    """Complete a message that is a question phrase and nothing more: "Why?", "By whom?", "In which city?"."""
    body = message.strip().rstrip("?!. ")
    parts = tokens(body)
    first = lead_in_end(parts)
    frame = newest.frame
    if frame is None or first >= len(parts) or not _is_question_phrase(parts[first:]):
        return None
    phrase = re.sub(r"\s+(?:though|then|actually)$", "", body[parts[first].start :], flags=re.IGNORECASE)
    phrase = phrase[:1].upper() + phrase[1:]
    low = phrase.lower()
    if low in ("how many", "how much", "which ones", "which one"):
        return _which(frame, low)
    if low in ("who", "what"):
        named = not frame.wh and _ANY_SUBJECT.match(frame.subject) and frame.auxiliary.lower() not in w.DO
        return _put(phrase, replace(frame, auxiliary=frame.auxiliary.lower()), "", frame.rest) if named else None
    return ask_anew(frame, phrase, newest.answer)


def _is_question_phrase(parts: Sequence[Token]) -> bool:
    at = 1 if len(parts) > 1 and parts[0].low in w.PREPOSITIONS else 0
    if at == 1 and parts[0].low == "for" and parts[1].low == "how":
        at = 1
    if parts[at].low not in w.QUESTION_WORDS or any(t.low in w.AUXILIARIES for t in parts):
        return False
    rest = [t for t in parts[at + 1 :] if t.low not in ("exactly", "precisely", "though", "then", "actually")]
    if not rest:
        return True
    if parts[at].low == "how":
        return len(rest) == 1 and rest[0].low in ("many", "much", "long", "often", "far", "soon")
    units = w.PLACE_NOUNS | w.TIME_NOUNS | {"reason", "circumstances", "conditions", "ones", "one", "date"}
    return parts[at].low in ("which", "what") and len(rest) == 1 and rest[0].low in units


def _which(frame: Frame, low: str) -> str | None:
    if frame.counted and low in ("how many", "how much") and frame.asks in ("which", "what"):
        return _put(f"{low.capitalize()} {frame.counted}", frame, frame.subject, frame.rest)
    bare = (
        frame.subject and w.is_plural(frame.subject.split()[-1].lower()) and frame.subject.split()[0].lower() != "the"
    )
    if not frame.wh and bare and frame.auxiliary.lower() not in w.DO:
        counted = re.sub(r"^(?:any|some|many) ", "", frame.subject, flags=re.IGNORECASE)
        return _put(f"{low.capitalize()} {counted}", replace(frame, auxiliary=frame.auxiliary.lower()), "", frame.rest)
    return None


def _about(message: str, memory: Sequence[Exchange]) -> str | None:
    """Complete "And X?", "What about X?"."""
    match = _ABOUT.match(message)
    if not match or parse(match["what"]) is not None:
        return None
    what = match["what"]
    if tokens(what)[:1] and tokens(what)[0].low in w.QUESTION_WORDS:
        return None
    return _in_place(what, memory)


def _bare_preposition(message: str, memory: Sequence[Exchange]) -> str | None:
    """Complete "In London?" and "The Indian one?"."""
    body = message.strip().rstrip("?!. ")
    parts = tokens(body)
    if not parts or len(parts) > 5 or any(t.low in w.AUXILIARIES | w.QUESTION_WORDS for t in parts):
        return None
    one = parts[-1].low in ("one", "ones") and parts[0].low in ("the", "this", "that")
    return _in_place(body, memory) if (parts[0].low in w.PREPOSITIONS and len(parts) > 1) or one else None


def _in_place(what: str, memory: Sequence[Exchange]) -> str | None:
    """Put a phrase in the place of the part of the last question that is most like it."""
    frame = memory[0].frame
    parts = tokens(what)
    if frame is None or not parts:
        return None
    if any(t.low in ("his", "her", "its", "their") for t in parts[:2]):
        owned = resolve(what, memory)
        return f"What {'was' if frame.auxiliary in ('did', 'was') else 'is'} {owned}?" if owned else None
    full = resolve(what, memory) or what
    year, years = re.fullmatch(r"(?:in )?([12]\d{3})", full, re.IGNORECASE), _YEAR.findall(memory[0].question)
    if year and len(years) == 1:
        return _YEAR.sub(year[1], memory[0].question)
    parts = tokens(full)
    preposition = parts[0].text if parts[0].low in w.PREPOSITIONS and len(parts) > 1 else ""
    bare = full[parts[1].start :] if preposition else full
    found = [p for p in noun_phrases(bare, tokens(bare)) if p.offset == 0]
    if not found or (found[0].end < len(tokens(bare)) and not found[0].possessor and "of" not in bare):
        return None
    phrase = found[0]
    owner = bool(re.search(r"['’]s?$", bare))
    kind = kind_of(phrase.text, phrase.head, phrase.names, preposition.lower(), phrase.joined)
    return _replaced(frame, bare, preposition, phrase, kind, owner=owner) or (
        _appended(frame, f"{preposition.lower()} {bare}") if preposition else None
    )


@dataclass(frozen=True)
class _Place:
    """A phrase of the last question that another may stand for: in which part, that part's words, how like they are."""

    part: Literal["subject", "objects", "wh"]
    text: str
    old: Phrase
    likeness: float


def _replaced(frame: Frame, bare: str, preposition: str, new: Phrase, kind: Kind, *, owner: bool) -> str | None:
    places = list(_places(frame, preposition.lower(), new, kind, owner=owner))
    best = max(places, key=lambda place: place.likeness, default=None)
    if best is None or best.likeness < _LIKE_ENOUGH:
        return None
    old, end = best.old, best.old.offset + len(best.old.text)
    ending = re.match(r"['’]s?", best.text[end:]) if owner and old.possessor else None
    changed = best.text[: old.offset] + bare + best.text[end + (len(ending.group()) if ending else 0) :]
    if best.part == "wh":
        return _put(changed, frame, frame.subject, frame.rest)
    whole = old.offset == 0 and not old.possessor
    agreeing = replace(frame, auxiliary=agree(frame.auxiliary, kind.plural)) if whole else frame
    if best.part == "subject":
        return _put(frame.wh, agreeing, changed, frame.rest)
    if frame.shape == "copula":
        return _put(frame.wh, agreeing, changed, "")
    _, objects = split_verb(frame)
    return _put(frame.wh, frame, frame.subject, frame.rest[: len(frame.rest) - len(objects)] + changed)


def _places(frame: Frame, preposition: str, new: Phrase, kind: Kind, *, owner: bool) -> Iterator[_Place]:
    """Yield the phrases of a question, with how like another each is; a subject, then an object, is preferred."""
    _, objects = split_verb(frame)
    subject = frame.subject
    if frame.shape == "copula":
        subject, objects = "", f"{frame.subject} {frame.rest}".strip()
    for old in noun_phrases(subject, tokens(subject)):
        preferred = 2.0 if old.offset == 0 and not old.possessor and not preposition else 0.0
        yield _Place("subject", subject, old, preferred + _likeness(old, new, kind, preposition, owner=owner))
    for old in noun_phrases(objects, tokens(objects)):
        preferred = 1.0 if old.offset == 0 and not preposition else 0.0
        yield _Place("objects", objects, old, preferred + _likeness(old, new, kind, preposition, owner=owner))
    for old in noun_phrases(frame.wh, tokens(frame.wh)):
        counted = w.is_plural(old.head) and w.is_plural(new.head) and not new.names and not frame.asks_adverb
        if old.head == new.head or counted:
            likeness = _likeness(old, new, kind, preposition, owner=owner)
            yield _Place("wh", frame.wh, old, likeness + (3.0 if counted else 0.0))


def _likeness(old: Phrase, new: Phrase, kind: Kind, preposition: str, *, owner: bool) -> float:
    """Return how well a phrase may take another's place: by its noun, its preposition and its kind."""
    theirs = kind_of(old.text, old.head, old.names, old.preposition, old.joined)
    if owner:
        return 5.0 if old.possessor else -9.0
    if kind.time or theirs.time:
        return 6.0 if kind.time and theirs.time else -9.0
    if preposition:
        if preposition == old.preposition:
            return 6.0 if kind.place == theirs.place or new.names == old.names else 2.0
        return 4.0 if kind.place and (theirs.place or (old.names and not old.preposition and _is_place(old))) else -9.0
    score = 8.0 if old.head == new.head and not old.possessor else 0.0
    if kind.place and theirs.place:
        score += 4.0
    if kind.person is not False and theirs.person is not False:
        score += 3.0
    if kind.group and theirs.group:
        score += 3.0
    if new.names == old.names:
        score += 1.0
    agents = (kind.person is not False or kind.group) and (theirs.person is not False or theirs.group)
    things = kind.person is False and theirs.person is False and not (kind.group or theirs.group)
    score += 0.5 if agents or things else -3.0
    return score - (1.0 if old.possessor else 0.0)


def _is_place(phrase: Phrase) -> bool:
    return phrase.head in w.COUNTRIES or phrase.head in w.CITIES


def _appended(frame: Frame, phrase: str) -> str | None:
    if frame.shape == "copula":
        return None
    return _put(frame.wh, frame, frame.subject, f"{frame.rest} {phrase}")


def _whether(message: str, frame: Frame) -> str | None:
    """Complete "Did Trump?" and "Has India too?"."""
    match = _WHETHER.match(message)
    if not match:
        return None
    who = match["who"]
    found = noun_phrases(who, tokens(who))
    whole = any(p.offset == 0 and len(p.text) == len(who) for p in found) and "," not in who
    asked = ask_whether(frame, match["aux"].capitalize(), who) if whole else None
    return asked[:-1] + (match["too"] or "") + "?" if asked else None


def _put(wh: str, frame: Frame, subject: str, rest: str) -> str:
    text = " ".join(part for part in (wh, frame.auxiliary, subject, rest) if part)
    return re.sub(r" (?=['’,.;:])", "", text[:1].upper() + text[1:]) + "?"
