"""The one durable store: articles, their passages with vectors, and the manifest, in SQLite."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import lexical
from index.article import Article, Passage
from index.chunk import Chunking
from index.embed import EmbedderInfo, Vectors
from index.errors import InvalidArticle, UnusableIndex
from index.schema import FORMAT, connect

CATALOG_FILE = "catalog.sqlite"

_COLUMNS = (
    "id", "text", "title", "source", "location", "url", "published", "authors", "language", "tags", "metadata",
    "content_hash", "pages",
)  # fmt: skip
_JSON_COLUMNS = {"authors", "tags", "metadata", "pages"}
_FETCH_AT_ONCE = 500


@dataclass(frozen=True)
class Manifest:
    """What an index was built with."""

    embedder: EmbedderInfo
    chunking: Chunking


@dataclass(frozen=True)
class Counts:
    """How much an index holds."""

    articles: int
    passages: int


class Stored(Enum):
    """How an article compares with the one of its id that is stored."""

    ABSENT = "absent"
    SAME = "same"
    SAME_TEXT = "same text, other fields"
    OTHER_TEXT = "other text"


class Catalog:
    """The database of one index folder, for one thread at a time: every use stands inside one of the three blocks.

    `session` is for a read, `snapshot` for reads that must agree, `transaction` for a change. They nest in themselves
    only as far as `session` in any of them.
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
                raise UnusableIndex(
                    f"The index {str(self._path)!r} cannot be used: {error}. What was committed before stays. See to "
                    "the disk and the folder's permissions and try again; pullquote verify checks an index."
                ) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Run a block of reads that all see one committed generation."""
        with self.session(), self._between("BEGIN"):
            yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block as one transaction that makes one new generation; nothing of it stays if it raises."""
        with self.session(), self._between("BEGIN IMMEDIATE"):
            yield
            self._db.execute("INSERT INTO generations (token) VALUES (lower(hex(randomblob(8))))")

    @contextmanager
    def _between(self, begin: str) -> Iterator[None]:
        self._db.execute(begin)
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @property
    def generation(self) -> int:
        """How many transactions have changed the index."""
        return int(self._db.execute("SELECT coalesce(max(number), 0) FROM generations").fetchone()[0])

    def token(self, generation: int) -> str | None:
        """Return what tells a generation from one of the same number in another database or another past of it."""
        row = self._db.execute("SELECT token FROM generations WHERE number = ?", (generation,)).fetchone()
        return str(row[0]) if row else None

    @property
    def manifest(self) -> Manifest | None:
        """What the index was built with, or None before it was first written.

        Raises:
            UnusableIndex: If it cannot be read.
        """
        rows = dict(self._db.execute("SELECT key, value FROM manifest"))
        if "embedder" not in rows:
            return None
        try:
            return Manifest(EmbedderInfo(**json.loads(rows["embedder"])), Chunking(**json.loads(rows["chunking"])))
        except (KeyError, TypeError, ValueError) as error:
            raise UnusableIndex(f"The manifest of the index cannot be read: {error}.") from error

    def found(self, manifest: Manifest) -> None:
        """Make this an index with a manifest; one that stands already stays as it is."""
        with self.session():
            if self.manifest is not None:
                return
        values = {
            "format": str(FORMAT),
            "embedder": json.dumps(asdict(manifest.embedder)),
            "chunking": json.dumps(asdict(manifest.chunking)),
        }
        with self.transaction():
            self._db.executemany("INSERT OR IGNORE INTO manifest VALUES (?, ?)", values.items())

    def article_count(self) -> int:
        """Count the articles alone, which every question asks for."""
        (count,) = self._db.execute("SELECT count(*) FROM articles").fetchone()
        return int(count)

    def counts(self) -> Counts:
        """Count what the index holds."""
        articles, passages = self._db.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        ).fetchone()
        return Counts(articles, passages)

    def article(self, article_id: str) -> Article | None:
        """Return an article, or None.

        Raises:
            UnusableIndex: If its text is not the one that was stored.
        """
        row = self._db.execute(f"SELECT {', '.join(_COLUMNS)} FROM articles WHERE id = ?", (article_id,)).fetchone()
        return _article(row) if row else None

    def stored(self, article: Article) -> Stored:
        """Compare an article with the one of its id, damaged or not."""
        columns = ", ".join(_COLUMNS)
        row = self._db.execute(f"SELECT {columns} FROM articles WHERE id = ?", (article.id,)).fetchone()
        if row is None:
            return Stored.ABSENT
        if tuple(row) == _row(article):
            return Stored.SAME
        same_text = dict(zip(_COLUMNS, row, strict=True))["text"] == article.text
        return Stored.SAME_TEXT if same_text else Stored.OTHER_TEXT

    def article_ids(self) -> list[str]:
        """Return all ids in order."""
        return [row[0] for row in self._db.execute("SELECT id FROM articles ORDER BY id")]

    def put(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add an article with its passages, in place of the one with its id. Inside `transaction`."""
        self.delete(article.id)
        marks = ", ".join("?" * len(_COLUMNS))
        self._db.execute(f"INSERT INTO articles ({', '.join(_COLUMNS)}) VALUES ({marks})", _row(article))
        added = []
        for passage, vector in zip(passages, vectors, strict=True):
            cursor = self._db.execute(
                'INSERT INTO passages (article_id, "start", "end", vector) VALUES (?, ?, ?, ?)',
                (article.id, passage.start, passage.end, vector.astype("<f4").tobytes()),
            )
            added.append((int(cursor.lastrowid or 0), passage.text))
        lexical.add(self._db, added)

    def put_fields(self, article: Article) -> bool:
        """Update the fields of an article whose text is the same; its passages stay. Inside `transaction`.

        Returns:
            False, with nothing done, if the text stored by now is another.
        """
        pairs = ", ".join(f"{column} = ?" for column in _COLUMNS)
        done = self._db.execute(
            f"UPDATE articles SET {pairs} WHERE id = ? AND text = ?", (*_row(article), article.id, article.text)
        )
        return done.rowcount == 1

    def delete(self, article_id: str) -> bool:
        """Remove an article and its passages, damaged or not; tell whether it was there. Inside `transaction`."""
        if self._db.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone() is None:
            return False
        rows = self._db.execute("SELECT row FROM passages WHERE article_id = ?", (article_id,)).fetchall()
        lexical.remove(self._db, [row for (row,) in rows])
        self._db.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
        self._db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        return True

    def passages_of(self, article: Article) -> list[tuple[int, Passage]]:
        """Return an article's passages with their rows, in order."""
        found = self._db.execute(
            'SELECT row, "start", "end" FROM passages WHERE article_id = ? ORDER BY "start"', (article.id,)
        )
        return [(row, Passage(article.id, start, end, article.text[start:end])) for row, start, end in found]

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of rows; a row that is gone is left out."""
        found: dict[int, Passage] = {}
        for part in _parts(rows):
            for row, article_id, start, end, text in self._db.execute(
                f"""
                SELECT p.row, p.article_id, p."start", p."end", a.text
                FROM passages p JOIN articles a ON a.id = p.article_id WHERE p.row IN ({_marks(part)})
                """,
                part,
            ):
                found[row] = Passage(article_id, start, end, text[start:end])
        return found

    def passage_ids(self, rows: Sequence[int]) -> dict[int, str]:
        """Return the passage ids of rows, for breaking ties."""
        found: dict[int, str] = {}
        for part in _parts(rows):
            for row, article_id, start, end in self._db.execute(
                f'SELECT row, article_id, "start", "end" FROM passages WHERE row IN ({_marks(part)})', part
            ):
                found[row] = f"{article_id}:{start}-{end}"
        return found

    def rows(self) -> NDArray[np.int64]:
        """Return the rows of all passages in order, shape (passages,)."""
        return np.array([row for (row,) in self._db.execute("SELECT row FROM passages ORDER BY row")], dtype=np.int64)

    def vectors(self, rows: NDArray[np.int64], dimension: int) -> Vectors:
        """Return the vectors of rows in their order, shape (len(rows), dimension).

        Raises:
            UnusableIndex: If a row has no vector of that dimension.
        """
        result = np.empty((len(rows), dimension), dtype=np.float32)
        for at, row in enumerate(rows.tolist()):
            found = self._db.execute("SELECT vector FROM passages WHERE row = ?", (row,)).fetchone()
            if found is None or len(found[0]) != 4 * dimension:
                raise UnusableIndex(f"Passage row {row} has no vector of dimension {dimension}.")
            result[at] = np.frombuffer(found[0], dtype="<f4")
        return result

    def search(self, query: str, limit: int) -> list[int]:
        """Return the rows of the best passages by BM25; see `lexical.search`."""
        return lexical.search(self._db, query, limit)

    def problems(self) -> list[str]:
        """Check the database and its lexical table; return a line for each problem."""
        found = [f"database: {line}" for (line,) in self._db.execute("PRAGMA integrity_check") if line != "ok"]
        orphans = self._db.execute("SELECT count(*) FROM pragma_foreign_key_check('passages')").fetchone()[0]
        if orphans:
            found.append(f"passages: {orphans} belong to no article")
        passages, indexed = self._db.execute(
            "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM lexical)"
        ).fetchone()
        if passages != indexed:
            found.append(f"lexical index: holds {indexed} passages, expected {passages}")
        return found


def _row(article: Article) -> tuple[Any, ...]:
    return tuple(_stored(column, getattr(article, column)) for column in _COLUMNS)


def _stored(column: str, value: Any) -> Any:
    if column not in _JSON_COLUMNS or value is None:
        return value
    return json.dumps(value if column == "metadata" else list(value))


def _article(row: Iterable[Any]) -> Article:
    fields = dict(zip(_COLUMNS, row, strict=True))
    stored_hash = fields.pop("content_hash")
    try:
        for column in _JSON_COLUMNS:
            if fields[column] is not None:
                value = json.loads(fields[column])
                fields[column] = value if column == "metadata" else tuple(value)
        article = Article(**fields)
    except (ValueError, TypeError, AttributeError, InvalidArticle) as error:
        raise UnusableIndex(
            f"Article {fields['id']!r} is stored damaged ({error}). Index the article again from its source."
        ) from error
    if article.content_hash != stored_hash:
        raise UnusableIndex(
            f"The text of article {article.id!r} is not the one that was stored (its hash differs). "
            "Index the article again from its source."
        )
    return article


def _parts(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(rows), _FETCH_AT_ONCE):
        yield rows[at : at + _FETCH_AT_ONCE]


def _marks(part: Sequence[int]) -> str:
    return ", ".join("?" * len(part))
