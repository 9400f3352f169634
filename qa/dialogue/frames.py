"""A question as question word, auxiliary, subject and rest. Pure.

When did the delegation visit Washington?    wh "When", auxiliary "did", subject "the delegation", rest "visit ..."
Who led the delegation?                      wh "Who", which is the subject; rest "led the delegation"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.dialogue import words as w
from qa.dialogue.phrases import Phrase, Token, noun_phrases, phrase_end, tokens
from qa.dialogue.verbs import NOUNS_TOO, is_base, is_past, is_present

_ADVERBIAL = frozenset("when where why how".split())
_EXTRA = frozenset("else exactly precisely".split())
_LONE_SUBJECTS = frozenset("i you we he she it they there anyone anybody someone somebody".split())
_BE_FORMS = frozenset("be been being".split())


@dataclass(frozen=True)
class Frame:
    """The parts of a question, each as written; the question mark and a lead-in ("And") are in none.

    Attributes:
        wh: The question phrase ("How many ships"); "" in one that asks yes or no.
        asks: Its first word, in lower case.
        auxiliary: "" where a verb follows the question phrase at once.
        subject: "" where the question phrase is the subject.
        rest: What follows.
        shape: "subject" where the question phrase is the subject, "copula" in "Who is the mayor?", else "inverted".
        asks_adverb: Whether the question phrase asks when, where, why or how, or begins with a preposition.
        counted: The noun of the question phrase ("ships"), or "".
        rest_at: Where the rest begins, in code points of the question without outer white space.
    """

    wh: str
    asks: str
    auxiliary: str
    subject: str
    rest: str
    shape: Literal["subject", "inverted", "copula"]
    asks_adverb: bool
    counted: str
    rest_at: int


def parse(question: str) -> Frame | None:
    """Return the parts of a question; None for what is none, or is too involved.

    >>> parse("How many ships did the storm hold back?").subject
    'the storm'
    """
    body = question.strip().rstrip("?!. ")
    parts = tokens(body)
    at = lead_in_end(parts)
    end = len(parts)
    if at >= end:
        return None
    begin, asks, preposition = at, "", False
    if parts[at].low in w.PREPOSITIONS and at + 1 < end and parts[at + 1].low in w.QUESTION_WORDS:
        preposition, at = True, at + 1
    if parts[at].low in w.QUESTION_WORDS:
        asks, at = parts[at].low, _question_phrase_end(parts, at)
    wh = body[parts[begin].start : parts[at - 1].end] if asks else ""
    counted = _counted(body, parts, begin, at)
    adverb = preposition or (asks in _ADVERBIAL and not counted)
    auxiliary = parts[at].low if at < end and parts[at].low in w.AUXILIARIES else ""
    if not auxiliary:
        if not asks or adverb or at >= end:
            return None
        return Frame(wh, asks, "", "", body[parts[at].start :], "subject", False, counted, parts[at].start)
    shape = _shape(parts, at, asks, adverb)
    written, after = parts[at].text, at + 1
    if written.startswith(("'", "’")):
        written = auxiliary
    if shape == "subject" or after >= end:
        rest_at = parts[after].start if after < end else len(body)
        return Frame(wh, asks, written, "", body[rest_at:], "subject", adverb, counted, rest_at)
    stop = _subject_end(parts, after, auxiliary)
    subject = body[parts[after].start : parts[stop - 1].end]
    rest_at = parts[stop].start if stop < end else len(body)
    return Frame(wh, asks, written, subject, body[rest_at:], shape, adverb, counted, rest_at)


def phrases_of(question: str, parts: Sequence[Token]) -> list[Phrase]:
    """Return the noun phrases of a question, none of which reaches over the end of its subject."""
    frame = parse(question)
    middle = len(parts)
    if frame is not None and frame.shape != "copula":
        middle = next((k for k, token in enumerate(parts) if token.start >= frame.rest_at), len(parts))
    first = lead_in_end(parts)
    return [*noun_phrases(question, parts, first, middle), *noun_phrases(question, parts, middle)]


def lead_in_end(parts: Sequence[Token]) -> int:
    """Return the number of the first token behind "And", "ok, so" and the like."""
    at = 0
    while at < len(parts) and (parts[at].low in w.LEAD_INS or (at and not parts[at].is_word)):
        at += 1
    return at


def _question_phrase_end(parts: Sequence[Token], at: int) -> int:
    asks, end, at = parts[at].low, len(parts), at + 1
    if asks == "how" and at < end and parts[at].low not in w.AUXILIARIES:
        takes_noun = parts[at].low in ("many", "much")
        at += 1
    else:
        takes_noun = asks in ("which", "what", "whose")
    begin = at
    while takes_noun and at < end and parts[at].is_word and parts[at].low not in w.AUXILIARIES:
        low, content = parts[at].low, at - begin
        follows_plural = content > 0 and w.is_plural(parts[at - 1].low)
        if not parts[at].name and (
            is_past(low) or is_present(low) or low in _EXTRA or (is_base(low) and follows_plural)
        ):
            break
        at += 1
    if at == end and takes_noun and asks == "what":
        at = begin
    while at < end and parts[at].low in _EXTRA:
        at += 1
    return at


def _counted(body: str, parts: Sequence[Token], begin: int, at: int) -> str:
    kept = [t for t in parts[begin:at] if t.low not in _EXTRA]
    while kept and (
        kept[0].low in w.PREPOSITIONS or kept[0].low in w.QUESTION_WORDS or kept[0].low in ("many", "much")
    ):
        kept = kept[1:]
    asks = next((t.low for t in parts[begin:at] if t.low in w.QUESTION_WORDS), "")
    if asks == "how" and not any(t.low in ("many", "much") for t in parts[begin:at]):
        return ""
    return body[kept[0].start : kept[-1].end] if kept else ""


def _shape(parts: Sequence[Token], at: int, asks: str, adverb: bool) -> Literal["subject", "inverted", "copula"]:
    auxiliary = parts[at].low
    if not asks or adverb or auxiliary in w.DO:
        return "inverted"
    after = at + 1
    while after < len(parts) and (parts[after].low not in _BE_FORMS and w.is_adverb(parts[after].low)):
        after += 1
    if after >= len(parts):
        return "subject"
    token = parts[after]
    opens = (
        token.name or token.low in w.DETERMINERS or token.low in ("i", "you", "we", "he", "she", "it", "they", "there")
    )
    if auxiliary in w.BE:
        stop = _subject_end(parts, after, auxiliary)
        if stop < len(parts) and opens and (is_past(parts[stop].low) or parts[stop].low.endswith("ing")):
            return "inverted"
        plain = not (is_past(token.low) or token.low.endswith("ing") or token.low in w.PREPOSITIONS)
        return "copula" if opens or (plain and asks in ("who", "what") and w.is_plural(token.low)) else "subject"
    verb_follows = is_past(token.low) if auxiliary in w.HAVE else is_base(token.low)
    verb_follows = verb_follows or token.low in _BE_FORMS
    return "inverted" if opens or not verb_follows else "subject"


def _subject_end(parts: Sequence[Token], begin: int, auxiliary: str) -> int:
    """Return where the subject that begins at a token ends: before the verb that the auxiliary calls for."""
    end = next(
        (k for k in range(begin + 1, len(parts)) if parts[k].low in w.SUBORDINATORS - {"and", "or", "as"}), len(parts)
    )
    if parts[begin].low in _LONE_SUBJECTS:
        return begin + 1
    first = begin + (2 if parts[begin].low in w.DETERMINERS else 1)
    wants_participle = auxiliary in w.BE or auxiliary in w.HAVE
    for at in range(first, end):
        token, before = parts[at], parts[at - 1].low
        low = token.low
        verb = (
            is_past(low) or (auxiliary in w.BE and low.endswith("ing"))
            if wants_participle
            else is_base(low) or low == "be"
        )
        if not verb or token.name or token.quoted or before in w.PREPOSITIONS or before in w.DETERMINERS:
            continue
        following = parts[at + 1] if at + 1 < end and not wants_participle and low in NOUNS_TOO else None
        later = following is not None and not following.name and not w.is_adverb(following.low)
        return at + 1 if later and is_base(parts[at + 1].low) else _without_adverbs(parts, begin, at)
    stop = max(phrase_end(parts, begin, end), begin + 1)
    joined = next((p.end for p in noun_phrases("", parts, begin, end) if p.start == begin and p.joined), stop)
    after = parts[stop] if stop < end else None
    object_follows = after is None or after.name or after.low in w.DETERMINERS or after.low in w.PRONOUNS
    alone = object_follows and stop > first and not wants_participle and not parts[stop - 1].name
    return stop - 1 if alone else max(stop, joined)


def _without_adverbs(parts: Sequence[Token], begin: int, at: int) -> int:
    while at - 1 > begin and w.is_adverb(parts[at - 1].low):
        at -= 1
    return at
