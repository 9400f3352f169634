"""What a conversation has spoken of, as far as a follow-up may mean it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qa.answer import Answer
from qa.conversation.turn import Turn
from qa.dialogue import words as w
from qa.dialogue.anew import counted_as_phrase
from qa.dialogue.frames import Frame, parse
from qa.dialogue.kinds import Kind, kind_of
from qa.dialogue.phrases import Phrase, noun_phrases, tokens
from qa.dialogue.verbs import base_form, is_base, is_past, is_present

_EXCHANGES = 6
_MENTION_WORDS = 14
_HINT_CHARACTERS = 250
_QUOTING = frozenset("say write tell state add remark post tweet call shout reply".split())
_VISITED = frozenset("visit leave reach tour enter attack invade".split())

Role = Literal["answer", "subject", "possessor", "object", "other"]


@dataclass(frozen=True)
class Mention:
    """Something that was spoken of.

    Attributes:
        text: As it is put inside a sentence.
        head: Its main noun in lower case; "" where it is not a noun phrase.
        kind: What it may stand for.
        role: Where it was named.
        age: Of its exchange, from 0 for the newest.
        preposition: The one before it, or "".
        hint: The gender that the article's next pronoun suggests; a hint only.
        visited: Whether it is what somebody visits, leaves or reaches.
    """

    text: str
    head: str
    kind: Kind
    role: Role
    age: int
    preposition: str = ""
    hint: Literal["m", "f", None] = None
    visited: bool = False


@dataclass(frozen=True)
class Exchange:
    """A question that was searched, and what was answered.

    Attributes:
        question: As it was searched.
        frame: Its parts, or None where they cannot be told.
        answer: As it is put inside a sentence; None where there was none.
        said: Whether the answer is what somebody said or wrote.
        mentions: What both name.
    """

    question: str
    frame: Frame | None
    answer: str | None
    said: bool
    mentions: tuple[Mention, ...]


def recall(turns: Sequence[Turn]) -> list[Exchange]:
    """Return what was asked and answered, newest first, as far as it matters for a follow-up.

    Remarks of the assistant do not count; a question without an answer does.
    """
    answers = [reply.answer for turn in reversed(turns) for reply in reversed(turn.replies) if reply.answer is not None]
    return [_exchange(answer, age) for age, answer in enumerate(answers[:_EXCHANGES])]


def _exchange(answer: Answer, age: int) -> Exchange:
    question = answer.question_used
    frame = parse(question)
    given = _in_a_sentence(answer)
    said = frame is not None and _says(frame)
    mentions = [*_of_answer(answer, frame, given, age), *of_question(question, frame, age)]
    return Exchange(question, frame, given, said, tuple(m for m in mentions if len(m.text.split()) <= _MENTION_WORDS))


def _says(frame: Frame) -> bool:
    verb = base_form(frame.rest.split(" ")[0].lower())
    return verb in _QUOTING and frame.asks in ("what", "how") and frame.shape == "inverted"


def _in_a_sentence(answer: Answer) -> str | None:
    """Return the answer as it is put inside a sentence: without outer marks, with the article it has in the text."""
    if answer.text is None:
        return None
    text = re.sub(r"^[\s“\"'‘(]+|[\s”\"'’),.;:!?]+$", "", " ".join(answer.text.split()))
    before = answer.citations[0].prefix if answer.citations else ""
    opens = not before.strip() or before.rstrip()[-1:] in '.:!?“”"’)' or before.endswith("\n")
    first, _, others = text.partition(" ")
    if first in ("The", "A", "An", "His", "Her", "Its", "Their", "This", "That", "These", "Those") and opens:
        text = f"{first.lower()} {others}"
    if re.search(r"\bthe $", before, re.IGNORECASE) and not text.lower().startswith("the "):
        text = f"the {text}"
    return text or None


def _of_answer(answer: Answer, frame: Frame | None, given: str | None, age: int) -> Iterator[Mention]:
    counted = counted_as_phrase(frame) if frame else None
    if frame and frame.counted and frame.wh.lower().startswith("how many"):
        person = kind_of(frame.counted, frame.counted.split()[-1].lower(), False)
        yield Mention(counted or f"the {frame.counted}", "", replace(person, plural=True), "answer", age)
    if frame is None or given is None or frame.wh.lower().startswith("how"):
        return
    if frame.asks in ("when", "where"):
        bare = re.sub(rf"^(?:{'|'.join(sorted(w.PREPOSITIONS))}) ", "", given)
        preposition = given[: len(given) - len(bare)].strip()
        place = frame.asks == "where"
        yield Mention(bare, "", Kind(False, place=place, time=not place), "answer", age, preposition)
        return
    if frame.asks_adverb or not frame.wh:
        return
    who = (
        frame.asks in ("who", "whom")
        or kind_of(frame.counted, frame.counted.split(" ")[-1].lower(), False).person is True
    )
    hint = _pronoun_after(answer)
    main, _, included = given.partition(", including ")
    parts = [main if len(main.split()) <= 8 else main.split(", ")[0]]
    if who and included:
        parts.append(included)
    before = answer.citations[0].prefix.split()[-1:] if answer.citations else []
    if _says(frame):
        yield Mention(given, "", Kind(False), "answer", age)
        return
    for part in parts:
        mention = _answer_mention(part, who, age, hint, before)
        open_thing = mention.kind.person is None and frame.asks in ("what", "which")
        yield replace(mention, kind=replace(mention.kind, person=False)) if open_thing else mention


def _answer_mention(text: str, who: bool, age: int, hint: Literal["m", "f", None], before: list[str]) -> Mention:
    found = noun_phrases(text, tokens(text))
    first = next((p for p in found if p.start == 0 and not p.possessor), None)
    names = any(part[:1].isupper() for part in text.split()) if first is None else first.names
    head = first.head if first else ""
    kind = kind_of(first.text if first else text, head, names, joined=first.joined if first else False)
    titled = kind_of(" ".join([*(b for b in before if b.lower() in w.PERSON_NOUNS), text]), head, names)
    gender = kind.gender or titled.gender
    if who and not kind.group:
        kind = replace(kind, person=True, place=False, gender=gender)
        text = _without_titles(text)
    return Mention(definite(text), head, kind, "answer", age, hint=None if gender else hint)


def _without_titles(text: str) -> str:
    """Return a name of at least two words without the titles before it."""
    parts = text.split()
    last = max((k for k, part in enumerate(parts) if part.lower().strip(".,") in w.TITLES), default=-1)
    name = parts[last + 1 :]
    whole = len(name) >= 2 and all(
        part[:1].isupper() or part in ("de", "van", "der", "al", "bin", "von") for part in name
    )
    return " ".join(name) if whole else text


def _pronoun_after(answer: Answer) -> Literal["m", "f", None]:
    """Return what the first "he" or "she" behind the quote suggests about it."""
    if not answer.citations:
        return None
    citation = answer.citations[0]
    passage = next((p for p in answer.passages if p.passage_id == citation.passage_id), None)
    if passage is None:
        return None
    behind = passage.text[citation.end - passage.start :][:_HINT_CHARACTERS]
    match = re.search(r"\b(?:(he|his|him)|(she|her))\b", behind)
    return None if match is None else "m" if match.group(1) else "f"


def of_question(question: str, frame: Frame | None, age: int) -> Iterator[Mention]:
    """Return what a question names."""
    if frame is None:
        for phrase in noun_phrases(question, tokens(question)):
            yield _mention(phrase, "other", age, visited=False)
        return
    if frame.shape == "copula":
        whole = f"{frame.subject} {frame.rest}".strip()
        for phrase in noun_phrases(whole, tokens(whole)):
            yield _mention(phrase, "subject" if phrase.offset == 0 else "other", age, visited=False)
        return
    subject = [p for p in noun_phrases(frame.subject, tokens(frame.subject)) if p.text]
    if subject and " " in frame.subject and len(frame.subject.split()) <= 9 and subject[0].text != frame.subject:
        largest = next((p for p in subject if p.offset == 0 and not p.possessor), subject[0])
        if largest.offset == 0:
            subject.insert(0, replace(largest, text=frame.subject))
    for phrase in subject:
        yield _mention(phrase, "subject" if phrase.offset == 0 else "other", age, visited=False)
    verb, objects = split_verb(frame)
    for phrase in noun_phrases(objects, tokens(objects)):
        role: Role = "object" if phrase.offset == 0 else "other"
        yield _mention(phrase, role, age, visited=role == "object" and base_form(verb) in _VISITED)


def split_verb(frame: Frame) -> tuple[str, str]:
    """Return the first verb of what follows the subject, in lower case, and what follows it; the verb may be ""."""
    first, _, objects = frame.rest.partition(" ")
    low = first.lower()
    lexical = frame.shape == "subject" and not frame.auxiliary
    if lexical or is_base(low) or is_past(low) or is_present(low) or (low.endswith("ing") and first == low):
        return low, objects
    if frame.auxiliary.lower() in w.DO:
        return low, objects
    return "", frame.rest


def _mention(phrase: Phrase, role: Role, age: int, *, visited: bool) -> Mention:
    kind = kind_of(phrase.text, phrase.head, phrase.names, phrase.preposition, phrase.joined)
    place = kind.place or (visited and phrase.names)
    role = "possessor" if phrase.possessor else role
    return Mention(
        definite(phrase.text), phrase.head, replace(kind, place=place), role, age, phrase.preposition, visited=visited
    )


def definite(text: str) -> str:
    """Return a noun phrase as one that was named before: "a report" is "the report" now, "people" "the people".

    >>> definite("a report"), definite("Trump"), definite("people")
    ('the report', 'Trump', 'the people')
    """
    bare = re.sub(r"^(?:an?|some|any|many|several|few|both) ", "", text, flags=re.IGNORECASE)
    if bare != text:
        return f"the {bare}"
    first = text.split(" ")[0]
    plural = w.is_plural(text.split(" of ")[0].split(" ")[-1]) and first.lower() not in w.DETERMINERS
    return f"the {text}" if plural and first.islower() else text
