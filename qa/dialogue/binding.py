"""Whether a pronoun of a question means something in the question itself, or nothing at all. Pure.

After the binding principles: a pronoun may mean a phrase before it in another clause ("Did Trump say that he ..."), a
possessive one also in its own clause ("Trump and his envoy").
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.dialogue import words as w
from qa.dialogue.choice import Pronoun, agrees
from qa.dialogue.frames import lead_in_end
from qa.dialogue.kinds import kind_of
from qa.dialogue.phrases import Phrase, Token, noun_phrases
from qa.dialogue.verbs import base_form, is_base, is_past

_POSSESSIVES = frozenset("his her its their".split())
_CLAUSE_ENDS = (w.SUBORDINATORS - {"as", "than", "so", "once"}) | {".", ",", ";", ":", "?", "!", "—", "–"}
_IMPERSONAL = frozenset("rain snow seem appear turn".split())
_TAKES_INFINITIVE = frozenset("take cost need matter require".split())


def is_possessive(parts: Sequence[Token], at: int) -> bool:
    """Tell whether a pronoun is a possessive: its, their and his always, her where a noun follows."""
    low = parts[at].low
    if low != "her":
        return low in _POSSESSIVES
    if at + 1 >= len(parts) or not parts[at + 1].is_word:
        return False
    following = parts[at + 1].low
    if following in ("first", "last", "next", "own"):
        return at + 2 < len(parts) and parts[at + 2].is_word and not w.is_time(parts[at + 2].low)
    closed = w.PREPOSITIONS | w.SUBORDINATORS | w.AUXILIARIES | w.DETERMINERS | w.PRONOUNS
    return following not in closed and not w.is_adverb(following)


def is_bound(text: str, parts: Sequence[Token], at: int, found: Sequence[Phrase], pronoun: Pronoun) -> bool:
    """Tell whether the pronoun at a token means something that the same question names.

    Args:
        text: The question.
        parts: Its tokens.
        at: The number of the pronoun's.
        found: The noun phrases of the question.
        pronoun: By its form.
    """
    possessive = is_possessive(parts, at)
    for phrase in found:
        kind = kind_of(phrase.text, phrase.head, phrase.names, phrase.preposition, phrase.joined)
        theirs = possessive and pronoun == "they" and kind.person is None
        if (
            phrase.end > at
            or not (agrees(pronoun, kind) or theirs)
            or any(t.quoted for t in parts[phrase.start : phrase.end])
        ):
            continue
        if phrase.end == at and possessive:
            continue
        if possessive or _clause_between(parts, phrase.end, at):
            return True
    return _means_question_word(parts, at, pronoun, possessive) or _points_ahead(text, parts, at, pronoun)


def _clause_between(parts: Sequence[Token], begin: int, end: int) -> bool:
    if any(t.low in _CLAUSE_ENDS or t.text in _CLAUSE_ENDS for t in parts[begin:end]):
        return True
    if end > begin and parts[end - 1].low in ("as", "than"):
        return True
    return end > begin and base_form(parts[end - 1].low) in w.SPEECH_VERBS and _is_subject(parts, end)


def _is_subject(parts: Sequence[Token], at: int) -> bool:
    return at + 1 < len(parts) and parts[at + 1].is_word and parts[at + 1].low not in w.PREPOSITIONS


def _means_question_word(parts: Sequence[Token], at: int, pronoun: Pronoun, possessive: bool) -> bool:
    """Tell whether a pronoun may mean the "who" that is the subject: "Who said that he ...", "Who lost his job"."""
    first = lead_in_end(parts)
    asker = ("what", "which") if pronoun == "it" else ("who",)
    if first + 1 >= at or parts[first].low not in asker or (pronoun == "it" and not possessive):
        return False
    if possessive and first + 1 < at - 1 and parts[first + 1].low in w.BE and is_past(parts[first + 2].low):
        return True
    if possessive:
        return parts[at - 1].low not in w.BE and at + 1 < len(parts) and parts[at + 1].low in w.INALIENABLE
    auxiliary = parts[first + 1].low in w.AUXILIARIES
    if any(parts[k].low == "to" and is_base(parts[k + 1].low) for k in range(first + 1, at)) and not auxiliary:
        return True
    return not auxiliary and at > first + 1 and _clause_between(parts, first + 1, at)


def _points_ahead(text: str, parts: Sequence[Token], at: int, pronoun: Pronoun) -> bool:
    """Tell whether a pronoun at the front means a name behind the comma: "In his post, what did Trump ..."."""
    comma = next((k for k in range(at, len(parts)) if parts[k].text == ","), None)
    opens = w.PREPOSITIONS | {"when", "while", "before", "after", "if", "since", "although"}
    if comma is None or parts[lead_in_end(parts) % len(parts)].low not in opens:
        return False
    behind = noun_phrases(text, parts, comma + 1)
    return any(agrees(pronoun, kind_of(p.text, p.head, p.names, p.preposition, p.joined)) for p in behind)


def is_empty_it(parts: Sequence[Token], at: int) -> bool:
    """Tell whether an "it" stands for nothing: "Is it true that ...", "What is it that ...", "Does it rain ..."."""
    low = [t.low for t in parts]
    before = low[at - 1] if at else ""
    following = low[at + 1 :]
    be_near = (
        before in w.BE or following[:1] in (["is"], ["was"], ["be"]) or before in ("will", "would", "could", "has")
    )
    skipped = next(
        (k for k, word in enumerate(following) if word not in w.BE and word not in ("be", "been", "not")), None
    )
    if (
        following[:1]
        and base_form(following[0]) in _IMPERSONAL
        and (following[0] != "appear" or "that" in following[1:3])
    ):
        return True
    if following[:1] and base_form(following[0]) in _TAKES_INFINITIVE:
        return _infinitive_follows(parts, at + 2)
    if following[:2] == ["been", "since"]:
        return True
    if not be_near or skipped is None:
        return False
    rest = following[skipped:]
    if rest[0] == "that" or (rest[0] in ("who", "which") and before in w.BE):
        return True
    asks_time = before in w.BE and at >= 2 and low[at - 2] in ("time", "year", "day", "date", "month")
    if asks_time or (rest[0] == "called" and "when" in rest):
        return True
    if is_past(rest[0]) and rest[1:2] in (["that"], ["whether"]):
        return True
    if rest[0].endswith("er") and _infinitive_follows(parts, at + 1):
        return True
    if rest[0] in w.ADJECTIVES_OF_IT:
        return any(word in ("that", "whether", "if", "who", "when", "how", "why", "where") for word in rest[1:8]) or (
            not is_past(rest[0]) and _infinitive_follows(parts, at + 1)
        )
    return any(word in ("that", "who", "which") for word in rest[1:6]) and parts[at + 1 + skipped].name


def _infinitive_follows(parts: Sequence[Token], begin: int) -> bool:
    return any(
        parts[k].low == "to" and k + 1 < len(parts) and is_base(parts[k + 1].low) and not parts[k + 1].name
        for k in range(begin, len(parts))
    )


def head_at(found: Sequence[Phrase], at: int) -> Phrase | None:
    """Return the phrase that begins at a token, the smallest that is no possessor."""
    return next((p for p in reversed(found) if p.start == at and not p.possessor), None)
