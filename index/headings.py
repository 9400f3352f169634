"""What of a passage is embedded: its text, under its article's title. Nothing of it enters the passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from index.chunk import Chunking
from index.embed import Encoder

SPECIAL_TOKENS = 2
"""What an embedder adds to a text."""

HEADING_TOKENS = 32
"""How much room a title has at least, whatever the embedder reads."""


class Headed(NamedTuple):
    """The text of a passage, and what it is embedded under."""

    text: str
    heading: str | None


def under_headings(passages: Sequence[Headed], chunking: Chunking, encoder: Encoder) -> list[str]:
    """Return what is embedded of passages, each heading cut so that a passage of full length still fits behind it."""
    room = encoder.info.max_length - SPECIAL_TOKENS - chunking.max_tokens
    cut = {heading: _cut(heading, room, encoder) for _, heading in passages}
    return [f"{cut[heading]}\n{text}" if cut[heading] else text for text, heading in passages]


def _cut(heading: str | None, room: int, encoder: Encoder) -> str:
    """Return as much of a heading as has at most `room` tokens."""
    if not heading or room <= 0:
        return ""
    spans = encoder.token_spans(heading)
    return heading if len(spans) <= room else heading[: spans[room - 1][1]]
