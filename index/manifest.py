"""What an index was built with, in its database."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass

from index.chunk import Chunking
from index.embed import EmbedderInfo
from index.errors import UnusableIndex

KINDS = ("auto", "flat", "ivf")
"""The kinds of FAISS index: exact vectors; 8-bit codes in lists; which of the two, by the number of passages."""

FLAT_UP_TO = 50_000
"""Up to how many passages "auto" is "flat"; beyond, "ivf"."""

NEXT = "next "
"""The prefix of the manifest of passages that are gathered to take the place of the others."""


@dataclass(frozen=True)
class Manifest:
    """What an index was built with.

    Attributes:
        embedder: Of its passages.
        chunking: How its articles are cut.
        vectors: The kind of its search index (`KINDS`).
    """

    embedder: EmbedderInfo
    chunking: Chunking
    vectors: str = "auto"


def same_passages(one: Manifest | None, other: Manifest) -> bool:
    """Tell whether two manifests make the same passages with the same vectors."""
    return one is not None and (one.embedder, one.chunking) == (other.embedder, other.chunking)


def kind_for(chosen: str, passages: int) -> str:
    """Return the kind of FAISS index, "flat" or "ivf", that a number of passages gets where a kind was chosen."""
    if chosen != "auto":
        return chosen
    return "flat" if passages <= FLAT_UP_TO else "ivf"


def read(db: sqlite3.Connection, prefix: str = "") -> Manifest | None:
    """Return the manifest, or None where none was written.

    Raises:
        UnusableIndex: If it cannot be read.
    """
    rows = dict(db.execute("SELECT key, value FROM manifest"))
    if prefix + "embedder" not in rows:
        return None
    try:
        embedder, chunking, vectors = (json.loads(rows[prefix + name]) for name in ("embedder", "chunking", "vectors"))
        return Manifest(EmbedderInfo(**embedder), Chunking(**chunking), vectors)
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableIndex(f"The manifest of the index cannot be read: {error}.") from error


def write(db: sqlite3.Connection, manifest: Manifest, prefix: str = "") -> None:
    """Put a manifest in place. Inside a block that changes."""
    for name, value in asdict(manifest).items():
        db.execute("INSERT OR REPLACE INTO manifest VALUES (?, ?)", (prefix + name, json.dumps(value)))


def forget(db: sqlite3.Connection, prefix: str) -> None:
    """Take a manifest away. Inside a block that changes."""
    db.execute("DELETE FROM manifest WHERE key LIKE ?", (f"{prefix}%",))
