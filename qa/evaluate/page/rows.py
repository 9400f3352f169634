"""Every question of a report as the data that the page builds its table from. Pure."""

from __future__ import annotations

import json
from typing import Any

from index.article import clean_text
from qa.evaluate.page.segments import segments
from qa.evaluate.report_data import EvaluationReport, QuestionResult, RetrievedPassage

SHOWN_PASSAGES = 5

_REASONS = {
    "not retrieved": "Not retrieved: no passage with the answer was among those read.",
    "retrieved but not read": "Retrieved but not read: a passage with the answer was read, and another span was taken.",
    "wrongly refused": "Wrongly refused: the best span was right, but its confidence is below the threshold.",
    "should have been refused": "Should have been refused: the articles do not answer it, yet an answer was given.",
}
_RIGHT = "Right: F1 is at least 0.5, or an unanswerable question was refused."
_SEARCHED = "Only searched: this test set has no answers."


def embedded_rows(report: EvaluationReport) -> str:
    """Return the questions as JSON that can stand in a script element.

    `texts` holds every text once, `questions` refer to them by number. Of each question the first `SHOWN_PASSAGES`
    passages are kept, and behind them the first relevant one of the others; each is cut into pieces, see
    `qa.evaluate.page.segments`.
    """
    texts: dict[str, int] = {}
    questions = [_row(question, report, texts) for question in report.questions]
    document = clean_text(json.dumps({"texts": list(texts), "questions": questions}, ensure_ascii=False))
    return document.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _row(question: QuestionResult, report: EvaluationReport, texts: dict[str, int]) -> dict[str, Any]:
    scored = question.f1 if question.f1 is not None else question.retrieval_by_article.get("ndcg@10")
    return {
        "id": question.id,
        "question": question.question,
        "type": question.question_type,
        "answerable": question.answerable,
        "article": question.title or question.article_id,
        "golds": list(question.golds),
        "given": question.given,
        "best": question.best_span,
        "confidence": round(question.confidence, 3),
        "score": None if scored is None else round(scored, 3),
        "failure": question.failure or ("right" if report.task == "answers" else "searched"),
        "reason": _reason(question, report),
        "passages": [_passage(number, found, question, texts) for number, found in _kept(question)],
    }


def _reason(question: QuestionResult, report: EvaluationReport) -> str:
    if report.task == "retrieval":
        return _SEARCHED
    return _RIGHT if question.failure is None else _REASONS[question.failure]


def _kept(question: QuestionResult) -> list[tuple[int, RetrievedPassage]]:
    numbered = list(enumerate(question.retrieved, start=1))
    later = [(number, found) for number, found in numbered[SHOWN_PASSAGES:] if found.relevant]
    return numbered[:SHOWN_PASSAGES] + later[:1]


def _passage(number: int, found: RetrievedPassage, question: QuestionResult, texts: dict[str, int]) -> dict[str, Any]:
    golds = question.spans if found.article_id == question.article_id else ()
    cited = question.cited or question.best_span_cited
    given = [(cited.start, cited.end)] if cited and cited.article_id == found.article_id else []
    pieces = segments(found.text, found.start, golds, given)
    return {
        "rank": number,
        "title": texts.setdefault(found.title or found.article_id, len(texts)),
        "id": found.passage_id,
        "relevant": found.relevant,
        "pieces": [[texts.setdefault(text, len(texts)), kind] for text, kind in pieces],
    }
