"""Conversations as files: to be read, to be printed, to be worked with by other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from qa.conversation.export.annotations import as_annotations
from qa.conversation.export.content import Anchoring
from qa.conversation.export.markdown import as_markdown
from qa.conversation.export.page import as_page
from qa.conversation.turn import Conversation

__all__ = ["Anchoring", "as_annotations", "as_markdown", "as_page", "export_as", "export_name"]


def _as_json(conversation: Conversation, anchored: Anchoring) -> str:
    return json.dumps(as_annotations(conversation, anchored), ensure_ascii=False, indent=2) + "\n"


_EXPORTS: dict[str, Callable[[Conversation, Anchoring], str]] = {"md": as_markdown, "html": as_page, "json": _as_json}


def export_as(ending: str, conversation: Conversation, anchored: Anchoring) -> str:
    """Return a conversation as a file's text, to be written in UTF-8.

    Args:
        ending: "md", "html" or "json".
        conversation: With its turns.
        anchored: Tells where a citation stands now; see `qa.conversation.anchor`.

    Raises:
        ValueError: If there is no such export.
    """
    if ending not in _EXPORTS:
        raise ValueError(f"Got {ending!r}, expected one of {', '.join(_EXPORTS)}.")
    return _EXPORTS[ending](conversation, anchored)


def export_name(conversation: Conversation, ending: str) -> str:
    """Return a name for the file that every system takes, from the title: letters and digits, at most 60 of them.

    >>> export_name(Conversation("c", "Who? ../../etc", "", "", True), "md")
    'who-etc.md'
    """
    words = re.findall(r"[^\W_]+", conversation.title.lower())
    return f"{'-'.join(words)[:60].strip('-') or 'conversation'}.{ending}"
