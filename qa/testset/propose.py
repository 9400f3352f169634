"""Passages of an index to ask about."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.article import Passage
from index.labels import folded
from index.listing import ArticleSummary
from index.search.filters import EVERYTHING, Filter
from index.store import Index
from qa.testset.spread import spread

MIN_WORDS = 20
"""A passage of fewer words is not proposed: a caption or a byline gives nothing to ask about."""

_PAGE = 10_000


@dataclass(frozen=True)
class Proposal:
    """A passage to write a question about.

    Attributes:
        passage: A range of the article.
        label: What to call the article where people read.
        source: Its publisher, or None.
        published: Its date as it states it, or None.
    """

    passage: Passage
    label: str
    source: str | None
    published: str | None


def propose(
    index: Index,
    count: int,
    *,
    seed: int = 0,
    only: Filter = EVERYTHING,
    wanted: Callable[[str], bool] = lambda article_id: True,
) -> list[Proposal]:
    """Choose passages to ask about, spread over sources, months and articles.

    Sources take turns, whatever their size, and so do the months of a source; no article comes a second time before
    every other has come once. It is not a random sample of the passages: what few sources say weighs as much as what
    many say. A passage of fewer than `MIN_WORDS` words is none.

    Args:
        index: The articles.
        count: How many; fewer where there are not as many.
        seed: The same seed over the same articles gives the same passages.
        only: Which articles.
        wanted: Tells by its id whether an article may be asked about.
    """
    articles = [article for article in _summaries(index, only) if wanted(article.id)]
    ordered = spread(articles, [_groups(article) for article in articles], seed)
    found: list[Proposal] = []
    turn = 0
    while len(found) < count and ordered:
        left: list[ArticleSummary] = []
        for article in ordered:
            if len(found) == count:
                break
            passages = _passages(index, article.id, seed)
            if turn < len(passages):
                found.append(Proposal(passages[turn], article.label, article.source, article.published))
            if turn + 1 < len(passages):
                left.append(article)
        ordered, turn = left, turn + 1
    return found


def why_none(index: Index, only: Filter = EVERYTHING) -> str:
    """Say why `propose` finds nothing, and what to do.

    Where there is a passage to ask about, it is its article's id that keeps it out of a .csv.
    """
    if not len(index):
        return "the index is empty; add articles with pullquote index"
    if not index.coverage(only).articles:
        return "the filters leave no article; take one away"
    if not propose(index, 1, only=only):
        return f"none of the articles has a passage of {MIN_WORDS} words or more"
    return (
        "the id of every article that has one begins with one of = + - @, which a spreadsheet may run as a formula; "
        "name a .jsonl or .json instead of a .csv"
    )


def _summaries(index: Index, only: Filter) -> Iterator[ArticleSummary]:
    """Yield articles in the order of their ids."""
    known: dict[str, ArticleSummary] = {}
    while page := index.listing(by="added", only=only, offset=len(known), limit=_PAGE).articles:
        known.update((article.id, article) for article in page if article.id not in known)
        if len(page) < _PAGE:
            break
    yield from (known[article_id] for article_id in sorted(known))


def _groups(article: ArticleSummary) -> tuple[str, str]:
    return folded(article.source or ""), (article.published or "")[:7]


def _passages(index: Index, article_id: str, seed: int) -> list[Passage]:
    """Return the passages of an article that something can be asked about, in an order of chance."""
    article = index.find(article_id)
    if article is None:
        return []
    passages = [passage for passage in index.passages(article) if len(passage.text.split()) >= MIN_WORDS]
    random.Random(f"{seed} {article_id}").shuffle(passages)
    return passages
