"""Text whose direction controls end with it. Pure."""

from __future__ import annotations

_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_END_OF_EMBEDDING = "\u202c"
_END_OF_ISOLATE = "\u2069"


def close_bidi(text: str) -> str:
    r"""Return a text with the ends added of embeddings, overrides and isolates that it opens and does not end.

    So its letters stand as it has them, and what follows on the line is not turned round. The rules are those of the
    Unicode Bidirectional Algorithm, UAX #9, X5 to X7; an end without a beginning does nothing there.

    >>> close_bidi("abc\u202edef")
    'abc\u202edef\u202c'
    """
    ends: list[str] = []
    for character in text:
        if character in _EMBEDDINGS:
            ends.append(_END_OF_EMBEDDING)
        elif character in _ISOLATES:
            ends.append(_END_OF_ISOLATE)
        elif character == _END_OF_EMBEDDING and ends[-1:] == [_END_OF_EMBEDDING]:
            ends.pop()
        elif character == _END_OF_ISOLATE and _END_OF_ISOLATE in ends:
            while ends.pop() != _END_OF_ISOLATE:
                pass
    return text + "".join(reversed(ends))
