"""How far a figure of a test set can be trusted: the cluster bootstrap. Pure.

Whole clusters are drawn, with replacement, since the questions about one article are not independent; the interval is
that of the percentiles (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13; Davison and
Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8). The random numbers are the same in every call.
One cluster alone says nothing about others: there is no interval then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from qa.evaluate.report_data import Interval

RESAMPLES = 1000
SEED = 20_261_124
_PERCENTILES = (2.5, 97.5)
_BLOCK = 4_000_000

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


def interval(scored: Iterable[tuple[float | None, str]], resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """Return a mean with its 95 % interval.

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
    sums, counts = by_cluster([score for score, _ in pairs], [cluster for _, cluster in pairs])
    low, high = interval_of_mean(sums, counts, resamples, seed)
    return Interval(float(sums.sum() / counts.sum()), low, high, len(pairs))


def interval_of(
    figure: Callable[[Numbers], float], clusters: Sequence[str], resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """Return a figure that is no mean with its 95 % interval.

    Args:
        figure: Computes it from how often each question counts, shape (questions,), in the order of `clusters`.
        clusters: Of each question.
        resamples: How many samples are drawn.
        seed: Of the random numbers.
    """
    if not clusters:
        return Interval(None, None, None, 0)
    places = _places(clusters)
    number = int(places.max()) + 1
    value = figure(np.ones(len(clusters)))
    if number == 1:
        return Interval(value, None, None, len(clusters))
    drawn = (np.bincount(row, minlength=number) for block in _drawn(number, resamples, seed) for row in block)
    low, high = np.percentile([figure(counts[places].astype(np.float64)) for counts in drawn], _PERCENTILES)
    return Interval(value, float(low), float(high), len(clusters))


def interval_of_mean(
    sums: Numbers, counts: Numbers, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[float | None, float | None]:
    """Return where the 95 % interval of a mean begins and ends; None where there is a single cluster.

    Args:
        sums: Of the scores in each cluster.
        counts: How many there are in each.
        resamples: How many samples are drawn.
        seed: Of the random numbers.
    """
    if len(sums) == 1:
        return None, None
    means = [sums[rows].sum(axis=1) / counts[rows].sum(axis=1) for rows in _drawn(len(sums), resamples, seed)]
    low, high = np.percentile(np.concatenate(means), _PERCENTILES)
    return float(low), float(high)


def by_cluster(scores: Sequence[float], clusters: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return the sum of the scores in each cluster, and how many there are."""
    places = _places(clusters)
    sums = np.bincount(places, weights=np.asarray(scores, dtype=np.float64)).astype(np.float64)
    return sums, np.bincount(places).astype(np.float64)


def blocks(resamples: int, clusters: int) -> list[int]:
    """Split the resamples so that a block takes little memory."""
    size = max(1, _BLOCK // clusters)
    return [min(size, resamples - begun) for begun in range(0, resamples, size)]


def _places(clusters: Sequence[str]) -> Places:
    numbers = {cluster: number for number, cluster in enumerate(dict.fromkeys(clusters))}
    return np.array([numbers[cluster] for cluster in clusters], dtype=np.int64)


def _drawn(clusters: int, resamples: int, seed: int) -> Iterator[Places]:
    """Yield the clusters that are drawn, a sample a row, in blocks."""
    random = np.random.default_rng(seed)
    for size in blocks(resamples, clusters):
        yield random.integers(clusters, size=(size, clusters))
