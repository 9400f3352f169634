"""The work that conversations ask for: answering, and taking in articles.

It belongs to the process and not to whoever looks on, who may close the page, lose the connection, and come back.
What is said is kept as it comes; what was not finished when the process ended is taken up by the next one.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from index.errors import ArticleIndexError
from index.search.filters import EVERYTHING, Filter
from qa.assistant import Stage
from qa.conversation.store import Conversations, Summary
from qa.conversation.turn import Conversation, Reply, Turn
from qa.dialogue.dialogue import Dialogue
from qa.errors import QAError, UnknownConversation, UnusableConversations
from qa.shelf import Progress, Report, Shelf, Upload
from qa.shelf.pasted import Addresses, Text, pasted

_ANSWERING = 2
_LOG = logging.getLogger(__name__)

Steps = Callable[[], Iterator[Stage | Progress | Report | Reply]]


class Desk:
    """Answers messages and takes in articles in the background. Safe to use from several threads.

    A conversation is kept in one of two stores: in a database, or in memory where its owner wants it not stored.
    """

    def __init__(self, dialogue: Dialogue, shelf: Shelf, kept: Conversations, unkept: Conversations) -> None:
        from index.bert import thread_count

        self._dialogue = dialogue
        self._shelf = shelf
        self._kept = kept
        self._unkept = unkept
        self._answering = ThreadPoolExecutor(_ANSWERING, thread_name_prefix="answering")
        self._taking_in = ThreadPoolExecutor(1, thread_name_prefix="taking-in")
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._doing: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._in_turn: dict[str, deque[Callable[[], None]]] = {}
        self._threads = thread_count()
        self._process = secrets.token_hex(4)

    def resume(self) -> None:
        """Take up what was being done when the process before this one ended; files that were uploaded are gone."""
        for conversation_id, turn in self._kept.waiting():
            if turn.files:
                self._kept.fail(turn.id, "The chat was closed before the files were read. Add them again.")
            else:
                self._begin(self._kept, conversation_id, turn)

    def close(self) -> None:
        """Stop after the step that is being done; what is not finished is left for the next process."""
        self._closing.set()
        for pool in (self._answering, self._taking_in):
            pool.shutdown(cancel_futures=True)

    def create(self, owner: str, *, stored: bool = True) -> Conversation:
        """Begin a conversation."""
        return (self._kept if stored else self._unkept).create(owner)

    def store(self, conversation_id: str, owner: str) -> Conversations:
        """Return the store of a conversation.

        Raises:
            UnknownConversation: If the owner has none of that id.
        """
        for store in (self._unkept, self._kept):
            if store.holds(conversation_id, owner):
                return store
        raise UnknownConversation(conversation_id)

    def conversation(self, conversation_id: str, owner: str) -> Conversation:
        """Return a conversation as it stands; see `store`."""
        return self.store(conversation_id, owner).get(conversation_id, owner)

    def ask(self, conversation_id: str, owner: str, message: str, only: Filter, *, as_written: bool = False) -> Turn:
        """Take a message, which is answered in the background; an address or a whole text becomes an article."""
        store = self.store(conversation_id, owner)
        turn = store.add_turn(conversation_id, message, only=only, as_written=as_written)
        self._begin(store, conversation_id, turn)
        return turn

    def take_in(self, conversation_id: str, owner: str, uploads: Sequence[Upload], only: Filter = EVERYTHING) -> Turn:
        """Take uploaded files, which become articles in the background; `only` stays what answers are limited to."""
        store = self.store(conversation_id, owner)
        turn = store.add_turn(conversation_id, "", only, files=[upload.name for upload in uploads])
        self._taking_in.submit(self._do, store, conversation_id, turn, lambda: self._shelf.add_files(uploads))
        self.changed(conversation_id)
        return turn

    def _begin(self, store: Conversations, conversation_id: str, turn: Turn) -> None:
        found = None if turn.as_written else pasted(turn.message)
        if isinstance(found, Addresses):
            steps: Steps = lambda: self._shelf.add_addresses(found.urls)  # noqa: E731
            self._taking_in.submit(self._do, store, conversation_id, turn, steps)
        elif isinstance(found, Text):
            self._taking_in.submit(self._do, store, conversation_id, turn, lambda: self._shelf.add_text(found.text))
        else:
            self._answer_in_turn(store, conversation_id, turn)
        self.changed(conversation_id)

    def _answer_in_turn(self, store: Conversations, conversation_id: str, turn: Turn) -> None:
        """Answer after what was asked before in the same conversation, which a follow-up may be about."""

        def steps() -> Iterator[Stage | Progress | Report | Reply]:
            earlier = store.turns_before(conversation_id, turn.id)
            return self._dialogue.respond(turn.message, earlier, turn.only, as_written=turn.as_written)

        def answer() -> None:
            self._share_threads()
            try:
                self._do(store, conversation_id, turn, steps)
            finally:
                self._answer_next(conversation_id)

        with self._lock:
            waiting = self._in_turn.get(conversation_id)
            if waiting is not None:
                waiting.append(answer)
                return
            self._in_turn[conversation_id] = deque()
        self._answering.submit(answer)

    def _share_threads(self) -> None:
        """Let the question that is answered here have all of torch's threads, or one where others are asked too.

        In one of its own each takes longer, but less of the processor (`qa.many`), so that all are answered sooner.
        """
        from index.bert import use_threads

        with self._lock:
            alone = len(self._in_turn) == 1
        use_threads(self._threads if alone else 1, elsewhere=self._threads)

    def _answer_next(self, conversation_id: str) -> None:
        with self._lock:
            waiting = self._in_turn[conversation_id]
            if not waiting:
                del self._in_turn[conversation_id]
                return
            following = waiting.popleft()
            self._in_turn[conversation_id] = self._in_turn.pop(conversation_id)
        if not self._closing.is_set():
            self._answering.submit(following)

    def _do(self, store: Conversations, conversation_id: str, turn: Turn, steps: Steps) -> None:
        """Do the steps of a turn, and keep each reply as it comes; those that are kept already come again first."""
        known, error, stopped = len(turn.replies), None, False
        try:
            for step in steps():
                if not isinstance(step, Reply | Report):
                    if stopped := self._closing.is_set():
                        break
                    self._say(turn, _in_words(step))
                elif known:
                    known -= 1
                else:
                    store.add_reply(turn.id, _reported(step) if isinstance(step, Report) else step)
                    self.changed(conversation_id)
        except (QAError, ArticleIndexError) as problem:
            error = str(problem)
        except BaseException:
            error = "Something went wrong in the program; its log has more."
            _LOG.exception("a message could not be answered")
            raise
        finally:
            if not stopped:
                self._end(store, turn, error)
                self.changed(conversation_id)

    def _end(self, store: Conversations, turn: Turn, error: str | None) -> None:
        """Keep how a turn ended; where that cannot be kept it is said as long as this process lives."""
        try:
            if error is None:
                store.finish(turn.id)
            else:
                store.fail(turn.id, error)
        except UnusableConversations as problem:
            _LOG.error("an answer could not be kept: %s", problem)
            self._say(turn, f"This could not be kept. {problem}")
        else:
            self._say(turn, None)

    def _say(self, turn: Turn, words: str | None) -> None:
        with self._lock:
            if words is None:
                self._doing.pop(turn.id, None)
            else:
                self._doing[turn.id] = words

    def listed(self, owner: str, search: str = "", *, limit: int = 100) -> list[Summary]:
        """Return the conversations of an owner that are stored; see `Conversations.listed`."""
        return self._kept.listed(owner, search, limit=limit)

    def doing(self, turn_id: str) -> str | None:
        """Say what is being done for a turn now; None where it has not begun, or is done."""
        with self._lock:
            return self._doing.get(turn_id)

    def ahead(self, conversation_id: str) -> int:
        """Return how many questions of other conversations begin to be answered before the one that waits in this."""
        with self._lock:
            asked = list(self._in_turn)
        return max(0, asked.index(conversation_id) + 1 - _ANSWERING) if conversation_id in asked else 0

    def version(self, conversation_id: str, owner: str) -> str:
        """Return what is another whenever there is something new to see in a conversation, from another process too.

        It is another one in each process, which counts from the beginning. What is being done for a turn, and what is
        ahead of it, is not part of it.

        Raises:
            UnknownConversation: See `store`; none where no conversation is named.
        """
        others = self.store(conversation_id, owner).version() if conversation_id else self._kept.version()
        with self._lock:
            return f"{self._process}-{others}-{self._versions.get(conversation_id, 0)}"

    def changed(self, conversation_id: str) -> None:
        """Note that there is something new to see in a conversation."""
        with self._lock:
            self._versions[conversation_id] = self._versions.get(conversation_id, 0) + 1


def _in_words(step: Stage | Progress) -> str:
    """Say what is being done."""
    if isinstance(step, Stage):
        if step.name == "searching":
            return "Searching the articles …"
        return f"Reading {step.passages} passage{'' if step.passages == 1 else 's'} …"
    if step.doing == "waiting":
        return "Waiting until other articles are added …"
    place = "" if step.of == 1 else f", {step.done} of {step.of} done"
    if step.doing == "reading":
        return f"Reading {step.name}{place} …"
    return f"Indexing{place}, {step.articles:,} article{'' if step.articles == 1 else 's'} searchable …"


def _reported(report: Report) -> Reply:
    """Say what became of what was to come in."""
    added = tuple(outcome.article_id for outcome in report.those("added") if outcome.article_id)
    return Reply("", remark="\n\n".join(report.in_words().splitlines()), added=added)
