"""The data model: articles, the passages cut from them, and the hits of a search.

All offsets are Unicode code points of `Article.text`, end exclusive.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from index.errors import InvalidArticle

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Article:
    """One source article, as stored.

    Attributes:
        id: Unique in an index; the same id again replaces the article.
        text: The decoded text; every offset counts its code points.
        title: The headline, or None where the source gives none.
        source: The publisher's name.
        location: The path or address it was read from.
        url: Its public address.
        published: ISO 8601, partial allowed ("2025-06").
        authors: Names, in the source's order.
        language: BCP 47.
        tags: Labels of the user's own.
        metadata: JSON of the user's own, returned as given.
        content_hash: "sha256:" and the hex digest of the text in UTF-8.
        pages: Start offset of each page, or None where there are no pages.
    """

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    location: str | None = None
    url: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    content_hash: str = field(init=False)
    pages: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Clean every string (see `clean_text`) and hash the text.

        Raises:
            InvalidArticle: If the id is empty, the text has no visible character, or the pages are not ascending
                offsets of the text that begin with 0.
        """
        for name in ("id", "text", "title", "source", "location", "url", "published", "language"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, clean_text(value))
        for name in ("authors", "tags"):
            object.__setattr__(self, name, tuple(clean_text(value) for value in getattr(self, name)))
        if not self.id:
            raise InvalidArticle("An article needs an id of at least one character; got ''.")
        if not self.text.strip():
            raise InvalidArticle(f"Article {self.id!r} has no text.")
        if self.pages is not None:
            object.__setattr__(self, "pages", self._checked_pages(self.pages))
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        object.__setattr__(self, "content_hash", f"sha256:{digest}")

    def _checked_pages(self, pages: tuple[int, ...]) -> tuple[int, ...]:
        ascending = all(before < after for before, after in pairwise(pages))
        if not pages or pages[0] != 0 or pages[-1] >= len(self.text) or not ascending:
            raise InvalidArticle(
                f"Article {self.id!r} has the pages {list(pages)!r}, expected ascending offsets from 0 to less than "
                f"{len(self.text)}."
            )
        return tuple(pages)

    @property
    def label(self) -> str:
        """What to call the article where people read: its title, else its id."""
        return self.title or self.id


@dataclass(frozen=True)
class Passage:
    """A stretch of an article: `article.text[start:end] == text`."""

    article_id: str
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        """`article_id:start-end`, the same after every rebuild."""
        return f"{self.article_id}:{self.start}-{self.end}"


@dataclass(frozen=True)
class Ranks:
    """Positions from 1 in the dense and the lexical result; None where it was not found."""

    dense: int | None
    lexical: int | None


@dataclass(frozen=True)
class Hit:
    """A passage that a search found.

    Attributes:
        passage: The passage.
        score: The fused score; higher is better, compares within one search only.
        ranks: Where each ranking had it.
        similarity: The cosine of query and passage, as embedded.
        copies: Passages of near-copies of the article that say the same and are not shown on their own, the first 20.
        matched: The words of the query that it has, or its article's title or date, in lower case, without accents.
    """

    passage: Passage
    score: float
    ranks: Ranks
    similarity: float
    copies: tuple[Passage, ...] = ()
    matched: tuple[str, ...] = ()


def hit_article_ids(hits: Iterable[Hit]) -> set[str]:
    """Return the ids of the articles of hits and of their copies."""
    return {passage.article_id for hit in hits for passage in (hit.passage, *hit.copies)}


def clean_text(text: str) -> str:
    r"""Return decoded text as it is stored: without byte order marks at its start, lone surrogates replaced.

    Nothing else changes, and cleaning twice is cleaning once.

    >>> clean_text("\ufeffA\r\n")
    'A\r\n'
    """
    return _LONE_SURROGATE.sub("\ufffd", text.lstrip("\ufeff"))
