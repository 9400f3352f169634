"""A dialogue that does as it is told, and waiting for what a desk does in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from fakes import HashEncoder

from index import Index
from index.search.filters import EVERYTHING, Filter
from qa.assistant import Stage
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Conversation, Reply, Turn
from qa.desk import Desk
from qa.dialogue.dialogue import Dialogue
from qa.shelf import Shelf

T = TypeVar("T")
Step = Stage | Reply | Exception | threading.Event | Callable[[], object]
Make = Callable[..., Desk]


class Told:
    """Replies to a message with the steps that it was told: an error is raised, an event waited for,
    and a function called.

    To any other message it says "You said: ...". It is waited for with `reached`. What it was given is `asked`, and
    `answered`: of each message, the replies that were there before it.
    """

    def __init__(self, steps: dict[str, Sequence[Step]] | None = None) -> None:
        self._steps = steps or {}
        self.asked: list[tuple[str, list[str], Filter | None, bool]] = []
        self.answered: list[list[list[str | None]]] = []
        self.reached = threading.Event()

    def respond(
        self, message: str, turns: Sequence[Turn] = (), only: Filter | None = None, *, as_written: bool = False
    ) -> Iterator[Stage | Reply]:
        self.asked.append((message, [turn.message for turn in turns], only, as_written))
        self.answered.append([remarks(turn) for turn in turns])
        for step in self._steps.get(message, [Reply(message, f"You said: {message}")]):
            if isinstance(step, Exception):
                raise step
            if isinstance(step, threading.Event):
                self.reached.set()
                assert step.wait(30), "nobody let the dialogue go on"
            elif isinstance(step, Stage | Reply):
                yield step
            else:
                step()

    @property
    def dialogue(self) -> Dialogue:
        return cast(Dialogue, self)


@contextmanager
def desks_over(folder: Path) -> Iterator[Make]:
    """Make desks over one index and one file of conversations, each as a process of its own would."""
    made: list[Desk] = []
    stores: list[Conversations] = []
    with Index.create(folder / "index", HashEncoder()) as index:

        def make(told: Told | None = None) -> Desk:
            stores.extend([Conversations(folder / CONVERSATIONS_FILE), Conversations(None)])
            made.append(Desk((told or Told()).dialogue, Shelf(index), stores[-2], stores[-1]))
            return made[-1]

        yield make
        for desk in made:
            desk.close()
        for store in stores:
            store.close()


def begun(desk: Desk, *messages: str, owner: str = "", stored: bool = True, only: Filter = EVERYTHING) -> Conversation:
    """Begin a conversation with messages, which nobody waits for."""
    made = desk.create(owner, stored=stored)
    for message in messages:
        desk.ask(made.id, owner, message, only)
    return made


def until(look: Callable[[], T | None], seconds: float = 30.0) -> T:
    """Look until something true is seen, and return it."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.002)
    return seen


def settled(desk: Desk, conversation_id: str, owner: str = "") -> Conversation:
    """Wait until nothing of a conversation waits, and return it."""

    def look() -> Conversation | None:
        found = desk.conversation(conversation_id, owner)
        return None if any(turn.state == "waiting" for turn in found.turns) else found

    return until(look)


def remarks(turn: Turn) -> list[str | None]:
    """What is said in return in each reply of a turn."""
    return [reply.remark for reply in turn.replies]
