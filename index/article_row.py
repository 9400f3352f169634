"""An article as a row of the database, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from index.article import Article
from index.errors import InvalidArticle, UnusableIndex

COLUMNS = (
    "id", "text", "title", "source", "location", "url", "published", "authors", "language", "tags", "metadata",
    "content_hash", "pages",
)  # fmt: skip
_JSON_COLUMNS = {"authors", "tags", "metadata", "pages"}


def to_row(article: Article) -> tuple[Any, ...]:
    """Return the values of `COLUMNS`."""
    return tuple(_stored(column, getattr(article, column)) for column in COLUMNS)


def _stored(column: str, value: Any) -> Any:
    if column not in _JSON_COLUMNS or value is None:
        return value
    return json.dumps(value if column == "metadata" else list(value))


def from_row(row: Iterable[Any]) -> Article:
    """Return the article of the values of `COLUMNS`.

    Raises:
        UnusableIndex: If its text is not the one that was stored.
    """
    fields = dict(zip(COLUMNS, row, strict=True))
    stored_hash = fields.pop("content_hash")
    try:
        for column in _JSON_COLUMNS:
            if fields[column] is not None:
                value = json.loads(fields[column])
                fields[column] = value if column == "metadata" else tuple(value)
        article = Article(**fields)
    except (ValueError, TypeError, AttributeError, InvalidArticle) as error:
        raise UnusableIndex(
            f"Article {fields['id']!r} is stored damaged ({error}). Index the article again from its source."
        ) from error
    if article.content_hash != stored_hash:
        raise UnusableIndex(
            f"The text of article {article.id!r} is not the one that was stored (its hash differs). "
            "Index the article again from its source."
        )
    return article
