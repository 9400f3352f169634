"""The words that a conversation is found by, inside a transaction of the caller's."""

from __future__ import annotations

import sqlite3

from index.article import clean_text
from index.labels import folded
from qa.conversation.rows import turns_where
from qa.conversation.turn import Reply, Turn


def note_turn(db: sqlite3.Connection, conversation: int, turn: Turn) -> None:
    """Note the words of a message and the names of its files."""
    _note(db, conversation, "\n".join([turn.message, *turn.files]))


def note_reply(db: sqlite3.Connection, conversation: int, reply: Reply) -> None:
    """Note what a reply says."""
    answers = reply.answer.candidates if reply.answer else ()
    _note(db, conversation, clean_text("\n".join([reply.remark or "", *(candidate.text for candidate in answers)])))


def note_anew(db: sqlite3.Connection, conversation: int) -> None:
    """Note all of a conversation's words anew."""
    db.execute("DELETE FROM said WHERE conversation = ?", (conversation,))
    for turn in turns_where(db, "t.conversation = ?", conversation):
        note_turn(db, conversation, turn)
        for reply in turn.replies:
            note_reply(db, conversation, reply)


def _note(db: sqlite3.Connection, conversation: int, text: str) -> None:
    db.execute("INSERT INTO said VALUES (?, ?)", (conversation, folded(text)))
