"""What the reader and the retriever say together: which answer is best, where it stands, what speaks for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.article import Hit
from index.sentences import sentence_around
from qa.read.calibration import LEAD_CAP, Evidence
from qa.read.decode import Span

SIMILARITY_WEIGHT = 8.0
"""What a cosine of 1 between question and passage is worth, in the reader's logits; measured on the fitting halves of
the development sets by `training.calibrate`."""

_QUOTE_MARKS = str.maketrans("‘’“”«»„", '\'\'"""""')
_AROUND = re.compile(r"^(?:[\s\"'(\[]|(?:the|an|a)\s+)+|(?:'s)?[\s\"')\].,;:!?]*$")


@dataclass(frozen=True)
class Place:
    """Where an answer stands.

    Attributes:
        hit: The passage.
        start: In code points of the passage's text.
        end: Exclusive.
        evidence: What speaks for it.
    """

    hit: Hit
    start: int
    end: int
    evidence: Evidence


def weigh(spans: Sequence[Span], hits: Sequence[Hit], articles: int) -> list[list[Place]]:
    """Group spans by their words into answers, each with its places; best answer first, best place first.

    A span's strength is its margin plus `SIMILARITY_WEIGHT` times the cosine of question and passage. Equal strengths
    are ordered by passage id, then by place.

    Args:
        spans: What the reader found in the hits' texts.
        hits: The passages that were read, in the order in which the spans count them.
        articles: How many articles were searched.
    """
    ordered = sorted(spans, key=lambda span: (-_strength(span, hits), hits[span.text].passage.id, span.start))
    words = [answer_key(hits[span.text].passage.text[span.start : span.end]) for span in ordered]
    answers: dict[str, list[Place]] = {}
    for span, key in zip(ordered, words, strict=True):
        rival = next((other for other, theirs in zip(ordered, words, strict=True) if theirs != key), None)
        lead = LEAD_CAP if rival is None else min(LEAD_CAP, _strength(span, hits) - _strength(rival, hits))
        evidence = Evidence(span.margin, hits[span.text].similarity, lead, articles)
        answers.setdefault(key, []).append(Place(hits[span.text], span.start, span.end, evidence))
    return list(answers.values())


def sentences_of(spans: Sequence[Span], hits: Sequence[Hit]) -> list[Span]:
    """Widen each span to the sentence around it; of several in one sentence the best stays."""
    best: dict[tuple[int, int, int], Span] = {}
    for span in sorted(spans, key=lambda span: -span.margin):
        start, end = sentence_around(hits[span.text].passage.text, span.start, span.end)
        best.setdefault((span.text, start, end), Span(span.text, start, end, span.margin))
    return list(best.values())


def answer_key(text: str) -> str:
    """Return what two wordings of one answer share: case, white space, quote marks and a leading article do not count.

    >>> answer_key("The  “Hill”"), answer_key("the hill")
    ('hill', 'hill')
    """
    folded = " ".join(text.casefold().translate(_QUOTE_MARKS).split())
    return _AROUND.sub("", folded) or folded


def _strength(span: Span, hits: Sequence[Hit]) -> float:
    return span.margin + SIMILARITY_WEIGHT * hits[span.text].similarity
