"""The one durable store: articles, their passages with vectors, and the manifest, in SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from index import labels, manifest, stories
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


class Place(NamedTuple):
    """Where a passage stands."""

    article_id: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """The passage's id."""
        return f"{self.article_id}:{self.start}-{self.end}"


class Stored(Enum):
    """How an article compares with the one of its id that is stored."""

    ABSENT = "absent"
    SAME = "same"
    OTHER_FIELDS = "same words, other fields"
    OTHER_WORDS = "another text, title or date"


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

    def headings(self, article_ids: Iterable[str]) -> dict[str, tuple[str | None, str | None]]:
        """Return the title and the date of articles by their ids; one that is gone is left out."""
        found: dict[str, tuple[str | None, str | None]] = {}
        for part in _parts(list(article_ids)):
            marks = _marks(part)
            for i, title, published in self._db.execute(
                f"SELECT id, title, published FROM articles WHERE id IN ({marks})", part
            ):
                found[i] = title, published
        return found

    def titles(self, article_ids: Iterable[str]) -> dict[str, str | None]:
        """Return the titles of articles by their ids; one that is gone is left out."""
        return {article_id: title for article_id, (title, _) in self.headings(article_ids).items()}

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
        fields = dict(zip(COLUMNS, row, strict=True))
        same_words = all(fields[name] == getattr(article, name) for name in ("text", "title", "published"))
        return Stored.OTHER_FIELDS if same_words else Stored.OTHER_WORDS

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
        heading = self.manifest.chunking.heading(article.title)
        marks = ", ".join("?" * len(COLUMNS))
        self._db.execute(f"INSERT INTO articles ({', '.join(COLUMNS)}) VALUES ({marks})", to_row(article))
        self._db.executemany(
            'INSERT INTO passages (article_id, "start", "end", vector, text_hash) VALUES (?, ?, ?, ?, ?)',
            [
                (article.id, p.start, p.end, vector.astype("<f4").tobytes(), text_hash(p.text, heading))
                for p, vector in zip(passages, vectors, strict=True)
            ],
        )
        labels.put(self._db, article)
        stories.put(self._db, article.id, signature)

    def put_fields(self, article: Article) -> bool:
        """Update the fields of an article whose words are the same; its passages stay. Inside `transaction`.

        Returns:
            False, with nothing done, if the text, title or date stored by now is another.
        """
        if self.stored(article) not in (Stored.SAME, Stored.OTHER_FIELDS):
            return False
        pairs = ", ".join(f"{column} = ?" for column in COLUMNS)
        self._db.execute(f"UPDATE articles SET {pairs} WHERE id = ?", (*to_row(article), article.id))
        labels.put(self._db, article)
        return True

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
        self._db.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
        self._db.execute("DELETE FROM next_passages WHERE article_id = ?", (article_id,))
        labels.remove(self._db, article_id)
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

    def places(self, rows: Sequence[int]) -> dict[int, Place]:
        """Return where the passages of rows stand; a row that is gone is left out."""
        found: dict[int, Place] = {}
        for part in _parts(rows):
            for row, *place in self._db.execute(
                f'SELECT row, article_id, "start", "end" FROM passages WHERE row IN ({_marks(part)})', part
            ):
                found[row] = Place(*place)
        return found

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of rows; a row that is gone is left out."""
        places = self.places(rows)
        texts: dict[str, str] = {}
        for part in _parts(sorted({place.article_id for place in places.values()})):
            texts.update(self._db.execute(f"SELECT id, text FROM articles WHERE id IN ({_marks(part)})", part))
        return {row: Passage(i, start, end, texts[i][start:end]) for row, (i, start, end) in places.items()}

    def vectors(self, rows: NDArray[np.int64], dimension: int) -> Vectors:
        """Return the vectors of rows in their order, shape (len(rows), dimension).

        Raises:
            UnusableIndex: If a row has no vector of that dimension.
        """
        found: dict[int, bytes] = {}
        for part in _parts(rows.tolist()):
            found.update(self._db.execute(f"SELECT row, vector FROM passages WHERE row IN ({_marks(part)})", part))
        vectors = [found.get(row, b"") for row in rows.tolist()]
        for row, vector in zip(rows.tolist(), vectors, strict=True):
            if len(vector) != 4 * dimension:
                raise UnusableIndex(f"Passage row {row} has no vector of dimension {dimension}.")
        return np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(rows), dimension)

    def vectors_of(self, passages: Iterable[Passage], dimension: int) -> dict[str, Vectors]:
        """Return the vectors of passages by their ids; one that is gone is left out."""
        passages = list(passages)
        titles, chunking = self.titles({passage.article_id for passage in passages}), self.manifest.chunking
        rows: dict[str, int] = {}
        for passage in passages:
            key = text_hash(passage.text, chunking.heading(titles.get(passage.article_id)))
            found = self._db.execute(
                'SELECT row FROM passages WHERE article_id = ? AND "start" = ? AND "end" = ? AND text_hash = ?',
                (passage.article_id, passage.start, passage.end, key),
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
        heading = self.manifest.chunking.heading(article.title)
        hashes = [(text_hash(passage.text, heading), row) for row, passage in self.passages_of(article)]
        self._db.executemany("UPDATE passages SET text_hash = ? WHERE row = ?", hashes)

    def problems(self) -> list[str]:
        """Check the database's file; return a line for each problem."""
        found = [f"database: {line}" for (line,) in self._db.execute("PRAGMA integrity_check") if line != "ok"]
        orphans = self._db.execute("SELECT count(*) FROM pragma_foreign_key_check('passages')").fetchone()[0]
        if orphans:
            found.append(f"passages: {orphans} belong to no article")
        return found


def _parts(rows: Sequence[Part]) -> Iterator[Sequence[Part]]:
    for at in range(0, len(rows), _FETCH_AT_ONCE):
        yield rows[at : at + _FETCH_AT_ONCE]


def _marks(part: Sequence[Part]) -> str:
    return ", ".join("?" * len(part))
