"""The layout of the database of conversations, as numbered migrations, and how it is opened.

Migration n brings a database of format n - 1 to format n; a released one is never edited. The format stands in
SQLite's `user_version`, the kind of file in its `application_id`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from qa.errors import NewerConversations, UnusableConversations

APPLICATION_ID = 0x50514356  # "PQCV"

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE conversations (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            title TEXT NOT NULL,
            folded_title TEXT NOT NULL,
            created_at TEXT NOT NULL,
            changed_at TEXT NOT NULL
        )
        """,
        "CREATE INDEX conversations_by_owner ON conversations (owner, changed_at)",
        """
        CREATE TABLE turns (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            conversation INTEGER NOT NULL REFERENCES conversations (row) ON DELETE CASCADE,
            message TEXT NOT NULL,
            files TEXT NOT NULL,
            "only" TEXT NOT NULL,
            as_written INTEGER NOT NULL,
            asked_at TEXT NOT NULL,
            state TEXT NOT NULL,
            error TEXT
        )
        """,
        "CREATE INDEX turns_by_conversation ON turns (conversation)",
        "CREATE INDEX turns_waiting ON turns (row) WHERE state = 'waiting'",
        """
        CREATE TABLE replies (
            turn INTEGER NOT NULL REFERENCES turns (row) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            reply TEXT NOT NULL,
            UNIQUE (turn, number)
        )
        """,
        """
        CREATE TABLE feedback (
            turn INTEGER NOT NULL,
            number INTEGER NOT NULL,
            good INTEGER NOT NULL,
            reason TEXT,
            comment TEXT,
            given_at TEXT NOT NULL,
            PRIMARY KEY (turn, number),
            FOREIGN KEY (turn, number) REFERENCES replies (turn, number) ON DELETE CASCADE
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE said (
            conversation INTEGER NOT NULL REFERENCES conversations (row) ON DELETE CASCADE,
            text TEXT NOT NULL
        )
        """,
        "CREATE INDEX said_by_conversation ON said (conversation)",
    ),
)

FORMAT = len(MIGRATIONS)

_BUSY_SECONDS = 10.0


def connect(path: Path | None, *, create: bool) -> sqlite3.Connection:
    """Open a database of conversations in WAL mode, bringing an older format up to date in one transaction.

    A new file can be read by its owner alone. Transactions are the caller's to begin. The connection may be used from
    any thread, one at a time.

    Args:
        path: The file, or None for a database in memory.
        create: Whether to make one where there is none.

    Raises:
        UnusableConversations: If there is none and `create` is false, or if it is damaged, not one of ours, or cannot
            be written where it would have to be.
        NewerConversations: If a newer version wrote it.
    """
    if path is not None:
        _expect_file(path, create=create)
    address = f"{path.absolute().as_uri()}?mode=rw" if path else "file::memory:"
    try:
        db = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise UnusableConversations(why(path, error)) from error
    try:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA synchronous = FULL")
        if _format(db, path) < FORMAT:
            _migrate(db, path)
        return db
    except sqlite3.DatabaseError as error:
        db.close()
        raise UnusableConversations(why(path, error)) from error
    except BaseException:
        db.close()
        raise


def why(path: Path | None, error: sqlite3.Error) -> str:
    """Say what is wrong with a database of conversations, and what to do."""
    where = "The conversations in memory" if path is None else f"The conversations in {str(path)!r}"
    if "locked" in str(error):
        return f"{where} are being changed by another process. Nothing was changed here; try again when it is done."
    if "not a database" in str(error) or "malformed" in str(error):
        return (
            f"{where} cannot be read: {error}. The file is damaged or is something else; move it away to begin anew, "
            "or put a copy of it back. The articles are not affected."
        )
    return (
        f"{where} cannot be used: {error}. What was kept before stays. See to the disk and to the permissions of the "
        "file and its folder, and try again."
    )


def _expect_file(path: Path, *, create: bool) -> None:
    if path.exists():
        return
    if not create:
        raise UnusableConversations(
            f"There are no conversations at {str(path)!r}. The chat keeps them: pullquote chat --index FOLDER"
        )
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise UnusableConversations(
            f"The conversations cannot be kept in {str(path)!r}: {error.strerror or error}. See to the disk and to the "
            "permissions of its folder."
        ) from error


def _format(db: sqlite3.Connection, path: Path | None) -> int:
    """Return the format of a database of conversations, 0 for an empty file."""
    found = int(db.execute("PRAGMA user_version").fetchone()[0])
    application = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application != APPLICATION_ID:
        raise UnusableConversations(
            f"{str(path)!r} is an SQLite database, but not one of Pullquote's conversations. Name another file."
        )
    if found > FORMAT:
        raise NewerConversations(path, found, FORMAT)
    return found


def _migrate(db: sqlite3.Connection, path: Path | None) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("BEGIN IMMEDIATE")
    try:
        found = _format(db, path)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement in (statement for steps in MIGRATIONS[found:] for statement in steps):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {FORMAT}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
