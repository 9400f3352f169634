"""Words of a message that point back at the conversation, put in full: pronouns, "there", "that bridge", "this one".

Pure. Each function returns the edits it wants; `resolve` puts them together. Not understood are "the former" and "the
latter", "both", "the same", "so", "here", and a pronoun for a whole clause other than as `ellipsis` has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.dialogue import words as w
from qa.dialogue.anew import agree, statement
from qa.dialogue.binding import head_at, is_bound, is_empty_it, is_possessive
from qa.dialogue.choice import PRONOUNS, choose
from qa.dialogue.frames import lead_in_end, phrases_of
from qa.dialogue.memory import Exchange, Mention
from qa.dialogue.phrases import Phrase, Token, tokens
from qa.dialogue.verbs import base_form

_DEMONSTRATIVES = frozenset("this that these those".split())
_QUALIFIES = frozenset("of on about which that who whose between from for to led called named".split())
_OF_PLACE = w.PREPOSITIONS - {"to", "for", "of", "between", "about", "against"}
_MOTION = frozenset("go travel come move fly send get return drive march".split())
_CLAUSE_PREPOSITIONS = frozenset("after before since until".split())
_QUOTE_WORDS = 25


@dataclass(frozen=True)
class Edit:
    """A range of the message, in code points, and what is put in its place."""

    start: int
    end: int
    text: str


def resolve(message: str, memory: Sequence[Exchange]) -> str | None:
    """Return a message with what points back put in full; None where nothing does, or nothing fits."""
    parts = tokens(message)
    found = phrases_of(message, parts)
    edits = [*_pronouns(message, parts, found, memory), *_ones(message, parts, found, memory)]
    edits += [*_there(parts, memory), *_then(parts, memory), *_demonstratives(parts, found, memory)]
    edits = edits or list(_descriptions(parts, found, memory))
    if not edits:
        return None
    text = message
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    whole = without_lead_in(text)
    return whole[:1].upper() + whole[1:] if message[:1].isupper() else whole


def without_lead_in(text: str) -> str:
    """Return a question without "And", "ok, so" and the like before it."""
    parts = tokens(text)
    first = lead_in_end(parts)
    if not first or first >= len(parts):
        return text
    rest = text[parts[first].start :]
    return rest[:1].upper() + rest[1:] if text[:1].isupper() else rest


def possessive(text: str) -> str:
    """Return the possessive form of a phrase.

    >>> possessive("the ports"), possessive("Henrik Vass")
    ("the ports'", "Henrik Vass's")
    """
    last = text.split(" ")[-1]
    return f"{text}'" if w.is_plural(last) and last.islower() and last.endswith("s") else f"{text}'s"


def in_quotes(exchange: Exchange) -> str | None:
    """Return an answer as "that" or "it" has it: what somebody said in quote marks, other phrases as they are."""
    if exchange.answer is None or len(exchange.answer.split()) > _QUOTE_WORDS:
        return None
    return f"“{exchange.answer}”" if exchange.said and not re.search(r"[“”\"]", exchange.answer) else exchange.answer


def _pronouns(
    message: str, parts: Sequence[Token], found: Sequence[Phrase], memory: Sequence[Exchange]
) -> Iterator[Edit]:
    """Put pronouns in full: of each kind the first, and the possessives in other phrases."""
    meant: dict[str, Mention] = {}
    bound: set[str] = set()
    shouted = message.isupper()
    for at, token in enumerate(parts):
        pronoun = PRONOUNS.get(token.low)
        if pronoun is None or token.quoted or (token.text.isupper() and len(token.text) > 1 and not shouted):
            continue
        if token.low == "it" and is_empty_it(parts, at):
            continue
        if pronoun in meant or pronoun in bound:
            continue
        if is_bound(message, parts, at, found, pronoun):
            bound.add(pronoun)
            continue
        mention = choose(pronoun, memory, [m.text for m in meant.values()])
        if mention is None:
            continue
        meant[pronoun] = mention
        text = _spoken(mention, memory)
        yield Edit(token.start, token.end, possessive(text) if is_possessive(parts, at) else text)
        if pronoun == "they":
            yield from _agreeing(parts, at, mention)


def _spoken(mention: Mention, memory: Sequence[Exchange]) -> str:
    exchange = memory[mention.age]
    return (in_quotes(exchange) or mention.text) if mention.role == "answer" and exchange.said else mention.text


def _agreeing(parts: Sequence[Token], at: int, mention: Mention) -> Iterator[Edit]:
    """Put the verb beside "they" in the singular where a single group takes its place."""
    if mention.kind.plural or parts[at].low != "they":
        return
    for near in (at - 1, at + 1):
        if (
            0 <= near < len(parts)
            and parts[near].low in w.AUXILIARIES
            and agree(parts[near].text, False) != parts[near].text
        ):
            yield Edit(parts[near].start, parts[near].end, agree(parts[near].text, False))
            return


def _ones(message: str, parts: Sequence[Token], found: Sequence[Phrase], memory: Sequence[Exchange]) -> Iterator[Edit]:
    for phrase in found:
        last = parts[phrase.end - 1]
        if last.low not in ("one", "ones") or phrase.end - phrase.start < 3 or not phrase.determiner or last.quoted:
            continue
        if parts[phrase.start + 1].low == "only" or (phrase.end < len(parts) and parts[phrase.end].low == "of"):
            continue
        noun = one_of(memory)
        if noun:
            yield Edit(last.start, last.end, noun)


def one_of(memory: Sequence[Exchange]) -> str | None:
    """Return the noun that "one" stands for: of the last phrase with a describing word before it, else the last."""
    named = [m for exchange in memory for m in exchange.mentions if m.role != "answer" and not m.kind.time]
    common = [m for m in named if m.head and re.search(rf"\b{re.escape(m.head)}\b", m.text)]
    described = [m for m in common if m.text.split(" ").index(m.head) > 1] if common else []
    return (described or common)[0].head if described or common else None


def _there(parts: Sequence[Token], memory: Sequence[Exchange]) -> Iterator[Edit]:
    for at, token in enumerate(parts):
        if token.low != "there" or token.quoted:
            continue
        before = parts[at - 1].low if at else ""
        following = parts[at + 1] if at + 1 < len(parts) else None
        exists = before in w.AUXILIARIES and following is not None and following.is_word
        exists = exists and following is not None and following.low not in _OF_PLACE and not w.is_time(following.low)
        counts = any(t.low in ("many", "much") for t in parts[:at]) and before in w.BE
        mention = choose("there", memory)
        if exists or counts or mention is None or (following is not None and following.low in w.AUXILIARIES):
            continue
        place = re.sub(r"^(?:in|at|to|from|near) ", "", mention.text)
        preposition = mention.preposition if mention.preposition in ("in", "at", "on", "near", "outside") else "in"
        preposition = "to" if base_form(before) in _MOTION else preposition
        yield Edit(token.start, token.end, place if before in w.PREPOSITIONS else f"{preposition} {place}")
        return


def _then(parts: Sequence[Token], memory: Sequence[Exchange]) -> Iterator[Edit]:
    for at, token in enumerate(parts):
        following = parts[at + 1] if at + 1 < len(parts) else None
        if token.low != "then" or token.quoted or at < 2 or (following is not None and following.is_word):
            continue
        if parts[at - 1].low in _CLAUSE_PREPOSITIONS | {"and", "by", "happened", "happen"}:
            continue
        times = [m for exchange in memory[:2] for m in exchange.mentions if m.kind.time]
        if times:
            yield Edit(token.start, token.end, time_phrase(times[0]))


def time_phrase(mention: Mention) -> str:
    """Return a time with the preposition it takes: "in 1931", "on 3 June", "last week"."""
    text, lows = mention.text, mention.text.lower().split()
    if mention.preposition:
        return f"{mention.preposition} {text}"
    if " to " in text:
        return f"from {text}"
    if lows[0] in ("last", "next", "this", "early", "late", "yesterday", "today", "tomorrow"):
        return text
    day = any(low.strip(",") in w.DAYS for low in lows) or (
        len(lows) > 1 and any(re.match(r"\d{1,2}\b", x) for x in lows)
    )
    return f"on {text}" if day else f"in {text}"


def _demonstratives(parts: Sequence[Token], found: Sequence[Phrase], memory: Sequence[Exchange]) -> Iterator[Edit]:
    """Put "that bridge" and a "that" that stands alone in full."""
    for at, token in enumerate(parts):
        if token.low not in _DEMONSTRATIVES or token.quoted:
            continue
        phrase = head_at(found, at)
        if phrase and phrase.end > at + 1 and not phrase.names and not _is_qualified(parts, phrase):
            mention = _of_head(memory, phrase)
            if mention and not _opens_clause(parts, at, phrase):
                yield Edit(token.start, parts[phrase.end - 1].end, mention.text)
                continue
        yield from _bare_demonstrative(parts, at, phrase, memory[0])


def _bare_demonstrative(parts: Sequence[Token], at: int, phrase: Phrase | None, newest: Exchange) -> Iterator[Edit]:
    """Put a "that" without a noun in full: "Who said that?", "Why is that important?", "What happened after that?"."""
    token, before = parts[at], parts[at - 1].low if at else ""
    following = parts[at + 1] if at + 1 < len(parts) else None
    if token.low not in ("that", "this") or at == 0:
        return
    ends = following is None or following.text in "?.!," or following.low in ("when", "in", "on", "at")
    if before in _CLAUSE_PREPOSITIONS:
        event = statement(newest.frame, newest.answer) if newest.frame and ends else None
        if event:
            yield Edit(token.start, token.end, event)
        return
    said = in_quotes(newest)
    if base_form(before) in w.SPEECH_VERBS and ends and not newest.said and newest.frame is not None:
        claimed = statement(newest.frame, newest.answer)
        said = f"that {claimed}" if claimed else said
    if said is None or (before in w.SUBORDINATORS and before not in w.QUESTION_WORDS):
        return
    if ends or (before in w.BE | w.DO and _is_asked_of(parts, at, phrase)):
        yield Edit(token.start, token.end, said)


def _is_asked_of(parts: Sequence[Token], at: int, phrase: Phrase | None) -> bool:
    """Tell whether a "that" behind an auxiliary is the subject, as in "Why is that important?"."""
    following = parts[at + 1]
    if following.name or following.low in w.DETERMINERS or following.low in w.PRONOUNS or parts[at - 2].low == "it":
        return False
    if phrase is None or phrase.end == at + 1:
        return True
    ends = phrase.end >= len(parts) or not parts[phrase.end].is_word
    return ends and at >= 2 and parts[at - 2].low in ("why", "how")


def _is_qualified(parts: Sequence[Token], phrase: Phrase) -> bool:
    following = parts[phrase.end] if phrase.end < len(parts) else None
    timed = phrase.end + 1 < len(parts) and w.is_time(parts[phrase.end + 1].low)
    return (following is not None and following.low in _QUALIFIES and not timed) or any(
        t.low in ("which", "who") for t in parts[phrase.end :]
    )


def _opens_clause(parts: Sequence[Token], at: int, phrase: Phrase) -> bool:
    """Tell whether a "that" before a noun begins a clause: "Who said that prisoners were ..."."""
    if parts[at].low != "that" or at == 0:
        return False
    before = parts[at - 1]
    if w.is_plural(phrase.head):
        return True
    inner = phrase.end < len(parts) and parts[phrase.end].is_word
    linked = before.low in w.AUXILIARIES or before.low in w.PREPOSITIONS or before.low in w.SUBORDINATORS
    return inner and not linked and (base_form(before.low) in w.SPEECH_VERBS or before.name)


def _of_head(memory: Sequence[Exchange], phrase: Phrase) -> Mention | None:
    """Return the newest mention with the noun of a phrase that says more than the phrase."""
    length = phrase.end - phrase.start
    for exchange in memory:
        for mention in exchange.mentions:
            heads = (mention.head, mention.text.split(" ")[-1].lower())
            if phrase.head in heads and len(mention.text.split()) >= length and mention.role != "possessor":
                return mention
    return None


def _descriptions(parts: Sequence[Token], found: Sequence[Phrase], memory: Sequence[Exchange]) -> Iterator[Edit]:
    """Put "the delegation" in full, in a question that names nothing else: "the Pakistani delegation"."""
    if any(t.name for t in parts if not t.quoted) or any(t.quoted for t in parts):
        return
    for phrase in found:
        if (
            phrase.determiner != "the"
            or phrase.end - phrase.start != 2
            or phrase.possessor
            or _is_qualified(parts, phrase)
        ):
            continue
        mention = _of_head(memory, phrase)
        if mention is None or mention.head != phrase.head or len(mention.text.split()) <= 2:
            continue
        if re.search(r"[A-Z]", mention.text) or mention.text.split(" ")[-1].lower() == phrase.head:
            yield Edit(parts[phrase.start].start, parts[phrase.end - 1].end, mention.text)
