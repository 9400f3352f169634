"""A test set's own contexts as the articles that are searched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from index.article import Article
from index.embed import load_encoder
from index.store import Index
from qa.evaluate.testset import TestSet


def articles_of(testset: TestSet) -> Iterator[Article]:
    """Yield the contexts of a test set as articles, each once, numbered within their title."""
    numbers: dict[str, int] = {}
    seen: set[str] = set()
    for question in testset.questions:
        if question.context not in seen:
            seen.add(question.context)
            number = numbers[question.title] = numbers.get(question.title, 0) + 1
            name = question.title or "context"
            yield Article(id=f"{name}#{number}", text=question.context, title=question.title or None)


@contextmanager
def contexts_as_index(testset: TestSet, wanted: bool) -> Iterator[Path | None]:
    """Index the contexts into a temporary folder that is removed afterwards; give None if that is not wanted."""
    if not wanted:
        yield None
        return
    with TemporaryDirectory(prefix="pullquote-eval-") as folder:
        with Index.create(folder, load_encoder()) as index:
            index.add(articles_of(testset))
        yield Path(folder)
