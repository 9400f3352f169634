"""The list of conversations, and what can be done with the one that is open, as HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from qa.chat.markup import action, shown
from qa.conversation.store import Summary
from qa.conversation.turn import Conversation
from qa.wording import count_in_words, date_in_words

EXPORTS = {"md": "Markdown", "html": "HTML", "json": "JSON"}
"""The endings of the files that a conversation is exported as, and their names."""

UNTITLED = "New conversation"

LISTED = 100
"""Conversations that are listed, the newest; all are drawn anew with every answer."""


def list_as_html(conversations: Sequence[Summary], opened: str, search: str) -> str:
    """Return the conversations that are kept, newest first; the one that is open is marked.

    Where there are more than `LISTED`, the others are left to the search.
    """
    if not conversations:
        said = f"No conversation has “{shown(search)}” in it." if search else "No conversation is kept yet."
        return f'<p class="pq-small">{said}</p>'
    items = "".join(_item(one, one.id == opened) for one in conversations[:LISTED])
    others = f'<p class="pq-small">The last {LISTED} are listed; a search finds the others.</p>'
    more = others if len(conversations) > LISTED else ""
    return f'<nav aria-label="Conversations"><ul class="pq-list">{items}</ul>{more}</nav>'


def toolbar_as_html(conversation: Conversation | None) -> str:
    """Return the title of the open conversation, and buttons to rename, export and delete it."""
    if conversation is None or (not conversation.turns and conversation.stored):
        return f'<div class="pq-toolbar"><h2 class="pq-name">{UNTITLED}</h2></div>'
    title = conversation.title or UNTITLED
    kept = "" if conversation.stored else '<span class="pq-unstored">not stored: gone when the chat is closed</span>'
    exports = "".join(
        action("export", name, {"ending": ending}, title=f"Export as {name}") for ending, name in EXPORTS.items()
    )
    return (
        f'<div class="pq-toolbar"><h2 class="pq-name" dir="auto">{shown(title)}</h2>{kept}'
        '<details class="pq-menu"><summary>Conversation</summary><div class="pq-menu-body">'
        '<form data-do="rename"><label>Title '
        f'<input name="title" maxlength="200" required autocomplete="off" value="{shown(title)}"></label>'
        '<button type="submit" class="pq-button">Rename</button></form>'
        f'<p class="pq-row">Export: {exports}</p>'
        f"{action('delete', 'Delete for good', classes='pq-danger')}"
        '<p class="pq-problem" role="alert"></p></div></details></div>'
    )


def _item(summary: Summary, opened: bool) -> str:
    aria = {"current": "true"} if opened else {}
    button = action("choose", summary.title or UNTITLED, {"id": summary.id}, classes="pq-choose", aria=aria)
    facts = f"{date_in_words(summary.changed_at)} · {count_in_words(summary.turns, 'message')}"
    return f'<li dir="auto">{button}<span class="pq-small">{facts}</span></li>'
