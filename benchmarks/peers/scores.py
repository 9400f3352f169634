"""What a tool found and answered, scored. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles
from typing import Any

from qa.evaluate import metrics

DEPTHS = (1, 5, 10)


@dataclass(frozen=True)
class Case:
    """A question, the article that it was written for, and its right answers; none if it has no answer."""

    question: str
    article: str
    golds: tuple[str, ...]


Given = Mapping[str, Any]
"""An answer as an adapter gives it, see `drive.py`."""
Figures = dict[str, float | None]


def retrieval(cases: Sequence[Case], found: Sequence[Sequence[str]]) -> Figures:
    """Return recall@k of the right article, over the questions that have an answer.

    An article counts once, at its best hit, so that a tool that cuts articles is compared with one that does not.

    >>> retrieval([Case("Who?", "b", ("x",))], [["a", "a", "b"]])
    {'recall@1': 0.0, 'recall@5': 1.0, 'recall@10': 1.0}
    """
    ranked = [
        [article == case.article for article in dict.fromkeys(ids)]
        for case, ids in zip(cases, found, strict=True)
        if case.golds
    ]
    return {f"recall@{k}": mean([metrics.recall(relevant, k) for relevant in ranked]) for k in DEPTHS}


def answering(cases: Sequence[Case], given: Sequence[Given]) -> Figures:
    """Return EM and F1 over the answerable questions, no answer counting 0, and what was refused of the others."""
    texts = [one["text"] or "" for one in given]
    answerable = [(text, case.golds) for case, text in zip(cases, texts, strict=True) if case.golds]
    others = [text for case, text in zip(cases, texts, strict=True) if not case.golds]
    return {
        "answerable answered": mean([bool(text) for text, _ in answerable]),
        "EM of the answerable": mean([metrics.exact_match(text, golds) for text, golds in answerable]),
        "F1 of the answerable": mean([metrics.f1(text, golds) for text, golds in answerable]),
        "unanswerable refused": mean([not text for text in others]),
        "F1 of all": mean([metrics.f1(text, case.golds) for case, text in zip(cases, texts, strict=True)]),
        "raised": mean(["error" in one for one in given]),
    }


def citing(cases: Sequence[Case], given: Sequence[Given], articles: Mapping[str, str]) -> Figures:
    """Return how well the given answers are placed, as shares of them.

    Args:
        cases: The questions.
        given: The answers.
        articles: The texts by id.

    Returns:
        with offsets: the answer comes with its article and its offsets in it;
        word for word: the article has exactly the answer at these offsets;
        article named: the answer comes with an article, whether or not with offsets;
        right article: of the answers to answerable questions, those whose article is the question's.
    """
    pairs = [(case, one) for case, one in zip(cases, given, strict=True) if one["text"]]
    return {
        "given": float(len(pairs)),
        "with offsets": mean([one.get("start") is not None for _, one in pairs]),
        "word for word": mean([stands(one, articles) for _, one in pairs]),
        "article named": mean([one.get("article") in articles for _, one in pairs]),
        "right article": mean([one.get("article") == case.article for case, one in pairs if case.golds]),
    }


def stands(given: Given, articles: Mapping[str, str]) -> bool:
    """Tell whether an answer stands at its offsets in its article."""
    text, start, end = articles.get(given.get("article") or ""), given.get("start"), given.get("end")
    return text is not None and start is not None and end is not None and text[start:end] == given["text"]


def spread(runs: Sequence[Sequence[Sequence[float]]]) -> dict[str, Figures]:
    """Return the median and the 90th percentile of milliseconds a question, by the clock and of the processor.

    Each is taken in every run, and the median of the runs is given.

    Args:
        runs: For each run and question, seconds by the clock and of the processor.
    """
    return {
        kind: {
            "median": median_of([1000 * median(spent[part] for spent in run) for run in runs]),
            "p90": median_of([1000 * quantiles([spent[part] for spent in run], n=10)[-1] for run in runs]),
        }
        for part, kind in enumerate(("clock", "processor"))
    }


def once(runs: Sequence[Sequence[float]]) -> Figures:
    """Return the medians of seconds by the clock and of the processor over the runs."""
    return {kind: median_of([run[part] for run in runs]) for part, kind in enumerate(("clock", "processor"))}


def median_of(values: Sequence[float]) -> float:
    return round(median(values), 2)


def mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), 4) if values else None
