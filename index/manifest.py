"""What an index was built with, in its database."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass

from index.chunk import Chunking
from index.embed import EmbedderInfo
from index.errors import UnusableIndex

NEXT = "next "
"""The prefix of the manifest of passages that are gathered to take the place of the others."""


@dataclass(frozen=True)
class Manifest:
    """What an index was built with."""

    embedder: EmbedderInfo
    chunking: Chunking


def read(db: sqlite3.Connection, prefix: str = "") -> Manifest | None:
    """Return the manifest, or None where none was written.

    Raises:
        UnusableIndex: If it cannot be read.
    """
    rows = dict(db.execute("SELECT key, value FROM manifest"))
    if prefix + "embedder" not in rows:
        return None
    try:
        embedder, chunking = (json.loads(rows[prefix + name]) for name in ("embedder", "chunking"))
        return Manifest(EmbedderInfo(**embedder), Chunking(**chunking))
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableIndex(f"The manifest of the index cannot be read: {error}.") from error


def write(db: sqlite3.Connection, manifest: Manifest, prefix: str = "") -> None:
    """Put a manifest in place. Inside a block that changes."""
    for name, value in asdict(manifest).items():
        db.execute("INSERT OR REPLACE INTO manifest VALUES (?, ?)", (prefix + name, json.dumps(value)))


def forget(db: sqlite3.Connection, prefix: str) -> None:
    """Take a manifest away. Inside a block that changes."""
    db.execute("DELETE FROM manifest WHERE key LIKE ?", (f"{prefix}%",))
