"""langchain's Documents to articles and back, with nothing changed on the way."""

from __future__ import annotations

import json
import math
from typing import Any

from langchain_core.documents import Document

from index.article import Article
from index.errors import InvalidArticle

_ACCEPTED = "a dict with str keys, of dict, list, str, int, finite float, bool and None"


def to_article(document_id: str, text: str, metadata: object) -> Article:
    """Return the article that gives the same Document back.

    Raises:
        InvalidArticle: If none can: the text has no visible character, the id or the text begins with a byte order
            mark, something is not valid Unicode, or the metadata is not JSON.
    """
    named = f"The document {document_id!r}"
    for what, value in (("id", document_id), ("page_content", text)):
        if not isinstance(value, str):
            raise InvalidArticle(f"{named} has the {what} {value!r}, expected a str.")
        _check_unicode(value, f"{named}: its {what}")
        if value.startswith("\ufeff"):
            raise InvalidArticle(
                f"{named}: its {what} begins with a byte order mark, which is not kept. Read its file with the "
                "encoding 'utf-8-sig', or take the mark off."
            )
    if not text.strip():
        raise InvalidArticle(
            f"{named} has the page_content {text[:20]!r}, expected at least one visible character. Leave it out: "
            "[d for d in documents if d.page_content.strip()]"
        )
    try:
        if type(metadata) is not dict:
            raise _refused(named, "metadata", metadata)
        _check_json(metadata, named, "metadata")
        json.dumps(metadata)
    except RecursionError as error:
        raise InvalidArticle(f"{named}: its metadata holds itself, or is nested too deep for JSON.") from error
    except ValueError as error:
        raise InvalidArticle(f"{named}: its metadata cannot be written as JSON: {error}") from error
    return Article(document_id, text, metadata=metadata)


def to_document(article: Article) -> Document:
    """Return the Document that an article was made of."""
    return Document(id=article.id, page_content=article.text, metadata=dict(article.metadata))


def _check_json(value: Any, named: str, where: str) -> None:
    """Refuse what JSON does not give back as it was; subclasses come back as their base, so they are refused too."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise _refused(named, f"a key of {where}", key)
            _check_unicode(key, f"{named}: a key of {where}")
            _check_json(item, named, f"{where}[{key!r}]")
    elif kind is list:
        for position, item in enumerate(value):
            _check_json(item, named, f"{where}[{position}]")
    elif kind is str:
        _check_unicode(value, f"{named}: {where}")
    elif not (value is None or kind in (bool, int) or (kind is float and math.isfinite(value))):
        raise _refused(named, where, value)


def _check_unicode(text: str, what: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidArticle(
            f"{what} has {text[error.start]!r} at {error.start}, half of a surrogate pair, expected valid Unicode."
        ) from error


def _refused(named: str, where: str, value: object) -> InvalidArticle:
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    return InvalidArticle(
        f"{named}: {where} is {repr(value)[:60]} ({kind}), which would not come back as it is. Expected metadata to be "
        f"JSON: {_ACCEPTED}. Turn it into one of these first."
    )
