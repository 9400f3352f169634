"""From what became of each question to the figures of a set. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from qa.evaluate import metrics
from qa.evaluate.abstention import best_threshold, risk_coverage, thinned
from qa.evaluate.bootstrap import interval, interval_of
from qa.evaluate.question_result import QuestionResult
from qa.evaluate.report_data import Abstention, Bin, CalibrationError, Curve, Interval, StageTime
from qa.evaluate.resampled import area_of_sample, calibration_error_of_sample
from qa.evaluate.variants import LOWER_CASE, TYPING_ERRORS
from qa.question import QUESTION_TYPES

Results = Sequence[QuestionResult]

_ALWAYS: dict[str, Callable[[QuestionResult], float | None]] = {
    "em": lambda one: one.em,
    "f1": lambda one: one.f1,
    "answered": lambda one: float(one.given is not None),
    "em right passage at the threshold": lambda one: (
        None if one.f1_right_passage_given is None else metrics.exact_match(one.given_right_passage or "", one.golds)
    ),
    "f1 right passage at the threshold": lambda one: one.f1_right_passage_given,
}
_ANSWERABLE: dict[str, Callable[[QuestionResult], float | None]] = {
    **_ALWAYS,
    "em best span": lambda one: one.em_best_span,
    "f1 best span": lambda one: one.f1_best_span,
    "em right passage": lambda one: one.em_right_passage,
    "f1 right passage": lambda one: one.f1_right_passage,
}


def mean(results: Iterable[QuestionResult], score: Callable[[QuestionResult], float | None]) -> Interval:
    """Return the mean of a score over the questions that have it."""
    return interval((score(one), one.cluster) for one in results)


def retrieval(results: Results, by: Callable[[QuestionResult], Mapping[str, float]]) -> dict[str, Interval]:
    """Return the mean of every score of retrieval, over the questions that have any."""
    scored = [one for one in results if by(one)]
    names = by(scored[0]) if scored else ()
    return {name: mean(scored, lambda one, name=name: by(one)[name]) for name in names}  # type: ignore[misc]


def answers(results: Results) -> dict[str, dict[str, Interval]]:
    """Return the scores of each group that has questions; see `EvaluationReport.answers`."""
    answerable = [one for one in results if one.answerable]
    groups: dict[str, list[QuestionResult]] = {
        "overall": list(results),
        "answerable": answerable,
        "unanswerable": [one for one in results if not one.answerable],
        **{f"type: {kind}": [one for one in answerable if one.question_type == kind] for kind in QUESTION_TYPES},
    }
    return {
        name: {
            metric: mean(group, score)
            for metric, score in (_ALWAYS if name in ("overall", "unanswerable") else _ANSWERABLE).items()
        }
        for name, group in groups.items()
        if group
    }


def losses(results: Results) -> dict[str, Interval]:
    """Return the F1 that each stage loses of the answerable questions; see `EvaluationReport.losses`."""
    answerable = [one for one in results if one.answerable]
    return {
        "reading": mean(answerable, lambda one: 1 - (one.f1_right_passage or 0.0)),
        "retrieval": mean(answerable, lambda one: (one.f1_right_passage or 0.0) - (one.f1_best_span or 0.0)),
        "threshold": mean(answerable, lambda one: (one.f1_best_span or 0.0) - (one.f1 or 0.0)),
        "left": mean(answerable, lambda one: one.f1),
    }


def abstention(results: Results) -> Abstention:
    """Return how well it is known what the articles do not say."""
    confidences, right, clusters = _confidences(results)
    answered = [one.f1_best_span or 0.0 for one in results]
    refused = [metrics.f1("", one.golds) for one in results]
    best = best_threshold(confidences, answered, refused) if results else None
    at_best = [
        a if best is not None and c >= best else r for c, a, r in zip(confidences, answered, refused, strict=True)
    ]
    return Abstention(
        no_answer_precision=no_answer_precision(results),
        no_answer_recall=mean([one for one in results if not one.answerable], lambda one: float(one.given is None)),
        risk_coverage=Curve(thinned(risk_coverage(confidences, right))),
        area=interval_of(area_of_sample(confidences, right), clusters),
        best_threshold=best,
        best_threshold_f1=interval(zip(at_best, clusters, strict=True)),
    )


def no_answer_precision(results: Results) -> Interval:
    """Return the share of the refused questions that are unanswerable."""
    return mean([one for one in results if one.given is None], lambda one: float(not one.answerable))


def calibration(results: Results) -> CalibrationError:
    """Return how far confidence is from the share of right best spans; an unanswerable question has none."""
    confidences, right, clusters = _confidences(results)
    return CalibrationError(
        ece=interval_of(calibration_error_of_sample(confidences, right), clusters),
        brier=mean(results, brier),
        bins=tuple(Bin(*found) for found in metrics.reliability(confidences, right)),
    )


def brier(one: QuestionResult) -> float:
    """Return the Brier score of one question, 0 at best."""
    return metrics.brier([one.confidence], [one.best_span_right])


def citations(results: Results) -> dict[str, Interval]:
    """Return the scores of the first citations of the answers that were given.

    "precision", "recall" and "right article" are over answerable questions, "accuracy" (the citation shares a character
    with a gold span in the right article) and "found word for word" over all that got an answer.
    """
    return {
        "precision": mean(results, lambda one: one.citation_precision),
        "recall": mean(results, lambda one: one.citation_recall),
        "accuracy": mean(results, lambda one: as_number(one.citation_accurate)),
        "right article": mean(results, lambda one: as_number(one.citation_right_article)),
        "found word for word": mean(results, lambda one: as_number(one.found_word_for_word)),
    }


def robustness(results: Results) -> dict[str, dict[str, Interval]]:
    """Return the scores of the questions that were also asked otherwise, as asked and in each variant.

    A variant that leaves a question as it is counts with its answer as asked; one that cannot be asked does not count.
    """
    sample = [one for one in results if one.robust]
    if not sample:
        return {}
    return {
        "as asked": {
            "f1": mean(sample, lambda one: one.f1),
            "f1 best span": mean(sample, lambda one: one.f1_best_span),
            "retrieved": mean(sample, lambda one: as_number(one.right_passage_read)),
        },
        **{name: _variant(sample, name) for name in (TYPING_ERRORS, LOWER_CASE)},
    }


def _variant(sample: Results, name: str) -> dict[str, Interval]:
    asked = [one for one in sample if name in one.robust]
    return {
        "f1": mean(asked, lambda one: one.robust[name].f1),
        "f1 best span": mean(asked, lambda one: one.robust[name].f1_best_span),
        "retrieved": mean(asked, lambda one: as_number(one.robust[name].found)),
    }


def stage_times(results: Results) -> dict[str, StageTime]:
    """Return the milliseconds of each stage, median and 95th percentile."""
    stages = results[0].timings_ms if results else ()
    found = {stage: [one.timings_ms[stage] for one in results] for stage in stages}
    return {
        stage: StageTime(float(np.median(times)), float(np.percentile(times, 95))) for stage, times in found.items()
    }


def as_number(value: bool | None) -> float | None:
    """Return 1 for yes and 0 for no; None stays."""
    return None if value is None else float(value)


def _confidences(results: Results) -> tuple[list[float], list[bool], list[str]]:
    """Return the confidence, whether the best span is right, and the cluster of each question."""
    confidences, right = [one.confidence for one in results], [one.best_span_right for one in results]
    return confidences, right, [one.cluster for one in results]
