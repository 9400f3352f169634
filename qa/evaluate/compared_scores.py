"""What two evaluations are compared by: the scores of a question, and the figures that no question has alone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from qa.evaluate import metrics
from qa.evaluate.abstention import area, risk_coverage
from qa.evaluate.aggregate import as_number, brier, no_answer_precision
from qa.evaluate.question_result import QuestionResult, Variant
from qa.evaluate.report_data import EvaluationReport
from qa.evaluate.retrieval import DEPTHS
from qa.evaluate.variants import LOWER_CASE, TYPING_ERRORS
from qa.question import QUESTION_TYPES

Score = Callable[[QuestionResult], float | None]
Unit = Literal["share", "ms", "MB", "per second"]


def _answerable(score: Score) -> Score:
    return lambda question: score(question) if question.answerable else None


def _of_type(kind: str) -> Score:
    return lambda question: question.f1 if question.answerable and question.question_type == kind else None


def _otherwise(name: str, score: Callable[[Variant], float | None]) -> Score:
    return lambda question: score(question.robust[name]) if name in question.robust else None


def _by(where: Literal["passage", "article"], name: str) -> Score:
    if where == "passage":
        return lambda question: question.retrieval_by_passage.get(name)
    return lambda question: question.retrieval_by_article.get(name)


def _hyphened(name: str) -> str:
    return name.replace(" ", "-")


_RETRIEVAL = ("recall@1", "recall@5", "recall@20", "mrr@10", "ndcg@10")
_RETRIEVAL_BETWEEN = tuple(name for depth in DEPTHS if (name := f"recall@{depth}") not in _RETRIEVAL)
_VARIANTS = (TYPING_ERRORS, LOWER_CASE)

SCORES: Mapping[str, Score] = MappingProxyType(
    {
        "f1": lambda question: question.f1,
        "em": lambda question: question.em,
        "f1-answerable": _answerable(lambda question: question.f1),
        "em-answerable": _answerable(lambda question: question.em),
        "refused-unanswerable": lambda question: (
            None if question.answerable or question.f1 is None else float(question.given is None)
        ),
        "f1-best-span": lambda question: question.f1_best_span,
        "em-best-span": lambda question: question.em_best_span,
        "f1-right-passage": lambda question: question.f1_right_passage,
        "em-right-passage": lambda question: question.em_right_passage,
        **{name: _by("passage", name) for name in _RETRIEVAL},
        **{f"article-{name}": _by("article", name) for name in _RETRIEVAL},
        "citation-precision": lambda question: question.citation_precision,
        "citation-recall": lambda question: question.citation_recall,
        "citation-accuracy": lambda question: as_number(question.citation_accurate),
        "citation-right-article": lambda question: as_number(question.citation_right_article),
    }
)
"""The scores compared, by name, each of one question; None where the question has none."""

DETAILS: Mapping[str, Score] = MappingProxyType(
    {
        "f1-right-passage-given": lambda question: question.f1_right_passage_given,
        **{f"f1-{_hyphened(kind)}": _of_type(kind) for kind in QUESTION_TYPES},
        **{name: _by("passage", name) for name in _RETRIEVAL_BETWEEN},
        **{f"article-{name}": _by("article", name) for name in _RETRIEVAL_BETWEEN},
        "citation-found-word-for-word": lambda question: as_number(question.found_word_for_word),
        **{f"f1-{_hyphened(name)}": _otherwise(name, lambda one: one.f1) for name in _VARIANTS},
        **{f"f1-best-span-{_hyphened(name)}": _otherwise(name, lambda one: one.f1_best_span) for name in _VARIANTS},
        **{f"retrieved-{_hyphened(name)}": _otherwise(name, lambda one: as_number(one.found)) for name in _VARIANTS},
        "brier-score": lambda question: None if question.f1 is None else brier(question),
    }
)
"""More of them, corrected for their number apart, so that the scores above are not. Of the last lower is better."""


def _confidence(figure: Callable[[list[float], list[bool]], float]) -> Callable[[EvaluationReport], float | None]:
    def of(report: EvaluationReport) -> float | None:
        if report.task == "retrieval":
            return None
        return figure([one.confidence for one in report.questions], [one.best_span_right for one in report.questions])

    return of


def _median_time(report: EvaluationReport) -> float:
    return float(np.median([question.timings_ms["total"] for question in report.questions]))


def _questions_per_second(report: EvaluationReport) -> float | None:
    seconds = sum(question.timings_ms["total"] for question in report.questions) / 1000
    return len(report.questions) / seconds if seconds else None


def _memory(report: EvaluationReport) -> float | None:
    peak = report.cost.peak_memory_bytes
    return None if peak is None else peak / 1e6


def _refusals_right(report: EvaluationReport) -> float | None:
    return no_answer_precision(report.questions).value if report.task == "answers" else None


FIGURES: Mapping[str, tuple[Unit, Callable[[EvaluationReport], float | None]]] = MappingProxyType(
    {
        "no-answer-precision": ("share", _refusals_right),
        "risk-coverage-area": ("share", _confidence(lambda found, right: area(risk_coverage(found, right)))),
        "calibration-error": ("share", _confidence(metrics.expected_calibration_error)),
        "median-time": ("ms", _median_time),
        "questions-a-second": ("per second", _questions_per_second),
        "peak-memory": ("MB", _memory),
    }
)
"""The figures set side by side, by name, each with its unit, of a report with questions; None where it has none."""
