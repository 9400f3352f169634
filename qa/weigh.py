"""What the reader and the retriever say together: which answer is best, where it stands, what speaks for it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from index.article import Hit
from index.sentences import sentence_around
from qa.question import asks_yes_or_no
from qa.read import Reader
from qa.read.calibration import LEAD_CAP, Evidence
from qa.read.decode import Span

_SPANS = 20
_QUOTE_MARKS = str.maketrans("‘’“”«»„‑", '\'\'"""""-')
_MINUS = re.compile(r"[-–−](?=\d)")
_AROUND = re.compile(r"^(?:[\s\"'(\[]|(?:the|an|a)\s+)+|[\s\"')\].,;:!?]+$")


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


def read_answers(reader: Reader, question: str, hits: Sequence[Hit], articles: int) -> list[list[Place]]:
    """Read the passages that were found and return the answers, best first, each with its places, best first.

    A question that asks yes or no gets sentences; what speaks for one is what speaks for the best span in it.

    Args:
        reader: What reads them.
        question: As `check_question` returns it.
        hits: The passages.
        articles: How many articles were searched.
    """
    spans = reader.read(question, [hit.passage.text for hit in hits], _SPANS)
    answers = weigh(spans, hits, articles, reader.calibration.similarity_weight)
    return sentences_of(answers) if asks_yes_or_no(question) else answers


def weigh(spans: Sequence[Span], hits: Sequence[Hit], articles: int, similarity_weight: float) -> list[list[Place]]:
    """Group spans by their words into answers, best answer first, best place first.

    A span's strength is its margin plus `similarity_weight` times the cosine of question and passage. Equal strengths
    are ordered by passage id, then by place.
    """

    def strength(span: Span) -> float:
        return span.margin + similarity_weight * hits[span.text].similarity

    ordered = sorted(spans, key=lambda span: (-strength(span), hits[span.text].passage.id, span.start))
    keys = [answer_key(hits[span.text].passage.text[span.start : span.end]) for span in ordered]
    answers: dict[str, list[Place]] = {}
    for span, key in zip(ordered, keys, strict=True):
        rival = next((other for other, theirs in zip(ordered, keys, strict=True) if theirs != key), None)
        lead = LEAD_CAP if rival is None else min(LEAD_CAP, strength(span) - strength(rival))
        evidence = Evidence(span.margin, hits[span.text].similarity, lead, articles)
        answers.setdefault(key, []).append(Place(hits[span.text], span.start, span.end, evidence))
    return list(answers.values())


def sentences_of(answers: Sequence[Sequence[Place]]) -> list[list[Place]]:
    """Widen each place to the sentence around it; of places whose sentences overlap the first stays."""
    widened: dict[str, list[Place]] = {}
    for place in (place for places in answers for place in places):
        passage = place.hit.passage
        start, end = sentence_around(passage.text, place.start, place.end)
        kept = [other for others in widened.values() for other in others if other.hit.passage.id == passage.id]
        if not any(other.start < end and start < other.end for other in kept):
            sentence = Place(place.hit, start, end, place.evidence)
            widened.setdefault(answer_key(passage.text[start:end]), []).append(sentence)
    return list(widened.values())


def answer_key(text: str) -> str:
    """Return what two wordings of one answer share.

    Case, white space, Unicode composition, the kind of quote marks and dashes, a leading article, and quote marks,
    brackets and punctuation at the edges do not count.

    >>> answer_key("The  “Hill”"), answer_key("the hill")
    ('hill', 'hill')
    """
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().translate(_QUOTE_MARKS).split())
    folded = _MINUS.sub("-", folded)
    return _AROUND.sub("", folded) or folded
