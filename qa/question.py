"""What can be told from a question alone. Pure."""

from __future__ import annotations

import re
import reprlib
from typing import Literal

from index.article import clean_text
from qa.errors import InvalidQuestion

MAX_QUESTION_CHARACTERS = 1000

QuestionType = Literal["who", "when", "where", "how many", "why", "what", "yes or no", "other"]
QUESTION_TYPES: tuple[QuestionType, ...] = (
    "who", "when", "where", "how many", "why", "what", "yes or no", "other",
)  # fmt: skip

_AUXILIARY = (
    r"(?:is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|ought)"
    r"(?:n['’]?t)?"
)
_LEAD_IN = (
    r"^\W*(?:(?:and|but|so|then|also|ok|okay|please|well|hi|hello)\b\W*)*"
    r"(?:(?:according to|in) (?:the|this|these|that|those) (?:articles?|texts?|story|stories)\W+)?"
)
_YES_OR_NO = re.compile(
    rf"{_LEAD_IN}(?!may \d|may day){_AUXILIARY}\b",
    re.IGNORECASE,
)
_ASKS_TO_BE_TOLD = re.compile(
    rf"{_LEAD_IN}{_AUXILIARY} "
    r"(?:you|we|i|anyone|anybody|someone|somebody|it|(?:the|this|these) (?:articles?|texts?|story))"
    r"(?: please)? (?:be )?"
    r"(?:know|known|tell|say|said|mention|explain|describe|name|list|show|give|find|remember|clear)\b"
    r"(?:.*\b(?:who|whom|whose|what|when|where|which|why|how)\b| (?:me |us )?(?:all |any )?(?:the|a|an)\b)",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r", or\b|\bor (?:in|on|at|by|to|from|with|for|did|do|does|was|were|is|are|has|have|had|will)\b", re.IGNORECASE
)
_TYPES: tuple[tuple[QuestionType, re.Pattern[str]], ...] = (
    ("how many", re.compile(r"\bhow (?:many|much|old|long|far|often|big|large|high|tall)\b", re.IGNORECASE)),
    ("who", re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)),
    ("when", re.compile(r"\bwhen\b|\b(?:what|which) (?:year|month|day|date|time|century|decade)\b", re.IGNORECASE)),
    ("where", re.compile(r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|town|region)\b", re.IGNORECASE)),
    ("why", re.compile(r"\bwhy\b|\bwhat (?:was |is )?(?:the )?(?:reason|cause)\b|\bhow come\b", re.IGNORECASE)),
    ("what", re.compile(r"\b(?:what|which)\b", re.IGNORECASE)),
)


def check_question(question: str) -> str:
    """Return the question as it is used: white space folded, lone surrogates replaced.

    Raises:
        InvalidQuestion: If nothing is left of it, or it is longer than `MAX_QUESTION_CHARACTERS`.
    """
    folded = " ".join(clean_text(question).split())
    if not any(character.isalnum() for character in folded):
        raise InvalidQuestion(
            f"Got the question {reprlib.repr(question)}, which has no word in it. Ask in a few words."
        )
    if len(folded) > MAX_QUESTION_CHARACTERS:
        raise InvalidQuestion(
            f"Got a question of {len(folded):,} characters, at most {MAX_QUESTION_CHARACTERS:,} are read. "
            "Ask the heart of it in a sentence."
        )
    return folded


def asks_yes_or_no(question: str) -> bool:
    """Tell whether an English question wants yes or no: it begins with a verb that asks.

    Told by its words, so sometimes wrongly. One that offers a choice (in May or in June?), or asks to be told something
    (do you know who ...), does not.

    >>> asks_yes_or_no("Did they meet?"), asks_yes_or_no("Did they meet in May or in June?")
    (True, False)
    """
    return bool(_YES_OR_NO.match(question) and not _ASKS_TO_BE_TOLD.match(question) and not _CHOICE.search(question))


def question_type(question: str) -> QuestionType:
    """Return what an English question asks for, by its words.

    >>> question_type("In which year was it founded?")
    'when'
    """
    if asks_yes_or_no(question):
        return "yes or no"
    found = [(match.start(), order) for order, (_, pattern) in enumerate(_TYPES) if (match := pattern.search(question))]
    return _TYPES[min(found)[1]][0] if found else "other"
