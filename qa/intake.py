"""The articles of some sources on their way to the index, as the command line tells of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import click

from index.article import Article
from index.load import Failure, LoadOptions, read_articles
from qa.languages import unread_notice
from qa.progress import ReadingProgress


class Intake:
    """The articles of some sources on their way to the index, and what became of the rest."""

    def __init__(self, sources: Sequence[str], options: LoadOptions, progress: ReadingProgress) -> None:
        self.places: dict[str, str | None] = {}
        self.failed: list[str] = []
        self._sources = sources
        self._options = options
        self._progress = progress
        self._passed_over = 0
        self._languages: list[str | None] = []

    def articles(self) -> Iterator[Article]:
        """Yield what can be read; say at once what cannot."""
        for item in read_articles(self._sources, self._options):
            if isinstance(item, Article):
                self.places[item.id] = item.location
                self._languages.append(item.language)
                self._progress.reading(item)
                yield item
            elif isinstance(item, Failure):
                self.failed.append(item.location)
                click.echo(f"not indexed: {_shown(item.location)} {item.reason}", err=True)
            else:
                self._passed_over += 1

    def say_what_was_passed_over(self) -> None:
        """Count the files that no loader reads, and the articles that the models do not read."""
        if self._passed_over:
            click.echo(f"passed over: {self._passed_over} files of other formats, or links to folders", err=True)
        notice = unread_notice(self._languages)
        if notice:
            click.echo(notice, err=True)


def _shown(location: str) -> str:
    """Return a place as people would name it: below the working folder without the way there."""
    return location.removeprefix(os.path.join(os.getcwd(), ""))
