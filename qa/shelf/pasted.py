"""Messages that are no question: addresses, or a whole text, that are to become articles. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.question import MAX_QUESTION_CHARACTERS

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_ADD = re.compile(r"(?:please\s+)?(?:add|index|read|load)\b[\s:]*", re.IGNORECASE)
_PARAGRAPHS = 3
_TEXT_CHARACTERS = 400


@dataclass(frozen=True)
class Addresses:
    """Addresses of pages."""

    urls: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A text."""

    text: str


def pasted(message: str) -> Addresses | Text | None:
    """Tell what a message brings; None where it is to be answered.

    Addresses alone, or behind "add", are pages. What is longer than a question may be, or has at least three
    paragraphs that do not end with a question mark and 400 characters, is a text.

    >>> pasted("add https://example.com/a")
    Addresses(urls=('https://example.com/a',))
    >>> pasted("Who met the delegation?") is None
    True
    """
    stripped = message.strip()
    added = _ADD.match(stripped)
    words = [word.strip("<>,;") for word in stripped[added.end() if added else 0 :].split()]
    if words and all(_ADDRESS.fullmatch(word) for word in words):
        return Addresses(tuple(dict.fromkeys(words)))
    paragraphs = [line for line in message.splitlines() if line.strip() and not line.rstrip().endswith("?")]
    long = len(" ".join(message.split())) > MAX_QUESTION_CHARACTERS
    if long or (len(paragraphs) >= _PARAGRAPHS and len(message) >= _TEXT_CHARACTERS):
        return Text(message)
    return None
