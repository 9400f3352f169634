"""How well confidence tells right answers from wrong ones. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")

REFUSES_ALL = 1.01
"""A threshold that no confidence reaches."""


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Return `(coverage, risk)` for each threshold that makes a difference, from the highest to the lowest.

    Coverage is the share of questions that are answered, risk the share of these answers that are wrong (El-Yaniv and
    Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 11, 2010). Questions of equal confidence
    are answered together.

    >>> risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    [(0.25, 0.0), (0.75, 0.3333333333333333), (1.0, 0.5)]
    """
    points: list[tuple[float, float]] = []
    answered = wrong = 0
    for _, group in groupby(_most_confident_first(confidences, right), key=lambda pair: pair[0]):
        outcomes = [outcome for _, outcome in group]
        answered += len(outcomes)
        wrong += outcomes.count(False)
        points.append((answered / len(confidences), wrong / answered))
    return points


def area(curve: Sequence[tuple[float, float]]) -> float:
    """Return the area under a risk-coverage curve, 0 at best: the mean risk over the questions, each at its threshold.

    Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", ICLR 2019 (AURC).

    >>> area([(0.25, 0.0), (1.0, 0.5)])
    0.375
    """
    before = [0.0, *(coverage for coverage, _ in curve)]
    return sum((coverage - last) * risk for last, (coverage, risk) in zip(before, curve, strict=False))


def thinned(curve: Sequence[tuple[float, float]], most: int = 400) -> tuple[tuple[float, float], ...]:
    """Return at most `most` points of a curve, evenly by number, the first and the last among them."""
    if len(curve) <= most:
        return tuple(curve)
    return tuple(curve[round(number * (len(curve) - 1) / (most - 1))] for number in range(most))


def best_threshold(confidences: Sequence[float], answered: Sequence[float], refused: Sequence[float]) -> float:
    """Return the confidence from which to answer so that the mean score is highest; the highest of equal ones.

    The search of the official SQuAD 2.0 script (`find_best_thresh`), over confidence in place of its no-answer
    probability. The best on a set is too good to be expected of another.

    Args:
        confidences: Of each question.
        answered: Its score if it is answered.
        refused: Its score if it is not.

    >>> best_threshold([0.9, 0.6, 0.2], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    0.6
    """
    gains = [a - r for a, r in zip(answered, refused, strict=True)]
    best, most, total = REFUSES_ALL, 0.0, 0.0
    for confidence, group in groupby(_most_confident_first(confidences, gains), key=lambda pair: pair[0]):
        total += sum(gain for _, gain in group)
        if total > most + 1e-12:
            best, most = confidence, total
    return best


def _most_confident_first(confidences: Sequence[float], values: Sequence[T]) -> list[tuple[float, T]]:
    return sorted(zip(confidences, values, strict=True), key=lambda pair: -pair[0])
