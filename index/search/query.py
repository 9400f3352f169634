"""A query as it is searched: its words, and the phrases that stand in quotes. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTED = re.compile(r'"([^"]*)"|“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»')
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Query:
    """A query.

    Attributes:
        text: As it was typed, quotes left in.
        phrases: What stands in double quotes and has a letter or a digit, in order, each once.
    """

    text: str
    phrases: tuple[str, ...] = ()


def parse_query(text: str) -> Query:
    """Find the phrases of a query.

    Straight and curly double quotes, low ones and guillemets count; a quote mark without its partner is no quote.

    >>> parse_query('who said "never again" in “May”').phrases
    ('never again', 'May')
    """
    found = ("".join(part or "" for part in groups).strip() for groups in _QUOTED.findall(text))
    return Query(text, tuple(dict.fromkeys(phrase for phrase in found if _WORD.search(phrase))))
