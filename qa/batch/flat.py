"""An answer as the cells of one row, for tables. Pure."""

from __future__ import annotations

from typing import Any

from index.article import clean_text
from qa.answer import Answer, Citation
from qa.batch.result import Result

FIELDS = (
    "question", "question_used", "answer", "kind", "reason", "confidence", "title", "source", "published", "url",
    "article_id", "page", "start", "end", "quote", "sentence", "speaker", "other_answers", "error",
)  # fmt: skip
"""The columns of an answer; from `title` to `speaker` of its best citation. `start` and `end` are Unicode code points
of the article's text, end exclusive; `other_answers` are parted by " | "."""

ID = "id"


def row_of(result: Result) -> dict[str, Any]:
    """Return the cells of a row by `FIELDS`; what it has none of is None."""
    row: dict[str, Any] = dict.fromkeys(FIELDS)
    row["question"] = asked(result)
    row["error"] = result.record.error
    answer = result.record.answer
    if answer is None:
        return row | {"kind": "error"}
    row |= {
        "question_used": answer.question_used,
        "answer": answer.text,
        "kind": answer.kind,
        "reason": answer.reason,
        "confidence": answer.confidence,
        "other_answers": " | ".join(other.text for other in answer.alternatives) or None,
    }
    if answer.citations:
        row |= _cited(answer, answer.citations[0])
    return row


def asked(result: Result) -> str | None:
    """Return the question of a row as it was asked, None where it could not be read."""
    if result.record.answer is not None:
        return result.record.answer.question
    return None if result.question.text is None else clean_text(result.question.text)


def _cited(answer: Answer, citation: Citation) -> dict[str, Any]:
    passage = answer.passage_of(citation)
    return {
        "title": citation.title,
        "source": citation.source,
        "published": citation.published,
        "url": citation.url,
        "article_id": citation.article_id,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "sentence": passage.text[citation.sentence_start - passage.start : citation.sentence_end - passage.start],
        "speaker": citation.speaker,
    }
