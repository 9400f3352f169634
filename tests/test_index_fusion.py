from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search.fusion import Scored, min_max_fusion, scaled

lists_of_scores = st.lists(st.tuples(st.integers(0, 20), st.floats(-50, 50)), max_size=12, unique_by=lambda one: one[0])


def slowly(lists: list[tuple[float, Scored]], item: int) -> float:
    """The fused score of one item, from the definition."""
    total = 0.0
    for weight, items in lists:
        scores = [score for _, score in items]
        for other, score in items:
            if other == item:
                spread = max(scores) - min(scores)
                total += weight * ((score - min(scores)) / spread if spread else 1.0)
    return total


@given(dense=lists_of_scores, lexical=lists_of_scores, weight=st.floats(0, 1))
def test_the_score_is_the_weighted_sum_of_shares(
    dense: list[tuple[int, float]], lexical: list[tuple[int, float]], weight: float
) -> None:
    lists: list[tuple[float, Scored]] = [(1 - weight, dense), (weight, lexical)]
    fused = min_max_fusion(lists)
    assert set(fused) == {item for _, items in lists for item, _ in items}
    assert fused == pytest.approx({item: slowly(lists, item) for item in fused})
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())


@given(items=lists_of_scores, factor=st.floats(0.1, 10), shift=st.floats(-10, 10))
def test_only_the_distances_of_scores_count(items: list[tuple[int, float]], factor: float, shift: float) -> None:
    if len({round(score, 3) for _, score in items}) == len(items):
        moved = [(item, factor * score + shift) for item, score in items]
        assert scaled(moved) == pytest.approx(scaled(items), abs=1e-6)


def test_equal_scores_are_all_the_best() -> None:
    assert scaled([(1, 0.3), (2, 0.3)]) == {1: 1.0, 2: 1.0}


def test_an_item_of_one_list_has_nothing_from_the_other() -> None:
    fused = min_max_fusion([(0.6, [(1, 0.9), (2, 0.5)]), (0.4, [(3, 8.0), (2, 2.0), (1, 5.0)])])
    assert fused == pytest.approx({1: 0.6 + 0.4 * 0.5, 2: 0.0, 3: 0.4})


def test_nothing_fused_is_nothing() -> None:
    assert min_max_fusion([(0.5, []), (0.5, [])]) == {}
