from __future__ import annotations

import pytest

from index.fusion import reciprocal_rank_fusion


def test_the_score_is_the_sum_of_reciprocal_ranks() -> None:
    scores = reciprocal_rank_fusion([[10, 20, 30], [20, 40]], k=60)
    assert scores == pytest.approx({10: 1 / 61, 20: 1 / 62 + 1 / 61, 30: 1 / 63, 40: 1 / 62})


def test_an_item_in_both_rankings_comes_once() -> None:
    assert len(reciprocal_rank_fusion([[1, 2], [2, 1]])) == 2


def test_nothing_fused_is_nothing() -> None:
    assert reciprocal_rank_fusion([[], []]) == {}
