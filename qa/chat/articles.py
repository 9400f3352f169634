"""The list of the articles as HTML: a page of it, with what can be done with each. Pure."""

from __future__ import annotations

from collections.abc import Container

from index.listing import ArticleSummary, Listing
from qa.chat.markup import action, facts_as_html, shown
from qa.wording import count_in_words, date_in_words

PAGE = 25
"""Articles on a page of the list."""


def list_as_html(listing: Listing, offset: int, limited: Container[str]) -> str:
    """Return a page of the list of articles.

    Args:
        listing: The page, and how many there are in all.
        offset: How many come before it.
        limited: The ids of the articles that answers are limited to.
    """
    if not listing.articles:
        return '<p class="pq-small" role="status">No article fits.</p>'
    last = offset + len(listing.articles)
    said = f"{offset + 1:,} to {last:,} of {count_in_words(listing.total, 'article')}"
    items = "".join(_item(article, article.id in limited) for article in listing.articles)
    return (
        f'<p class="pq-small" role="status" tabindex="-1">{said}</p>'
        f'<ul class="pq-list" aria-label="Articles">{items}</ul>'
        f'<p class="pq-row">{_step("Earlier page", offset - PAGE, offset > 0)}'
        f"{_step('Next page', last, last < listing.total)}</p>"
    )


def removed_as_html(removed: Listing) -> str:
    """Return the articles that were removed last and can be brought back; the last one stands open."""
    if not removed.articles:
        return ""
    last, *others = removed.articles
    more = "".join(f"<li>{_bring_back(article)}</li>" for article in others)
    rest = count_in_words(removed.total - 1, "other removed article")
    return f'<div class="pq-limit"><p role="status">Removed: {_bring_back(last)}</p>' + (
        f'<details data-key="removed"><summary>{rest}</summary><ul class="pq-list">{more}</ul></details></div>'
        if more
        else "</div>"
    )


def _bring_back(article: ArticleSummary) -> str:
    button = action("restore", "Bring back", {"id": article.id}, title=f"Bring back {article.label}")
    return f'<span dir="auto">{shown(article.label)}</span> {button}'


def _item(article: ArticleSummary, limited: bool) -> str:
    facts = facts_as_html([article.source, date_in_words(article.published), ", ".join(article.authors)])
    aria = {"pressed": str(limited).lower()}
    only = action(
        "limit", "Answer from this", {"id": article.id}, title=f"Answer from this: {article.label}", aria=aria
    )
    return (
        f'<li dir="auto">{action("show", article.label, {"id": article.id}, classes="pq-choose")}'
        f'<span class="pq-small">{facts}</span><span class="pq-row">{only}'
        f"{action('remove', 'Remove', {'id': article.id}, title=f'Remove {article.label}')}</span></li>"
    )


def _step(label: str, offset: int, possible: bool) -> str:
    return action("leaf", label, {"offset": max(0, offset)}) if possible else ""
