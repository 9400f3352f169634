"""Replies and filters as the JSON in which they are kept, and back. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from index.article import clean_text
from index.errors import InvalidFilter
from index.search.filters import Filter
from qa.conversation.turn import Reply
from qa.errors import UnusableConversations

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def to_json(value: Reply | Filter) -> str:
    """Return a reply or a filter as JSON, every field present; lone surrogates, which no file can hold, replaced."""
    return clean_text(json.dumps(asdict(value), ensure_ascii=False))


def reply_from_json(text: str) -> Reply:
    """Return the reply that `to_json` wrote, equal to what it was.

    Fields that came since with a default have it; fields that are not known any more are left out.

    Raises:
        UnusableConversations: If it is damaged, or lacks a field.
    """
    return _read(Reply, text)  # type: ignore[no-any-return]


def filter_from_json(text: str) -> Filter:
    """Return the filter that `to_json` wrote; see `reply_from_json`."""
    return _read(Filter, text)  # type: ignore[no-any-return]


def _read(kind: type, text: str) -> Any:
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        problem = ".".join(map(str, first["loc"])) + ": " + first["msg"] if first["loc"] else first["msg"]
    except InvalidFilter as error:
        problem = str(error)
    raise UnusableConversations(
        f"A kept {kind.__name__.lower()} cannot be read ({problem}): it is damaged, or another version of Pullquote "
        "wrote it. Open the conversation with that version, or delete it."
    )


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
