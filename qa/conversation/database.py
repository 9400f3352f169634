"""The database of conversations: the blocks that every use of it stands in."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.transaction import one_transaction
from qa.conversation.schema import connect, why
from qa.errors import UnusableConversations


class ConversationDatabase:
    """A database for one thread at a time: every use stands inside `reading` or `writing`, which do not nest."""

    def __init__(self, path: Path | None, *, create: bool) -> None:
        """Open the database; see `schema.connect` for the errors."""
        self.path = path
        self._db = connect(path, create=create)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the database, once no other thread is using it."""
        with self._lock:
            self._db.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Run a block of reads that all see one state."""
        with self._session(), one_transaction(self._db, "BEGIN"):
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction; nothing of it stays if it raises."""
        with self._session(), one_transaction(self._db, "BEGIN IMMEDIATE"):
            yield self._db

    def shrink(self) -> None:
        """Write the file anew without what was deleted, and empty the log.

        SQLite's `secure_delete` alone does not do: pages that were rearranged keep copies of what stood in them.

        Raises:
            UnusableConversations: If the words of what was deleted are still in the files.
        """
        if self.path is None:
            return
        with self._session("It is deleted, but its words are in the files until the next deletion. "):
            self._db.execute("VACUUM")
            busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise UnusableConversations(
                f"It is deleted, but the log of {str(self.path)!r} holds its words until the next deletion, since "
                "another process is reading it. Delete something again when that one is done."
            )

    @contextmanager
    def _session(self, consequence: str = "") -> Iterator[None]:
        """Keep other threads out, and turn SQLite's errors into ours."""
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as error:
                raise UnusableConversations(consequence + why(self.path, error)) from error
