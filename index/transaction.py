"""A block as one transaction of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_transaction(db: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Run a block between `begin`, such as "BEGIN IMMEDIATE", and a commit; nothing of it stays if it raises."""
    db.execute(begin)
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
