"""What happens in the list of articles: each event's function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from index.errors import InvalidFilter
from index.listing import Order
from index.search.filters import Filter
from index.store import Index
from qa.chat import articles
from qa.chat.limit import limit_as_html, limit_from_text, limit_to_text, narrowed, within
from qa.chat.markup import shown
from qa.chat.told import number, said, told

SORTS: dict[str, tuple[Order, bool]] = {
    "Newest date": ("date", True),
    "Oldest date": ("date", False),
    "Title": ("title", False),
    "Source": ("source", False),
    "Last added": ("added", True),
}
"""The orders of the list of articles, by what they are called."""

_SOURCES = 1_000
_LIMIT = 5_000


class ArticleEvents:
    """The functions of the list's events, and of the limit on what is searched.

    A limit goes to the page and back as text, since the page may outlive the process.
    """

    def __init__(self, index: Index, first_limit: Filter) -> None:
        """Put it together; `first_limit` is what the chat was opened with, within which every limit stays."""
        self._index = index
        self.first_limit = first_limit

    @told
    def source_choices(self) -> Any:
        """Offer the sources that the articles have now."""
        return gr.update(choices=[(f"{name} ({count:,})", name) for name, count in self._index.sources()[:_SOURCES]])

    @told
    def listed(self, *listing: Any) -> tuple[str, float]:
        """List the articles from the first one on."""
        return self._list(0, *listing), 0

    @told
    def leafed(self, event: gr.EventData, *listing: Any) -> tuple[str, float]:
        """Turn to another page of the list."""
        offset = max(0, number(said(event, "offset")))
        return self._list(offset, *listing), offset

    @told
    def listed_again(self, offset: float | None, *listing: Any) -> str:
        """List the articles again, which may have changed, at the place where the list is."""
        return self._list(int(offset or 0), *listing)

    @told
    def limited_to_listed(
        self, find: str | None, sources: Sequence[str] | None, since: str | None, until: str | None
    ) -> tuple[str, str]:
        """Limit answers to the articles that the list has now."""
        only = narrowed(self.first_limit, sources, since, until)
        if (find or "").strip():
            found = self._index.listing(find or "", "title", only=only, offset=0, limit=_LIMIT)
            if not found.total:
                raise InvalidFilter("The list is empty: nothing would be searched. Search it for other words.")
            if found.total > _LIMIT:
                raise InvalidFilter(f"{found.total:,} articles fit, at most {_LIMIT:,} can be named. Narrow it.")
            only = replace(only, articles=tuple(article.id for article in found.articles))
        return self.limit(only)

    @told
    def limited_to_one(self, event: gr.EventData, limit: str | None) -> tuple[str, str]:
        """Take an article among those that answers are limited to, or out."""
        chosen, before = said(event, "id"), self.limit_of(limit)
        named = () if before.articles == self.first_limit.articles else before.articles
        after = tuple(one for one in named if one != chosen) if chosen in named else (*named, chosen)
        return self.limit(replace(self.first_limit, articles=after) if after else self.first_limit)

    @told
    def unlimited(self) -> tuple[str, str]:
        """Search all articles again, or those that the chat was opened with."""
        return self.limit(self.first_limit)

    @told
    def removed(self, event: gr.EventData) -> str:
        """Remove an article, which can be brought back; return the generation, whose change lists the articles anew."""
        self._index.remove([said(event, "id")])
        return str(self._index.generation)

    @told
    def restored(self, event: gr.EventData) -> str:
        """Bring a removed article back; see `removed`."""
        self._index.bring_back([said(event, "id")])
        return str(self._index.generation)

    def limit_of(self, text: str | None) -> Filter:
        """Return the limit that a page has; the first one where it has none."""
        return within(self.first_limit, limit_from_text(text)) if text else self.first_limit

    def limit(self, only: Filter, *, as_written: bool = False) -> tuple[str, str]:
        """Return a limit as the page keeps it, and as it shows it."""
        ended = only != self.first_limit
        return limit_to_text(only), limit_as_html(only, self.labels(only.articles), ended, as_written=as_written)

    def labels(self, ids: Sequence[str]) -> list[str]:
        """Return what articles are called."""
        titles = self._index.titles(ids)
        return [titles.get(one) or one for one in ids]

    def _list(
        self,
        offset: int,
        find: str | None,
        sources: Sequence[str] | None,
        since: str | None,
        until: str | None,
        sort: str,
        limit: str | None,
    ) -> str:
        by, descending = SORTS.get(sort, SORTS["Newest date"])
        try:
            only = narrowed(self.first_limit, sources, since, until)
        except InvalidFilter as error:
            return f'<p class="pq-small" role="alert">{shown(str(error))}</p>'
        page = self._index.listing(find or "", by, descending=descending, only=only, offset=offset, limit=articles.PAGE)
        chosen = self.limit_of(limit).articles
        removed = articles.removed_as_html(self._index.removed_listing())
        return removed + articles.list_as_html(page, offset, () if chosen == self.first_limit.articles else chosen)
