"""BM25 over passages, by tantivy, in a folder that follows the database.

What tantivy has is derived: a record in it says which generation of the database it holds, and commits with it. Each
use brings it in line first, passage by passage. Where its folder cannot be written, an index in memory takes its place.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur
from tantivy import Query as Clause

from index import changes
from index.catalog import Catalog
from index.changes import StoredText
from index.search.checksums import damaged_files
from index.search.words import date_words, folding, stemming, telling_words

Rows = NDArray[np.int64]

Found = TypeVar("Found")

logger = logging.getLogger(__name__)

FOLDER = "words"

_RECORD = 0
"""The row of tantivy's document that is no passage but says what the others are; SQLite's rows begin with 1."""

_FEW = 10_000
"""Up to how many allowed passages are named in the query; where more are, what is not allowed is passed over."""

_LONGEST = 65_000
"""Bytes of the longest word that tantivy keeps, nearly."""

_PATIENCE = 20
"""How many tenths of a second `problems` waits for another process to write the words."""

_HEAP = 64_000_000
_BUSY = "LockBusy"
_OF_THE_SYSTEM = ("Lockfile", "PermissionDenied", "Os {")
_MADE_ANEW = "%s cannot be read and is made anew from the database: %s"
_PANIC = "PanicException"
"""What Rust's failed assertions are in Python; the class cannot be imported."""


@dataclass(frozen=True)
class _State:
    """What tantivy holds: a generation with its token (see `Catalog.token`), and its highest row."""

    generation: int = 0
    token: str | None = None
    row: int = 0


class LexicalIndex:
    """The words of the newest committed generation. Every use stands inside a snapshot of the catalog.

    A passage is found by its own words and by its article's title, month and year. Equal scores come in no particular
    order. While another process writes the folder, what it has not come to yet is missing.
    """

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder / FOLDER
        self._catalog = catalog
        self._index: tantivy.Index | None = None
        self._links: TemporaryDirectory[str] | None = None
        self._generation = -1
        self._stem = stemming()
        self._fold = folding()

    def search(self, query: str, limit: int, allowed: Rows | None = None) -> list[tuple[int, float]]:
        """Return up to `limit` pairs of row and BM25 score, best first, and all that tie with the last of them.

        BM25 as tantivy computes it: k1 = 1.2, b = 0.75, Lucene's idf, lengths above 40 words rounded to one byte.

        Args:
            query: Its telling words are searched, any of them.
            limit: How many.
            allowed: The rows that may be found, in order; without it all may.
        """
        return self._mended(lambda: self._search(query, limit, allowed))

    def rows_with(self, phrases: Iterable[str]) -> Rows:
        """Return the rows of the passages in whose text each phrase stands: its words one after the other.

        Case, accents and what stands between the words do not matter; endings do.
        """
        phrases = tuple(phrases)
        return self._mended(lambda: self._rows_with(phrases))

    def _search(self, query: str, limit: int, allowed: Rows | None) -> list[tuple[int, float]]:
        searcher = self._followed().searcher()
        stems = list(dict.fromkeys(self._stem.analyze(" ".join(telling_words(query)))))
        if not stems or limit <= 0 or (allowed is not None and not len(allowed)):
            return []
        wanted = Clause.boolean_query([(Occur.Should, self._term("words", stem)) for stem in stems])
        if allowed is not None and len(allowed) <= _FEW:
            among = Clause.term_set_query(_SCHEMA, "row", allowed.tolist())
            wanted = Clause.boolean_query([(Occur.Must, wanted), (Occur.Must, Clause.const_score_query(among, 0.0))])
            allowed = None
        depth = min(limit, searcher.num_docs) + 1
        while True:
            found = _rows(searcher, wanted, depth)
            kept = found if allowed is None else _among(found, allowed)
            exhausted = len(found) < depth
            if exhausted or (len(kept) > limit and kept[-1][1] < kept[limit - 1][1]):
                break
            depth *= 4
        return [pair for pair in kept if len(kept) <= limit or pair[1] >= kept[limit - 1][1]]

    def _rows_with(self, phrases: Iterable[str]) -> Rows:
        searcher = self._followed().searcher()
        clauses = []
        for phrase in phrases:
            words = self._fold.analyze(phrase)
            clauses.append((Occur.Must, self._phrase(words) if len(words) > 1 else self._term("text", words[0])))
        query = Clause.boolean_query(clauses)
        found = _rows(searcher, query, max(1, _count(searcher, query)))
        return np.sort(np.array([row for row, _ in found], dtype=np.int64))

    def words_beginning(self, prefix: str) -> dict[str, int]:
        """Return the words of passages that begin with some letters, folded, with how many passages have each.

        Removed passages count as long as tantivy has not merged them away.
        """
        return self._mended(lambda: dict(self._followed().searcher().terms_with_prefix("text", prefix)))

    def has_word(self, word: str) -> bool:
        """Tell whether a passage is found by a word: it, or another form of it, stands in a text, a title or a date."""
        stems = self._stem.analyze(word)
        return self._mended(lambda: any(self._followed().searcher().doc_freq("words", stem) for stem in stems))

    def matched(self, query: str, text: str, title: str | None, published: str | None) -> tuple[str, ...]:
        """Return the telling words of a query, folded, by which a passage is found."""
        stems = set(self._stem.analyze(_words(text, title, published)))
        return tuple(word for word in telling_words(query) if stems & set(self._stem.analyze(word)))

    def fresh(self) -> tantivy.Index:
        """Return the index, in line with the newest committed generation as far as that can be done."""
        return self._mended(self._followed)

    def _followed(self) -> tantivy.Index:
        generation = self._catalog.generation
        if self._index is None:
            self._index = self._open()
        if generation != self._generation:
            self._index.reload()
            if not self._holds(generation, self._state(self._index)):
                self._index = self._follow(self._index, generation)
            if self._state(self._index).generation == generation:
                self._generation = generation
        return self._index

    @property
    def in_line(self) -> bool:
        """Whether what was last returned holds the snapshot's passages and no others."""
        return self._generation == self._catalog.generation

    def close(self) -> None:
        """Let go of the folder's files, which are mapped into memory."""
        self._index, self._generation = None, -1
        if self._links is not None:
            self._links.cleanup()
            self._links = None

    def discard_files(self) -> None:
        """Remove the folder; the database holds all that was in it."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def problems(self) -> list[str]:
        """Compare with the database: every passage, and no other, must be found by its own words.

        Words that are ahead of the snapshot, since another process has written meanwhile, are not compared.
        """
        damaged = damaged_files(self._folder)
        if damaged:
            return [f"lexical index: {FOLDER}/{name} is damaged" for name in damaged]
        index = self.fresh()
        for _ in range(_PATIENCE):
            if self._state(index).generation >= self._catalog.generation:
                break
            time.sleep(0.1)
            index = self.fresh()
        searcher = index.searcher()
        if self._state(index).generation > self._catalog.generation:
            return []
        if self._state(index).generation < self._catalog.generation:
            return ["lexical index: behind the database, and cannot be brought in line now"]
        found = []
        passages = 0
        for passage in changes.texts_after(self._catalog.db, 0):
            passages += 1
            stems = set(self._stem.analyze(_words(passage.text, passage.title, passage.published)))
            clauses = [self._term("words", stem) for stem in stems if len(stem.encode()) <= _LONGEST]
            query = Clause.term_query(_SCHEMA, "row", passage.row).and_must_match(*clauses)
            if _count(searcher, query) != 1:
                found.append(f"lexical index: row {passage.row} is missing, or has other words than its own")
        if searcher.num_docs != passages + 1:
            found.append(f"lexical index: holds {searcher.num_docs - 1} passages, expected {passages}")
        return found

    def _holds(self, generation: int, state: _State) -> bool:
        """Tell whether a state is that of a generation, or of one that was committed after the snapshot was taken."""
        if state.generation > generation:
            return self._catalog.token_now(state.generation) == state.token
        return state == self._wanted(generation)

    def _wanted(self, generation: int) -> _State:
        (row,) = self._catalog.db.execute("SELECT coalesce(max(row), 0) FROM passages").fetchone()
        return _State(generation, self._catalog.token(generation), row)

    def _state(self, index: tantivy.Index) -> _State:
        searcher = index.searcher()
        hits = searcher.search(Clause.term_query(_SCHEMA, "row", _RECORD), limit=1).hits
        return _State(**json.loads(searcher.doc(hits[0][1])["state"][0])) if hits else _State()

    def _open(self) -> tantivy.Index:
        """Open the folder, or make it; one that cannot be read is made anew, in memory if it cannot be written."""
        try:
            self._folder.mkdir(exist_ok=True)
            try:
                index = _ready(tantivy.Index(_SCHEMA, path=str(self._lockable())))
                self._state(index)
                return index
            except BaseException as error:
                if not self._is_damage(error):
                    raise
                logger.warning(_MADE_ANEW, self._folder, error)
            shutil.rmtree(self._folder)
            self._folder.mkdir()
            return _ready(tantivy.Index(_SCHEMA, path=str(self._folder)))
        except (OSError, ValueError) as error:
            return self._in_memory(error)

    def _lockable(self) -> Path:
        """Return the folder; where it cannot be written, one of links to its files, which tantivy can lock."""
        if os.access(self._folder, os.W_OK):
            return self._folder
        self._links = TemporaryDirectory(prefix="pullquote-words-")
        for path in self._folder.iterdir():
            if path.suffix != ".lock":
                (Path(self._links.name) / path.name).symlink_to(path.absolute())
        return Path(self._links.name)

    def _mended(self, look: Callable[[], Found]) -> Found:
        """Look, and once more in a folder made anew where a damaged file has stopped tantivy."""
        try:
            return look()
        except BaseException as error:
            if not self._is_damage(error):
                raise
            logger.warning(_MADE_ANEW, self._folder, error)
        self.discard_files()
        if self._folder.exists():
            self._index = self._in_memory("it is damaged")
        return look()

    def _is_damage(self, error: BaseException) -> bool:
        """Tell whether an error is what tantivy makes of a damaged or missing file, not the system's own, nor ours."""
        if type(error).__name__ == _PANIC:
            return True
        if not isinstance(error, ValueError) or isinstance(error, UnicodeError):
            return False
        return not self._folder.exists() or not any(mark in str(error) for mark in _OF_THE_SYSTEM)

    def _in_memory(self, why: Exception | str) -> tantivy.Index:
        logger.warning("%s cannot be used: %s. The words are indexed in memory, for now.", self._folder, why)
        return _ready(tantivy.Index(_SCHEMA))

    def _follow(self, index: tantivy.Index, generation: int) -> tantivy.Index:
        """Bring an index in line; one that another process is writing stays as it is, for now."""
        try:
            self._write(index, generation)
        except (OSError, ValueError) as error:
            if _BUSY in str(error):
                return index
            index = self._in_memory(error)
            self._write(index, generation)
        return index

    def _write(self, index: tantivy.Index, generation: int) -> None:
        writer = index.writer(_HEAP, 1)
        index.reload()
        state = self._state(index)
        if self._holds(generation, state):
            return
        gone = changes.gone_since(self._catalog.db, state.generation)
        if gone is None or state == _State() or self._catalog.token(state.generation) != state.token:
            writer.delete_all_documents()
            state, gone = _State(), np.empty(0, dtype=np.int64)
        left = [_RECORD, *gone[gone <= state.row].tolist()]
        for at in range(0, len(left), _FEW):
            writer.delete_documents_by_query(Clause.term_set_query(_SCHEMA, "row", left[at : at + _FEW]))
        for passage in changes.texts_after(self._catalog.db, state.row):
            writer.add_document(_document(passage))
        record = tantivy.Document()
        record.add_unsigned("row", _RECORD)
        record.add_text("state", json.dumps(asdict(self._wanted(generation))))
        writer.add_document(record)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()

    @staticmethod
    def _term(field: str, word: str) -> Clause:
        return Clause.term_query(_SCHEMA, field, word, index_option="freq")

    @staticmethod
    def _phrase(words: list[str]) -> Clause:
        return Clause.phrase_query(_SCHEMA, "text", [*words])


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name="stemmed", index_option="freq")
    builder.add_text_field("text", tokenizer_name="folded", index_option="position")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


_SCHEMA = _schema()


def _ready(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer("stemmed", stemming())
    index.register_tokenizer("folded", folding())
    index.config_reader("manual")
    return index


def _words(text: str, title: str | None, published: str | None) -> str:
    return "\n".join(part for part in (title, date_words(published), text) if part)


def _document(passage: StoredText) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("row", passage.row)
    document.add_text("words", _words(passage.text, passage.title, passage.published))
    document.add_text("text", passage.text)
    return document


def _count(searcher: tantivy.Searcher, query: Clause) -> int:
    return int(searcher.search(query, limit=1).count)  # type: ignore[attr-defined]


def _rows(searcher: tantivy.Searcher, query: Clause, limit: int) -> list[tuple[int, float]]:
    hits = searcher.search(query, limit=limit, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits])
    return [(int(row or 0), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]


def _among(found: Sequence[tuple[int, float]], allowed: Rows) -> list[tuple[int, float]]:
    keep = np.isin(np.array([row for row, _ in found], dtype=np.int64), allowed, assume_unique=True)
    return [pair for pair, kept in zip(found, keep, strict=True) if kept]
