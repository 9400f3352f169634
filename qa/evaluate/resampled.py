"""Figures that are no means, of a sample in which a question may count more than once, or not at all. Pure.

Each function here sorts the questions once and returns the figure as a function of how often each counts, shape
(questions,), for `qa.evaluate.bootstrap.interval_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qa.evaluate.bootstrap import Numbers

Figure = Callable[[Numbers], float]


def area_of_sample(confidences: Sequence[float], right: Sequence[bool]) -> Figure:
    """Return what `abstention.area` gives of the curve of a sample.

    >>> round(area_of_sample([0.9, 0.5, 0.5, 0.1], [True, False, True, False])(np.array([1.0, 2.0, 0.0, 1.0])), 3)
    0.521
    """
    order = np.argsort(-np.asarray(confidences), kind="stable")
    wrong = 1.0 - np.asarray(right, dtype=np.float64)[order]
    last_of_equal = np.flatnonzero(np.append(np.diff(np.asarray(confidences)[order]) != 0, True))

    def area(counts: Numbers) -> float:
        counts = counts[order]
        answered, failed = np.cumsum(counts)[last_of_equal], np.cumsum(counts * wrong)[last_of_equal]
        risks = np.divide(failed, answered, out=np.zeros_like(failed), where=answered > 0)
        return float(np.diff(answered, prepend=0.0) @ risks / answered[-1])

    return area


def calibration_error_of_sample(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> Figure:
    """Return what `metrics.expected_calibration_error` gives of a sample, whose bins are its own.

    >>> round(calibration_error_of_sample([0.9, 0.1, 0.3, 0.7], [True, False, True, True], 2)(np.ones(4)), 3)
    0.25
    """
    order = np.argsort(np.asarray(confidences), kind="stable")
    distances = (np.asarray(confidences) - np.asarray(right, dtype=np.float64))[order]

    def error(counts: Numbers) -> float:
        counts = counts[order]
        total = int(counts.sum())
        size, rest = divmod(total, bins)
        ends = [n * size + min(n, rest) for n in range(bins + 1)]
        summed = np.interp(ends, np.append(0.0, np.cumsum(counts)), np.append(0.0, np.cumsum(counts * distances)))
        return float(np.abs(np.diff(summed)).sum() / total)

    return error
