"""Errors of the library as messages on the page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from index.errors import ArticleIndexError
from qa.chat.markup import shown
from qa.errors import QAError

P = ParamSpec("P")
R = TypeVar("R")

GONE = (
    "This conversation is not there any more: it was deleted, or it was not stored and the chat was closed. Begin a "
    "new one."
)


def told(function: Callable[P, R]) -> Callable[P, R]:
    """Turn an error of the library, and an event that lacks what it should carry, into a message on the page."""

    @functools.wraps(function)
    def telling(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return function(*arguments, **named)
        except (QAError, ArticleIndexError) as error:
            raise gr.Error(shown(str(error)), print_exception=False) from error

    return telling


def said(event: gr.EventData, name: str) -> str:
    """Return what an event carries, as text; "" where it does not."""
    data: Any = getattr(event, "_data", None)
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else "" if value is None else str(value)


def number(text: str) -> int:
    """Return a number that the browser sent; -1 for what is none.

    >>> number("12"), number("-3"), number("²")
    (12, -1, -1)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
