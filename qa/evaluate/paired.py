"""Whether two systems differ on the same questions: a paired test and an interval, clustered by article. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluate.bootstrap import SEED, Numbers, blocks, by_cluster, interval_of_mean

RESAMPLES = 10_000
_SEED = SEED + 1
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class PairedDifference:
    """The mean of the second less the first over `n` questions.

    Attributes:
        value: The difference; above 0 the second is higher.
        low: Where its 95 % interval begins; None, as are `high` and `p`, where all questions are of one cluster, which
            alone says nothing about others.
        high: Where it ends.
        p: How often chance alone would give a difference as large, in either direction; never 0.
        n: How many questions.
        clusters: How many clusters they are of: articles, mostly; see `QuestionResult.cluster`.
    """

    value: float
    low: float | None
    high: float | None
    p: float | None
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
    interval is the cluster bootstrap's, see `qa.evaluate.bootstrap`. In both, the questions about one article go
    together, since they are not independent. The random numbers are the same in every call.

    Neither means much over fewer than some 20 articles: with `c` of them no `p` is below about 2 to the power of 1 - c.

    Args:
        first: A score for each question.
        second: The other system's, in the same order.
        clusters: Of each question; see `QuestionResult.cluster`.
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
    sums, counts = by_cluster([b - a for a, b in zip(first, second, strict=True)], clusters)
    value = float(sums.sum() / counts.sum())
    low, high = interval_of_mean(sums, counts, resamples)
    p = _p(sums, resamples) if len(sums) > 1 else None
    return PairedDifference(value, low, high, p, len(first), len(sums))


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


def _p(sums: Numbers, resamples: int) -> float:
    """Count the observed one among the random ones, so that it is a valid p-value (Phipson and Smyth, 2010)."""
    random = np.random.default_rng(_SEED)
    observed = abs(sums.sum()) - _TOLERANCE
    as_large = 0
    for size in blocks(resamples, len(sums)):
        signs = random.integers(2, size=(size, len(sums)), dtype=np.int8) * 2 - 1
        as_large += int((np.abs(signs @ sums) >= observed).sum())
    return (as_large + 1) / (resamples + 1)
