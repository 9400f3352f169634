"""Questions to start with: such as an index can answer, each asked before it is offered."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

from index.article import Article
from qa.answer import Answer
from qa.assistant import Assistant
from qa.question_templates import MadeQuestion, made_questions

_ARTICLES_READ = 300
_ASKED_OF_ONE = 2
_READ_OF_ONE = 20_000
_SECONDS = 10.0
_SUREST_FIRST = ("who", "when", "how many", "what")


def starters(assistant: Assistant, k: int = 4, *, seconds: float = _SECONDS) -> list[str]:
    """Return up to `k` questions that the index answers, as many kinds of them as can be, at most one for an article.

    They are made from sentences of some of the articles (see `qa.question_templates`) and asked: one is kept if it is
    given an answer that stands where the question was made from. Where there is one article only, all are of it. Where
    few sentences have a shape that a question can be made of, fewer come, or none. The same generation gives the same
    questions, as far as time allows. Blocks while it asks; call it in the background.

    Args:
        assistant: Whose index is asked, through its filter.
        k: How many at most.
        seconds: After how many no further sentence is read and no further question asked.

    Raises:
        ArticleIndexError: If the index cannot be searched.
    """
    until = time.monotonic() + seconds

    def in_time() -> bool:
        return time.monotonic() <= until

    kept: list[str] = []
    kinds: Counter[str] = Counter()
    ids = assistant.index.ids()
    for article in _some_articles(assistant, ids):
        if len(kept) == k or not in_time():
            break
        made = made_questions(article.text[:_READ_OF_ONE], in_time)
        asked = 0
        while made and len(kept) < k and in_time() and (len(ids) == 1 or asked < _ASKED_OF_ONE):
            question = min(made, key=lambda one: (kinds[one.kind], _SUREST_FIRST.index(one.kind)))
            made.remove(question)
            asked += 1
            if question.text in kept or not _is_answered(assistant.ask(question.text), article, question):
                continue
            kept.append(question.text)
            kinds[question.kind] += 1
            if len(ids) > 1:
                break
    return kept


def _some_articles(assistant: Assistant, ids: list[str]) -> Iterator[Article]:
    """Yield some articles, the same ones for a generation; one that is gone meanwhile is left out."""
    chosen = random.Random(assistant.index.generation).sample(ids, min(len(ids), _ARTICLES_READ))
    for article_id in chosen:
        article = assistant.index.find(article_id)
        if article is not None:
            yield article


def _is_answered(answer: Answer, article: Article, made: MadeQuestion) -> bool:
    return any(
        citation.article_id == article.id and citation.start < made.end and made.start < citation.end
        for citation in answer.citations
    )
