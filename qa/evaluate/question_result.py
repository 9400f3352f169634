"""What became of one question of a test set.

EM, F1 and the like are from 0 to 1. Offsets are code points of the article's stored text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RIGHT_F1 = 0.5
"""From here on an answer is right, as in the calibration of confidence (`qa.read.calibration`)."""

Failure = Literal["not retrieved", "retrieved but not read", "wrongly refused", "should have been refused"]


@dataclass(frozen=True)
class RetrievedPassage:
    """A passage that was found.

    Attributes:
        relevant: Whether it holds a whole gold span in the right article, or a near-copy listed under it does. Where
            the set is for retrieval alone: whether its article, or that of such a copy, is relevant.
        same_in: The ids of the articles of the near-copies listed under it.
    """

    passage_id: str
    article_id: str
    title: str | None
    start: int
    end: int
    text: str
    relevant: bool
    same_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cited:
    """The first citation of an answer, and the sentence around it."""

    article_id: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True)
class Variant:
    """The same question asked otherwise.

    Attributes:
        question: As it was asked.
        given: The answer; None where none was given.
        f1: Of what was given.
        f1_best_span: Of the best span, whatever its confidence; None for an unanswerable question.
        found: Whether a relevant passage was among those read; None for an unanswerable question.
    """

    question: str
    given: str | None
    f1: float | None
    f1_best_span: float | None
    found: bool | None


@dataclass(frozen=True)
class QuestionResult:
    """What became of one question.

    Attributes:
        question_type: By its first words, see `qa.question.question_type`.
        article_id: Of the article that its context or answer is in; "" where the set names none.
        title: Of that article.
        cluster: The questions with the same one are not independent, and go together in intervals and tests: the
            article's id; its title, if it has one, where the set's own contexts are searched, as several of them may
            be of one article; the question's own name where it has no article.
        golds: The right answers, each once; empty where there is none.
        spans: Where they stand in the article.
        relevant: The grade, from 1, of each article that is relevant, by its id; empty but for retrieval alone.
        answerable: Whether there are right answers; false for all questions of a set for retrieval alone.
        retrieved: The 20 best passages.
        missed: Where none of them is relevant: the passage of the article that holds a gold span, or the beginning of
            one; None for an unanswerable question, and for retrieval alone.
        right_passage_read: Whether a relevant passage was among those read; None for an unanswerable question.
        given: The answer at the threshold; None where there was none.
        cited: Where it was taken from.
        confidence: Of the best span; 0 where nothing was read.
        best_span: The best span, whatever its confidence; None where nothing was read.
        best_span_cited: Where that stands.
        em, f1: Of what was given, "" where it was refused; None, like every other score, where it does not apply.
        em_best_span: Of the best span; None for an unanswerable question.
        f1_best_span: Of the best span; None for an unanswerable question.
        em_right_passage, f1_right_passage: Of the best span where the right passage alone is read; None for an
            unanswerable question.
        given_right_passage: Answer at the threshold where the right passage, or for an unanswerable question its
            context, is read.
        f1_right_passage_given: F1 of that.
        citation_precision, citation_recall: By characters against the closest gold span; see
            `qa.evaluate.citations`.
        citation_accurate: Whether it shares a character with a gold span. These three count a citation of a near-copy
            where it stands in the article of the question, see `qa.evaluate.near_copies`.
        citation_right_article: Whether it is in the article of the question, or that is named as saying the same.
        found_word_for_word: Whether the answer stands where it says in the article.
        failure: Why it went wrong; None where F1 is at least 0.5, or an unanswerable one was refused. "not retrieved"
            means that no relevant passage was among those read (for retrieval alone: found), "wrongly refused" that the
            best span was right, "retrieved but not read" that a relevant passage was read and the best span is wrong.
        retrieval_by_passage, retrieval_by_article: Its scores by the name of the metric; empty for unanswerable ones.
        robust: The same question asked otherwise, by the name of the variant, one that leaves it as it is with its
            answer as asked; empty where it is not in the sample. A variant that cannot be asked is left out.
        timings_ms: By stage: embed, search, read, cite, total.
    """

    id: str
    question: str
    question_type: str
    article_id: str
    title: str | None
    cluster: str
    golds: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    relevant: dict[str, int]
    answerable: bool
    retrieved: tuple[RetrievedPassage, ...]
    missed: RetrievedPassage | None
    right_passage_read: bool | None
    given: str | None
    cited: Cited | None
    confidence: float
    best_span: str | None
    best_span_cited: Cited | None
    em: float | None
    f1: float | None
    em_best_span: float | None
    f1_best_span: float | None
    em_right_passage: float | None
    f1_right_passage: float | None
    given_right_passage: str | None
    f1_right_passage_given: float | None
    citation_precision: float | None
    citation_recall: float | None
    citation_accurate: bool | None
    citation_right_article: bool | None
    found_word_for_word: bool | None
    failure: Failure | None
    retrieval_by_passage: dict[str, float]
    retrieval_by_article: dict[str, float]
    robust: dict[str, Variant]
    timings_ms: dict[str, float]

    @property
    def best_span_right(self) -> bool:
        """Whether the best span is right; no answer to an unanswerable question is."""
        return (self.f1_best_span or 0.0) >= RIGHT_F1
