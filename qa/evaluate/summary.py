"""An evaluation's scores as tables of words, for every kind of report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from qa.evaluate.question_result import Failure
from qa.evaluate.report_data import EvaluationReport, Interval
from qa.evaluate.retrieval import DEEPEST

_FAILURES: tuple[Failure, ...] = get_args(Failure)
_NONE = "–"


@dataclass(frozen=True)
class Section:
    """A table: the first cell of each row names it."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(report: EvaluationReport) -> list[Section]:
    """Return the tables of a report; one that has nothing in it is left out.

    Shares are in per cent, with their 95 % interval; MRR and nDCG are as they are.
    """
    made = (*_answering(report), _retrieval(report), *_refusing(report), _robustness(report), *_running(report))
    return [section for section in made if section.rows]


def facts(report: EvaluationReport) -> list[tuple[str, str]]:
    """Return what was evaluated, as names and values."""
    settings = report.settings
    asked = f"{len(report.questions):,}" + (f" ({len(report.skipped):,} skipped)" if report.skipped else "")
    return [
        ("Test set", report.test_set),
        ("Questions", asked),
        ("Articles", "the test set's own contexts" if report.articles == "from-testset" else "the index"),
        ("Searched", f"{settings.searched_articles:,} articles, {settings.searched_passages:,} passages"),
        ("Embedder", settings.embedder),
        ("Reader", settings.reader),
        ("Passages read", str(settings.passages_read)),
        ("Threshold", f"{settings.threshold:g}"),
    ]


def failures_of(report: EvaluationReport) -> tuple[Failure, ...]:
    """Return the reasons for which a question of a report may have failed."""
    return _FAILURES if report.task == "answers" else ("not retrieved",)


def per_cent(interval: Interval | None) -> str:
    """Return a share with its interval in per cent.

    >>> per_cent(Interval(0.7, 0.65, 0.742, 200)), per_cent(Interval(None, None, None, 0))
    ('70.0 [65.0, 74.2]', '–')
    """
    return _shown(interval, 100, 1)


def _shown(interval: Interval | None, times: int, digits: int) -> str:
    if interval is None or interval.value is None:
        return _NONE
    value = f"{times * interval.value:.{digits}f}"
    if interval.low is None or interval.high is None:
        return value
    return f"{value} [{times * interval.low:.{digits}f}, {times * interval.high:.{digits}f}]"


def _answering(report: EvaluationReport) -> Iterator[Section]:
    given = [f"{metric} right passage at the threshold" for metric in ("em", "f1")]
    best = ("em best span", "f1 best span", "em right passage", "f1 right passage")
    yield Section(
        "Answers at the threshold",
        "What was given, over all articles searched, and with the right passage given. Refusing an unanswerable one "
        "is right.",
        ("Questions", "EM", "F1", "Answered", "EM, right passage", "F1, right passage", "n"),
        tuple(_group(name, group, ("em", "f1", "answered", *given), "f1") for name, group in report.answers.items()),
    )
    yield Section(
        "Best spans of answerable questions",
        "Whatever their confidence; searched among all articles, and with the right passage given.",
        ("Questions", "EM, searched", "F1, searched", "EM, right passage", "F1, right passage", "n"),
        tuple(
            _group(name, group, best, "f1 best span")
            for name, group in report.answers.items()
            if "f1 best span" in group
        ),
    )
    yield Section(
        "Where F1 is lost",
        "Of the answerable questions, stage by stage; what is lost and what is left add up to 100.",
        ("Stage", "F1"),
        tuple((_stage(name), per_cent(lost)) for name, lost in report.losses.items()),
    )
    found: Counter[str | None] = Counter(question.failure for question in report.questions)
    total = len(report.questions) or 1
    yield Section(
        "Why questions failed",
        "An answer is right from an F1 of 0.5 on."
        if report.task == "answers"
        else f"A query failed where no relevant article is among the {DEEPEST} passages found.",
        ("Reason", "Questions", "Share"),
        tuple((name, f"{found[name]:,}", f"{100 * found[name] / total:.1f}") for name in failures_of(report))
        if found.total() - found[None]
        else (),
    )
    yield Section(
        "Citations",
        "Of the answers given to answerable questions: precision and recall by characters against the gold span.",
        ("Citation", "Per cent", "n"),
        tuple((name, per_cent(value), f"{value.n:,}") for name, value in report.citations.items()),
    )


def _group(name: str, group: Mapping[str, Interval], metrics: Iterable[str], counted: str) -> tuple[str, ...]:
    n = group[counted].n if counted in group else 0
    return (name, *(per_cent(group.get(metric)) for metric in metrics), f"{n:,}")


def _stage(name: str) -> str:
    return {"left": "left", "threshold": "lost at the threshold"}.get(name, f"lost in {name}")


def _retrieval(report: EvaluationReport) -> Section:
    names = list(dict.fromkeys((*report.retrieval_by_passage, *report.retrieval_by_article)))
    asked = "questions that have an answer" if report.task == "answers" else "all queries"
    return Section(
        "Retrieval",
        f"Of {asked}; what is found counts for the near-copies under it. Recall in per cent; MRR and nDCG from 0 to 1.",
        ("Metric", "By passage", "By article"),
        tuple(
            (name, *(_metric(name, by.get(name)) for by in (report.retrieval_by_passage, report.retrieval_by_article)))
            for name in names
        ),
    )


def _metric(name: str, value: Interval | None) -> str:
    return per_cent(value) if name.startswith("recall") else _shown(value, 1, 3)


def _refusing(report: EvaluationReport) -> Iterator[Section]:
    rows: list[tuple[str, ...]] = []
    if report.abstention is not None:
        found = report.abstention
        best = _NONE if found.best_threshold is None else f"{found.best_threshold:.3f}"
        rows += [
            ("No-answer precision, per cent", per_cent(found.no_answer_precision)),
            ("No-answer recall, per cent", per_cent(found.no_answer_recall)),
            ("Area under the risk-coverage curve", _shown(found.area, 1, 3)),
            ("Best threshold for F1 on this set", best),
            ("F1 at that threshold, per cent", per_cent(found.best_threshold_f1)),
        ]
    if report.calibration is not None:
        rows += [
            ("Expected calibration error", _shown(report.calibration.ece, 1, 3)),
            ("Brier score", _shown(report.calibration.brier, 1, 3)),
        ]
    note = "The best threshold was chosen on these very questions, so that it flatters itself."
    yield Section("Abstention and confidence", note, ("Measure", "Value"), tuple(rows))


def _robustness(report: EvaluationReport) -> Section:
    names = list(dict.fromkeys(name for scores in report.robustness.values() for name in scores))
    return Section(
        "Robustness",
        "The same sample of questions, asked otherwise; in per cent.",
        ("Asked", *names, "n"),
        tuple(
            (variant, *(per_cent(scores.get(name)) for name in names), f"{max(s.n for s in scores.values()):,}")
            for variant, scores in report.robustness.items()
            if scores
        ),
    )


def _running(report: EvaluationReport) -> Iterator[Section]:
    cost = report.cost
    yield Section(
        "Time",
        "Milliseconds a question.",
        ("Stage", "Median", "95th percentile"),
        tuple((stage, f"{time.median:.1f}", f"{time.p95:.1f}") for stage, time in cost.ms.items()),
    )
    rows = [("Seconds, the whole evaluation", f"{cost.seconds:,.0f}")]
    if cost.questions_per_second is not None:
        rows.insert(0, ("Questions a second", f"{cost.questions_per_second:.1f}"))
    if cost.peak_memory_bytes is not None:
        rows.append(("Peak memory, MB", f"{cost.peak_memory_bytes / 1e6:,.0f}"))
    yield Section("Cost", "", ("Measure", "Value"), tuple(rows))
