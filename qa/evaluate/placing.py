"""Where the questions of a test set belong in an index: the article, and the gold spans in its code points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from index.article import Article
from index.errors import UnknownArticle
from index.store import Index
from qa.errors import InvalidQuestion
from qa.evaluate.table import places
from qa.evaluate.testset import LooseQuestion, Skipped, TestSet, shortened
from qa.question import check_question

Span = tuple[int, int]


@dataclass(frozen=True)
class Placed:
    """A question with its place.

    Attributes:
        question: As it is asked; `used` as `qa.question.check_question` returns it.
        article_id: "" where the set names no article.
        golds: The right answers, each once; none where it is unanswerable.
        spans: Where they stand in the article, in order.
        context: The part of the article that it is about; None where no article is named.
    """

    id: str
    question: str
    used: str
    article_id: str
    title: str | None
    golds: tuple[str, ...]
    spans: tuple[Span, ...]
    context: Span | None


def place(index: Index, testset: TestSet) -> tuple[list[Placed], list[Skipped]]:
    """Find the place of every question.

    A context belongs to the first article, by id, that contains it. A question that cannot be asked, whose context is
    in no article, or whose article or answer is not there, is skipped.
    """
    placed: list[Placed] = []
    skipped = list(testset.skipped)
    contexts = _contexts(index, {question.context for question in testset.questions})
    for question in testset.questions:
        found = contexts.get(question.context)
        if found is None:
            skipped.append(Skipped(question.id, "its context is in no article of the index", question.where))
            continue
        article_id, title, at = found
        spans = sorted({(at + gold.start, at + gold.end) for gold in question.golds})
        golds, around = [gold.text for gold in question.golds], (at, at + len(question.context))
        _add(placed, skipped, question.id, question.question, article_id, title, golds, spans, around, question.where)
    for article, group in _by_article(index, testset.loose):
        for loose in group:
            if article is None and loose.article_id:
                reason = f"its article {shortened(loose.article_id)} is not in the index"
                skipped.append(Skipped(loose.id, reason, loose.where))
            else:
                _add_loose(placed, skipped, loose, article)
    return placed, skipped


def _add_loose(placed: list[Placed], skipped: list[Skipped], loose: LooseQuestion, article: Article | None) -> None:
    if article is None:
        _add(placed, skipped, loose.id, loose.question, "", None, [], [], None, loose.where)
        return
    found = {answer: places(article.text, answer) for answer in loose.answers}
    missing = [answer for answer, spans in found.items() if not spans]
    if missing:
        reason = f"the answer {shortened(missing[0])} does not stand in the article {shortened(article.id)}"
        skipped.append(Skipped(loose.id, reason, loose.where))
        return
    spans = sorted({span for spans in found.values() for span in spans})
    around = (0, len(article.text))
    _add(placed, skipped, loose.id, loose.question, article.id, article.title, list(found), spans, around, loose.where)


def _add(
    placed: list[Placed],
    skipped: list[Skipped],
    id: str,
    question: str,
    article_id: str,
    title: str | None,
    golds: list[str],
    spans: list[Span],
    context: Span | None,
    where: str,
) -> None:
    try:
        used = check_question(question)
    except InvalidQuestion as error:
        skipped.append(Skipped(id, str(error), where))
        return
    placed.append(Placed(id, question, used, article_id, title, tuple(dict.fromkeys(golds)), tuple(spans), context))


def _by_article(
    index: Index, questions: Iterable[LooseQuestion]
) -> Iterable[tuple[Article | None, list[LooseQuestion]]]:
    groups: defaultdict[str, list[LooseQuestion]] = defaultdict(list)
    for question in questions:
        groups[question.article_id].append(question)
    for article_id, group in groups.items():
        try:
            yield (index.article(article_id) if article_id else None), group
        except UnknownArticle:
            yield None, group


def _contexts(index: Index, contexts: Iterable[str]) -> dict[str, tuple[str, str | None, int]]:
    """Find each context: the id and the title of its article, and where it begins there."""
    missing = set(contexts)
    found: dict[str, tuple[str, str | None, int]] = {}
    for article in index.articles() if missing else ():
        for context in missing:
            at = article.text.find(context)
            if at >= 0:
                found[context] = (article.id, article.title, at)
        missing -= found.keys()
        if not missing:
            break
    return found
