"""A test set's own contexts, or its corpus, as the articles that are searched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from index.article import Article
from index.embed import load_encoder
from index.store import Index
from qa.errors import InvalidTestSet
from qa.evaluate.beir import RetrievalSet, corpus_of
from qa.evaluate.testset import Skipped, TestSet


def articles_of(testset: TestSet) -> Iterator[Article]:
    """Yield the contexts of a test set as articles, each once, numbered through the set."""
    titles: dict[str, str] = {}
    for question in testset.questions:
        titles.setdefault(question.context, question.title)
    for number, (context, title) in enumerate(titles.items(), start=1):
        yield Article(id=f"{title or 'context'}#{number}", text=context, title=title or None)


@contextmanager
def contexts_as_index(testset: TestSet) -> Iterator[Index]:
    """Index the contexts into a temporary folder that is removed afterwards.

    Raises:
        InvalidTestSet: If the set has questions without a context.
    """
    if testset.loose:
        raise InvalidTestSet(
            f"{len(testset.loose)} questions of the set have no context to search, the first at "
            f"{testset.loose[0].where}. Search the index with the articles that they name (--articles index), or give "
            "every row a context."
        )
    with TemporaryDirectory(prefix="pullquote-eval-") as folder, Index.create(folder, load_encoder()) as index:
        index.add(articles_of(testset))
        yield index


@contextmanager
def corpus_as_index(queries: RetrievalSet, skipped: list[Skipped]) -> Iterator[Index]:
    """Index the corpus of a BEIR folder likewise; what is no article goes to `skipped`."""

    def articles() -> Iterator[Article]:
        for one in corpus_of(queries.corpus):
            if isinstance(one, Article):
                yield one
            else:
                skipped.append(one)

    with TemporaryDirectory(prefix="pullquote-eval-") as folder, Index.create(folder, load_encoder()) as index:
        index.add(articles())
        yield index
