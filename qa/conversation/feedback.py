"""What people thought of answers, as a test set in SQuAD v2.0. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from index.article import Article
from qa.answer import Answer
from qa.conversation.anchor import anchor, find_quote
from qa.conversation.rows import Rated

REASONS = (
    "wrong answer",
    "wrong place",
    "not what was asked",
    "it is in the articles",
    "should be: none",
    "other",
)
"""The reasons that are offered for a thumb down; a thumb up needs none."""

SHOULD_BE_NONE = "should be: none"
_MAY_BE_CORRECTED = frozenset({None, "wrong answer", "wrong place", "it is in the articles"})
_QUOTE_MARKS = "\"'“”„‟‘’«»"


@dataclass(frozen=True)
class LeftOut:
    """A reply whose feedback makes no row, and why."""

    turn_id: str
    number: int
    reason: str


@dataclass(frozen=True)
class FeedbackSet:
    """A test set made of feedback.

    Attributes:
        document: SQuAD v2.0, JSON-ready, which `qa.evaluate.read_squad` reads. Beside its `data` stands `not_right`:
            every thumb down with what was asked and answered, the reason and the comment.
        rows: How many questions.
        not_right: How many thumbs down.
        left_out: Thumbs up, and corrections, that make no row.
    """

    document: dict[str, Any]
    rows: int
    not_right: int
    left_out: tuple[LeftOut, ...]


@dataclass
class _Row:
    """A question with its gold spans, each where it starts and its text; none where the article does not answer it."""

    article: Article
    question: str
    golds: set[tuple[int, str]] = field(default_factory=set)


class _Unusable(Exception):
    """Why feedback makes no row."""


def reasons_for(answer: Answer | None) -> tuple[str, ...]:
    """Return the reasons for a thumb down that make sense for a reply with this answer."""
    if answer is None or answer.kind == "none":
        return tuple(reason for reason in REASONS if reason not in ("wrong answer", "wrong place", SHOULD_BE_NONE))
    return tuple(reason for reason in REASONS if reason != "it is in the articles")


def squad_rows(rated: Iterable[Rated], article: Callable[[str], Article | None]) -> FeedbackSet:
    """Return feedback as a test set, whose contexts are whole articles as they are now.

    - A thumb up for an answer in the articles' words: the question that was searched, with every place that the answer
      is cited at in the article of its first citation as a gold span.
    - A thumb up for "not in these articles", or a thumb down for an answer that should be none: an impossible question
      over the article of the closest passage. Left out where only some of the articles were searched: others may
      answer it. That an article which came later does not is not looked into.
    - A thumb down whose comment stands, letter for letter and as whole words, in a passage that was read, where the
      reason is a wrong answer or place or that it is in the articles: a gold span there, in the best such passage.
    - Any other thumb down makes no row, since a wrong answer is not a right one.

    Feedback for one question over one article is one row, so that a question with the same answer comes once. Its id
    is a hash of the two, and of whether it is impossible: the same in every export.

    Args:
        rated: Replies with what somebody thought of them.
        article: Gives an article as it is now, None where there is none of that id.
    """
    rows: dict[str, _Row] = {}
    not_right: list[dict[str, Any]] = []
    left_out: list[LeftOut] = []
    for one in rated:
        if not one.feedback.good:
            not_right.append(_not_right(one))
        try:
            row = _row(one, article)
        except _Unusable as reason:
            left_out.append(LeftOut(one.turn_id, one.number, str(reason)))
            continue
        if row is not None:
            rows.setdefault(_id(row), row).golds.update(row.golds)
    document = {"version": "v2.0", "data": _groups(rows), "not_right": not_right}
    return FeedbackSet(document, len(rows), len(not_right), tuple(left_out))


def _row(one: Rated, article: Callable[[str], Article | None]) -> _Row | None:
    """Return the row that feedback makes; None for a thumb down that says nothing of what is right."""
    answer, good = one.reply.answer, one.feedback.good
    if answer is None:
        if good:
            raise _Unusable("nothing was looked up for it")
        return None
    if good and answer.kind == "extracted":
        return _liked(answer, article)
    if (good and answer.kind == "none") or (not good and one.feedback.reason == SHOULD_BE_NONE):
        if one.only:
            raise _Unusable("only some of the articles were searched")
        return _impossible(answer, article)
    if good:
        raise _Unusable("its answer is not in the articles' words")
    return _corrected(answer, one, article)


def _liked(answer: Answer, article: Callable[[str], Article | None]) -> _Row:
    first = answer.citations[0]
    found = _expect(article(first.article_id))
    row = _Row(found, answer.question_used)
    for citation in answer.citations:
        if citation.article_id == first.article_id:
            place = anchor(citation, found)
            if place.start is not None:
                row.golds.add((place.start, citation.quote))
    if not row.golds:
        raise _Unusable("its article has changed and does not have the answer any more")
    return row


def _impossible(answer: Answer, article: Callable[[str], Article | None]) -> _Row:
    if not answer.passages:
        raise _Unusable("no passage was read for it")
    closest = answer.passages[0]
    found = _expect(article(closest.article_id))
    if find_quote(found.text, closest.text, closest.start) is None:
        raise _Unusable("its article has changed and does not have the passage any more")
    return _Row(found, answer.question_used)


def _corrected(answer: Answer, one: Rated, article: Callable[[str], Article | None]) -> _Row | None:
    right = (one.feedback.comment or "").strip().strip(_QUOTE_MARKS).strip()
    if not right or one.feedback.reason not in _MAY_BE_CORRECTED:
        return None
    for passage in answer.passages:
        at = _whole_words(passage.text, right)
        if at is None:
            continue
        found = _expect(article(passage.article_id))
        before, after = passage.text[:at], passage.text[at + len(right) :]
        place = find_quote(found.text, right, passage.start + at, before, after)
        if place is None:
            raise _Unusable("its article has changed and does not have the answer any more")
        return _Row(found, answer.question_used, {(place, right)})
    return None


def _whole_words(text: str, words: str) -> int | None:
    """Return where words first stand in a text, not as a part of others."""
    at = text.find(words)
    while at >= 0:
        outside = text[at - 1 : at] + text[at + len(words) : at + len(words) + 1]
        if not any(character.isalnum() for character in outside):
            return at
        at = text.find(words, at + 1)
    return None


def _expect(article: Article | None) -> Article:
    if article is None:
        raise _Unusable("its article is not in the index any more")
    return article


def _id(row: _Row) -> str:
    parts = (row.question, row.article.id, "answer" if row.golds else "none")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _groups(rows: dict[str, _Row]) -> list[dict[str, Any]]:
    """Return SQuAD's `data`: an article each, in the order in which they first come."""
    groups: dict[str, dict[str, Any]] = {}
    for row_id, row in rows.items():
        paragraph = {"context": row.article.text, "qas": []}
        group = groups.setdefault(row.article.id, {"title": row.article.label, "paragraphs": [paragraph]})
        group["paragraphs"][0]["qas"].append(
            {
                "id": row_id,
                "question": row.question,
                "is_impossible": not row.golds,
                "answers": [{"text": text, "answer_start": start} for start, text in sorted(row.golds)],
            }
        )
    return list(groups.values())


def _not_right(one: Rated) -> dict[str, Any]:
    answer = one.reply.answer
    return {
        "id": f"{one.turn_id}:{one.number}",
        "question": answer.question_used if answer else one.reply.asked,
        "answer": answer.text if answer else None,
        "kind": answer.kind if answer else None,
        "article_id": answer.citations[0].article_id if answer and answer.citations else None,
        "reason": one.feedback.reason,
        "comment": one.feedback.comment,
        "given_at": one.feedback.given_at,
    }
