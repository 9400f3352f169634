"""How far the reading of articles is: a bar on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from tqdm import tqdm

from index.article import Article

EVERY_SECONDS = 10.0
"""How often a line says how far it is, where there is no terminal for a bar."""


class ReadingProgress:
    """Follows articles by the share of their files' bytes that has been read and committed; a context manager."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._sizes = dict(_file_sizes(sources))
        self._total = sum(self._sizes.values())
        self._read = 0
        self._inside = 0
        self._file: str | None = None
        self._articles = 0
        self._began = self._said = time.monotonic()
        self._bar = tqdm(
            total=self._total or None, unit="B", unit_scale=True, unit_divisor=1000, leave=False, disable=None
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def reading(self, article: Article) -> None:
        """Take note of an article that was read and will be committed with its batch."""
        path = self._path(article.location)
        if path != self._file:
            self._read += self._sizes.get(self._file or "", 0)
            self._file, self._inside = path, 0
        self._inside = min(self._inside + len(article.text.encode()), self._sizes.get(path or "", 0))

    def committed(self, articles: int) -> None:
        """Show how far it is, after a commit of some articles."""
        self._articles += articles
        done = self._read + self._inside
        self._bar.set_postfix_str(f"{self._articles:,} articles", refresh=False)
        self._bar.update(done - self._bar.n)
        now = time.monotonic()
        if self._bar.disable and now - self._said >= EVERY_SECONDS:
            self._said = now
            click.echo(self._line(done, now - self._began), err=True)

    def _line(self, done: int, seconds: float) -> str:
        rate = f"{self._articles:,} articles, {self._articles / seconds:.0f} a second"
        if not 0 < done <= self._total:
            return rate
        left = seconds * (self._total - done) / done
        return f"{rate}, {100 * done / self._total:.0f}% of the files, about {duration(left)} left"

    def _path(self, location: str | None) -> str | None:
        """Return the file of an article, whose location may have a line number behind it."""
        if location is None or location in self._sizes:
            return location
        return location.rpartition(":")[0]


def duration(seconds: float) -> str:
    """Say how long something takes, about.

    >>> duration(89), duration(600), duration(9000)
    ('89 seconds', '10 minutes', '2.5 hours')
    """
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 90 * 60 else f"{seconds / 3600:.1f} hours"


def _file_sizes(sources: Iterable[str]) -> Iterator[tuple[str, int]]:
    from index.load.files import File, find_files

    for source in sources:
        if "://" not in source:
            for found in find_files(source):
                if isinstance(found, File):
                    yield str(found.path), _size(found.path)


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
