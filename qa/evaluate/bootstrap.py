"""How far a mean over a test set can be trusted. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from qa.evaluate.report_data import Interval

RESAMPLES = 1000
SEED = 20_261_124
_PERCENTILES = (2.5, 97.5)
_BLOCK = 4_000_000


def interval(scored: Iterable[tuple[float | None, str]], resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """Return a mean with its 95 % interval: the cluster bootstrap's, by percentiles.

    Whole clusters are drawn, with replacement, since the questions about one article are not independent (Efron and
    Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13; Davison and Hinkley, "Bootstrap Methods and their
    Application", 1997, section 3.8). The random numbers are the same in every call. One cluster alone
    says nothing about others: low and high are then None.

    Args:
        scored: A score and its cluster for each question; those whose score is None are left out.
        resamples: How many samples are drawn.
        seed: Of the random numbers.

    >>> interval([(1.0, "a"), (0.0, "b"), (None, "c")])
    Interval(value=0.5, low=0.0, high=1.0, n=2)
    """
    pairs = [(score, cluster) for score, cluster in scored if score is not None]
    if not pairs:
        return Interval(None, None, None, 0)
    numbers = {cluster: number for number, cluster in enumerate(dict.fromkeys(cluster for _, cluster in pairs))}
    places = np.array([numbers[cluster] for _, cluster in pairs])
    sums = np.bincount(places, weights=np.array([score for score, _ in pairs]))
    counts = np.bincount(places).astype(float)
    value = float(sums.sum() / counts.sum())
    if len(sums) == 1:
        return Interval(value, None, None, len(pairs))
    random, means = np.random.default_rng(seed), []
    at_once = max(1, _BLOCK // len(sums))
    for begun in range(0, resamples, at_once):
        drawn = random.integers(len(sums), size=(min(at_once, resamples - begun), len(sums)))
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    low, high = np.percentile(np.concatenate(means), _PERCENTILES)
    return Interval(value, float(low), float(high), len(pairs))
