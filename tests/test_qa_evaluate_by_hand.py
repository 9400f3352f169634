"""A whole evaluation whose every figure is worked by hand: seven questions, a reader that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp
from pathlib import Path
from random import Random

import numpy as np
import pytest
from fakes import HashEncoder, WordReader

from index import Article, Index
from qa import Assistant
from qa.evaluate import EvaluationReport, What, articles_of, evaluate
from qa.evaluate.compare import compare
from qa.evaluate.report_data import Interval
from qa.evaluate.testset import GoldSpan
from qa.evaluate.testset import TestQuestion as Question
from qa.evaluate.testset import TestSet as QuestionSet
from qa.evaluate.variants import with_typing_errors
from qa.question import MAX_QUESTION_CHARACTERS
from qa.read import Span
from qa.read.calibration import UNCALIBRATED

CONTEXT = "Ada met the envoy in Velmar. Bo stayed at home."
ELSEWHERE = "Cy wrote to the council of Tarn."

ROWS = {
    "right": ("Who was met?", "envoy", ("envoy", 2.0)),
    "half": ("Which envoy in Velmar?", "the envoy in", ("envoy", 1.0)),
    "elsewhere": ('Who was in "Cy wrote"?', "Bo", ("Cy", 0.5)),
    "answered": ("Why did Ada sleep?", None, ("Ada", 0.25)),
    "refused": ("Where did Ada meet the envoy?", "Velmar", ("Velmar", -0.5)),
    "refused too": ("Where did Bo stay?", "home", ("home", -1.0)),
    "rightly refused": ("Why did Ada sing?", None, ("Ada", -2.0)),
}
"""The question, its right answer, and what the reader takes at which margin; the surest first."""
BEST_SPAN_RIGHT = [True, True, False, False, True, True, False]


class Told:
    """Answers as it is told; in lower case "Velmar", surely, and with typing errors "envoy", doubtfully."""

    name = "told"
    threshold = 0.5
    calibration = UNCALIBRATED

    def read(self, question: str, texts: Sequence[str], limit: int = 10) -> list[Span]:
        told = {asked: answer for asked, _, answer in ROWS.values()}
        word, margin = told.get(question, ("Velmar", 2.0) if question == question.lower() else ("envoy", -1.0))
        found = [(i, text.find(word)) for i, text in enumerate(texts)]
        return [Span(i, at, at + len(word), margin) for i, at in found if at >= 0]


def asked(id: str, question: str, gold: str | None, context: str = CONTEXT, title: str = "Talks") -> Question:
    golds = () if gold is None else (GoldSpan(gold, context.index(gold), context.index(gold) + len(gold)),)
    return Question(id, question, title, context, golds)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> EvaluationReport:
    testset = QuestionSet(tuple(asked(id, question, gold) for id, (question, gold, _) in ROWS.items()), ())
    with Index.create(tmp_path_factory.mktemp("by-hand") / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT), Article("b.txt", ELSEWHERE)])
        return evaluate(Assistant(index, Told()), testset, what=What(robustness=7))


def confidence(margin: float) -> float:
    return 1 / (1 + exp(-margin))


CONFIDENCES = [confidence(margin) for _, _, (_, margin) in ROWS.values()]


def values(found: Mapping[str, Interval]) -> dict[str, float | None]:
    return {name: one.value for name, one in found.items()}


def test_each_question_went_as_it_was_told(report: EvaluationReport) -> None:
    assert [one.failure for one in report.questions] == [
        None, None, "not retrieved", "should have been refused", "wrongly refused", "wrongly refused", None,
    ]  # fmt: skip
    assert [one.confidence for one in report.questions] == pytest.approx(CONFIDENCES)
    assert [one.best_span_right for one in report.questions] == BEST_SPAN_RIGHT


def test_answers_by_hand(report: EvaluationReport) -> None:
    overall, answerable, unanswerable = (report.answers[name] for name in ("overall", "answerable", "unanswerable"))
    assert (overall["em"].value, overall["f1"].value) == pytest.approx((2 / 7, (1 + 2 / 3 + 1) / 7))
    assert (answerable["f1"].value, answerable["f1 best span"].value) == pytest.approx(
        ((1 + 2 / 3) / 5, (3 + 2 / 3) / 5)
    )
    assert answerable["f1 right passage"].value == pytest.approx((3 + 2 / 3) / 5)
    assert (answerable["em best span"].value, answerable["em right passage"].value) == (0.6, 0.6)
    threshold = {kind: f"{kind} right passage at the threshold" for kind in ("em", "f1")}
    assert answerable[threshold["f1"]].value == pytest.approx((1 + 2 / 3) / 5)
    assert answerable[threshold["em"]].value == 0.2
    assert (unanswerable["f1"].value, unanswerable[threshold["f1"]].value, unanswerable[threshold["em"]].value) == (
        0.5, 0.5, 0.5,
    )  # fmt: skip


def test_answers_of_a_type_by_hand(report: EvaluationReport) -> None:
    kinds = {name: (found["f1"].n, found["f1"].value, found["f1 best span"].value)
             for name, found in report.answers.items() if name.startswith("type")}  # fmt: skip
    assert kinds == {"type: who": (2, 0.5, 0.5), "type: where": (2, 0.0, 1.0), "type: what": (1, 2 / 3, 2 / 3)}


def test_losses_by_hand(report: EvaluationReport) -> None:
    lost = {"reading": (1 + 1 / 3) / 5, "retrieval": 0.0, "threshold": 2 / 5, "left": (1 + 2 / 3) / 5}
    assert values(report.losses) == pytest.approx(lost)


def test_abstention_by_hand(report: EvaluationReport) -> None:
    """The best threshold is that of the last right best span: behind it there is one unanswerable question."""
    found = report.abstention
    assert found is not None
    assert (found.no_answer_precision.value, found.no_answer_recall.value) == pytest.approx((1 / 3, 1 / 2))
    risks = [0, 0, 1 / 3, 2 / 4, 2 / 5, 2 / 6, 3 / 7]
    assert np.array(found.risk_coverage.points) == pytest.approx(np.array([(n / 7, r) for n, r in enumerate(risks, 1)]))
    assert (found.area.value, found.area.n) == pytest.approx((sum(risks) / 7, 7))
    assert found.best_threshold == pytest.approx(confidence(-1.0))
    assert (found.best_threshold_f1.value, found.best_threshold_f1.n) == pytest.approx(((3 + 2 / 3 + 1) / 7, 7))


def test_calibration_by_hand(report: EvaluationReport) -> None:
    """Seven questions in ten bins: each has its own."""
    found = report.calibration
    assert found is not None
    off = [abs(p - right) for p, right in zip(CONFIDENCES, BEST_SPAN_RIGHT, strict=True)]
    assert (found.ece.value, found.brier.value) == pytest.approx((sum(off) / 7, sum(one**2 for one in off) / 7))
    assert [(one.right, one.n) for one in found.bins] == [(float(right), 1) for right in reversed(BEST_SPAN_RIGHT)]
    assert [one.confidence for one in found.bins] == pytest.approx(CONFIDENCES[::-1])


def test_citations_by_hand(report: EvaluationReport) -> None:
    assert values(report.citations) == pytest.approx(
        {"precision": 2 / 3, "recall": (1 + 5 / 12) / 3, "accuracy": 2 / 4, "right article": 2 / 3,
         "found word for word": 1.0}
    )  # fmt: skip
    assert [one.n for one in report.citations.values()] == [3, 3, 4, 3, 4]


def test_robustness_by_hand(report: EvaluationReport) -> None:
    """Of "Who was met?" no word is long enough for an error; one in a quoted phrase lets the right passage be found."""
    found = {name: values(scores) for name, scores in report.robustness.items()}
    assert found["as asked"] == pytest.approx(
        {"f1": (2 + 2 / 3) / 7, "f1 best span": (3 + 2 / 3) / 5, "retrieved": 4 / 5}
    )
    assert found["typing errors"] == pytest.approx({"f1": 3 / 7, "f1 best span": (1 + 2 / 3) / 5, "retrieved": 1.0})
    assert found["lower case"] == pytest.approx({"f1": 1 / 7, "f1 best span": 1 / 5, "retrieved": 4 / 5})
    assert report.questions[0].robust["typing errors"].question == "Who was met?"


def test_retrieval_and_what_was_missed_by_hand(report: EvaluationReport) -> None:
    assert report.retrieval_by_passage["recall@20"].value == report.retrieval_by_article["recall@20"].value == 0.8
    missed = [one.missed and one.missed.text for one in report.questions]
    assert missed == [None, None, CONTEXT, None, None, None, None]


def test_times_by_hand(report: EvaluationReport) -> None:
    assert set(report.cost.ms) == {"embed", "search", "read", "cite", "total"}
    for stage, found in report.cost.ms.items():
        times = [one.timings_ms[stage] for one in report.questions]
        assert (found.median, found.p95) == pytest.approx((np.median(times), np.percentile(times, 95)))
    total = sum(one.timings_ms["total"] for one in report.questions)
    assert report.cost.questions_per_second == pytest.approx(7 / (total / 1000))


class Meddling(WordReader):
    """Has an article replaced while it reads."""

    def __init__(self, word: str, meddle: Callable[[], object]) -> None:
        super().__init__(word)
        self._meddle = meddle

    def read(self, question: str, texts: Sequence[str], limit: int = 10) -> list[Span]:
        self._meddle()
        return super().read(question, texts, limit)


def test_an_answer_whose_article_changed_meanwhile_is_not_found_word_for_word(tmp_path: Path) -> None:
    testset = QuestionSet((asked("1", "Who was met?", "envoy"), asked("2", "Who was met then?", "envoy")), ())
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT)])
        changed = Article("a.txt", "Yesterday, " + CONTEXT)
        report = evaluate(Assistant(index, Meddling("envoy", lambda: index.add([changed]))), testset)
    assert [one.found_word_for_word for one in report.questions] == [False, True]
    assert report.citations["found word for word"].value == 0.5


def test_an_error_that_makes_a_question_too_long_leaves_that_variant_out(tmp_path: Path) -> None:
    long = "Who met the envoy" + " so" * ((MAX_QUESTION_CHARACTERS - len("Who met the envoy?")) // 3)
    long = long + "?" * (MAX_QUESTION_CHARACTERS - len(long))
    seed = next(s for s in range(100) if len(with_typing_errors(long, Random(f"{s} {long}"))) > len(long))
    testset = QuestionSet((asked("long", long, "envoy"), asked("short", "Who?", "envoy")), ())
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT)])
        report = evaluate(Assistant(index, WordReader("envoy")), testset, what=What(seed=seed))
    assert [set(one.robust) for one in report.questions] == [{"lower case"}, {"typing errors", "lower case"}]
    assert [scores["f1"].n for scores in report.robustness.values()] == [2, 1, 2]


def test_a_question_that_no_variant_changes_counts_as_asked(tmp_path: Path) -> None:
    testset = QuestionSet((asked("1", "who?", "envoy"), asked("2", "Who met Ada?", "Bo")), ())
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT)])
        report = evaluate(Assistant(index, WordReader("envoy")), testset)
    found = {name: (scores["f1"].value, scores["f1"].n) for name, scores in report.robustness.items()}
    assert found == {"as asked": (0.5, 2), "typing errors": (0.5, 2), "lower case": (0.5, 2)}


@pytest.mark.parametrize(
    ("articles", "clusters"),
    [
        ("from-testset", ["Talks", "Talks", "Rain", "context#4"]),
        ("index", ["Talks#1", "Talks#2", "Rain#3", "context#4"]),
    ],
)
def test_paragraphs_of_one_article_of_the_set_go_together(tmp_path: Path, articles: str, clusters: list[str]) -> None:
    contexts = [(CONTEXT, "Talks"), (ELSEWHERE, "Talks"), ("It rained on the envoy.", "Rain"), ("The envoy left.", "")]
    testset = QuestionSet(tuple(asked(str(n), "Who met the envoy?", "e", *one) for n, one in enumerate(contexts)), ())
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add(articles_of(testset))
        report = evaluate(Assistant(index, WordReader("envoy")), testset, what=What(articles=articles))
    assert [one.cluster for one in report.questions] == clusters
    by_name = {one.metric: one.difference for one in compare(report, report).differences}
    assert by_name["f1"].clusters == len(set(clusters))


def test_a_question_without_an_article_is_a_cluster_of_its_own(tmp_path: Path) -> None:
    from qa.evaluate.testset import LooseQuestion

    loose = LooseQuestion("1", "Who slept?", (), "", "t.csv:2")
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT)])
        report = evaluate(Assistant(index, WordReader("envoy")), QuestionSet((), (), (loose,)))
    assert report.questions[0].cluster == "question 1"
