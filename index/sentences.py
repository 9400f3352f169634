"""Sentences, with exact offsets."""

from __future__ import annotations

from collections.abc import Iterator

import sentencex


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the `(start, end)` of each sentence in order, outer white space left out.

    Boundaries are sentencex's; where a language is unknown to it, it falls back to a related one.

    >>> sentence_spans("He left. She stayed.")
    [(0, 8), (9, 20)]
    """
    return list(_trimmed(text, language))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of the sentence, or of the run of sentences, that holds `text[start:end]`.

    The whole text is segmented: pass a passage rather than an article.
    """
    touching = [(s, e) for s, e in sentence_spans(text) if s < end and e > start]
    if not touching:
        return start, end
    return min(start, touching[0][0]), max(end, touching[-1][1])


def _trimmed(text: str, language: str) -> Iterator[tuple[int, int]]:
    for boundary in sentencex.get_sentence_boundaries(language, text):
        start, end = boundary["start_index"], boundary["end_index"]
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            start += len(piece) - len(piece.lstrip())
            yield start, start + len(stripped)
