"""The same question asked otherwise: with typing errors, and in lower case. Pure."""

from __future__ import annotations

import re
from random import Random

TYPING_ERRORS = "typing errors"
LOWER_CASE = "lower case"

_WORD = re.compile(r"[A-Za-z]{4,}")
_ONE_WORD_IN = 4
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: [row[at] for at in (place - 1, place + 1) if 0 <= at < len(row)]
    for row in _ROWS
    for place, letter in enumerate(row)
}


def variants(question: str, seed: int) -> dict[str, str]:
    """Return a question in other spellings by their names; one that does not change it is left out.

    Args:
        question: As it was asked.
        seed: The same gives the same errors.

    >>> variants("Who met Ada?", seed=1)
    {'lower case': 'who met ada?'}
    """
    otherwise = {
        TYPING_ERRORS: with_typing_errors(question, Random(f"{seed} {question}")),
        LOWER_CASE: question.lower(),
    }
    return {name: asked for name, asked in otherwise.items() if asked != question}


def with_typing_errors(question: str, random: Random) -> str:
    """Return a question with one error in every fourth of its words of four letters or more, in one at least.

    An error swaps two letters, leaves one out, doubles one, or takes one from the neighbouring key of a QWERTY keyboard
    (as the noise of Belinkov and Bisk, "Synthetic and Natural Noise Both Break Neural Machine Translation", ICLR 2018);
    a word's first letter stays. Words in other letters than A to Z have none.
    """
    words = list(_WORD.finditer(question))
    if not words:
        return question
    for word in sorted(
        random.sample(words, max(1, round(len(words) / _ONE_WORD_IN))), key=lambda one: one.start(), reverse=True
    ):
        question = question[: word.start()] + _misspelt(word.group(), random) + question[word.end() :]
    return question


def _misspelt(word: str, random: Random) -> str:
    at = random.randrange(1, len(word) - 1)
    before, letter, behind = word[:at], word[at], word[at + 1 :]
    kind = random.choice(("swapped", "left out", "doubled", "neighbour"))
    if kind == "swapped" and behind[0] != letter:
        return before + behind[0] + letter + behind[1:]
    if kind == "left out":
        return before + behind
    if kind == "neighbour":
        return before + random.choice(_NEIGHBOURS[letter.lower()]) + behind
    return before + letter + letter + behind
