"""Two evaluations side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from qa.errors import NothingToCompare
from qa.evaluate.compared_scores import DETAILS, FIGURES, SCORES, Score, Unit
from qa.evaluate.paired import PairedDifference, holm, paired_difference
from qa.evaluate.question_result import QuestionResult
from qa.evaluate.report_data import EvaluationReport

SIGNIFICANT = 0.05
_CHANGED = 1e-9

Change = Literal["worse", "better", "other reason"]
_ORDER: tuple[Change, ...] = ("worse", "better", "other reason")


@dataclass(frozen=True)
class Difference:
    """A score in two reports, over the questions that have it in both.

    Attributes:
        metric: Its name.
        first: Its mean in the first report, 0 to 1.
        second: Its mean in the second.
        difference: The second less the first, with its interval and p; see `qa.evaluate.paired`.
        p_adjusted: That p after Holm's correction for the number of scores of its group, `SCORES` or `DETAILS`; None
            where there is none.
    """

    metric: str
    first: float
    second: float
    difference: PairedDifference
    p_adjusted: float | None

    @property
    def significant(self) -> bool:
        """Whether it is beyond chance at 5 % for all scores of its group together."""
        return self.p_adjusted is not None and self.p_adjusted < SIGNIFICANT


@dataclass(frozen=True)
class SideBySide:
    """A figure of both reports that no question has alone, without a test; see `compared_scores.FIGURES`.

    Attributes:
        metric: Its name.
        unit: Of both values: "share" (0 to 1), "ms", "MB", or "per second".
        first: In the first report, over the questions that are in both; of the whole process for memory.
        second: In the second.
    """

    metric: str
    unit: Unit
    first: float
    second: float


@dataclass(frozen=True)
class ChangedQuestion:
    """A question that one of the two does better, or that failed in both for another reason.

    `first` and `second` are the answers, None where there was none.
    """

    id: str
    question: str
    change: Change
    first: str | None
    second: str | None
    first_score: float
    second_score: float
    first_failure: str | None
    second_failure: str | None


@dataclass(frozen=True)
class Comparison:
    """What differs between two reports.

    Attributes:
        notes: What to know before reading on: other test sets, settings or questions.
        compared: How many questions are in both.
        differences: Each score that both have, by question.
        figures: Each other figure that both have.
        changed: The questions whose F1 (for retrieval alone, nDCG@10 by article) changed, or the reason for which they
            failed: those that became worse first, the largest change first.
        only_first: Ids of questions in the first alone.
        only_second: Ids of questions in the second alone.
        other_question: Ids of questions that read otherwise, or have other right answers; they are not compared.
    """

    notes: tuple[str, ...]
    compared: int
    differences: tuple[Difference, ...]
    figures: tuple[SideBySide, ...]
    changed: tuple[ChangedQuestion, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    other_question: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready dicts and lists; each difference also says whether it is significant."""
        document = asdict(self)
        for made, difference in zip(document["differences"], self.differences, strict=True):
            made["significant"] = difference.significant
        return document


def compare(first: EvaluationReport, second: EvaluationReport) -> Comparison:
    """Compare two reports by the questions that both have: the same id, question, right answers and relevant articles.

    Raises:
        NothingToCompare: If there are none.
    """
    ours, theirs = ({question.id: question for question in report.questions} for report in (first, second))
    both = [id for id in ours if id in theirs]
    same = [id for id in both if _asked(ours[id]) == _asked(theirs[id])]
    if not same:
        raise NothingToCompare(
            f"The reports have no question in common: the first is of {first.test_set!r} ({len(ours):,} questions), "
            f"the second of {second.test_set!r} ({len(theirs):,}), with {len(both):,} ids in both. "
            "Compare two evaluations of one test set."
        )
    pairs = [(ours[id], theirs[id]) for id in same]
    missing = tuple(id for id in ours if id not in theirs), tuple(id for id in theirs if id not in ours)
    other = tuple(id for id in both if _asked(ours[id]) != _asked(theirs[id]))
    task = first.task if first.task == second.task else "retrieval"
    return Comparison(
        notes=tuple(_notes(first, second, len(missing[0]), len(missing[1]), len(other))),
        compared=len(pairs),
        differences=(*_differences(pairs, SCORES), *_differences(pairs, DETAILS)),
        figures=tuple(_figures(first, second, pairs)),
        changed=tuple(_changed(pairs, SCORES["f1" if task == "answers" else "article-ndcg@10"])),
        only_first=missing[0],
        only_second=missing[1],
        other_question=other,
    )


def _asked(question: QuestionResult) -> tuple[str, frozenset[str], dict[str, int]]:
    """Return what makes two results one question's; the same id may be another question elsewhere."""
    return question.question, frozenset(question.golds), question.relevant


def _notes(
    first: EvaluationReport, second: EvaluationReport, only_first: int, only_second: int, other: int
) -> Iterator[str]:
    if first.test_set != second.test_set:
        yield f"the test sets have different names: {first.test_set} and {second.test_set}"
    if first.articles != second.articles:
        yield f"what was searched differs: {first.articles} and {second.articles}"
    settings = asdict(second.settings)
    for name, value in asdict(first.settings).items():
        if settings[name] != value:
            yield f"{name.replace('_', ' ')} differs: {value} and {settings[name]}"
    if only_first or only_second:
        yield f"not compared: {only_first:,} questions in the first alone, {only_second:,} in the second alone"
    if other:
        yield f"not compared: {other:,} ids whose question or right answers differ"


def _differences(
    pairs: Sequence[tuple[QuestionResult, QuestionResult]], scores: Mapping[str, Score]
) -> list[Difference]:
    """Test each score that both have, and correct the p-values for their number."""
    found: list[Difference] = []
    for metric, score in scores.items():
        scored = [(one.cluster, score(one), score(two)) for one, two in pairs]
        have = [(cluster, a, b) for cluster, a, b in scored if a is not None and b is not None]
        if have:
            clusters, a, b = zip(*have, strict=True)
            difference = paired_difference(a, b, clusters)
            found.append(Difference(metric, sum(a) / len(a), sum(b) / len(b), difference, None))
    tested = [one.difference.p for one in found if one.difference.p is not None]
    adjusted = iter(holm(tested))
    return [one if one.difference.p is None else replace(one, p_adjusted=next(adjusted)) for one in found]


def _figures(
    first: EvaluationReport, second: EvaluationReport, pairs: Sequence[tuple[QuestionResult, QuestionResult]]
) -> Iterator[SideBySide]:
    ours = replace(first, questions=tuple(one for one, _ in pairs))
    theirs = replace(second, questions=tuple(two for _, two in pairs))
    for metric, (unit, figure) in FIGURES.items():
        a, b = figure(ours), figure(theirs)
        if a is not None and b is not None:
            yield SideBySide(metric, unit, a, b)


def _changed(pairs: Sequence[tuple[QuestionResult, QuestionResult]], score: Score) -> list[ChangedQuestion]:
    changed: list[ChangedQuestion] = []
    for one, two in pairs:
        a, b = score(one), score(two)
        if a is None or b is None or (abs(b - a) <= _CHANGED and one.failure == two.failure):
            continue
        change: Change = "other reason" if abs(b - a) <= _CHANGED else "better" if b > a else "worse"
        question = ChangedQuestion(one.id, one.question, change, one.given, two.given, a, b, one.failure, two.failure)
        changed.append(question)
    return sorted(changed, key=lambda one: (_ORDER.index(one.change), -abs(one.second_score - one.first_score)))
