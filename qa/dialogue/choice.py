"""Which of the things that were spoken of a pronoun means. Pure.

A rule of preferences with a check of number, gender and kind, in the manner of Lappin and Leass (1994): candidates are
ordered by how long ago they were named and by their part in the question, the first that agrees is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from qa.dialogue.kinds import Kind
from qa.dialogue.memory import Exchange, Mention

Pronoun = Literal["he", "she", "it", "they", "there"]

PRONOUNS: dict[str, Pronoun] = {
    "he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "it": "it", "its": "it",
    "they": "they", "them": "they", "their": "they",
}  # fmt: skip
_COST = {"answer": 0.0, "subject": 0.3, "possessor": 0.9, "object": 1.0, "other": 2.0}
_AGE = 3.0
_ATTRIBUTES = frozenset("name title location age population address size kind type".split())


def agrees(pronoun: Pronoun, kind: Kind) -> bool:
    """Tell whether a pronoun may stand for something of a kind.

    >>> agrees("she", Kind(person=True, gender="m")), agrees("it", Kind(person=False))
    (False, True)
    """
    if kind.time:
        return False
    if pronoun in ("he", "she"):
        other = "f" if pronoun == "he" else "m"
        return kind.person is not False and not kind.plural and not kind.group and kind.gender != other
    if pronoun == "they":
        return kind.plural or kind.group
    if pronoun == "there":
        return kind.place
    return kind.person is not True and (not kind.plural or kind.group)


def choose(pronoun: Pronoun, memory: Iterable[Exchange], taken: Iterable[str] = ()) -> Mention | None:
    """Return what a pronoun means, or None where nothing agrees.

    Args:
        pronoun: By its form.
        memory: What was spoken of.
        taken: What other pronouns of the message mean already.
    """
    best: tuple[float, Mention] | None = None
    for exchange in memory:
        for mention in exchange.mentions:
            cost = _cost(pronoun, mention, exchange)
            if cost is not None and mention.text not in taken and (best is None or cost < best[0]):
                best = cost, mention
    return best[1] if best else None


def _cost(pronoun: Pronoun, mention: Mention, exchange: Exchange) -> float | None:
    kind = mention.kind
    cost = _AGE * mention.age + _COST[mention.role]
    if pronoun == "there":
        if not (kind.place or (mention.role == "answer" and mention.preposition)) or kind.time or kind.person:
            return None
        named = mention.role == "answer" or mention.visited or mention.preposition in ("in", "at", "to", "from", "near")
        return cost + (-2.0 if named else 1.0)
    if not agrees(pronoun, kind):
        answers_what = (
            mention.role == "answer" and exchange.frame is not None and exchange.frame.asks in ("what", "which")
        )
        if pronoun == "it" and answers_what and kind.person is not True and not kind.time:
            return cost + 1.5
        return None
    if pronoun == "it" and kind.place:
        cost += 1.0
    if pronoun in ("it", "they") and kind.person is None:
        cost += 2.5
    if pronoun == "it" and mention.head in _ATTRIBUTES:
        cost += 2.5
    if pronoun in ("he", "she"):
        cost += 0.0 if kind.person else 1.0
        if mention.hint and mention.hint != ("m" if pronoun == "he" else "f"):
            cost += 4.0
    if pronoun == "they" and kind.group and not kind.plural and mention.role == "other":
        cost += 0.5
    return cost
