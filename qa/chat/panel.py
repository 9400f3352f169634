"""The source panel: an article as HTML, with one span of it marked. Pure."""

from __future__ import annotations

from html import escape

from index.article import Article
from qa.answer import Citation, FoundPassage

EMPTY_PANEL = '<p class="pq-empty">The source of an answer appears here.</p>'

CHANGED_PANEL = '<p class="pq-empty">The article has changed or was removed since it was read.</p>'

SCROLL_TO_SPAN = """
const show = () => {
  const text = element.querySelector('.pq-text');
  const span = text && text.querySelector('.pq-span');
  if (!span) return;
  const offset = span.getBoundingClientRect().top - text.getBoundingClientRect().top;
  text.scrollTop += offset - text.clientHeight / 3;
  span.scrollIntoView({ block: 'nearest' });
};
watch('value', () => requestAnimationFrame(show));
"""
"""Runs in the browser whenever the panel changes: brings the span into view, first inside the panel."""


def cited_panel(article: Article, citation: Citation) -> str:
    """Return the article with the cited span highlighted."""
    return _panel(article, "Source", citation.start, citation.end, '<mark class="pq-span" tabindex="-1">{}</mark>')


def closest_panel(article: Article, passage: FoundPassage) -> str:
    """Return the article with the closest passage set off, plainly not as an answer."""
    return _panel(
        article, "Closest passage, not an answer", passage.start, passage.end, '<span class="pq-span pq-near">{}</span>'
    )


def _panel(article: Article, heading: str, start: int, end: int, frame: str) -> str:
    """Put an article together; the one place where code point offsets become a place on the page.

    The text is cut in Python, by code points, so that no offset ever reaches the browser.
    """
    before, span, after = article.text[:start], article.text[start:end], article.text[end:]
    body = escape(before) + frame.format(escape(span)) + escape(after)
    facts = [article.source, article.published or "undated", f"characters {start}-{end}"]
    return (
        f'<p class="pq-heading">{heading}</p>'
        f'<h2 class="pq-title">{escape(article.label)}</h2>'
        f'<p class="pq-facts">{escape(" · ".join(fact for fact in facts if fact))}</p>'
        f'<div class="pq-text" dir="auto" tabindex="0" role="region" aria-label="Article text">{body}</div>'
    )
