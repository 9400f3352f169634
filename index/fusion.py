"""Merging ranked lists. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = 60) -> dict[int, float]:
    """Score each item by the sum of `1 / (k + rank)` over the rankings that hold it, ranks from 1.

    Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods", SIGIR 2009. Items come back in no particular order; the caller breaks ties.

    >>> reciprocal_rank_fusion([[7, 8], [8]], k=1)
    {7: 0.5, 8: 0.8333333333333333}
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    return scores
