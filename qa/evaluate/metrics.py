"""The scores of answers, retrieval and citations. Pure.

EM and F1 are the official SQuAD 2.0 script's (Rajpurkar, Jia and Liang, "Know What You Don't Know", ACL 2018): answers
are lower-cased, stripped of punctuation and of a, an, the, and their white space is folded. A question without an
answer has the one gold answer "", which only the empty answer matches.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log2
from statistics import fmean

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_answer(text: str) -> str:
    """Return an answer as the official script compares it.

    >>> normalize_answer("The  U.S. Senate,")
    'us senate'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """Return 1 if the prediction equals a gold answer after normalisation, else 0."""
    return _best(lambda gold: float(normalize_answer(prediction) == normalize_answer(gold)), golds)


def f1(prediction: str, golds: Sequence[str]) -> float:
    """Return the best harmonic mean of token precision and recall over the gold answers, 0 to 1.

    >>> f1("Deputy Secretary Landau", ["Secretary Landau"])
    0.8
    """
    return _best(lambda gold: _f1(prediction, gold), golds)


def reciprocal_rank(relevant: Sequence[bool], depth: int) -> float:
    """Return 1 / the position, from 1, of the first relevant result within `depth`, else 0."""
    return next((1.0 / rank for rank, hit in enumerate(relevant[:depth], start=1) if hit), 0.0)


def recall(relevant: Sequence[bool], depth: int) -> float:
    """Return 1 if a result within `depth` is relevant, else 0.

    Open-domain question answering's recall@k (Karpukhin et al., "Dense Passage Retrieval", EMNLP 2020, there called
    top-k accuracy): the share of questions whose answer was retrieved.
    """
    return float(any(relevant[:depth]))


def ndcg(relevant: Sequence[bool], total: int, depth: int) -> float:
    """Return the normalised discounted cumulative gain of binary relevance within `depth`, 0 to 1.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002, with the discount
    log2(rank + 1).

    Args:
        relevant: Whether each result is relevant, best first.
        total: How many relevant ones there are; with none the value is 0.
        depth: How many results count.

    >>> round(ndcg([False, True], total=1, depth=10), 3)
    0.631
    """
    gain = sum(1 / log2(rank + 1) for rank, hit in enumerate(relevant[:depth], start=1) if hit)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(total, depth) + 1))
    return gain / ideal if ideal else 0.0


def overlaps(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a span shares a character with one of the others."""
    return any(span[0] < end and start < span[1] for start, end in others)


def brier(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Return the mean squared distance of confidence and outcome (Brier, Monthly Weather Review 78, 1950), 0 at best.

    >>> brier([0.75, 0.5], [True, False])
    0.15625
    """
    return sum((p - r) ** 2 for p, r in zip(confidences, right, strict=True)) / len(right)


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[tuple[float, float, int]]:
    """Return `(mean confidence, share of right answers, count)` of bins of equal mass, least confident first.

    Where the count is not divisible, the first bins have one more; equal confidences keep their order.

    >>> reliability([0.9, 0.1, 0.3, 0.7], [True, False, True, True], bins=2)
    [(0.2, 0.5, 2), (0.8, 1.0, 2)]
    """
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: pair[0])
    size, rest = divmod(len(pairs), bins)
    ends = [n * size + min(n, rest) for n in range(bins + 1)]
    parts = [pairs[start:end] for start, end in pairwise(ends) if end > start]
    return [(fmean(p for p, _ in part), fmean(float(r) for _, r in part), len(part)) for part in parts]


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the mean distance of confidence and share of right answers over bins of equal mass, 0 at best.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015; bins of
    equal mass as in Nixon et al., "Measuring Calibration in Deep Learning", 2019.

    >>> round(expected_calibration_error([0.9, 0.1, 0.3, 0.7], [True, False, True, True], bins=2), 3)
    0.25
    """
    return sum(n * abs(p - r) for p, r, n in reliability(confidences, right, bins)) / len(right)


def _best(score: Callable[[str], float], golds: Sequence[str]) -> float:
    answers = [gold for gold in golds if normalize_answer(gold)] or [""]
    return max(score(gold) for gold in answers)


def _f1(prediction: str, gold: str) -> float:
    predicted, expected = normalize_answer(prediction).split(), normalize_answer(gold).split()
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((Counter(predicted) & Counter(expected)).values())
    if not shared:
        return 0.0
    precision, recalled = shared / len(predicted), shared / len(expected)
    return 2 * precision * recalled / (precision + recalled)
