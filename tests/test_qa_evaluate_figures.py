"""The figures of an evaluation against numbers worked by hand, slow references and properties."""

from __future__ import annotations

import collections
import re
import string
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qa.evaluate import metrics
from qa.evaluate.abstention import REFUSES_ALL, area, best_threshold, risk_coverage, thinned
from qa.evaluate.bootstrap import interval, interval_of
from qa.evaluate.citations import closest, is_sentence
from qa.evaluate.report_data import Interval
from qa.evaluate.resampled import area_of_sample, calibration_error_of_sample
from qa.evaluate.retrieval import DEPTHS, scores
from qa.evaluate.variants import variants, with_typing_errors

outcomes = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)
answers = st.lists(st.sampled_from("the a an U.S. us dog, dog Dog cat 7.5 — é".split())).map(" ".join)


@given(
    st.lists(st.integers(0, 30), unique=True, max_size=25),
    st.dictionaries(st.integers(0, 30), st.integers(1, 4), max_size=12),
    st.booleans(),
)
def test_retrieval_is_what_plain_python_says(ranked: list[int], graded: dict[int, int], share: bool) -> None:
    found = scores([f"d {n}" for n in ranked], {f"d {n}": grade for n, grade in graded.items()}, share=share)
    hits = [n in graded for n in ranked]
    for depth in DEPTHS:
        of_all = sum(hits[:depth]) / len(graded) if graded else 0.0
        assert found[f"recall@{depth}"] == pytest.approx(of_all if share else metrics.recall(hits, depth))
    assert found["mrr@10"] == pytest.approx(metrics.reciprocal_rank(hits, 10))
    gain, ideal = dcg([graded.get(n, 0) for n in ranked]), dcg(sorted(graded.values(), reverse=True))
    assert found["ndcg@10"] == pytest.approx(gain / ideal if ideal else 0.0)
    if set(graded.values()) == {1}:
        assert found["ndcg@10"] == pytest.approx(metrics.ndcg(hits, len(graded), 10))


def dcg(grades: list[int]) -> float:
    """The discounted cumulated gain of Järvelin and Kekäläinen, to the tenth place."""
    return float(sum(grade / np.log2(rank + 1) for rank, grade in enumerate(grades[:10], start=1)))


def test_retrieval_worked_by_hand() -> None:
    """Relevant at 2 and 4, a third one not found: (1/log2 3 + 1/log2 5) / (1 + 1/log2 3 + 1/2)."""
    found = scores(["x", "a", "y", "b"], {"a": 1, "b": 1, "c": 1})
    assert (found["recall@1"], found["recall@3"], found["mrr@10"]) == (0.0, 1.0, 0.5)
    assert found["ndcg@10"] == pytest.approx((0.63093 + 0.43068) / (1 + 0.63093 + 0.5), abs=1e-4)
    assert scores(["x", "a"], {"a": 1, "b": 1, "c": 1}, share=True)["recall@20"] == pytest.approx(1 / 3)


def test_the_less_relevant_first_is_not_as_good() -> None:
    """Of grade 1, then of grade 2: (1 + 2/log2 3) / (2 + 1/log2 3); whatever the grade, both are relevant."""
    found = scores(["d2", "d1"], {"d1": 2, "d2": 1}, share=True)
    assert found["ndcg@10"] == pytest.approx(0.8597, abs=1e-4)
    assert (found["recall@1"], found["recall@3"], found["mrr@10"]) == (0.5, 1.0, 1.0)


def test_what_is_found_at_the_eleventh_place_counts_for_recall_alone() -> None:
    found = scores([str(n) for n in range(1, 12)], {"11": 1})
    assert (found["recall@20"], found["recall@10"], found["mrr@10"], found["ndcg@10"]) == (1.0, 0.0, 0.0, 0.0)


def official_f1(gold: str, predicted: str) -> float:
    """`compute_f1` of the official evaluation script for SQuAD 2.0, its behaviour written down again."""

    def tokens(text: str) -> list[str]:
        text = "".join(c for c in text.lower() if c not in set(string.punctuation))
        return re.sub(r"\b(a|an|the)\b", " ", text).split()

    expected, got = tokens(gold), tokens(predicted)
    same = sum((collections.Counter(expected) & collections.Counter(got)).values())
    if not expected or not got:
        return float(expected == got)
    if same == 0:
        return 0.0
    precision, recall = same / len(got), same / len(expected)
    return 2 * precision * recall / (precision + recall)


@given(answers, st.lists(answers, max_size=3))
def test_f1_and_em_are_the_official_scripts(predicted: str, golds: list[str]) -> None:
    counted = [gold for gold in golds if metrics.normalize_answer(gold)] or [""]
    assert metrics.f1(predicted, golds) == pytest.approx(max(official_f1(gold, predicted) for gold in counted))
    assert metrics.exact_match(predicted, golds) <= metrics.f1(predicted, golds)


@given(outcomes)
def test_the_area_is_the_mean_risk_at_each_questions_threshold(pairs: list[tuple[float, bool]]) -> None:
    confidences, right = [p for p, _ in pairs], [r for _, r in pairs]
    risks = []
    for at in confidences:
        answered = [r for p, r in pairs if p >= at]
        risks.append(answered.count(False) / len(answered))
    curve = risk_coverage(confidences, right)
    assert area(curve) == pytest.approx(sum(risks) / len(risks))
    assert curve[-1][0] == 1.0
    assert curve[-1][1] == pytest.approx(right.count(False) / len(right))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_no_threshold_is_better_than_the_best(rows: list[tuple[float, float, float]]) -> None:
    def total(at: float) -> float:
        return sum(answered if p >= at else refused for p, answered, refused in rows)

    best = best_threshold([p for p, _, _ in rows], [a for _, a, _ in rows], [r for _, _, r in rows])
    assert total(best) == pytest.approx(max(total(at) for at in [REFUSES_ALL, *(p for p, _, _ in rows)]))


def test_refusing_everything_is_best_where_nothing_can_be_answered() -> None:
    assert best_threshold([0.9, 0.2], [0.0, 0.0], [1.0, 1.0]) == REFUSES_ALL


def test_a_long_curve_is_thinned_between_its_ends() -> None:
    curve = [(n / 1000, 0.5) for n in range(1001)]
    assert (len(thinned(curve)), thinned(curve)[0], thinned(curve)[-1]) == (400, curve[0], curve[-1])
    assert thinned(curve[:10]) == tuple(curve[:10])


def test_an_interval_is_wider_where_questions_share_articles() -> None:
    scored = [float(n // 10 % 2) for n in range(200)]
    apart = interval([(score, str(n)) for n, score in enumerate(scored)])
    together = interval([(score, str(n // 10)) for n, score in enumerate(scored)])
    assert apart.value == together.value == 0.5
    assert width(together) > 2 * width(apart)
    assert width(apart) == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(200), rel=0.1)


def width(found: Interval) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_an_interval_needs_questions_and_two_articles() -> None:
    assert interval([]) == interval([(None, "a")]) == Interval(None, None, None, 0)
    assert interval([(1.0, "a"), (0.0, "a")]) == Interval(0.5, None, None, 2)


counted = st.lists(st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.9]), st.booleans(), st.integers(0, 3)), min_size=1)


@given(counted)
def test_figures_of_a_sample_are_those_of_the_questions_written_out(rows: list[tuple[float, bool, int]]) -> None:
    written_out = [(p, right) for p, right, times in rows for _ in range(times)]
    assume(written_out)
    confidences, right = [p for p, _, _ in rows], [r for _, r, _ in rows]
    counts = np.array([float(times) for _, _, times in rows])
    all_p, all_right = [p for p, _ in written_out], [r for _, r in written_out]
    assert area_of_sample(confidences, right)(counts) == pytest.approx(area(risk_coverage(all_p, all_right)))
    error = metrics.expected_calibration_error(all_p, all_right)
    assert calibration_error_of_sample(confidences, right)(counts) == pytest.approx(error)


def test_the_interval_of_a_figure_is_drawn_as_that_of_a_mean() -> None:
    values, clusters = np.random.default_rng(7).random(60), [str(n // 4) for n in range(60)]
    expected = interval(zip(values.tolist(), clusters, strict=True))
    found = interval_of(lambda counts: float(counts @ values / counts.sum()), clusters)
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert interval_of(lambda counts: 0.5, ["a"] * 9) == Interval(0.5, None, None, 9)
    assert interval_of(lambda counts: 0.5, []) == Interval(None, None, None, 0)


def test_an_interval_is_the_same_every_time() -> None:
    scored = [(float(n % 3), str(n)) for n in range(50)]
    assert interval(scored) == interval(scored)


@pytest.mark.parametrize(
    ("cited", "golds", "expected"),
    [
        pytest.param((0, 10), [(0, 10)], (1.0, 1.0), id="the same"),
        pytest.param((0, 10), [(2, 6)], (0.4, 1.0), id="too much"),
        pytest.param((2, 6), [(0, 10)], (1.0, 0.4), id="too little"),
        pytest.param((0, 10), [(10, 20)], (0.0, 0.0), id="beside it"),
        pytest.param((0, 10), [(9, 99), (0, 8)], (0.8, 1.0), id="the closest of two"),
    ],
)
def test_citations_are_compared_by_characters(
    cited: tuple[int, int], golds: list[tuple[int, int]], expected: tuple[float, float]
) -> None:
    assert closest(cited, golds) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("gold", "expected"),
    [("She stayed at home", True), ("“She stayed at home.”", True), ("stayed at home", False), ("at", False)],
)
def test_a_gold_span_is_a_sentence_but_for_its_punctuation(gold: str, expected: bool) -> None:
    text = "He left early. “She stayed at home.” It rained all day."
    assert is_sentence(text, text.index(gold), text.index(gold) + len(gold)) is expected


@given(st.text(max_size=60), st.integers())
def test_typing_errors_are_few_and_the_same_for_a_seed(question: str, seed: int) -> None:
    mistyped = with_typing_errors(question, Random(seed))
    assert mistyped == with_typing_errors(question, Random(seed))
    words = len(re.findall("[A-Za-z]{4,}", question))
    assert abs(len(mistyped) - len(question)) <= max(1, words)
    if not words:
        assert mistyped == question


def test_a_question_with_words_gets_an_error_and_lower_case() -> None:
    found = variants("Which delegation met the Envoy in Velmar yesterday?", seed=3)
    assert found["lower case"] == "which delegation met the envoy in velmar yesterday?"
    assert found["typing errors"] != "Which delegation met the Envoy in Velmar yesterday?"
    assert variants("who?", seed=3) == {}
