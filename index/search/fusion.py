"""Merging scored lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Scored = Sequence[tuple[int, float]]
"""Items with their scores, higher is better."""


def min_max_fusion(lists: Sequence[tuple[float, Scored]]) -> dict[int, float]:
    """Score each item by the weighted sum of its scores, each list's brought to the range from 0 to 1.

    A list's lowest score becomes 0, its highest 1 (all become 1 where they are equal); an item that a list lacks has 0
    in it. Relative score fusion, as CombSUM over min-max normalised scores: Fox and Shaw, "Combination of Multiple
    Searches", TREC-2, 1994; compared with other normalisations by Bruch, Gai and Ingber, "An Analysis of Fusion
    Functions for Hybrid Retrieval", TOIS 2023. Items come back in no particular order; the caller breaks ties.

    >>> min_max_fusion([(0.5, [(7, 0.9), (8, 0.6), (9, 0.5)]), (0.5, [(8, 12.0)])])
    {7: 0.5, 8: 0.625, 9: 0.0}
    """
    scores: dict[int, float] = {}
    for weight, items in lists:
        for item, share in scaled(items).items():
            scores[item] = scores.get(item, 0.0) + weight * share
    return scores


def scaled(items: Scored) -> Mapping[int, float]:
    """Return the scores of a list, its lowest as 0 and its highest as 1.

    >>> scaled([(7, 3.0), (8, 2.0), (9, 1.0)])
    {7: 1.0, 8: 0.5, 9: 0.0}
    """
    if not items:
        return {}
    low, high = min(score for _, score in items), max(score for _, score in items)
    if low == high:
        return {item: 1.0 for item, _ in items}
    return {item: (score - low) / (high - low) for item, score in items}
