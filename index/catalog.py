"""The one durable store: articles, their passages with vectors, and the manifest, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index import lexical, manifest, stories
from index.article import Article, Passage
from index.article_row import COLUMNS, from_row, to_row
from index.copies import Signature
from index.database import Database
from index.embed import EmbedderInfo, Vectors, same_embedder
from index.errors import EmbedderChanged, UnusableIndex
from index.manifest import Manifest
from index.schema import text_hash

_FETCH_AT_ONCE = 500

Part = TypeVar("Part")


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


class Catalog(Database):
    """What an index folder holds. Every use stands inside a block of `Database`."""

    @property
    def manifest(self) -> Manifest:
        """What the passages were made with.

        Raises:
            UnusableIndex: If that cannot be read.
        """
        found = manifest.read(self._db)
        if found is None:
            raise UnusableIndex(f"The index {str(self._path)!r} has lost its manifest. Put a backup back.")
        return found

    def expect(self, embedder: EmbedderInfo) -> None:
        """Check, inside a snapshot or a transaction, that the passages are still those of an embedder.

        Raises:
            EmbedderChanged: If they are another's by now.
        """
        if not same_embedder(embedder, self.manifest.embedder):
            raise EmbedderChanged

    def titles(self, article_ids: Iterable[str]) -> dict[str, str | None]:
        """Return the titles of articles by their ids; one that is gone is left out."""
        found: dict[str, str | None] = {}
        for part in _parts(list(article_ids)):
            found.update(self._db.execute(f"SELECT id, title FROM articles WHERE id IN ({_marks(part)})", part))
        return found

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
        row = self._db.execute(f"SELECT {', '.join(COLUMNS)} FROM articles WHERE id = ?", (article_id,)).fetchone()
        return from_row(row) if row else None

    def stored(self, article: Article) -> Stored:
        """Compare an article with the one of its id, damaged or not."""
        columns = ", ".join(COLUMNS)
        row = self._db.execute(f"SELECT {columns} FROM articles WHERE id = ?", (article.id,)).fetchone()
        if row is None:
            return Stored.ABSENT
        if tuple(row) == to_row(article):
            return Stored.SAME
        same_text = dict(zip(COLUMNS, row, strict=True))["text"] == article.text
        return Stored.SAME_TEXT if same_text else Stored.OTHER_TEXT

    def holds(self, article_id: str) -> bool:
        """Tell whether there is an article of an id."""
        return self._db.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone() is not None

    def article_ids(self) -> list[str]:
        """Return all ids in order."""
        return [row[0] for row in self._db.execute("SELECT id FROM articles ORDER BY id")]

    def locations(self) -> dict[str, str | None]:
        """Return where each article was read from, by its id."""
        return dict(self._db.execute("SELECT id, location FROM articles"))

    def put(self, article: Article, passages: Sequence[Passage], vectors: Vectors, signature: Signature) -> None:
        """Add an article with its passages, in place of the one with its id. Inside `transaction`."""
        self.delete(article.id)
        marks = ", ".join("?" * len(COLUMNS))
        self._db.execute(f"INSERT INTO articles ({', '.join(COLUMNS)}) VALUES ({marks})", to_row(article))
        added = []
        for passage, vector in zip(passages, vectors, strict=True):
            cursor = self._db.execute(
                'INSERT INTO passages (article_id, "start", "end", vector, text_hash) VALUES (?, ?, ?, ?, ?)',
                (article.id, passage.start, passage.end, vector.astype("<f4").tobytes(), text_hash(passage.text)),
            )
            added.append((int(cursor.lastrowid or 0), passage.text))
        lexical.add(self._db, added)
        stories.put(self._db, article.id, signature)

    def put_fields(self, article: Article) -> bool:
        """Update the fields of an article whose text is the same; its passages stay. Inside `transaction`.

        Returns:
            False, with nothing done, if the text stored by now is another.
        """
        pairs = ", ".join(f"{column} = ?" for column in COLUMNS)
        done = self._db.execute(
            f"UPDATE articles SET {pairs} WHERE id = ? AND text = ?", (*to_row(article), article.id, article.text)
        )
        return done.rowcount == 1

    def delete(self, article_id: str) -> bool:
        """Remove an article and its passages, damaged or not; tell whether it was there. Inside `transaction`.

        Its vectors are kept by their text, so that a text that comes back is not embedded again.
        """
        if not self.holds(article_id):
            return False
        self._db.execute(
            "INSERT OR IGNORE INTO kept_vectors SELECT text_hash, vector FROM passages WHERE article_id = ?",
            (article_id,),
        )
        rows = self._db.execute("SELECT row FROM passages WHERE article_id = ?", (article_id,)).fetchall()
        lexical.remove(self._db, [row for (row,) in rows])
        self._db.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
        self._db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        stories.remove(self._db, article_id)
        return True

    def known_vectors(self, hashes: Iterable[bytes], dimension: int) -> dict[bytes, Vectors]:
        """Return the vectors of passage texts that were embedded before, by `schema.text_hash`."""
        found: dict[bytes, Vectors] = {}
        for key in hashes:
            row = self._db.execute(
                """
                SELECT vector FROM (
                    SELECT vector FROM passages WHERE text_hash = ?1
                    UNION ALL SELECT vector FROM kept_vectors WHERE text_hash = ?1
                ) WHERE length(vector) = ?2 LIMIT 1
                """,
                (key, 4 * dimension),
            ).fetchone()
            if row is not None:
                found[key] = np.frombuffer(row[0], dtype="<f4")
        return found

    def stories(self, article_ids: Iterable[str]) -> dict[str, int]:
        """Return the story of each article; near-copies share one."""
        return stories.of(self._db, list(article_ids))

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

    def vectors_of(self, passages: Iterable[Passage], dimension: int) -> dict[str, Vectors]:
        """Return the vectors of passages by their ids; one that is gone is left out."""
        rows: dict[str, int] = {}
        for passage in passages:
            found = self._db.execute(
                'SELECT row FROM passages WHERE article_id = ? AND "start" = ? AND "end" = ? AND text_hash = ?',
                (passage.article_id, passage.start, passage.end, text_hash(passage.text)),
            ).fetchone()
            if found is not None:
                rows[passage.id] = found[0]
        return dict(zip(rows, self.vectors(np.array(list(rows.values()), dtype=np.int64), dimension), strict=True))

    def vector(self, row: int) -> bytes:
        """Return a passage's vector as stored, whatever it is."""
        return bytes(self._db.execute("SELECT vector FROM passages WHERE row = ?", (row,)).fetchone()[0])

    def put_vector(self, row: int, passage: Passage, vector: Vectors) -> None:
        """Give a passage another vector, if it is still there. Inside `transaction`."""
        self._db.execute(
            "UPDATE passages SET vector = ? WHERE row = ? AND article_id = ?",
            (vector.astype("<f4").tobytes(), row, passage.article_id),
        )

    def put_text_hashes(self, article: Article) -> None:
        """Write the hashes of an article's passages anew. Inside `transaction`."""
        hashes = [(text_hash(passage.text), row) for row, passage in self.passages_of(article)]
        self._db.executemany("UPDATE passages SET text_hash = ? WHERE row = ?", hashes)

    def search(self, query: str, limit: int) -> list[int]:
        """Return the rows of the best passages by BM25; see `lexical.search`."""
        return lexical.search(self._db, query, limit)

    def problems(self) -> list[str]:
        """Check the database and its lexical table; return a line for each problem.

        FTS5's own check is a statement that writes, though it changes nothing: where the database can only be read it
        is passed over, and where another process writes meanwhile a line says so.
        """
        found = [f"database: {line}" for (line,) in self._db.execute("PRAGMA integrity_check") if line != "ok"]
        orphans = self._db.execute("SELECT count(*) FROM pragma_foreign_key_check('passages')").fetchone()[0]
        if orphans:
            found.append(f"passages: {orphans} belong to no article")
        try:
            passages, indexed = self._db.execute(
                "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM lexical)"
            ).fetchone()
            if passages != indexed:
                found.append(f"lexical index: holds {indexed} passages, expected {passages}")
            self._db.execute("INSERT INTO lexical (lexical) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_BUSY:
                found.append("lexical index: another process writes, so that it could not be checked; try again")
            elif code != sqlite3.SQLITE_READONLY:
                found.append(f"lexical index: damaged, a search may fail or miss passages ({error})")
        return found


def _parts(rows: Sequence[Part]) -> Iterator[Sequence[Part]]:
    for at in range(0, len(rows), _FETCH_AT_ONCE):
        yield rows[at : at + _FETCH_AT_ONCE]


def _marks(part: Sequence[Part]) -> str:
    return ", ".join("?" * len(part))
