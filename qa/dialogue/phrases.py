"""The words of a question and its noun phrases, by rules. Pure.

There is no tagger: a noun phrase is what stands between words of the closed classes and verbs that are known as such,
so that an unlisted verb after a name is taken into the phrase.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from qa.dialogue import words as w
from qa.dialogue.verbs import is_base, is_only_verb, is_past, is_present

_TOKEN = re.compile(
    r"(?:(?<=\b[Hh]e)|(?<=\b[Ss]he)|(?<=\b[Ii]t)|(?<=\b[Tt]hey)|(?<=\b[Ww]h[oy])|(?<=\b[Ww]hat)|(?<=\b[Ww]here)|(?<=\b[Ww]hen)"
    r"|(?<=\b[Tt]hat)|(?<=\b[Tt]here)|(?<=\b[Hh]ow))['’](?:s|re|d|ll|ve)\b"
    r"|(?:[Hh]e|[Ss]he|[Ii]t|[Tt]hey|[Ww]h[oy]|[Ww]hat|[Ww]here|[Ww]hen|[Tt]hat|[Tt]here|[Hh]ow)(?=['’](?:s|re|d|ll|ve)\b)"
    r"|\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?\b|\w+(?:['’.&-]\w+)*|[^\w\s]"
)
_CLOSED_BY = {"“": "”", '"': '"', "«": "»"}
_CLITICS = {"'s": "is", "'re": "are", "'d": "would", "'ll": "will", "'ve": "have"}


@dataclass(frozen=True)
class Token:
    """A word or a mark.

    Attributes:
        text: As written.
        start: Its offset, in code points of the question; it ends at `end`.
        low: In lower case; a clitic as the word it stands for.
        quoted: Whether it stands inside double quotes.
        name: Whether it is written as a name: a capital that the place in the sentence does not explain.
    """

    text: str
    start: int
    end: int
    low: str
    quoted: bool
    name: bool

    @property
    def is_word(self) -> bool:
        """Whether it has a letter or a digit in it."""
        return any(character.isalnum() for character in self.text)


@dataclass(frozen=True)
class Phrase:
    """A noun phrase.

    Attributes:
        text: As written, without a possessive ending.
        start: Its first token's number; it ends before token `end`.
        end: Exclusive.
        head: Its main noun in lower case.
        determiner: In lower case, or "".
        preposition: The one before it, or "".
        offset: Where it begins, in code points of the text.
        possessor: Whether something of its own follows ("Trump's" in "Trump's plan").
        names: Whether its head is written as a name.
        joined: Whether it names two, joined by "and".
    """

    text: str
    start: int
    end: int
    head: str
    determiner: str
    preposition: str
    offset: int
    possessor: bool
    names: bool
    joined: bool = False


def quoted_ranges(text: str, opening: str = '“"«') -> list[tuple[int, int]]:
    """Return where words stand in double quotes, in order, the marks included; a mark that is not closed opens nothing.

    >>> quoted_ranges("Who said “yes” and “no?")
    [(9, 14)]
    """
    found: list[tuple[int, int]] = []
    closes = {mark: text.rfind(_CLOSED_BY[mark]) for mark in opening}
    at = 0
    for match in re.finditer(f"[{opening}]", text):
        start, mark = match.start(), match.group()
        if start >= at and start < closes[mark]:
            at = text.index(_CLOSED_BY[mark], start + 1) + 1
            found.append((start, at))
    return found


def tokens(text: str) -> list[Token]:
    """Return the words and marks of a text, in order."""
    quotes = quoted_ranges(text)
    starts = [start for start, _ in quotes]
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word, start = match.group(), match.start()
        low = _CLITICS.get(word.lower().replace("’", "'"), word.lower().replace("’", "'"))
        opens = not found or found[-1].text in {".", "?", "!", ":", "“", '"'}
        closed = low in w.PREPOSITIONS or low in w.QUESTION_WORDS or low in w.AUXILIARIES or low in w.LEAD_INS
        name = word[0].isupper() and not (opens and (closed or low in w.DETERMINERS or low in w.PRONOUNS))
        at = bisect_right(starts, start)
        quoted = at > 0 and start < quotes[at - 1][1]
        found.append(Token(word, start, match.end(), low, quoted, name))
    return found


def noun_phrases(text: str, parts: Sequence[Token], first: int = 0, last: int | None = None) -> list[Phrase]:
    """Return the noun phrases among some tokens of a text, in order, the parts of a larger one after it.

    >>> question = "Who led the Pakistani delegation in Washington?"
    >>> [phrase.text for phrase in noun_phrases(question, tokens(question), 2)]
    ['the Pakistani delegation', 'Washington']
    """
    end = len(parts) if last is None else last
    found: list[Phrase] = []
    at = first
    while at < end:
        stop = phrase_end(parts, at, end)
        if stop == at:
            at += 1
            continue
        simple = _phrase(text, parts, at, stop)
        found += _with_possessors(text, parts, simple)
        larger = _joined(text, parts, found[-1], end)
        if larger:
            found.insert(len(found) - 1, larger)
        at = stop
    return _with_of(text, parts, found)


def phrase_end(parts: Sequence[Token], at: int, end: int) -> int:
    """Return the number of the token before which the noun phrase that begins at `at` ends; `at` where none begins."""
    stop = at
    if parts[at].low in w.DETERMINERS and not parts[at].name and parts[at].low not in ("which", "what", "whose"):
        stop += 1
    content = 0
    while stop < end and _continues(parts, stop, content):
        content += 1
        stop += 1
        if stop < end - 1 and parts[stop].text == "(":
            closing = next((k for k in range(stop, min(end, stop + 6)) if parts[k].text == ")"), None)
            stop = closing + 1 if closing else stop
    return stop if content else at


def _continues(parts: Sequence[Token], at: int, content: int) -> bool:
    token = parts[at]
    if not token.is_word or token.quoted:
        return False
    if token.name:
        return True
    if token.low in ("one", "ones") or token.low in w.NUMBER_WORDS or token.low[0].isdigit():
        return True
    if token.low in ("first", "last", "next") and content == 0 and at and parts[at - 1].low in w.DETERMINERS:
        return True
    if _closed(token.low):
        return False
    if content == 0:
        after_determiner = at > 0 and parts[at - 1].low in w.DETERMINERS
        return after_determiner or not (is_past(token.low) or is_present(token.low) or is_only_verb(token.low))
    previous = parts[at - 1]
    if is_past(token.low) or is_present(token.low) or is_only_verb(token.low):
        return False
    return not (is_base(token.low) and w.is_plural(previous.low) and not previous.name)


def _closed(low: str) -> bool:
    return (
        low in w.PREPOSITIONS
        or low in w.SUBORDINATORS
        or low in w.AUXILIARIES
        or low in w.PRONOUNS
        or low in w.DETERMINERS
        or w.is_adverb(low)
    )


def _phrase(text: str, parts: Sequence[Token], at: int, stop: int, *, possessor: bool = False) -> Phrase:
    determiner = parts[at].low if parts[at].low in w.DETERMINERS and not parts[at].name else ""
    head = next((t for t in reversed(parts[at:stop]) if t.is_word), parts[stop - 1])
    words = text[parts[at].start : parts[stop - 1].end]
    bare = re.sub(r"['’]s?$", "", words)
    before = parts[at - 1].low if at and parts[at - 1].low in w.PREPOSITIONS else ""
    name = re.sub(r"['’]s?$", "", head.low)
    return Phrase(
        bare if possessor else words, at, stop, name, determiner, before, parts[at].start, possessor, head.name
    )


def _with_possessors(text: str, parts: Sequence[Token], simple: Phrase) -> list[Phrase]:
    """Return a phrase, and before it the possessors in it."""
    found = []
    for at in range(simple.start, simple.end):
        if re.search(r"\w['’]s$", parts[at].text):
            found.append(_phrase(text, parts, simple.start, at + 1, possessor=True))
    following = parts[simple.end] if simple.end < len(parts) else None
    if (
        following
        and following.text in "'’"
        and simple.head.endswith("s")
        and following.start == parts[simple.end - 1].end
    ):
        found.append(_phrase(text, parts, simple.start, simple.end, possessor=True))
    if found and found[-1].end == simple.end:
        return found
    return [*found, simple]


def _joined(text: str, parts: Sequence[Token], first: Phrase, end: int) -> Phrase | None:
    """Return "A and B" where a name follows a name."""
    if first.end + 1 >= end or parts[first.end].low != "and" or not first.names or first.possessor:
        return None
    stop = phrase_end(parts, first.end + 1, end)
    if stop == first.end + 1 or not parts[stop - 1].name or re.search(r"['’]s$", parts[stop - 1].text):
        return None
    both = text[parts[first.start].start : parts[stop - 1].end]
    return Phrase(
        both,
        first.start,
        stop,
        parts[stop - 1].low,
        first.determiner,
        first.preposition,
        first.offset,
        False,
        True,
        True,
    )


def _with_of(text: str, parts: Sequence[Token], found: Sequence[Phrase]) -> list[Phrase]:
    """Join "A of B" to one phrase before B."""
    joined: list[Phrase] = []
    for phrase in found:
        previous = next((p for p in reversed(joined) if not p.possessor), None)
        linked = previous is not None and previous.end == phrase.start - 1 and parts[previous.end].low == "of"
        if linked and previous is not None and not phrase.possessor and "one" not in (previous.head, phrase.head):
            words = text[parts[previous.start].start : parts[phrase.end - 1].end]
            whole = Phrase(
                words,
                previous.start,
                phrase.end,
                previous.head,
                previous.determiner,
                previous.preposition,
                previous.offset,
                False,
                previous.names,
            )
            joined[joined.index(previous)] = whole
        joined.append(phrase)
    return joined
