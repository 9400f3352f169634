"""Reading conversations from their database, inside a transaction of the caller's."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from index.labels import folded
from index.search.filters import Filter
from qa.conversation.as_json import filter_from_json, reply_from_json
from qa.conversation.turn import Feedback, Reply, Turn


@dataclass(frozen=True)
class Summary:
    """What a list of conversations shows of one. `turns` is their number."""

    id: str
    title: str
    changed_at: str
    turns: int


@dataclass(frozen=True)
class Rated:
    """A reply with what somebody thought of it.

    Attributes:
        turn_id: The turn that it is in.
        number: Of the reply, from 0.
        only: Which articles were searched.
    """

    turn_id: str
    number: int
    only: Filter
    reply: Reply
    feedback: Feedback


def listed(db: sqlite3.Connection, owner: str, search: str, limit: int, offset: int) -> list[Summary]:
    """See `Conversations.listed`."""
    found = db.execute(
        """
        SELECT c.id, c.title, c.changed_at, (SELECT count(*) FROM turns t WHERE t.conversation = c.row) turns
        FROM conversations c
        WHERE c.owner = ? AND turns > 0 AND NOT EXISTS (
            SELECT 1 FROM json_each(?) word
            WHERE NOT instr(c.folded_title, word.value) AND NOT EXISTS (
                SELECT 1 FROM said s WHERE s.conversation = c.row AND instr(s.text, word.value)
            )
        )
        ORDER BY c.changed_at DESC, c.row DESC LIMIT ? OFFSET ?
        """,
        (owner, json.dumps(folded(search).split()), limit, offset),
    )
    return [Summary(*row) for row in found]


def rated(db: sqlite3.Connection) -> list[Rated]:
    """See `Conversations.all_feedback`."""
    found = db.execute(
        """
        SELECT t.id, f.number, t."only", r.reply, f.good, f.reason, f.comment, f.given_at
        FROM feedback f JOIN replies r USING (turn, number) JOIN turns t ON t.row = f.turn
        ORDER BY f.turn, f.number
        """
    )
    return [
        Rated(turn, number, filter_from_json(only), reply_from_json(reply), Feedback(bool(good), *rest))
        for turn, number, only, reply, good, *rest in found
    ]


def waiting(db: sqlite3.Connection) -> list[tuple[str, Turn]]:
    """See `Conversations.waiting`."""
    ids = db.execute(
        "SELECT c.id FROM turns t JOIN conversations c ON c.row = t.conversation "
        "WHERE t.state = 'waiting' ORDER BY t.row"
    )
    turns = turns_where(db, "t.state = 'waiting'")
    return [(conversation_id, turn) for (conversation_id,), turn in zip(ids, turns, strict=True)]


def turns_where(db: sqlite3.Connection, condition: str, *values: Any) -> tuple[Turn, ...]:
    """Return the turns for which a condition on `turns t` holds, in the order they were asked."""
    chosen = f"SELECT t.row FROM turns t WHERE {condition}"
    replies: dict[int, list[Reply]] = {}
    for row, reply in db.execute(
        f"SELECT turn, reply FROM replies WHERE turn IN ({chosen}) ORDER BY turn, number", values
    ):
        replies.setdefault(row, []).append(reply_from_json(reply))
    feedback: dict[int, list[tuple[int, Feedback]]] = {}
    for row, number, good, *rest in db.execute(
        "SELECT turn, number, good, reason, comment, given_at FROM feedback "
        f"WHERE turn IN ({chosen}) ORDER BY turn, number",
        values,
    ):
        feedback.setdefault(row, []).append((number, Feedback(bool(good), *rest)))
    found = db.execute(
        f"""
        SELECT t.row, t.id, t.message, t.files, t."only", t.as_written, t.asked_at, t.state, t.error
        FROM turns t WHERE {condition} ORDER BY t.row
        """,
        values,
    )
    return tuple(
        Turn(
            id=turn_id,
            message=message,
            files=tuple(json.loads(files)),
            only=filter_from_json(only),
            as_written=bool(as_written),
            asked_at=asked_at,
            state=state,
            replies=tuple(replies.get(row, ())),
            error=error,
            feedback=tuple(feedback.get(row, ())),
        )
        for row, turn_id, message, files, only, as_written, asked_at, state, error in found
    )
