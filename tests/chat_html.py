"""Reading the chat's HTML in tests: every `<` and `>` that is not a tag's is escaped, so that this is simple."""

from __future__ import annotations

import re
from html import unescape

from conversing import here

from qa.chat.answer_view import Anchoring
from qa.chat.thread import Surroundings, conversation_as_html
from qa.conversation.turn import Conversation

_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def plain(html: str) -> str:
    """The text, without the tags."""
    return unescape(_TAG.sub("", html))


def inside(html: str, tag: str, classes: str) -> list[str]:
    """The HTML inside each element of a tag, none in another, that has a class."""
    return re.findall(rf'<{tag} [^<>]*class="(?:[^"]* )?{classes}(?: [^"]*)?"[^<>]*>(.*?)</{tag}>', html, re.DOTALL)


def buttons(html: str, do: str) -> list[dict[str, str]]:
    """The attributes of each button that triggers an event, and its text as "text"."""
    found = re.findall(rf'(<button [^<>]*data-do="{do}"[^<>]*>)(.*?)</button>', html, re.DOTALL)
    return [{**attributes(tag), "text": plain(label)} for tag, label in found]


def attributes(tag: str) -> dict[str, str]:
    """The attributes of an opening tag."""
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def drawn(
    given: Conversation | None, *, doing: str | None = None, anchored: Anchoring = here, starters: tuple[str, ...] = ()
) -> str:
    labels = {"north.txt": "North"}
    return conversation_as_html(
        given,
        Surroundings(
            conversation=given.id if given else "",
            version="1",
            starters=starters,
            doing=lambda _: doing,
            anchored=anchored,
            labels=lambda ids: [labels.get(i, i) for i in ids],
        ),
    )
