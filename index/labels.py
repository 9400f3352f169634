"""The names that articles can be found by, in the database: sources, authors and tags."""

from __future__ import annotations

import sqlite3
import unicodedata

from index.article import Article


def put(db: sqlite3.Connection, article: Article) -> None:
    """Write an article's names in place of those it had."""
    remove(db, article.id)
    db.executemany("INSERT INTO labels VALUES (?, ?, ?)", [(*label, article.id) for label in sorted(of(article))])


def of(article: Article) -> set[tuple[str, str]]:
    """Return an article's names, folded, each with its kind: "source", "author" or "tag"."""
    named = [("source", article.source or "")]
    named += [("author", author) for author in article.authors] + [("tag", tag) for tag in article.tags]
    return {(kind, folded(name)) for kind, name in named if folded(name)}


def stored(db: sqlite3.Connection, article_id: str) -> set[tuple[str, str]]:
    """Return the names that an article can be found by."""
    return set(db.execute("SELECT kind, value FROM labels WHERE article_id = ?", (article_id,)))


def remove(db: sqlite3.Connection, article_id: str) -> None:
    """Forget an article's names."""
    db.execute("DELETE FROM labels WHERE article_id = ?", (article_id,))


def folded(name: str) -> str:
    """Return what two spellings of a name share: case, white space and Unicode composition do not count.

    >>> folded("  The  Guardian ") == folded("the guardian")
    True
    """
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", name).casefold().split()))
