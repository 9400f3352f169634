"""The database's layout, as numbered migrations.

Migration n brings a database of format n - 1 to format n; a released one is never edited. The format stands in
SQLite's `user_version`, the kind of file in its `application_id`.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from index import labels, stories
from index.article_row import COLUMNS, from_row
from index.copies import signature
from index.errors import NewerIndex, UnusableIndex

logger = logging.getLogger(__name__)

APPLICATION_ID = 0x50514958  # "PQIX"

Step = str | Callable[[sqlite3.Connection], None]
"""A statement, or a function for what SQL alone cannot do."""


def _hash_passages(db: sqlite3.Connection) -> None:
    """Fill in the hash of each passage's text."""
    for article_id, text in _texts(db):
        passages = db.execute('SELECT row, "start", "end" FROM passages WHERE article_id = ?', (article_id,))
        hashes = [(text_hash(text[start:end]), row) for row, start, end in passages]
        db.executemany("UPDATE passages SET text_hash = ? WHERE row = ?", hashes)


def _tell_stories(db: sqlite3.Connection) -> None:
    """Find the near-copies among the articles."""
    for article_id, text in _texts(db):
        stories.put(db, article_id, signature(text))


def _name_articles(db: sqlite3.Connection) -> None:
    """Write the names that articles can be found by; a damaged article has none until it is indexed again."""
    for (article_id,) in db.execute("SELECT id FROM articles").fetchall():
        row = db.execute(f"SELECT {', '.join(COLUMNS)} FROM articles WHERE id = ?", (article_id,)).fetchone()
        try:
            labels.put(db, from_row(row))
        except UnusableIndex as error:
            logger.warning("%s", error)


def _drop_lexical(db: sqlite3.Connection) -> None:
    """Drop FTS5's table, whatever its state: one is dropped only when it can read its version and segments' record."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'lexical'").fetchone():
        db.execute("INSERT OR REPLACE INTO lexical_config VALUES ('version', 4)")
        db.execute("INSERT OR REPLACE INTO lexical_data VALUES (10, ?)", (bytes(8),))
        db.execute("DROP TABLE lexical")


def _texts(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield the articles' ids and texts, one at a time, while what depends on them is written."""
    for (article_id,) in db.execute("SELECT id FROM articles ORDER BY id").fetchall():
        (text,) = db.execute("SELECT text FROM articles WHERE id = ?", (article_id,)).fetchone()
        yield article_id, text


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
        "CREATE INDEX stories_by_number ON stories (story, article_id)",
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
    (
        _drop_lexical,
        "CREATE TABLE gone (row INTEGER PRIMARY KEY, generation INTEGER NOT NULL)",
        "CREATE INDEX gone_by_generation ON gone (generation)",
        "INSERT INTO gone SELECT -1, coalesce(max(number), 0) FROM generations",
        """
        CREATE TRIGGER passage_gone AFTER DELETE ON passages BEGIN
            INSERT INTO gone VALUES (old.row, (SELECT coalesce(max(number), 0) + 1 FROM generations));
        END
        """,
        "CREATE INDEX articles_by_date ON articles (published)",
        """
        CREATE TABLE labels (kind TEXT, value TEXT, article_id TEXT, PRIMARY KEY (kind, value, article_id))
        WITHOUT ROWID
        """,
        "CREATE INDEX labels_by_article ON labels (article_id)",
        _name_articles,
        "UPDATE manifest SET value = json_set(value, '$.titled', json('false')) WHERE key LIKE '%chunking'",
        "INSERT INTO manifest SELECT replace(key, 'embedder', 'vectors'), json_quote('auto') FROM manifest "
        "WHERE key LIKE '%embedder'",
    ),
    ("CREATE INDEX articles_listed ON articles (id, title, source, published, authors, language)",),
)

FORMAT = len(MIGRATIONS)

_BUSY_SECONDS = 30.0
_CACHE_KILOBYTES = 65_536
_READ_ONLY = "mode=ro&immutable=1"


def text_hash(text: str, heading: str | None = None) -> bytes:
    """Return what a passage's vector is found by again, from what is embedded: 16 bytes."""
    return hashlib.sha256((f"{heading}\n{text}" if heading else text).encode()).digest()[:16]


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open an index's database in WAL mode, bringing an older format up to date in one transaction.

    Transactions are the caller's to begin. The connection may be used from any thread, one at a time.

    Raises:
        FileNotFoundError: If there is no database and `create` is false.
        UnusableIndex: If the file is not a database, or not an index's; if it is of an older format and cannot be
            written, or another process holds it.
        NewerIndex: If a newer version wrote it.
    """
    if not create and not path.exists():
        raise FileNotFoundError(path)
    mode = _mode(path, create=create)
    address = f"{path.absolute().as_uri()}?{mode}"
    try:
        db = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise UnusableIndex(
            f"{str(path)!r} cannot be opened: {error}. See to the permissions of the file and its folder."
        ) from error
    try:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        found = _checked_format(db, path, create=create)
        if mode == _READ_ONLY:
            _refuse_older(path, found)
        elif found < FORMAT:
            _migrate(db, path, found)
        else:
            _use_wal(db)
        return db
    except sqlite3.DatabaseError as error:
        db.close()
        raise UnusableIndex(_why_unusable(path, error)) from error
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
    return _READ_ONLY


def _checked_format(db: sqlite3.Connection, path: Path, *, create: bool) -> int:
    """Return the format of an index's database, 0 for an empty one that is to become one."""
    found = db.execute("PRAGMA user_version").fetchone()[0]
    application = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables == 0 and not create:
        raise FileNotFoundError(path)
    if tables and application != APPLICATION_ID:
        raise UnusableIndex(f"{str(path)!r} is an SQLite database, but not an index of Pullquote.")
    if found > FORMAT:
        raise NewerIndex(path, found, FORMAT)
    return int(found)


def _use_wal(db: sqlite3.Connection) -> None:
    """Put a database into WAL mode that is not, as a backup that was put in place by hand.

    Where that cannot be done now, as on a disk that is read-only, it can still be searched.
    """
    if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            logger.debug("Not put into WAL mode: %s", error)


def _migrate(db: sqlite3.Connection, path: Path, found: int) -> None:
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN IMMEDIATE")
        found = _checked_format(db, path, create=True)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")  # the first write, which tells whether it can be
        if 0 < found < FORMAT and db.execute("SELECT 1 FROM articles LIMIT 1").fetchone():
            logger.warning("bringing the index %s up to format %d; this takes a while, once", path.parent, FORMAT)
        for step in (step for steps in MIGRATIONS[found:] for step in steps):
            if isinstance(step, str):
                db.execute(step)
            else:
                step(db)
        db.execute(f"PRAGMA user_version = {FORMAT}")
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        if found and isinstance(error, sqlite3.OperationalError) and _code(error) == sqlite3.SQLITE_READONLY:
            _refuse_older(path, found)
        raise


def _refuse_older(path: Path, found: int) -> None:
    """Refuse a database that would have to be written to be read."""
    if found < FORMAT:
        raise UnusableIndex(
            f"{str(path)!r} was made by an older version of Pullquote: it has format {found}, expected {FORMAT}, and "
            "cannot be written here. Open it once where its folder can be written, or open a copy of the folder there: "
            "pullquote info --index FOLDER brings it up to date."
        )


def _why_unusable(path: Path, error: sqlite3.DatabaseError) -> str:
    if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return (
            f"{str(path)!r} is busy: another process is writing it ({error}). Nothing was changed; try again once that "
            "one is done."
        )
    return (
        f"{str(path)!r} cannot be used as an index: {error}. Nothing was changed; put a copy of the file back, "
        "or index the articles into a new folder with --index."
    )


def _code(error: sqlite3.Error) -> int | None:
    """Return SQLite's primary result code; None for an error of Python's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
