"""Conversations for the tests of the dialogue: turns made of questions and of answers that the articles give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from index import Article, read_articles
from index.article import Passage, Ranks
from index.coverage import Coverage
from qa.answer import SCHEMA_VERSION, Answer, FoundPassage, Models, Timings
from qa.cite import cite
from qa.conversation.turn import Reply, Turn

ROOT = Path(__file__).parent.parent


def cases(name: str) -> Any:
    return json.loads((ROOT / "tests" / "data" / "dialogue" / name).read_text(encoding="utf-8"))


def folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


@cache
def articles() -> tuple[Article, ...]:
    folders = [ROOT / "seeds" / "articles", ROOT / "tests" / "data" / "articles"]
    return tuple(item for item in read_articles(folders) if isinstance(item, Article))


def answered(question: str, quote: str | None) -> Answer:
    """An answer as the assistant gives it, cited where its words first stand in an article."""
    citations, passages = [], []
    if quote is not None:
        article = next(article for article in articles() if quote.casefold() in article.text.casefold())
        passage = Passage(article.id, 0, len(article.text), article.text)
        at = article.text.casefold().index(quote.casefold())
        citations = [cite(article, passage, at, at + len(quote))]
        passages = [FoundPassage(passage.id, article.id, None, 0, len(article.text), article.text, 1.0, Ranks(1, 1))]
    return Answer(
        schema_version=SCHEMA_VERSION,
        question=question,
        question_used=question,
        text=citations[0].quote if citations else None,
        kind="extracted" if citations else "none",
        reason=None if citations else "below_threshold",
        confidence=0.9 if citations else 0.1,
        threshold=0.5,
        citations=tuple(citations),
        alternatives=(),
        passages=tuple(passages),
        searched=Coverage(1, 1, None, None),
        index_generation=1,
        models=Models("hash", "word"),
        timings_ms=Timings(0, 0, 0, 0, 0),
    )


def turns_of(exchanges: Iterable[Sequence[Any]]) -> list[Turn]:
    """Turns of (question as it was searched, words of the answer or None)."""
    return [
        Turn(str(number), question, state="done", replies=(Reply(question, answer=answered(question, quote)),))
        for number, (question, quote) in enumerate(exchanges)
    ]
