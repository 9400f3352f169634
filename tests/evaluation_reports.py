"""Reports of evaluations, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from qa.evaluate.question_result import Cited, QuestionResult, RetrievedPassage
from qa.evaluate.report_data import (
    SCHEMA_VERSION,
    Abstention,
    Bin,
    CalibrationError,
    Cost,
    Curve,
    EvaluationReport,
    Interval,
    Settings,
    StageTime,
)
from qa.evaluate.testset import Skipped

TEXT = "Ada met the envoy on 9 June 2025 in Velmar."


def passage(text: str = TEXT, *, article: str = "a.txt", start: int = 0, relevant: bool = True) -> RetrievedPassage:
    end = start + len(text)
    return RetrievedPassage(f"{article}:{start}-{end}", article, "Talks", start, end, text, relevant)


def question(id: str, f1: float = 1.0, **fields: Any) -> QuestionResult:
    """A question whose right answer is "9 June 2025" in `TEXT`, and whose answer is "June"."""
    made = QuestionResult(
        id=id, question=f"When did Ada meet the envoy, asked {id}?", question_type="when", article_id="a.txt",
        title="Talks", cluster=fields.get("article_id", "a.txt"), golds=("9 June 2025",), spans=((21, 32),),
        relevant={}, answerable=True, retrieved=(passage(),), missed=None, given="June",
        cited=Cited("a.txt", 23, 27, 0, len(TEXT)), confidence=0.75, best_span="June",
        best_span_cited=Cited("a.txt", 23, 27, 0, len(TEXT)), em=float(f1 == 1), f1=f1, em_best_span=float(f1 == 1),
        f1_best_span=f1, em_right_passage=1.0, f1_right_passage=1.0, given_right_passage="9 June 2025",
        f1_right_passage_given=1.0, citation_precision=1.0, citation_recall=f1, citation_accurate=True,
        citation_right_article=True, found_word_for_word=True, right_passage_read=True,
        failure=None if f1 >= 0.5 else "retrieved but not read", retrieval_by_passage={"recall@5": 1.0, "ndcg@10": 1.0},
        retrieval_by_article={"recall@5": 1.0, "ndcg@10": 1.0}, robust={}, timings_ms={"total": 12.0},
    )  # fmt: skip
    return replace(made, **fields)


def unanswerable(id: str, given: str | None = None) -> QuestionResult:
    return question(
        id, float(given is None), golds=(), spans=(), answerable=False, given=given, f1_best_span=None,
        em_best_span=None, em_right_passage=None, f1_right_passage=None, question_type="who",
        citation_precision=None, citation_recall=None, retrieval_by_passage={}, retrieval_by_article={},
        right_passage_read=None, failure=None if given is None else "should have been refused",
    )  # fmt: skip


def interval(value: float | None, n: int = 2) -> Interval:
    return Interval(value, value and value - 0.05, value and value + 0.05, n)


def report(questions: Sequence[QuestionResult], **fields: Any) -> EvaluationReport:
    """A report of these questions, whose scores are made up."""
    scores = {"em": interval(0.5), "f1": interval(0.7), "answered": interval(1.0)}
    best = {f"{metric} {which}": interval(0.75) for metric in ("em", "f1") for which in ("best span", "right passage")}
    made = EvaluationReport(
        schema_version=SCHEMA_VERSION, test_set="talks.json", task="answers", articles="index",
        settings=Settings("hash", "word", 0.5, 5, 3, 9, 2, 1000, 7),
        retrieval_by_passage={"recall@5": interval(0.9), "mrr@10": interval(0.8)},
        retrieval_by_article={"recall@5": interval(0.95), "mrr@10": interval(0.85)},
        answers={"overall": scores, "answerable": scores | best},
        losses={name: interval(0.1) for name in ("reading", "retrieval", "threshold")} | {"left": interval(0.7)},
        abstention=Abstention(
            interval(0.6), interval(None, 0), Curve(((0.0, 0.0), (1.0, 0.3))), interval(0.15), 0.45, interval(0.72)
        ),
        calibration=CalibrationError(interval(0.06), interval(0.2), (Bin(0.25, 0.2, 3), Bin(0.75, 0.8, 9))),
        citations={"precision": interval(0.8), "found word for word": interval(1.0)},
        robustness={"as asked": {"f1": interval(0.7)}, "lower case": {"f1": interval(0.65)}},
        cost=Cost({"total": StageTime(100.0, 180.0)}, 9.5, 512_000_000, 60.0), questions=tuple(questions),
        skipped=(Skipped("lost", "its context is in no article of the index", "talks.json:7"),),
    )  # fmt: skip
    return replace(made, **fields)


def searched(id: str, grades: dict[str, int], found: bool = True) -> QuestionResult:
    """A query of a set for retrieval alone; its relevant articles have these grades."""
    return replace(
        unanswerable(id), cited=None, confidence=0.0, best_span=None, best_span_cited=None, em=None, f1=None,
        given_right_passage=None, f1_right_passage_given=None, citation_accurate=None, citation_right_article=None,
        found_word_for_word=None, relevant=grades, retrieved=(passage(relevant=found),),
        failure=None if found else "not retrieved", retrieval_by_article={"ndcg@10": float(found)},
    )  # fmt: skip


def retrieval_report(questions: Sequence[QuestionResult], **fields: Any) -> EvaluationReport:
    """A report of a set for retrieval alone."""
    return report(
        questions, task="retrieval", answers={}, losses={}, abstention=None, calibration=None, citations={},
        robustness={}, retrieval_by_passage={}, **fields,
    )  # fmt: skip
