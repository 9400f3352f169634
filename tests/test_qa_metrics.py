from __future__ import annotations

import pytest

from qa.evaluate import metrics


@pytest.mark.parametrize(
    ("prediction", "golds", "em", "f1"),
    [
        pytest.param("The U.S. Senate", ["us senate"], 1.0, 1.0, id="articles, points and case"),
        pytest.param("Deputy Secretary Landau", ["Landau"], 0.0, 0.5, id="half of precision"),
        pytest.param("Landau", ["Deputy Secretary Landau", "Landau"], 1.0, 1.0, id="the best gold counts"),
        pytest.param("", [], 1.0, 1.0, id="rightly refused"),
        pytest.param("something", [], 0.0, 0.0, id="answered the unanswerable"),
        pytest.param("", ["Landau"], 0.0, 0.0, id="wrongly refused"),
        pytest.param("the", ["a"], 1.0, 1.0, id="both empty once normalised"),
        pytest.param("x x y", ["x y y"], 0.0, 2 / 3, id="tokens count as often as they stand"),
    ],
)
def test_exact_match_and_f1_are_the_official_scripts(prediction: str, golds: list[str], em: float, f1: float) -> None:
    assert metrics.exact_match(prediction, golds) == em
    assert metrics.f1(prediction, golds) == pytest.approx(f1)


def test_reciprocal_rank_and_recall_look_to_their_depth() -> None:
    assert metrics.reciprocal_rank([False, False, True], 10) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank([False, False, True], 2) == 0
    assert metrics.recall([False, True], 1) == 0
    assert metrics.recall([False, True], 2) == 1
    assert metrics.recall([], 5) == 0


def test_spans_that_only_touch_do_not_overlap() -> None:
    assert metrics.overlaps((3, 6), [(5, 9)])
    assert not metrics.overlaps((3, 5), [(5, 9), (0, 3)])
    assert not metrics.overlaps((3, 5), [])
