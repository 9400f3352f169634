"""A conversation's title, from what was written. Pure."""

from __future__ import annotations

TITLE_LENGTH = 60
"""Code points of a title that is made from a message, at most."""


def title_of(message: str, most: int) -> str:
    r"""Return a message on one line, shortened at a word; a first word that is too long by itself is cut.

    >>> title_of("Who led the\ndelegation?", most=14)
    'Who led the …'
    """
    line = " ".join(message.split())
    if len(line) <= most:
        return line
    room = line[: most - 1]
    return (room.rpartition(" ")[0] or room[:-1]) + " …"
