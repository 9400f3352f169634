"""The database of an index folder: the blocks that every use of it stands in, and its generations."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.errors import UnusableIndex
from index.schema import connect
from index.transaction import one_transaction

CATALOG_FILE = "catalog.sqlite"


class Database:
    """A database for one thread at a time: every use stands inside one of the four blocks.

    `session` is for a read, `snapshot` for reads that must agree, `transaction` for a change, `preparation` for one
    that is not seen. They nest in themselves only as far as `session` in any of them.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the database; see `schema.connect` for the errors."""
        self._path = folder / CATALOG_FILE
        self._db = connect(self._path, create=create)
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the database, once no other thread is using it."""
        with self._lock:
            self._db.close()

    @contextmanager
    def session(self) -> Iterator[None]:
        """Keep other threads out, and turn SQLite's errors into ours.

        Raises:
            UnusableIndex: If the database cannot be read or written: damage, a full disk, a read-only folder, another
                writer at work for more than half a minute.
        """
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as error:
                if "locked" in str(error):
                    raise UnusableIndex(
                        f"The index {str(self._path)!r} is being changed by another process. Nothing was changed here; "
                        "try again when that one is done."
                    ) from error
                raise UnusableIndex(
                    f"The index {str(self._path)!r} cannot be used: {error}. What was committed before stays. See to "
                    "the disk and the folder's permissions and try again; pullquote verify checks an index."
                ) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Run a block of reads that all see one committed generation."""
        with self.session(), one_transaction(self._db, "BEGIN"):
            yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block as one transaction that makes one new generation; nothing of it stays if it raises."""
        with self.preparation():
            yield
            self._db.execute("INSERT INTO generations (token) VALUES (lower(hex(randomblob(8))))")

    @contextmanager
    def preparation(self) -> Iterator[None]:
        """Run a block as one transaction that changes nothing of what is searched."""
        with self.session(), one_transaction(self._db, "BEGIN IMMEDIATE"):
            yield

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for the parts of the database that have a file of their own. Inside one of the blocks."""
        return self._db

    @property
    def generation(self) -> int:
        """How many transactions have changed the index."""
        return int(self._db.execute("SELECT coalesce(max(number), 0) FROM generations").fetchone()[0])

    def token(self, generation: int) -> str | None:
        """Return what tells a generation from one of the same number in another database or another past of it."""
        return _token(self._db, generation)

    def token_now(self, generation: int) -> str | None:
        """Do as `token` does, for what is committed by now, inside an older snapshot too."""
        with closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return _token(db, generation)


def _token(db: sqlite3.Connection, generation: int) -> str | None:
    row = db.execute("SELECT token FROM generations WHERE number = ?", (generation,)).fetchone()
    return str(row[0]) if row else None
