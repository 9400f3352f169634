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
from qa.evaluate.testset import LooseQuestion, Skipped, TestQuestion, TestSet, Unusable, shortened
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
        try:
            placed.append(_in_context(question, contexts.get(question.context)))
        except Unusable as error:
            skipped.append(Skipped(question.id, str(error), question.where))
    for article, group in _by_article(index, testset.loose):
        for loose in group:
            try:
                placed.append(_in_article(loose, article))
            except Unusable as error:
                skipped.append(Skipped(loose.id, str(error), loose.where))
    return placed, skipped


def _in_context(question: TestQuestion, found: tuple[str, str | None, int] | None) -> Placed:
    """Place a question, given the id and the title of its context's article, and where the context begins there.

    Raises:
        Unusable: If it is in no article, or cannot be asked.
    """
    if found is None:
        raise Unusable("its context is in no article of the index")
    article_id, title, at = found
    golds = tuple(dict.fromkeys(gold.text for gold in question.golds))
    spans = tuple(sorted({(at + gold.start, at + gold.end) for gold in question.golds}))
    context = (at, at + len(question.context))
    return Placed(question.id, question.question, _used(question.question), article_id, title, golds, spans, context)


def _in_article(loose: LooseQuestion, article: Article | None) -> Placed:
    """Place a question in its article; one that names none has none.

    Raises:
        Unusable: If the article or an answer is not there, or it cannot be asked.
    """
    if article is None:
        if loose.article_id:
            raise Unusable(f"its article {shortened(loose.article_id)} is not in the index")
        return Placed(loose.id, loose.question, _used(loose.question), "", None, (), (), None)
    found = {answer: places(article.text, answer) for answer in loose.answers}
    missing = [answer for answer, spans in found.items() if not spans]
    if missing:
        raise Unusable(f"the answer {shortened(missing[0])} does not stand in the article {shortened(article.id)}")
    spans = tuple(sorted({span for spans in found.values() for span in spans}))
    whole, used = (0, len(article.text)), _used(loose.question)
    return Placed(loose.id, loose.question, used, article.id, article.title, tuple(found), spans, whole)


def _used(question: str) -> str:
    try:
        return check_question(question)
    except InvalidQuestion as error:
        raise Unusable(str(error)) from error


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
