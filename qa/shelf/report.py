"""What is told of articles that come in: while they come, and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_NAMED, _LISTED = 3, 20


@dataclass(frozen=True)
class Progress:
    """What is being done.

    Attributes:
        doing: "waiting" for another to be done, "reading", or "indexing" what was read.
        name: The file, the address or the text that is being read; None where it is several.
        done: How many of them are done.
        of: How many there are.
        articles: How many articles are committed.
    """

    doing: Literal["waiting", "reading", "indexing"]
    name: str | None
    done: int
    of: int
    articles: int


@dataclass(frozen=True)
class Outcome:
    """What became of an article, or of what did not become one.

    Attributes:
        name: The file, with `:NUMBER` for a record of one, the address, or the first words of the text.
        became: What happened.
        article_id: The article's id; None where it failed.
        label: What to call it, its title or its id; None where it failed.
        reason: Why it failed, to be read behind the name: "has the ending '.xyz', expected ...".
        beside: The id that an article with other words had already, so that this one was given a number.
    """

    name: str
    became: Literal["added", "replaced", "unchanged", "failed"]
    article_id: str | None = None
    label: str | None = None
    reason: str | None = None
    beside: str | None = None


@dataclass(frozen=True)
class Report:
    """What became of everything, in its order, and what is to be said of the languages; `held` is all in the index."""

    outcomes: tuple[Outcome, ...]
    notice: str | None
    held: int

    def those(self, *became: str) -> tuple[Outcome, ...]:
        """Return the outcomes of some kinds."""
        return tuple(outcome for outcome in self.outcomes if outcome.became in became)

    def in_words(self) -> str:
        """Say it to people, a line for each kind of outcome and for each failure, in plain text."""
        lines = [
            _sentence(f"{verb} {_counted(self.those(became))}")
            for verb, became in (("Added", "added"), ("Replaced", "replaced"), ("Already there:", "unchanged"))
            if self.those(became)
        ]
        lines += [
            f"{outcome.article_id} stands beside {outcome.beside}, which has other words."
            for outcome in self.outcomes
            if outcome.beside
        ]
        failed = self.those("failed")
        lines += [f"Not added: {outcome.name} {outcome.reason}" for outcome in failed[:_LISTED]]
        if len(failed) > _LISTED:
            lines.append(f"Not added: {len(failed) - _LISTED} more.")
        return "\n".join([*lines, *([self.notice] if self.notice else [])])


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _counted(outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) > _NAMED:
        return f"{len(outcomes):,} articles"
    return ", ".join(str(outcome.label) for outcome in outcomes)
