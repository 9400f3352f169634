"""Scores that an evaluation must reach, for somebody's own checks. Pure.

    f1, em                                      all questions, at the threshold
    f1-answerable, em-answerable                the answerable ones
    f1-best-span, em-best-span                  the answerable ones, whatever the confidence
    f1-right-passage, em-right-passage          the same, with the right passage given
    no-answer-precision, no-answer-recall       refusing
    recall@K, mrr@10, ndcg@10                   retrieval by passage; K is 1, 3, 5, 10 or 20
    article-recall@K, article-mrr@10, article-ndcg@10
    citation-precision, citation-recall, citation-accuracy, citation-right-article, citation-found-word-for-word

All are from 0 to 1, and higher is better.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from qa.errors import InvalidGate
from qa.evaluate.report_data import EvaluationReport, Interval
from qa.evaluate.retrieval import DEPTHS

Score = Callable[[EvaluationReport], Interval | None]


@dataclass(frozen=True)
class Least:
    """A score, by its name, and what it must be at least, 0 to 1."""

    name: str
    value: float


def parse_gates(given: Iterable[str]) -> list[Least]:
    """Read scores to be reached, each as NAME=VALUE.

    Raises:
        InvalidGate: If one is not of this form, its name is unknown, or its value is not from 0 to 1.

    >>> parse_gates(["f1=0.7"])
    [Least(name='f1', value=0.7)]
    """
    return [_parse(one) for one in given]


def shortfalls(report: EvaluationReport, gates: Iterable[Least]) -> list[str]:
    """Return what falls short of the scores to be reached, each as a line to read.

    A score that was not measured, as no question has it, falls short.
    """
    lines: list[str] = []
    for gate in gates:
        found = SCORES[gate.name](report)
        if found is None or found.value is None:
            lines.append(f"{gate.name} was not measured: no question of this test set has it; expected {gate.value:g}")
        elif found.value < gate.value:
            lines.append(f"{gate.name} is {found.value:.4f} (n = {found.n:,}), expected at least {gate.value:g}")
    return lines


def _parse(given: str) -> Least:
    name, equals, number = (part.strip() for part in given.partition("="))
    if not equals:
        raise InvalidGate(f"Got {given!r} as a score to be reached, expected NAME=VALUE such as f1=0.7.")
    if name not in SCORES:
        near = difflib.get_close_matches(name, SCORES, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise InvalidGate(f"Got {name!r} as the name of a score. {hint}The names are: {', '.join(SCORES)}.")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InvalidGate(f"Got {number!r} as the least {name}, expected a number from 0 to 1 such as 0.7 (not 70).")
    return Least(name, value)


def _answers(group: str, metric: str) -> Score:
    return lambda report: report.answers.get(group, {}).get(metric)


def _citation(name: str) -> Score:
    return lambda report: report.citations.get(name)


def _by_passage(name: str) -> Score:
    return lambda report: report.retrieval_by_passage.get(name)


def _by_article(name: str) -> Score:
    return lambda report: report.retrieval_by_article.get(name)


_RETRIEVAL = (*(f"recall@{depth}" for depth in DEPTHS), "mrr@10", "ndcg@10")

SCORES: Mapping[str, Score] = MappingProxyType(
    {
        **{name: _answers("overall", name) for name in ("f1", "em")},
        **{f"{name}-answerable": _answers("answerable", name) for name in ("f1", "em")},
        **{f"{name}-best-span": _answers("answerable", f"{name} best span") for name in ("f1", "em")},
        **{f"{name}-right-passage": _answers("answerable", f"{name} right passage") for name in ("f1", "em")},
        "no-answer-precision": lambda report: report.abstention.no_answer_precision if report.abstention else None,
        "no-answer-recall": lambda report: report.abstention.no_answer_recall if report.abstention else None,
        **{name: _by_passage(name) for name in _RETRIEVAL},
        **{f"article-{name}": _by_article(name) for name in _RETRIEVAL},
        **{
            f"citation-{name.replace(' ', '-')}": _citation(name)
            for name in ("precision", "recall", "accuracy", "right article", "found word for word")
        },
    }
)
"""The names of scores, and how each is found in a report."""
