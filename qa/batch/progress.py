"""How far a file of questions is: a bar on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import click
from tqdm import tqdm

from qa.progress import EVERY_SECONDS, duration


class BatchProgress:
    """Follows the number of questions done, of a total that is known; a context manager.

    Attributes:
        total: Of how many.
        done: How many are done; None until it is known how many an earlier run had done.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.done: int | None = None
        self._first = 0
        self._began = self._said = time.monotonic()
        self._bar: tqdm | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int) -> None:
        """Show that so many are done; the first call says how many an earlier run had done, which took no time."""
        self.done = done
        if self._bar is None:
            self._first = done
            self._began = self._said = time.monotonic()
            self._bar = tqdm(total=self.total, initial=done, unit=" questions", leave=False, disable=None)
            if done:
                click.echo(f"going on after {done:,} of {self.total:,} questions", err=True)
            return
        self._bar.update(done - self._bar.n)
        now = time.monotonic()
        if self._bar.disable and now - self._said >= EVERY_SECONDS:
            self._said = now
            click.echo(how_far(done, self.total, (done - self._first) / (now - self._began)), err=True)


def how_far(done: int, total: int, rate: float) -> str:
    """Say how many questions are done, how fast, and how long the others will take.

    Args:
        done: How many.
        total: Of how many.
        rate: Questions a second, above 0.

    >>> how_far(500, 2000, 12.5)
    '500 of 2,000 questions, 12.5 a second, about 2 minutes left'
    """
    return f"{done:,} of {total:,} questions, {rate:.1f} a second, about {duration((total - done) / rate)} left"
