"""Every question of a report as the data that the page builds its table from. Pure."""

from __future__ import annotations

import json
from typing import Any

from index.article import clean_text
from qa.evaluate.page.segments import segments
from qa.evaluate.question_result import QuestionResult, RetrievedPassage
from qa.evaluate.report_data import EvaluationReport
from qa.evaluate.retrieval import DEEPEST

SHOWN_PASSAGES = 5

_REASONS = {
    None: "Right: F1 is at least 0.5, or an unanswerable question was refused.",
    "not retrieved": "Not retrieved: no passage with the answer was among those read.",
    "retrieved but not read": "Retrieved but not read: a passage with the answer was read, and another span was taken.",
    "wrongly refused": "Wrongly refused: the best span was right, but its confidence is below the threshold.",
    "should have been refused": "Should have been refused: the articles do not answer it, yet an answer was given.",
}
_SEARCHED = f"Searched: a relevant article is among the {DEEPEST} passages found."
_NOT_FOUND = f"Not retrieved: no relevant article is among the {DEEPEST} passages found."


def embedded_rows(report: EvaluationReport) -> str:
    """Return the questions as JSON that can stand in a script element.

    `texts` holds every text once, `questions` refer to them by number. Of each question the first `SHOWN_PASSAGES`
    passages are kept; behind them the first relevant one of the others, and the one that holds what is cited; and
    where none is relevant, the one that should have been found, without a rank. Each is cut into pieces, see
    `qa.evaluate.page.segments`. `golds` are the right answers; of a set for retrieval alone the ids of the relevant
    articles, the most relevant first.
    """
    texts: dict[str, int] = {}
    questions = [
        _answered(question, texts) if report.task == "answers" else _searched(question, texts)
        for question in report.questions
    ]
    made = {"task": report.task, "texts": list(texts), "questions": questions}
    document = clean_text(json.dumps(made, ensure_ascii=False))
    return document.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _answered(question: QuestionResult, texts: dict[str, int]) -> dict[str, Any]:
    return {
        **_row(question, question.f1, texts),
        "article": question.title or question.article_id,
        "golds": list(question.golds),
        "given": question.given,
        "best": question.best_span,
        "confidence": round(question.confidence, 3),
        "failure": question.failure or "right",
        "reason": _REASONS[question.failure],
    }


def _searched(question: QuestionResult, texts: dict[str, int]) -> dict[str, Any]:
    return {
        **_row(question, question.retrieval_by_article.get("ndcg@10"), texts),
        "article": "",
        "golds": sorted(question.relevant, key=lambda id: (-question.relevant[id], id)),
        "given": None,
        "best": None,
        "confidence": None,
        "failure": question.failure or "searched",
        "reason": _NOT_FOUND if question.failure else _SEARCHED,
    }


def _row(question: QuestionResult, score: float | None, texts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "type": question.question_type,
        "score": None if score is None else round(score, 3),
        "passages": [_passage(rank, found, question, texts) for rank, found in _kept(question)],
    }


def _kept(question: QuestionResult) -> list[tuple[int | None, RetrievedPassage]]:
    numbered = list(enumerate(question.retrieved, start=1))
    later = numbered[SHOWN_PASSAGES:]
    relevant = [number for number, found in later if found.relevant][:1]
    cited = [number for number, found in later if _holds_cited(found, question)]
    kept: list[tuple[int | None, RetrievedPassage]] = [
        (number, found) for number, found in numbered if number <= SHOWN_PASSAGES or number in relevant + cited
    ]
    return kept if question.missed is None else [*kept, (None, question.missed)]


def _holds_cited(found: RetrievedPassage, question: QuestionResult) -> bool:
    cited = question.cited or question.best_span_cited
    if cited is None or cited.article_id != found.article_id:
        return False
    return found.start <= cited.start and cited.end <= found.end


def _passage(
    rank: int | None, found: RetrievedPassage, question: QuestionResult, texts: dict[str, int]
) -> dict[str, Any]:
    golds = question.spans if found.article_id == question.article_id else ()
    cited = question.cited or question.best_span_cited
    given = [(cited.start, cited.end)] if cited and cited.article_id == found.article_id else []
    pieces = segments(found.text, found.start, golds, given)
    return {
        "rank": rank,
        "title": texts.setdefault(found.title or found.article_id, len(texts)),
        "same_in": list(found.same_in),
        "relevant": found.relevant,
        "pieces": [[texts.setdefault(text, len(texts)), kind] for text, kind in pieces],
    }
