"""Conversations, kept in a database of their own."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from index.article import clean_text
from index.labels import folded
from index.search.filters import EVERYTHING, Filter
from qa.conversation import rows
from qa.conversation.as_json import to_json
from qa.conversation.database import ConversationDatabase
from qa.conversation.forgetting import forget
from qa.conversation.rows import Rated, Summary
from qa.conversation.said import note_reply, note_turn
from qa.conversation.title import TITLE_LENGTH, title_of
from qa.conversation.turn import Conversation, Feedback, Reply, Turn
from qa.errors import UnknownConversation

CONVERSATIONS_FILE = "conversations.sqlite"
"""What the file is called in an index's folder."""

__all__ = ["CONVERSATIONS_FILE", "Conversations", "Rated", "Summary"]


class Conversations:
    """Conversations by their owners. Safe to use from several threads and processes; a context manager.

    Every method raises `UnusableConversations` where the database cannot be read or written: damage, a full disk, a
    folder that can only be read, another process at work for more than ten seconds. What was kept before stays.

    An owner is whatever the caller tells people apart by; nothing is checked but that it is the same. Lone surrogates,
    which no file can hold, come back as U+FFFD; everything else comes back as it was given.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], datetime] | None = None, create: bool = True) -> None:
        """Open the conversations in a file.

        Args:
            path: The file, usually `CONVERSATIONS_FILE` in the index's folder; None for conversations that are not
                stored, which end with this object.
            clock: Gives the time, aware of its zone.
            create: Whether to make the file where there is none.

        Raises:
            UnusableConversations: See `schema.connect`.
        """
        self._database = ConversationDatabase(path, create=create)
        self._stored = path is not None
        self._clock = clock or (lambda: datetime.now(UTC))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, once no other thread is using it; it cannot be used after it."""
        self._database.close()

    def create(self, owner: str) -> Conversation:
        """Begin a conversation. It is listed once it has a turn."""
        conversation_id, now = secrets.token_urlsafe(16), self._now()
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO conversations (id, owner, title, folded_title, created_at, changed_at) "
                "VALUES (?, ?, '', '', ?, ?)",
                (conversation_id, clean_text(owner), now, now),
            )
        return Conversation(conversation_id, "", now, now, self._stored)

    def listed(self, owner: str, search: str = "", *, limit: int = 100, offset: int = 0) -> list[Summary]:
        """Return the conversations of an owner that have a turn, the last changed first.

        Args:
            owner: Whose.
            search: Each of its words must stand in the title, in a message, in the name of a file or in what was said
                in return, in whole or as a part of a word; case does not matter, accents do, and every character means
                itself. The passages that were read for an answer are not searched.
            limit: How many at most.
            offset: How many to pass over.
        """
        with self._database.reading() as db:
            return rows.listed(db, clean_text(owner), clean_text(search), limit, offset)

    def holds(self, conversation_id: str, owner: str) -> bool:
        """Tell whether an owner has a conversation of an id."""
        with self._database.reading() as db:
            return _find(db, conversation_id, owner) is not None

    def get(self, conversation_id: str, owner: str) -> Conversation:
        """Return a conversation with its turns.

        Raises:
            UnknownConversation: If there is none with that id, or it is another owner's.
            UnusableConversations: If a reply in it is damaged, or another version of Pullquote kept it in a way that
                this one cannot read.
        """
        with self._database.reading() as db:
            row, title, created_at, changed_at = _expect(db, conversation_id, owner)
            turns = rows.turns_where(db, "t.conversation = ?", row)
        return Conversation(conversation_id, title, created_at, changed_at, self._stored, turns)

    def version(self) -> int:
        """Return a number that is another after another process has changed what is kept."""
        with self._database.reading() as db:
            return int(db.execute("PRAGMA data_version").fetchone()[0])

    def turns_before(self, conversation_id: str, turn_id: str) -> tuple[Turn, ...]:
        """Return the turns of a conversation that were asked before another of it; none if it was deleted."""
        with self._database.reading() as db:
            return rows.turns_where(
                db,
                "t.conversation = (SELECT row FROM conversations WHERE id = ?) "
                "AND t.row < (SELECT row FROM turns WHERE id = ?)",
                clean_text(conversation_id),
                clean_text(turn_id),
            )

    def rename(self, conversation_id: str, owner: str, title: str) -> None:
        """Give a conversation another title, of at most 200 code points; a blank one gives back its first message's.

        Raises:
            UnknownConversation: See `get`.
        """
        with self._database.writing() as db:
            row, *_ = _expect(db, conversation_id, owner)
            messages = db.execute("SELECT message FROM turns WHERE conversation = ? ORDER BY row", (row,))
            titles = (title_of(message, TITLE_LENGTH) for (message,) in messages)
            given = title_of(clean_text(title), 200) or next(filter(None, titles), "")
            db.execute(
                "UPDATE conversations SET title = ?, folded_title = ?, changed_at = ? WHERE row = ?",
                (given, folded(given), self._now(), row),
            )

    def delete(self, conversation_id: str, owner: str) -> None:
        """Delete a conversation for good: its words are in no file of the database any more.

        The file is written anew, which takes the longer the more is kept. Copies that were made of it are not reached.

        Raises:
            UnknownConversation: See `get`.
            UnusableConversations: If it is deleted but the files still hold its words, since another process is
                reading the old state or the disk is full. The next deletion takes them out.
        """
        with self._database.writing() as db:
            row, *_ = _expect(db, conversation_id, owner)
            db.execute("DELETE FROM conversations WHERE row = ?", (row,))
        self._database.shrink()

    def forget(self, article_ids: Sequence[str]) -> int:
        """Take erased articles out of what was said to any owner; return how many replies came from them.

        Raises:
            UnusableConversations: As for `delete`.
        """
        with self._database.writing() as db:
            forgotten = forget(db, article_ids)
        if forgotten:
            self._database.shrink()
        return forgotten

    def add_turn(
        self,
        conversation_id: str,
        message: str,
        only: Filter = EVERYTHING,
        as_written: bool = False,
        files: Sequence[str] = (),
    ) -> Turn:
        """Add a message, to be answered. The first one that has words gives the conversation its title.

        Raises:
            UnknownConversation: If the conversation was deleted.
        """
        turn = Turn(
            id=secrets.token_urlsafe(16),
            message=clean_text(message),
            files=tuple(map(clean_text, files)),
            only=only,
            as_written=as_written,
            asked_at=self._now(),
        )
        title = title_of(turn.message, TITLE_LENGTH)
        with self._database.writing() as db:
            found = db.execute("SELECT row FROM conversations WHERE id = ?", (clean_text(conversation_id),)).fetchone()
            if found is None:
                raise UnknownConversation(conversation_id)
            row: int = found[0]
            db.execute(
                'INSERT INTO turns (id, conversation, message, files, "only", as_written, asked_at, state) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    turn.id, row, turn.message, json.dumps(turn.files), to_json(only), as_written, turn.asked_at,
                    turn.state,
                ),
            )  # fmt: skip
            db.execute("UPDATE conversations SET changed_at = ? WHERE row = ?", (turn.asked_at, row))
            db.execute(
                "UPDATE conversations SET title = ?, folded_title = ? WHERE row = ? AND title = ''",
                (title, folded(title), row),
            )
            note_turn(db, row, turn)
        return turn

    def add_reply(self, turn_id: str, reply: Reply) -> bool:
        """Add a reply to a turn that waits; return whether it still does, false if it was deleted meanwhile."""
        kept = to_json(reply)
        with self._database.writing() as db:
            found = db.execute(
                "SELECT row, conversation FROM turns WHERE id = ? AND state = 'waiting'", (turn_id,)
            ).fetchone()
            if found is None:
                return False
            turn, conversation = found
            (number,) = db.execute("SELECT count(*) FROM replies WHERE turn = ?", (turn,)).fetchone()
            db.execute("INSERT INTO replies VALUES (?, ?, ?)", (turn, number, kept))
            note_reply(db, conversation, reply)
        return True

    def finish(self, turn_id: str) -> None:
        """Say that all replies to a turn are there; nothing happens if it was deleted or does not wait any more."""
        self._end(turn_id, "done", None)

    def fail(self, turn_id: str, error: str) -> None:
        """Say that a turn went wrong, in plain words; else as `finish`."""
        self._end(turn_id, "failed", clean_text(error))

    def waiting(self) -> list[tuple[str, Turn]]:
        """Return the turns of all owners that wait, each with its conversation's id, in the order they were asked.

        After a restart these are the ones whose answering was cut off; a turn has the replies that had come.
        """
        with self._database.reading() as db:
            return rows.waiting(db)

    def put_feedback(self, turn_id: str, reply_number: int, feedback: Feedback | None) -> None:
        """Keep what somebody thought of a reply in place of what was kept before; None takes it back.

        Raises:
            UnknownConversation: If there is no such reply, as when its conversation was deleted.
        """
        with self._database.writing() as db:
            found = db.execute(
                "SELECT r.turn FROM replies r JOIN turns t ON t.row = r.turn WHERE t.id = ? AND r.number = ?",
                (clean_text(turn_id), reply_number),
            ).fetchone()
            if found is None:
                raise UnknownConversation(turn_id)
            db.execute("DELETE FROM feedback WHERE turn = ? AND number = ?", (*found, reply_number))
            if feedback is not None:
                texts = [text and clean_text(text) for text in (feedback.reason, feedback.comment)]
                db.execute(
                    "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?)",
                    (*found, reply_number, feedback.good, *texts, feedback.given_at),
                )

    def all_feedback(self) -> list[Rated]:
        """Return every reply of every owner that has feedback, in the order they were asked."""
        with self._database.reading() as db:
            return rows.rated(db)

    def _end(self, turn_id: str, state: str, error: str | None) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE turns SET state = ?, error = ? WHERE id = ? AND state = 'waiting'", (state, error, turn_id)
            )

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds")


def _find(db: sqlite3.Connection, conversation_id: str, owner: str) -> tuple[Any, ...] | None:
    """Return a conversation's row, title and times, or None if there is none or it is another owner's."""
    found: tuple[Any, ...] | None = db.execute(
        "SELECT row, title, created_at, changed_at FROM conversations WHERE id = ? AND owner = ?",
        (clean_text(conversation_id), clean_text(owner)),
    ).fetchone()
    return found


def _expect(db: sqlite3.Connection, conversation_id: str, owner: str) -> tuple[Any, ...]:
    found = _find(db, conversation_id, owner)
    if found is None:
        raise UnknownConversation(conversation_id)
    return found
