"""Spans to checked citations."""

from __future__ import annotations

from bisect import bisect_right

from index.article import Article, Passage
from index.sentences import sentence_around
from qa.answer import Citation

CONTEXT = 32
"""Code points kept before and after a quote."""


def cite(article: Article, passage: Passage, start: int, end: int) -> Citation:
    """Cite `passage.text[start:end]` in its article.

    The quote is taken from the passage and looked up in the article, so that `verified` is the outcome of a
    comparison: where the two differ (the article changed since it was searched), the citation is `unverified`.

    Args:
        article: The source article.
        passage: A passage of it.
        start: In code points of the passage's text.
        end: Exclusive, likewise.
    """
    quote = passage.text[start:end]
    begin, stop = passage.start + start, passage.start + end
    text = article.text
    sentence_start, sentence_end = sentence_around(passage.text, start, end)
    return Citation(
        article_id=article.id,
        passage_id=passage.id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        page=bisect_right(article.pages, begin) if article.pages else None,
        start=begin,
        end=stop,
        quote=quote,
        prefix=text[max(0, begin - CONTEXT) : begin],
        suffix=text[stop : stop + CONTEXT],
        sentence_start=passage.start + sentence_start,
        sentence_end=passage.start + sentence_end,
        content_hash=article.content_hash,
        status="verified" if text[begin:stop] == quote else "unverified",
        support="unchecked",
        speaker=_speaker(text, begin, stop),
    )


def _speaker(text: str, start: int, end: int) -> str | None:
    """Return who says a place; what tells it is imported here, since its expressions take long to compile."""
    from qa.speaker import speaker_of

    found = speaker_of(text, start, end)
    return " ".join(text[slice(*found)].split()) if found else None
