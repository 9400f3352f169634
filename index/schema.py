"""The database's layout, as numbered migrations.

Migration n brings a database of format n - 1 to format n; a released one is never edited. The format stands in
SQLite's `user_version`, the kind of file in its `application_id`.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from index import stories
from index.copies import signature
from index.errors import NewerIndex, UnusableIndex

APPLICATION_ID = 0x50514958  # "PQIX"

Step = str | Callable[[sqlite3.Connection], None]
"""A statement, or a function for what SQL alone cannot do."""


def _hash_passages(db: sqlite3.Connection) -> None:
    """Fill in the hash of each passage's text."""
    for article_id, text in db.execute("SELECT id, text FROM articles").fetchall():
        passages = db.execute('SELECT row, "start", "end" FROM passages WHERE article_id = ?', (article_id,))
        hashes = [(text_hash(text[start:end]), row) for row, start, end in passages]
        db.executemany("UPDATE passages SET text_hash = ? WHERE row = ?", hashes)


def _tell_stories(db: sqlite3.Connection) -> None:
    """Find the near-copies among the articles."""
    for article_id, text in db.execute("SELECT id, text FROM articles ORDER BY id").fetchall():
        stories.put(db, article_id, signature(text))


MIGRATIONS: tuple[tuple[Step, ...], ...] = (
    (
        "CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE generations (number INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL)",
        """
        CREATE TABLE articles (
            id TEXT PRIMARY KEY,
            text TEXT NOT NULL,
            title TEXT,
            source TEXT,
            location TEXT,
            url TEXT,
            published TEXT,
            authors TEXT NOT NULL,
            language TEXT,
            tags TEXT NOT NULL,
            metadata TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            pages TEXT
        )
        """,
        """
        CREATE TABLE passages (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            article_id TEXT NOT NULL REFERENCES articles (id),
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            vector BLOB NOT NULL,
            UNIQUE (article_id, "start", "end")
        )
        """,
        """
        CREATE VIRTUAL TABLE lexical USING fts5 (
            text, tokenize = 'porter unicode61 remove_diacritics 2'
        )
        """,
    ),
    (
        "ALTER TABLE passages ADD COLUMN text_hash BLOB NOT NULL DEFAULT x''",
        _hash_passages,
        "CREATE INDEX passages_by_text ON passages (text_hash)",
        "CREATE TABLE kept_vectors (text_hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE removed_articles AS SELECT * FROM articles WHERE false",
        "CREATE UNIQUE INDEX removed_articles_by_id ON removed_articles (id)",
        "CREATE TABLE stories (article_id TEXT PRIMARY KEY, story INTEGER NOT NULL, signature BLOB NOT NULL)",
        "CREATE INDEX stories_by_number ON stories (story)",
        "CREATE TABLE story_bands (band BLOB, article_id TEXT, PRIMARY KEY (band, article_id)) WITHOUT ROWID",
        _tell_stories,
        """
        CREATE TABLE next_passages (
            article_id TEXT NOT NULL,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            vector BLOB NOT NULL,
            text_hash BLOB NOT NULL,
            content_hash TEXT NOT NULL,
            PRIMARY KEY (article_id, "start", "end")
        )
        """,
    ),
)

FORMAT = len(MIGRATIONS)


def text_hash(text: str) -> bytes:
    """Return what a passage's vector is found by again: 16 bytes."""
    return hashlib.sha256(text.encode()).digest()[:16]


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open an index's database, bringing an older format up to date in one transaction.

    Transactions are the caller's to begin. The connection may be used from any thread, one at a time.

    Raises:
        FileNotFoundError: If there is no database and `create` is false.
        UnusableIndex: If the file is not a database, or not an index's.
        NewerIndex: If a newer version wrote it.
    """
    if not create and not path.exists():
        raise FileNotFoundError(path)
    address = f"{path.absolute().as_uri()}?{_mode(path, create=create)}"
    try:
        db = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise UnusableIndex(
            f"{str(path)!r} cannot be opened: {error}. See to the permissions of the file and its folder."
        ) from error
    try:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        _migrate(db, path, create=create)
        return db
    except sqlite3.DatabaseError as error:
        db.close()
        raise UnusableIndex(
            f"{str(path)!r} cannot be used as an index: {error}. Nothing was changed; put a copy of the file back, "
            "or index the articles into a new folder with --index."
        ) from error
    except BaseException:
        db.close()
        raise


def _mode(path: Path, *, create: bool) -> str:
    """Return how SQLite should open the file: a finished one in a folder that cannot be written is only read."""
    if create:
        return "mode=rwc"
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if writable or path.with_name(path.name + "-wal").exists():
        return "mode=rw"
    return "mode=ro&immutable=1"


def _migrate(db: sqlite3.Connection, path: Path, *, create: bool) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    application = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables == 0 and not create:
        raise FileNotFoundError(path)
    if tables and application != APPLICATION_ID:
        raise UnusableIndex(f"{str(path)!r} is an SQLite database, but not an index of Pullquote.")
    if found > FORMAT:
        raise NewerIndex(path, found, FORMAT)
    if found == FORMAT:
        return
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("BEGIN IMMEDIATE")
    try:
        for steps in MIGRATIONS[db.execute("PRAGMA user_version").fetchone()[0] :]:
            for step in steps:
                if isinstance(step, str):
                    db.execute(step)
                else:
                    step(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {FORMAT}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
