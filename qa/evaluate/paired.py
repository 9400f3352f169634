"""Whether two systems differ on the same questions: a paired test and an interval, clustered by article. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
_SEED = 20_261_124
_BLOCK = 2_000_000
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class PairedDifference:
    """The mean of the second less the first over `n` questions.

    Attributes:
        value: The difference; above 0 the second is higher.
        low: Where its 95 % interval begins.
        high: Where it ends.
        p: How often chance alone would give a difference as large, in either direction; never 0.
        n: How many questions.
        clusters: How many articles they are about.
    """

    value: float
    low: float
    high: float
    p: float
    n: int
    clusters: int


def paired_difference(
    first: Sequence[float], second: Sequence[float], clusters: Sequence[str], resamples: int = RESAMPLES
) -> PairedDifference:
    """Compare the scores of two systems on the same questions.

    `p` is a randomisation test's: were the two alike, the sign of an article's summed difference would be chance
    (Noreen, "Computer-Intensive Methods for Testing Hypotheses", 1989; recommended for retrieval by Smucker, Allan and
    Carterette, "A Comparison of Statistical Significance Tests for Information Retrieval Evaluation", CIKM 2007, and
    for language processing by Dror et al., "The Hitchhiker's Guide to Testing Statistical Significance", ACL 2018). The
    interval is the cluster bootstrap's, by percentiles (Davison and Hinkley, "Bootstrap Methods and their Application",
    1997, section 3.8). In both, the questions about one article go together, since they are not independent. The random
    numbers are the same in every call.

    Neither means much over fewer than some 20 articles: with `c` of them no `p` is below about 2 to the power of 1 - c.

    Args:
        first: A score for each question.
        second: The other system's, in the same order.
        clusters: Which article each question is about.
        resamples: How many signs are thrown, and how many samples drawn.

    Raises:
        ValueError: If there are no questions, or the three are not equally long.

    >>> found = paired_difference([0, 0, 1, 0], [1, 1, 1, 0], ["a", "a", "b", "c"])
    >>> found.value, found.n, found.clusters
    (0.5, 4, 3)
    """
    if not first or not len(first) == len(second) == len(clusters):
        raise ValueError(
            f"Got {len(first)} and {len(second)} scores of {len(clusters)} clusters, expected as many, at least one."
        )
    sums, counts = _by_cluster(np.asarray(second, dtype=float) - np.asarray(first, dtype=float), clusters)
    value = float(sums.sum() / counts.sum())
    low, high = _interval(sums, counts, resamples)
    return PairedDifference(value, low, high, _p(sums, resamples), len(first), len(sums))


def holm(ps: Sequence[float]) -> list[float]:
    """Return p-values raised for their number, in their order, so that 0.05 holds for all of them together.

    Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979.

    >>> holm([0.01, 0.04, 0.02])
    [0.03, 0.04, 0.04]
    """
    raised = [0.0] * len(ps)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[at]))
        raised[at] = highest
    return raised


def _by_cluster(
    differences: NDArray[np.float64], clusters: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum of the differences in each cluster, and how many there are."""
    numbers = {cluster: number for number, cluster in enumerate(dict.fromkeys(clusters))}
    places = np.array([numbers[cluster] for cluster in clusters])
    sums: NDArray[np.float64] = np.bincount(places, weights=differences).astype(np.float64)
    return sums, np.bincount(places).astype(np.float64)


def _interval(sums: NDArray[np.float64], counts: NDArray[np.float64], resamples: int) -> tuple[float, float]:
    random = np.random.default_rng(_SEED)
    means: list[NDArray[np.float64]] = []
    for size in _blocks(resamples, len(sums)):
        drawn = random.integers(len(sums), size=(size, len(sums)))
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def _p(sums: NDArray[np.float64], resamples: int) -> float:
    """Count the observed one among the random ones, so that it is a valid p-value (Phipson and Smyth, 2010)."""
    random = np.random.default_rng(_SEED + 1)
    observed = abs(sums.sum()) - _TOLERANCE
    as_large = 0
    for size in _blocks(resamples, len(sums)):
        signs = random.integers(2, size=(size, len(sums)), dtype=np.int8) * 2 - 1
        as_large += int((np.abs(signs @ sums) >= observed).sum())
    return (as_large + 1) / (resamples + 1)


def _blocks(resamples: int, clusters: int) -> list[int]:
    """Split the resamples so that a block takes little memory."""
    size = max(1, _BLOCK // clusters)
    return [min(size, resamples - begun) for begun in range(0, resamples, size)]
