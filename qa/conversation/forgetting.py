"""Taking an erased article out of what was said."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence

from index.labels import folded
from qa.conversation.as_json import reply_from_json, to_json
from qa.conversation.said import note_anew
from qa.conversation.turn import Reply

ERASED = "What stood here came from an article that was erased."


def forget(db: sqlite3.Connection, article_ids: Sequence[str]) -> int:
    """Put `ERASED` in place of every reply that read one of some articles, and of a text that was pasted as one.

    Inside a transaction. Feedback on such a reply goes. What a user asked stays, names from an answer in it too.

    Returns:
        How many replies.
    """
    ids = frozenset(article_ids)
    forgotten = 0
    for turn, number, kept in db.execute("SELECT turn, number, reply FROM replies").fetchall():
        reply = reply_from_json(kept)
        if not _has(reply, ids):
            continue
        forgotten += 1
        db.execute("DELETE FROM feedback WHERE turn = ? AND number = ?", (turn, number))
        blank = to_json(Reply(reply.asked, remark=ERASED))
        db.execute("UPDATE replies SET reply = ? WHERE turn = ? AND number = ?", (blank, turn, number))
        (conversation,) = db.execute("SELECT conversation FROM turns WHERE row = ?", (turn,)).fetchone()
        if reply.added:
            db.execute("UPDATE turns SET message = ? WHERE row = ? AND files = '[]'", (ERASED, turn))
            db.execute(
                "UPDATE conversations SET title = ?, folded_title = ? WHERE row = ? AND ? = "
                "(SELECT min(row) FROM turns WHERE conversation = ?)",
                (ERASED, folded(ERASED), conversation, turn, conversation),
            )
        note_anew(db, conversation)
    return forgotten


def _has(reply: Reply, ids: Container[str]) -> bool:
    """Tell whether a reply read, or added, one of some articles."""
    read = [passage.article_id for passage in reply.answer.passages] if reply.answer else []
    copies = [copy.article_id for passage in reply.answer.passages for copy in passage.copies] if reply.answer else []
    return any(article_id in ids for article_id in (*read, *copies, *reply.added))
