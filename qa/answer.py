"""Answers and their citations: the data that every way in gives out.

All offsets are Unicode code points of the source article's stored text, end exclusive. In JSON every field is
present, `null` where there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from index.article import Hit, Ranks
from index.coverage import Coverage

SCHEMA_VERSION = 1

Kind = Literal["extracted", "generated", "none"]
Reason = Literal["below_threshold", "filtered_out", "empty_index"]
Status = Literal["verified", "repaired", "pending", "unverified"]
Support = Literal["supported", "unsupported", "unchecked"]


@dataclass(frozen=True)
class Citation:
    """A quote and where it stands: `article.text[start:end] == quote`.

    Attributes:
        page: From 1, or None where the article has no pages.
        prefix: Up to 32 code points before the quote; with `suffix` a W3C `TextQuoteSelector`.
        suffix: Up to 32 code points after it.
        sentence_start: Where the sentence around the quote begins, as far as it stands in the passage; it ends at
            `sentence_end`.
        content_hash: Of the article's text when it was cited.
        status: Whether the quote stands there letter for letter.
        support: Whether it carries the statement it is cited for.
        speaker: Who says it, in the article's words, where the quote is part of a quotation that has a speaker.
    """

    article_id: str
    passage_id: str
    title: str | None
    source: str | None
    url: str | None
    published: str | None
    page: int | None
    start: int
    end: int
    quote: str
    prefix: str
    suffix: str
    sentence_start: int
    sentence_end: int
    content_hash: str
    status: Status
    support: Support
    speaker: str | None = None

    @property
    def label(self) -> str:
        """What to call the article where people read: its title, else its id."""
        return self.title or self.article_id


@dataclass(frozen=True)
class Candidate:
    """A possible answer.

    Attributes:
        confidence: By the same formula as that of the best answer, on which alone it was fitted.
    """

    text: str
    confidence: float
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Copy:
    """A passage of a near-copy of an article that says the same as the one that was found."""

    passage_id: str
    article_id: str
    title: str | None
    start: int
    end: int

    @property
    def label(self) -> str:
        """What to call the article where people read: its title, else its id."""
        return self.title or self.article_id


@dataclass(frozen=True)
class FoundPassage:
    """A hit, flat, with its article's title, the words that it has of the query, and where else the same is said."""

    passage_id: str
    article_id: str
    title: str | None
    start: int
    end: int
    text: str
    score: float
    ranks: Ranks
    matched: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()

    @property
    def label(self) -> str:
        """What to call the article where people read: its title, else its id."""
        return self.title or self.article_id

    @classmethod
    def of(cls, hit: Hit, titles: Mapping[str, str | None]) -> FoundPassage:
        """Flatten a hit, given the titles of articles by id; a copy whose article is not among them is left out."""
        p = hit.passage
        copies = tuple(
            Copy(copy.id, copy.article_id, titles[copy.article_id], copy.start, copy.end)
            for copy in hit.copies
            if copy.article_id in titles
        )
        title = titles[p.article_id]
        return cls(p.id, p.article_id, title, p.start, p.end, p.text, hit.score, hit.ranks, hit.matched, copies)


@dataclass(frozen=True)
class Models:
    """The names of the models that took part."""

    embedder: str
    reader: str
    chat: str | None = None


@dataclass(frozen=True)
class Timings:
    """Milliseconds spent on each stage."""

    embed: float
    search: float
    read: float
    cite: float
    total: float


@dataclass(frozen=True)
class Answer:
    """What was asked, what the articles say, and where.

    Attributes:
        question: As it was asked.
        question_used: As it was searched and read.
        text: The answer, for `extracted` equal to `citations[0].quote`; None where `kind` is "none".
        reason: Why there is none.
        confidence: The reader's probability that its best span is right, also where it was not given; 0 where there
            was nothing to read.
        threshold: The confidence from which an answer is given.
        alternatives: Other answers, best first; empty where `kind` is "none".
        passages: What was read, best first.
        searched: The articles among which it was looked for.
        index_generation: Of the index when the question came.
    """

    schema_version: int
    question: str
    question_used: str
    text: str | None
    kind: Kind
    reason: Reason | None
    confidence: float
    threshold: float
    citations: tuple[Citation, ...]
    alternatives: tuple[Candidate, ...]
    passages: tuple[FoundPassage, ...]
    searched: Coverage
    index_generation: int
    models: Models
    timings_ms: Timings

    def passage_of(self, citation: Citation) -> FoundPassage:
        """Return the passage that a citation of this answer quotes."""
        return next(passage for passage in self.passages if passage.passage_id == citation.passage_id)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON-ready dicts and lists, every field present."""
        return asdict(self)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The answer that is given and the others, best first; none where `kind` is "none"."""
        if self.text is None:
            return ()
        return (Candidate(self.text, self.confidence, self.citations), *self.alternatives)

    @property
    def all_citations(self) -> tuple[Citation, ...]:
        """Every citation that is shown, in the order of its number from 1."""
        return tuple(citation for candidate in self.candidates for citation in candidate.citations)
