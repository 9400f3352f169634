"""What the next answer is limited to: narrowed, kept as text, shown as HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.errors import InvalidFilter
from index.labels import folded
from index.search.filters import Filter
from qa.chat.markup import action, shown
from qa.conversation.as_json import filter_from_json, to_json
from qa.errors import UnusableConversations
from qa.wording import limit_in_words


def narrowed(first: Filter, sources: Sequence[str] | None, since: str | None, until: str | None) -> Filter:
    """Return a filter within another one; what the browser sends is None where nothing was put in.

    Raises:
        InvalidFilter: If a date is none, or nothing is left.
    """
    given = Filter((since or "").strip() or None, (until or "").strip() or None, tuple(sources or ()))
    if given.sources and first.sources:
        allowed = {folded(source) for source in first.sources}
        given = replace(given, sources=tuple(source for source in given.sources if folded(source) in allowed))
        if not given.sources:
            raise InvalidFilter(f"The chat was opened with articles from {' or '.join(first.sources)} only.")
    return replace(
        first,
        since=max(filter(None, [first.since, given.since]), default=None),
        until=min(filter(None, [first.until, given.until]), key=lambda day: day + "~", default=None),
        sources=given.sources or first.sources,
    )


def within(first: Filter, kept: Filter) -> Filter:
    """Return a limit that was kept, cut down to what the chat was opened with; that alone where nothing is left."""
    if not first:
        return kept
    try:
        only = narrowed(first, kept.sources, kept.since, kept.until)
        return replace(
            only,
            authors=_both(first.authors, kept.authors),
            tags=_both(first.tags, kept.tags),
            articles=_both(first.articles, kept.articles),
        )
    except InvalidFilter:
        return first


def _both(first: tuple[str, ...], kept: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that both have; those of the one where the other has none.

    Raises:
        InvalidFilter: If both have some, and none that is the same.
    """
    if not first or not kept:
        return first or kept
    same = tuple(name for name in kept if name in first)
    if not same:
        raise InvalidFilter("Nothing would be left to search.")
    return same


def limit_to_text(only: Filter) -> str:
    """Return a limit as the page keeps it."""
    return to_json(only)


def limit_from_text(text: str) -> Filter:
    """Return the limit that a page has kept.

    Raises:
        InvalidFilter: If it is none.
    """
    try:
        return filter_from_json(text)
    except UnusableConversations as error:
        raise InvalidFilter("The page has lost what answers are limited to. Load it again.") from error


def limit_as_html(only: Filter, labels: Sequence[str], ended: bool = True, *, as_written: bool = False) -> str:
    """Say what the next question is limited to, and whether it is asked as it is written; "" where neither.

    Args:
        only: The limit.
        labels: What the articles that it names are called.
        ended: Whether it can be ended on the page; not so what the chat was opened with.
        as_written: Whether the next question is neither completed nor corrected.
    """
    lines = []
    if only:
        end = action("unlimit", "Search all articles") if ended else ""
        lines.append(
            f'<p class="pq-limit">Answers only from <bdi>{shown(limit_in_words(only, labels))}</bdi> {end}</p>'
        )
    if as_written:
        lines.append(
            '<p class="pq-limit">The next question is searched exactly as written. '
            f"{action('free', 'Complete it from the conversation')}</p>"
        )
    return "".join(lines)
