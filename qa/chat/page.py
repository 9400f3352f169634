"""What happens in a conversation on the page: each event's function, which asks the library and returns what is shown.

Nothing of a page is kept here: which conversation is open, and what answers are limited to, come with each event.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import ArticleIndexError
from index.search.filters import Filter
from qa.assistant import Assistant
from qa.chat import conversations
from qa.chat.article_events import ArticleEvents
from qa.chat.conversations import toolbar_as_html
from qa.chat.limit import within
from qa.chat.panel import EMPTY_PANEL
from qa.chat.source import Source
from qa.chat.thread import Surroundings, conversation_as_html, stage_in_words
from qa.chat.told import GONE, number, said, told
from qa.conversation.export import export_as, export_name
from qa.conversation.feedback import REASONS
from qa.conversation.turn import Conversation, Feedback, Turn
from qa.desk import Desk
from qa.errors import QAError, UnknownConversation
from qa.shelf import Upload
from qa.starting import Starters

View = tuple[str, str, str, int, str, str, str]
"""Of a conversation: its id, its toolbar, what was said, how many replies that are, the list of all, and the limit as
it is kept and as it is shown."""

_GONE = "gone"


class Page:
    """The functions of the events of a conversation; those of the list of articles are `articles`."""

    empty_panel = EMPTY_PANEL

    def __init__(self, assistant: Assistant, desk: Desk, *, several_people: bool = False) -> None:
        """Put the page together.

        Args:
            assistant: What answers; its filter is what answers are limited to at first.
            desk: What does the work.
            several_people: Whether each browser has conversations of its own; else all are those of one person, who
                may come with another browser.
        """
        self.articles = ArticleEvents(assistant.index, assistant.only)
        self._index = assistant.index
        self._desk = desk
        self._starters = Starters(assistant)
        self._source = Source(assistant.index)
        self._several_people = several_people

    @told
    def opened(self, conversation: str, browser: str) -> tuple[Any, ...]:
        """Show the conversation that the page's address names, or an empty one; also after a reload."""
        found, thread = self._drawn(self._place(conversation, browser), browser)
        view = self._view(found, thread, browser, self._last_limit(found))
        return (*view, browser, self._last_source(found), str(self._index.generation))

    @told
    def chosen(self, event: gr.EventData, browser: str) -> tuple[Any, ...]:
        """Open a conversation of the list."""
        found, thread = self._drawn(self._place(said(event, "id"), browser), browser)
        return (*self._view(found, thread, browser, self._last_limit(found)), self._last_source(found))

    @told
    def begun(self, browser: str) -> tuple[Any, ...]:
        """Begin a conversation, which is kept from its first message on."""
        return (*self._shown("", browser, self.articles.first_limit), EMPTY_PANEL)

    @told
    def begun_unstored(self, browser: str) -> tuple[Any, ...]:
        """Begin a conversation that is not stored."""
        made = self._desk.create(self._owner(browser), stored=False)
        return (*self._shown(made.id, browser, self.articles.first_limit), EMPTY_PANEL)

    @told
    def sent(
        self, message: str, as_written: bool, limit: str | None, conversation: str, browser: str
    ) -> tuple[Any, ...]:
        """Take a message; its answer comes with `news`."""
        if not message.strip():
            self._expect(conversation, browser)
            only = self.articles.limit_of(limit)
            return (*self._shown(conversation, browser, only), message, False)
        return (*self._ask(message, limit, conversation, browser, as_written=as_written), "", False)

    @told
    def asked(self, event: gr.EventData, limit: str | None, conversation: str, browser: str) -> View:
        """Take a question that a button asks."""
        return self._ask(said(event, "question"), limit, conversation, browser)

    @told
    def uploaded(
        self, files: Sequence[str], names: str | None, limit: str | None, conversation: str, browser: str
    ) -> tuple[Any, ...]:
        """Take files that are to become articles; `names` is JSON."""
        found, only = self._begun(conversation, browser), self.articles.limit_of(limit)
        self._desk.take_in(found.id, self._owner(browser), _uploads(files, names), only)
        return (*self._shown(found.id, browser, only), None)

    def look(self, looking: Sequence[str]) -> dict[str, str | int]:
        """Tell a page how things are, given its conversation, its browser, and the id of the turn that waits.

        Returns:
            `version`, which is another whenever there is something new to see; `stage`, what is being done for the
            turn; `ahead`, how many questions are before it.
        """
        try:
            conversation, browser, turn = (str(part) for part in looking)
            version = self._version(conversation, browser)
        except (QAError, ArticleIndexError, TypeError, ValueError):
            version = _GONE
        if version == _GONE:
            return {"version": _GONE, "stage": "", "ahead": 0}
        ahead = self._desk.ahead(conversation)
        return {"version": version, "stage": stage_in_words(self._desk.doing(turn), ahead), "ahead": ahead}

    @told
    def news(self, conversation: str, browser: str, search: str, replies: float | None) -> tuple[Any, ...]:
        """Show a conversation as it is now, and the source of the last answer if it came since."""
        found, thread = self._drawn(conversation, browser)
        known = _replies(found)
        panel = self._last_source(found) if known > (replies or 0) else gr.skip()
        listed = self._listed(found.id if found else "", browser, search)
        return toolbar_as_html(found), thread, known, panel, listed, str(self._index.generation)

    @told
    def cited(self, event: gr.EventData, conversation: str, browser: str) -> tuple[str, Any]:
        """Open a citation's article at its place."""
        turn, reply = self._turn(event, conversation, browser)
        return self._source.cited(turn, reply, number(said(event, "number"))), gr.Tabs(selected="source")

    @told
    def closest(self, event: gr.EventData, conversation: str, browser: str) -> tuple[str, Any]:
        """Open the article of a passage that was read."""
        turn, reply = self._turn(event, conversation, browser)
        return self._source.closest(turn, reply, number(said(event, "number"))), gr.Tabs(selected="source")

    @told
    def shown_article(self, event: gr.EventData) -> tuple[str, Any]:
        """Open an article."""
        return self._source.whole(said(event, "id")), gr.Tabs(selected="source")

    @told
    def corrected(self, event: gr.EventData, limit: str | None) -> tuple[str, bool, str]:
        """Put the question that was searched into the box, to be changed and asked as it is written."""
        return said(event, "question"), True, self.articles.limit(self.articles.limit_of(limit), as_written=True)[1]

    @told
    def freed(self, limit: str | None) -> tuple[bool, str]:
        """Take messages as usual again."""
        return False, self.articles.limit(self.articles.limit_of(limit))[1]

    @told
    def thumbed(self, event: gr.EventData, conversation: str, browser: str) -> str:
        """Keep a thumb; the same one again takes it back."""
        good = said(event, "way") == "up"
        turn, reply = self._turn(event, conversation, browser)
        given = dict(turn.feedback).get(reply)
        again = given is not None and given.good is good
        return self._rate(turn, reply, conversation, browser, None if again else Feedback(good, None, None, _now()))

    @told
    def reasoned(self, event: gr.EventData, conversation: str, browser: str) -> str:
        """Keep the reason for a thumb down, one of those that are offered, and what was said beside it."""
        turn, reply = self._turn(event, conversation, browser)
        given, reason = dict(turn.feedback).get(reply), said(event, "reason")
        comment = given.comment if given else None
        if reason not in REASONS:
            return self._drawn(conversation, browser)[1]
        return self._rate(turn, reply, conversation, browser, Feedback(False, reason, comment, _now()))

    @told
    def commented(self, event: gr.EventData, conversation: str, browser: str) -> str:
        """Keep what somebody says about a reply, beside the reason."""
        turn, reply = self._turn(event, conversation, browser)
        given = dict(turn.feedback).get(reply)
        comment = said(event, "comment").strip()[:1000] or None
        feedback = Feedback(False, given.reason if given else None, comment, _now())
        return self._rate(turn, reply, conversation, browser, feedback)

    @told
    def renamed(self, event: gr.EventData, conversation: str, browser: str, search: str) -> tuple[str, str]:
        """Give the open conversation another title."""
        owner = self._owner(browser)
        self._desk.store(conversation, owner).rename(conversation, owner, said(event, "title"))
        return toolbar_as_html(self._find(conversation, browser)), self._listed(conversation, browser, search)

    @told
    def deleted(self, conversation: str, browser: str) -> tuple[Any, ...]:
        """Delete the open conversation for good."""
        owner = self._owner(browser)
        self._desk.store(conversation, owner).delete(conversation, owner)
        return (*self._shown("", browser, self.articles.first_limit), EMPTY_PANEL)

    @told
    def searched(self, search: str, conversation: str, browser: str) -> str:
        """List the conversations that have some words."""
        return self._listed(conversation, browser, search)

    def exported(self, wanted: Sequence[str]) -> dict[str, str]:
        """Return a conversation as a file, for the browser to save: its name and its text; or what went wrong."""
        try:
            conversation, browser, ending = (str(part) for part in wanted)
            found = self._desk.conversation(conversation, self._owner(browser))
            return {"name": export_name(found, ending), "text": export_as(ending, found, self._source.anchored)}
        except UnknownConversation:
            return {"error": GONE}
        except (QAError, ArticleIndexError, ValueError, TypeError) as error:
            return {"error": str(error)}

    def _owner(self, browser: str) -> str:
        return browser if self._several_people else ""

    def _find(self, conversation: str, browser: str) -> Conversation | None:
        """Return a conversation, or None where its owner has none of that id."""
        try:
            return self._desk.conversation(conversation, self._owner(browser)) if conversation else None
        except UnknownConversation:
            return None

    def _place(self, conversation: str, browser: str) -> str:
        """Return the id of a conversation, or "" where its owner has none of that id."""
        return "" if self._version(conversation, browser) == _GONE else conversation

    def _expect(self, conversation: str, browser: str) -> Conversation | None:
        """Return the open conversation, or None where none is open.

        Raises:
            UnknownConversation: If it is gone. What is said next is not to be stored where it was not.
        """
        found = self._find(conversation, browser)
        if found is None and conversation:
            raise gr.Error(GONE, print_exception=False)
        return found

    def _begun(self, conversation: str, browser: str) -> Conversation:
        """Return the open conversation, or begin one that is stored."""
        return self._expect(conversation, browser) or self._desk.create(self._owner(browser))

    def _turn(self, event: gr.EventData, conversation: str, browser: str) -> tuple[Turn, int]:
        """Return the turn and the number of the reply that an event is about, of the open conversation."""
        found = self._expect(conversation, browser)
        turns = {turn.id: turn for turn in found.turns} if found else {}
        turn = turns.get(said(event, "turn"))
        if turn is None:
            raise gr.Error(GONE, print_exception=False)
        return turn, number(said(event, "reply"))

    def _ask(
        self, message: str, limit: str | None, conversation: str, browser: str, *, as_written: bool = False
    ) -> View:
        """Hand a message to the desk, in a new conversation where none is open."""
        only = self.articles.limit_of(limit)
        found = self._begun(conversation, browser)
        self._desk.ask(found.id, self._owner(browser), message, only, as_written=as_written)
        return self._shown(found.id, browser, only)

    def _rate(self, turn: Turn, reply: int, conversation: str, browser: str, feedback: Feedback | None) -> str:
        owner = self._owner(browser)
        self._desk.store(conversation, owner).put_feedback(turn.id, reply, feedback)
        return self._drawn(conversation, browser)[1]

    def _shown(self, conversation: str, browser: str, only: Filter) -> View:
        return self._view(*self._drawn(conversation, browser), browser, only)

    def _view(self, found: Conversation | None, thread: str, browser: str, only: Filter) -> View:
        opened = found.id if found else ""
        return (
            opened,
            toolbar_as_html(found),
            thread,
            _replies(found),
            self._listed(opened, browser, ""),
            *self.articles.limit(only),
        )

    def _drawn(self, conversation: str, browser: str) -> tuple[Conversation | None, str]:
        """Return a conversation, or None where its owner has none of that id, and what shows it.

        Its version is that from before it is read, so that a page looks again for what comes in between.
        """
        version = self._version(conversation, browser)
        found = self._find(conversation, browser)
        around = Surroundings(
            conversation=conversation,
            version=version,
            starters=self._starters.questions(),
            doing=self._desk.doing,
            anchored=self._source.anchored,
            labels=self.articles.labels,
        )
        return found, conversation_as_html(found, around)

    def _version(self, conversation: str, browser: str) -> str:
        """Return what is another whenever there is something new to see in a conversation."""
        try:
            version = self._desk.version(conversation, self._owner(browser))
        except UnknownConversation:
            return _GONE
        return version if conversation else f"{version} {len(self._starters.questions())}"

    def _listed(self, opened: str, browser: str, search: str) -> str:
        kept = self._desk.listed(self._owner(browser), search, limit=conversations.LISTED + 1)
        return conversations.list_as_html(kept, opened, search)

    def _last_limit(self, found: Conversation | None) -> Filter:
        first = self.articles.first_limit
        return within(first, found.turns[-1].only) if found and found.turns else first

    def _last_source(self, found: Conversation | None) -> str:
        """Return the source of the last answer, or the closest passage where there is none."""
        turn = next((turn for turn in reversed(found.turns) if turn.replies), None) if found else None
        if turn is None:
            return EMPTY_PANEL
        last = len(turn.replies) - 1
        answer = turn.replies[last].answer
        if answer is None:
            return EMPTY_PANEL
        return self._source.cited(turn, last, 1) if answer.citations else self._source.closest(turn, last, 0)


def _uploads(paths: Sequence[str], names: str | None) -> list[Upload]:
    """Return uploaded files with the names that the browser says they have, or else those of their copies."""
    try:
        said_names = json.loads(names or "null")
    except (ValueError, RecursionError):
        said_names = None
    if not isinstance(said_names, list) or len(said_names) != len(paths):
        said_names = [None] * len(paths)
    return [
        Upload(Path(path), name if isinstance(name, str) and name else Path(path).name)
        for path, name in zip(paths, said_names, strict=True)
    ]


def _replies(found: Conversation | None) -> int:
    return sum(len(turn.replies) for turn in found.turns) if found else 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
