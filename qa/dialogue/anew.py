"""Questions put anew: the same event under another question word, as a statement, of another subject. Pure."""

from __future__ import annotations

import re

from qa.dialogue import words as w
from qa.dialogue.frames import Frame
from qa.dialogue.phrases import noun_phrases, tokens
from qa.dialogue.verbs import base_form, is_past, is_present, past_form

_FILLER_WORDS = 12
_HAPPENED = re.compile(r"(?:happen|occur|go)(?:s|ed|red|ing)?\b(?! to )", re.IGNORECASE)
_AGREEMENT = {
    "was": "were", "is": "are", "has": "have", "does": "do", "wasn't": "weren't", "isn't": "aren't", "doesn't": "don't",
    "hasn't": "haven't",
}  # fmt: skip
_SINGULAR = {plural: singular for singular, plural in _AGREEMENT.items()}


def ask_anew(frame: Frame, wh: str, answer: str | None) -> str | None:
    """Put a question's event under another question phrase; None where that gives no well-formed question.

    Args:
        frame: The question.
        wh: Such as "When" or "By whom".
        answer: What was answered, as it stands in a sentence.

    >>> from qa.dialogue.frames import parse
    >>> ask_anew(parse("Who met the delegation?"), "When", "Deputy Secretary Landau")
    'When did Deputy Secretary Landau meet the delegation?'
    """
    filler = _filler(frame, answer)
    if frame.shape == "copula" or _HAPPENED.match(frame.rest):
        return None
    if frame.shape == "subject":
        if filler is None:
            return None
        if frame.auxiliary:
            auxiliary = agree(frame.auxiliary, _is_plural(filler))
            return _sentence(wh, auxiliary, filler, frame.rest)
        verb, _, objects = frame.rest.partition(" ")
        present = is_present(verb.lower()) and not is_past(verb.lower())
        auxiliary = agree("does", _is_plural(filler)) if present else "did"
        return _sentence(wh, auxiliary, filler, base_form(verb.lower()), objects)
    if not frame.wh or frame.asks_adverb:
        return _sentence(wh, frame.auxiliary.lower(), frame.subject, frame.rest)
    return None if filler is None else _sentence(wh, frame.auxiliary, frame.subject, _with_object(frame.rest, filler))


def statement(frame: Frame, answer: str | None) -> str | None:
    """Return a question's event as a statement; None where it cannot be made.

    >>> from qa.dialogue.frames import parse
    >>> statement(parse("When did the bridge collapse?"), None)
    'the bridge collapsed'
    """
    filler = _filler(frame, answer)
    if (
        frame.shape == "copula"
        or _HAPPENED.match(frame.rest)
        or (filler is None and not (frame.asks_adverb or not frame.wh))
    ):
        return None
    if frame.shape == "subject":
        return _words(filler or "", frame.auxiliary, frame.rest)
    rest = frame.rest if frame.asks_adverb or not frame.wh else _with_object(frame.rest, filler or "")
    if not rest:
        return None
    if frame.auxiliary.lower() != "did":
        return None if frame.auxiliary.lower() in w.DO else _words(frame.subject, frame.auxiliary.lower(), rest)
    verb, _, objects = rest.partition(" ")
    return _words(frame.subject, past_form(verb.lower()), objects)


def ask_whether(frame: Frame, auxiliary: str, subject: str) -> str | None:
    """Ask of another subject whether the same holds; None where the question has no such subject.

    >>> from qa.dialogue.frames import parse
    >>> ask_whether(parse("Who met the delegation?"), "Did", "Trump")
    'Did Trump meet the delegation?'
    """
    if frame.shape == "subject" and not frame.auxiliary:
        verb, _, objects = frame.rest.partition(" ")
        return _sentence(auxiliary, subject, base_form(verb.lower()), objects)
    if frame.shape == "subject" or (frame.shape == "inverted" and not frame.wh):
        return _sentence(agree(frame.auxiliary, _is_plural(subject)), subject, frame.rest)
    return None


def counted_as_phrase(frame: Frame) -> str | None:
    """Return what a question with "how many" counts, with what it says of it.

    >>> from qa.dialogue.frames import parse
    >>> counted_as_phrase(parse("How many ships were waiting outside the harbour?"))
    'the ships that were waiting outside the harbour'
    """
    if not frame.counted or not frame.wh.lower().startswith("how many"):
        return None
    who = "who" if frame.counted.split()[-1].lower() in ("people", "men", "women", "children", "members") else "that"
    if frame.shape == "subject":
        return _words("the", frame.counted, who, frame.auxiliary, frame.rest)
    said = statement(frame, "") if frame.shape == "inverted" else None
    return _words("the", frame.counted, "that", said) if said else None


def agree(auxiliary: str, plural: bool) -> str:
    """Return an auxiliary in the number of its subject, its capital kept.

    >>> agree("Was", True), agree("do", False), agree("did", True)
    ('Were', 'does', 'did')
    """
    changed = (_AGREEMENT if plural else _SINGULAR).get(auxiliary.lower(), auxiliary.lower())
    return changed.capitalize() if auxiliary[:1].isupper() else changed


def _filler(frame: Frame, answer: str | None) -> str | None:
    """Return the answer as the part that the question phrase asks for."""
    if answer is None or len(answer.split()) > _FILLER_WORDS:
        return None
    numeral = answer[:1].isdigit() or answer.split(" ")[0].lower() in w.NUMBER_WORDS
    if frame.counted and numeral and len(answer.split()) == 1:
        return f"{answer} {frame.counted}"
    return answer


def _with_object(rest: str, filler: str) -> str:
    """Put an object behind a verb phrase's verb: before its first preposition, else at the end."""
    verb, _, after = rest.partition(" ")
    first = after.split(" ")[0].lower()
    if first in w.PREPOSITIONS and " " in after:
        return _words(verb, filler, after)
    return _words(rest, filler)


def _is_plural(subject: str) -> bool:
    found = noun_phrases(subject, tokens(subject))
    whole = next((p for p in found if not p.possessor), None)
    if whole is None:
        return False
    numeral = re.match(r"(?:[02-9]|1\d)", subject) is not None and " " in subject
    return (
        whole.joined
        or numeral
        or (w.is_plural(whole.head) and (not whole.names or whole.head in ("states", "nations")))
    )


def _words(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _sentence(*parts: str) -> str:
    text = _words(*parts)
    return text[:1].upper() + text[1:] + "?"
