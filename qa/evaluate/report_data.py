"""What an evaluation found: the data from which every report, comparison and gate is made.

Shares, EM, F1 and the like are from 0 to 1. Offsets are code points of the article's stored text. In JSON every field
is present, `null` where there is nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from index.article import clean_text
from qa.errors import InvalidReport
from qa.evaluate.question_result import QuestionResult
from qa.evaluate.testset import Skipped

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA_VERSION = 2

Task = Literal["answers", "retrieval"]


@dataclass(frozen=True)
class Interval:
    """A figure of `n` questions, mostly their mean, and its 95 % bootstrap interval; None where there are none.

    Questions are drawn by cluster, see `QuestionResult.cluster`; with a single one the interval is None too.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Curve:
    """Points `(x, y)` in the order of x."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Settings:
    """What was measured, and how.

    Attributes:
        threshold: The confidence from which an answer is given.
        passages_read: How many passages are read for a question.
        searched_articles, searched_passages: How many there are in the index.
        robustness: How many questions were asked otherwise.
        resamples: How many bootstrap samples make an interval.
        seed: Of the bootstrap, the sample and the typing errors.
    """

    embedder: str
    reader: str
    threshold: float
    passages_read: int
    searched_articles: int
    searched_passages: int
    robustness: int
    resamples: int
    seed: int


@dataclass(frozen=True)
class Abstention:
    """How well it is known what the articles do not say; an answer is right from an F1 of 0.5 on.

    Attributes:
        no_answer_precision: The share of the refused questions that are unanswerable.
        no_answer_recall: The share of the unanswerable questions that were refused.
        risk_coverage: Share of the questions answered, share of the answers that are wrong; thinned to 400 points.
        area: Under that curve, 0 at best.
        best_threshold: The one with the highest F1 over all questions of this very set; 1.01 refuses every question.
        best_threshold_f1: That F1; its interval is that of this one threshold.
    """

    no_answer_precision: Interval
    no_answer_recall: Interval
    risk_coverage: Curve
    area: Interval
    best_threshold: float | None
    best_threshold_f1: Interval


@dataclass(frozen=True)
class Bin:
    """Questions of like confidence: its mean, the share whose best span is right, and how many."""

    confidence: float
    right: float
    n: int


@dataclass(frozen=True)
class CalibrationError:
    """How far confidence is from the share of right best spans: expected calibration error, Brier score, ten bins."""

    ece: Interval
    brier: Interval
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class StageTime:
    """Milliseconds a question, median and 95th percentile."""

    median: float
    p95: float


@dataclass(frozen=True)
class Cost:
    """What answering took.

    Attributes:
        ms: By stage: embed, search, read, cite, total.
        questions_per_second: Of answering alone, open retrieval.
        peak_memory_bytes: Of the whole process, models and this evaluation included; None where it is not known.
        seconds: The whole evaluation.
    """

    ms: dict[str, StageTime]
    questions_per_second: float | None
    peak_memory_bytes: int | None
    seconds: float


@dataclass(frozen=True)
class EvaluationReport:
    """One evaluation of one test set.

    Attributes:
        test_set: Its name.
        task: "retrieval" where the set has no answers; `answers`, `losses`, `citations` and `robustness` are then
            empty, and `abstention` and `calibration` None.
        articles: "index", or "from-testset" where the set's own contexts were searched.
        retrieval_by_passage: Metric to its mean over the answerable questions: recall@1, recall@3, recall@5, recall@10,
            recall@20, mrr@10, ndcg@10; see `qa.evaluate.retrieval`. Empty where the set is for retrieval alone.
        retrieval_by_article: The same, of articles.
        answers: Group to metric. The groups: "overall", "answerable", "unanswerable", and "type: who" and so on over
            the answerable questions, see `qa.question.QUESTION_TYPES`; one without questions is left out. The metrics:
            "em" and "f1" (open retrieval, at the threshold), "answered" (the share), "em right passage at the
            threshold" and "f1 right passage at the threshold" (it alone is read, of an unanswerable question its
            context); and but for "overall" and "unanswerable": "em best span" and "f1 best span" (open retrieval,
            whatever its confidence), "em right passage" and "f1 right passage" (the best span of the right passage).
        losses: How much F1 of the answerable questions each stage loses: "reading" (the right passage alone is read),
            "retrieval" (it has to be found, among others), "threshold" (refused); and what is "left". They add up to 1.
        citations: "precision" and "recall" by characters, "accuracy", "right article", "found word for word".
        robustness: Variant ("as asked", "typing errors", "lower case") to metric ("f1", "f1 best span", "retrieved": a
            relevant passage is among those read), over the sample.
        skipped: Questions that could not be used, and why.
    """

    schema_version: int
    test_set: str
    task: Task
    articles: str
    settings: Settings
    retrieval_by_passage: dict[str, Interval]
    retrieval_by_article: dict[str, Interval]
    answers: dict[str, dict[str, Interval]]
    losses: dict[str, Interval]
    abstention: Abstention | None
    calibration: CalibrationError | None
    citations: dict[str, Interval]
    robustness: dict[str, dict[str, Interval]]
    cost: Cost
    questions: tuple[QuestionResult, ...]
    skipped: tuple[Skipped, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON-ready dicts and lists, every field present."""
        return asdict(self)

    def to_text(self) -> str:
        """Return the report as JSON text; lone surrogates, which no file can hold, are replaced."""
        return clean_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1)) + "\n"

    @classmethod
    def from_json(cls, text: str) -> EvaluationReport:
        """Return the report whose `to_text` was given, equal to what it was.

        Raises:
            InvalidReport: If it is not one, or another version of Pullquote wrote it.
        """
        return _read(text)


def _read(text: str) -> EvaluationReport:
    from pydantic import ValidationError

    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidReport(f"It is not JSON: {error}. Expected the report.json of pullquote eval.") from error
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(version, int):
        raise InvalidReport(
            f"Got the schema_version {version!r}, expected {SCHEMA_VERSION}. It is no report of pullquote eval."
        )
    if version != SCHEMA_VERSION:
        raise InvalidReport(
            f"Got the schema_version {version}, expected {SCHEMA_VERSION}: another version of Pullquote wrote it. Its "
            "figures are made otherwise; run the evaluation again with this one, pullquote eval TESTSET -o FOLDER."
        )
    try:
        return _adapter().validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidReport(f"It is not a whole report: {place}: {first['msg']}. Run the evaluation again.") from error


@cache
def _adapter() -> TypeAdapter[EvaluationReport]:
    from pydantic import TypeAdapter

    return TypeAdapter(EvaluationReport)
