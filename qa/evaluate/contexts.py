"""A test set's own contexts as the articles that are searched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from index.article import Article
from index.embed import load_encoder
from index.store import Index
from qa.evaluate.testset import TestSet


def articles_of(testset: TestSet) -> Iterator[Article]:
    """Yield the contexts of a test set as articles, each once, numbered through the set."""
    titles: dict[str, str] = {}
    for question in testset.questions:
        titles.setdefault(question.context, question.title)
    for number, (context, title) in enumerate(titles.items(), start=1):
        yield Article(id=f"{title or 'context'}#{number}", text=context, title=title or None)


@contextmanager
def contexts_as_index(testset: TestSet) -> Iterator[Index]:
    """Index the contexts into a temporary folder that is removed afterwards."""
    with TemporaryDirectory(prefix="pullquote-eval-") as folder, Index.create(folder, load_encoder()) as index:
        index.add(articles_of(testset))
        yield index
