"""A chat's page for tests, which is called as Gradio calls it, with a conversation of another browser's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from desks import settled, until
from fakes import HashEncoder, WordReader

from index import Article, Index
from index.search.filters import EVERYTHING, Filter
from qa import Assistant
from qa.chat.page import Page
from qa.conversation.store import Conversations
from qa.conversation.turn import Conversation, Turn
from qa.desk import Desk
from qa.dialogue.dialogue import Dialogue
from qa.shelf import Shelf

ME, OTHER = "me", "other"
SECRET = "Zembla"
ARTICLES = [
    Article("a.txt", "Ada met Bo in Velmar. It rained.", title="Rain", source="AP", published="2025-06-09"),
    Article("<b>.txt", "Nobody met anybody.", source="BBC", published="2024"),
]


@dataclass(frozen=True)
class Chat:
    """A page with its desk, where each browser has its own conversations, and one of another browser's."""

    page: Page
    desk: Desk
    index: Index
    foreign: Conversation

    def begun(self, message: str = "Who met Bo?", owner: str = ME) -> Conversation:
        made = self.desk.create(owner)
        self.desk.ask(made.id, owner, message, EVERYTHING)
        return settled(self.desk, made.id, owner)


@contextmanager
def opened_chat(folder: Path, only: Filter = EVERYTHING) -> Iterator[Chat]:
    with (
        pytest.MonkeyPatch.context() as patch,
        Index.create(folder, HashEncoder()) as index,
        Conversations(None) as kept,
        Conversations(None) as unkept,
    ):
        patch.setattr("qa.starting.starters", lambda assistant: ["Who met Bo?"])
        index.add(ARTICLES)
        assistant = Assistant(index, WordReader("Ada"), only=only)
        desk = Desk(Dialogue(assistant), Shelf(index), kept, unkept)
        made = desk.create(OTHER)
        desk.ask(made.id, OTHER, f"Who met in {SECRET}?", EVERYTHING)
        page = Page(assistant, desk, several_people=True)
        page.begun(ME)
        until(lambda: not page._starters.making())
        yield Chat(page, desk, index, settled(desk, made.id, OTHER))
        desk.close()


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def at(turn: Turn, **data: Any) -> gr.EventData:
    return event(**{"turn": turn.id, "reply": "0", **data})


def listing(since: str = "", sort: str = "Title", limit: str | None = "") -> list[Any]:
    """What the list of articles is asked with: words, sources, dates, order, the limit."""
    return ["", [], since, "", sort, limit]


def message_of(error: pytest.ExceptionInfo[gr.Error]) -> str:
    return str(error.value.message)
