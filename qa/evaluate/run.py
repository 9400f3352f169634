"""One evaluation of retrieval, answers and citations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from index.article import Passage
from index.store import Index
from qa.answer import Answer
from qa.assistant import Assistant
from qa.errors import InvalidQuestion
from qa.evaluate import metrics
from qa.evaluate.testset import Skipped, TestQuestion, TestSet

_RETRIEVED = 10


@dataclass(frozen=True)
class Mean:
    """The mean of a score over `n` questions; None where there are none."""

    value: float | None
    n: int


@dataclass(frozen=True)
class Row:
    """What became of one question. `spans` are the gold spans in the article, in its code points."""

    id: str
    question: str
    article_id: str
    golds: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    prediction: str
    confidence: float
    exact_match: float
    f1: float
    relevant: tuple[bool, ...]
    cited: tuple[str, int, int] | None
    citation_right: bool | None
    total_ms: float

    @property
    def answerable(self) -> bool:
        """Whether the test set has an answer to it."""
        return bool(self.golds)


@dataclass(frozen=True)
class Report:
    """The scores of a test set, the questions one by one, and those left out."""

    retrieval: dict[str, Mean]
    answers: dict[str, dict[str, Mean]]
    citations: dict[str, Mean]
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON-ready dicts and lists."""
        return asdict(self)


def evaluate(assistant: Assistant, testset: TestSet, done: Callable[[int], None] = lambda count: None) -> Report:
    """Ask every question of a test set and score what comes back.

    A context belongs to the article that contains it; a question whose context is in none is skipped and reported. A
    passage is relevant if it holds a whole gold span in the right article.

    Args:
        assistant: Over the articles.
        testset: The questions.
        done: Called with the number of questions done after each.
    """
    places = _places(assistant.index, {question.context for question in testset.questions})
    rows: list[Row] = []
    skipped = list(testset.skipped)
    for count, question in enumerate(testset.questions, start=1):
        place = places.get(question.context)
        if place is None:
            skipped.append(Skipped(question.id, "its context is in no article of the index"))
        else:
            try:
                rows.append(_row(assistant, question, *place))
            except InvalidQuestion as error:
                skipped.append(Skipped(question.id, str(error)))
        done(count)
    return _report(rows, skipped)


def _places(index: Index, contexts: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Find each context: the id of the first article, by id, that contains it, and where it begins there."""
    missing = set(contexts)
    found: dict[str, tuple[str, int]] = {}
    for article in index.articles():
        for context in sorted(missing):
            at = article.text.find(context)
            if at >= 0:
                found[context] = (article.id, at)
        missing -= found.keys()
        if not missing:
            break
    return found


def _row(assistant: Assistant, question: TestQuestion, article_id: str, offset: int) -> Row:
    spans = tuple(dict.fromkeys((offset + g.start, offset + g.end) for g in question.golds))
    golds = tuple(dict.fromkeys(g.text for g in question.golds))
    answer = assistant.ask(question.question)
    hits = assistant.index.search(answer.question_used, _RETRIEVED)
    prediction = answer.text or ""
    return Row(
        id=question.id,
        question=answer.question,
        article_id=article_id,
        golds=golds,
        spans=spans,
        prediction=prediction,
        confidence=answer.confidence,
        exact_match=metrics.exact_match(prediction, golds),
        f1=metrics.f1(prediction, golds),
        relevant=tuple(_holds(hit.passage, article_id, spans) for hit in hits),
        cited=_cited(answer),
        citation_right=_citation_right(answer, article_id, spans),
        total_ms=answer.timings_ms.total,
    )


def _holds(passage: Passage, article_id: str, spans: Sequence[tuple[int, int]]) -> bool:
    return passage.article_id == article_id and any(passage.start <= s and e <= passage.end for s, e in spans)


def _cited(answer: Answer) -> tuple[str, int, int] | None:
    if not answer.citations:
        return None
    first = answer.citations[0]
    return first.article_id, first.start, first.end


def _citation_right(answer: Answer, article_id: str, spans: Sequence[tuple[int, int]]) -> bool | None:
    cited = _cited(answer)
    if cited is None:
        return None
    return cited[0] == article_id and metrics.overlaps(cited[1:], spans)


def _report(rows: Sequence[Row], skipped: Sequence[Skipped]) -> Report:
    answerable = [row for row in rows if row.answerable]
    groups = {
        "overall": rows,
        "answerable": answerable,
        "unanswerable": [row for row in rows if not row.answerable],
    }
    return Report(
        retrieval={
            "recall@1": _mean(metrics.recall(row.relevant, 1) for row in answerable),
            "recall@5": _mean(metrics.recall(row.relevant, 5) for row in answerable),
            "mrr@10": _mean(metrics.reciprocal_rank(row.relevant, _RETRIEVED) for row in answerable),
        },
        answers={
            "em": {name: _mean(row.exact_match for row in group) for name, group in groups.items()},
            "f1": {name: _mean(row.f1 for row in group) for name, group in groups.items()},
        },
        citations={"accuracy": _mean(float(row.citation_right) for row in rows if row.citation_right is not None)},
        rows=tuple(rows),
        skipped=tuple(skipped),
    )


def _mean(scores: Iterable[float]) -> Mean:
    values = list(scores)
    return Mean(sum(values) / len(values) if values else None, len(values))
