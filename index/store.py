"""An index of articles in a folder: open it, add to it, remove from it, search it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from index.article import Article, Hit, Passage, Ranks
from index.catalog import Catalog, Counts, Manifest, Stored
from index.chunk import Chunking
from index.embed import Encoder, Vectors, load_encoder
from index.errors import IndexNotFound, UnknownArticle, UnusableIndex, WrongEmbedder
from index.fusion import reciprocal_rank_fusion
from index.verify import article_problems

if TYPE_CHECKING:
    from index.vectors import Rows, VectorIndex

logger = logging.getLogger(__name__)

CANDIDATES = 100
"""How many passages each of the dense and the lexical search gives to the fusion."""

_BATCH_CHARACTERS = 200_000
_SPECIAL_TOKENS = 2


@dataclass(frozen=True)
class Added:
    """What became of the articles given to `Index.add`, as ids."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __add__(self, other: Added) -> Added:
        """Join two reports."""
        return Added(self.added + other.added, self.replaced + other.replaced, self.unchanged + other.unchanged)


@dataclass(frozen=True)
class IndexInfo:
    """What an index is and holds. `bytes` is the size of its folder's files on disk."""

    path: str
    format: int
    generation: int
    counts: Counts
    manifest: Manifest
    bytes: int


class Index:
    """Articles, searchable. Safe to use from several threads; a context manager.

    Make one with `Index.open` or `Index.create`.
    """

    def __init__(self, folder: Path, catalog: Catalog, manifest: Manifest, encoder: Encoder | None) -> None:
        self.path = folder
        self.manifest = manifest
        self._catalog = catalog
        self._encoder = encoder
        self._vectors: VectorIndex | None = None
        self._vectors_generation = -1
        self._loading = threading.Lock()

    @classmethod
    def open(cls, path: str | Path, encoder: Encoder | None = None) -> Self:
        """Open an index.

        Args:
            path: Its folder.
            encoder: The embedder that built it; without one, it is loaded by name when it is first needed.

        Raises:
            IndexNotFound: If there is none.
            UnusableIndex: If its database is damaged or of a newer format.
            WrongEmbedder: If `encoder` is not the one that built it.
        """
        folder = Path(path)
        try:
            catalog = Catalog(folder)
        except FileNotFoundError:
            raise IndexNotFound(folder) from None
        with catalog.session():
            manifest = catalog.manifest
        if manifest is None:
            catalog.close()
            raise IndexNotFound(folder)
        if encoder is not None:
            _check_embedder(encoder, manifest)
        return cls(folder, catalog, manifest, encoder)

    @classmethod
    def create(cls, path: str | Path, encoder: Encoder, chunking: Chunking | None = None) -> Self:
        """Open the index at a path, or make an empty one there.

        Raises:
            UnusableIndex: If the folder cannot be written, or what stands there is not an index.
            WrongEmbedder: If an index stands there that another embedder built.
        """
        folder = Path(path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            catalog = Catalog(folder, create=True)
        except OSError as error:
            raise UnusableIndex(
                f"Cannot make an index at {str(folder)!r}: {error.strerror or error}. Name another folder with --index."
            ) from error
        most = min(Chunking().max_tokens, encoder.info.max_length - _SPECIAL_TOKENS)
        catalog.found(Manifest(encoder.info, chunking or Chunking(most)))
        catalog.close()
        return cls.open(folder, encoder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the index cannot be used after it."""
        self._catalog.close()

    @property
    def encoder(self) -> Encoder:
        """The embedder that built the index, loaded at first use.

        Raises:
            ModelError: If it cannot be loaded.
            WrongEmbedder: If its weights are not the ones that built the index.
        """
        with self._loading:
            if self._encoder is None:
                encoder = load_encoder(self.manifest.embedder.name)
                _check_embedder(encoder, self.manifest)
                self._encoder = encoder
            return self._encoder

    @property
    def generation(self) -> int:
        """A number that grows with every change."""
        with self._catalog.session():
            return self._catalog.generation

    def __len__(self) -> int:
        with self._catalog.session():
            return self._catalog.article_count()

    def info(self) -> IndexInfo:
        """Describe the index."""
        from index.schema import FORMAT

        size = sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        with self._catalog.session():
            return IndexInfo(
                str(self.path), FORMAT, self._catalog.generation, self._catalog.counts(), self.manifest, size
            )

    def article(self, article_id: str) -> Article:
        """Return an article.

        Raises:
            UnknownArticle: If there is none with that id.
        """
        with self._catalog.session():
            article = self._catalog.article(article_id)
        if article is None:
            raise UnknownArticle([article_id])
        return article

    def articles(self) -> Iterator[Article]:
        """Yield all articles in the order of their ids; one removed meanwhile is left out."""
        with self._catalog.session():
            ids = self._catalog.article_ids()
        for article_id in ids:
            with self._catalog.session():
                article = self._catalog.article(article_id)
            if article is not None:
                yield article

    def passages(self, article: Article) -> list[Passage]:
        """Return an article's passages in order."""
        with self._catalog.session():
            return [passage for _, passage in self._catalog.passages_of(article)]

    def add(self, articles: Iterable[Article]) -> Added:
        """Add articles, each in place of the one that has its id; one that is there unchanged costs nothing.

        Articles are committed in batches; what was committed before an error or an interruption stays.
        """
        return sum(self.add_each(articles), Added())

    def add_each(self, articles: Iterable[Article]) -> Iterator[Added]:
        """Do as `add` does, and report after every commit."""
        changed = False
        for batch in _batches(articles):
            report = self._add_batch(batch)
            changed = changed or bool(report.added or report.replaced)
            yield report
        if changed:
            self._compact_if_stale()

    def remove(self, ids: Sequence[str]) -> None:
        """Remove articles, all or none.

        Raises:
            UnknownArticle: Naming every id that is not there.
        """
        with self._catalog.transaction():
            unknown = [article_id for article_id in dict.fromkeys(ids) if not self._catalog.delete(article_id)]
            if unknown:
                raise UnknownArticle(unknown)

    def search(self, query: str, k: int = 5) -> list[Hit]:
        """Return the `k` best passages for a query, best first, equal scores by passage id."""
        return self.search_embedded(query, self.encoder.encode([query])[0], k)

    def search_embedded(self, query: str, vector: Vectors, k: int = 5) -> list[Hit]:
        """Do as `search` does, with the query's vector given, shape (dimension,).

        The dense and the lexical ranking, `CANDIDATES` deep or `k` if that is more, merged by reciprocal rank fusion.
        """
        depth = max(k, CANDIDATES)
        with self._catalog.snapshot():
            dense = self._dense(vector, depth)
            lexical = self._catalog.search(query, depth)
            scores = reciprocal_rank_fusion([dense, lexical])
            ids = self._catalog.passage_ids(list(scores))
            best = sorted(ids, key=lambda row: (-scores[row], ids[row]))[:k]
            passages = self._catalog.passages(best)
            similarities = self._fetch(np.array(best, dtype=np.int64)) @ vector
        dense_ranks = {row: rank for rank, row in enumerate(dense, start=1)}
        lexical_ranks = {row: rank for rank, row in enumerate(lexical, start=1)}
        return [
            Hit(passages[row], scores[row], Ranks(dense_ranks.get(row), lexical_ranks.get(row)), float(similarity))
            for row, similarity in zip(best, similarities, strict=True)
        ]

    def verify(self) -> list[str]:
        """Check every offset, hash, vector and count; return a line for each problem, none if all is well."""
        problems: list[str] = []
        try:
            with self._catalog.session():
                problems += self._catalog.problems()
                ids = self._catalog.article_ids()
            for article_id in ids:
                with self._catalog.session():
                    problems += article_problems(self._catalog, article_id, self.manifest.embedder.dimension)
            with self._catalog.snapshot():
                problems += self._fresh_vectors().problems(self._fetch)
        except UnusableIndex as error:
            problems.append(str(error))
        return problems

    def compact(self) -> None:
        """Write the derived files anew for the present generation.

        Where they cannot be written, a warning says so; searches then do without them.
        """
        with self._catalog.snapshot():
            vectors = self._fresh_vectors()
            if vectors.generation != self._vectors_generation:
                token = self._catalog.token(self._vectors_generation)
                try:
                    vectors.write(self._vectors_generation, token or "")
                except (OSError, RuntimeError) as error:
                    logger.warning("The search index could not be written and is made anew when needed: %s", error)

    def _compact_if_stale(self) -> None:
        with self._catalog.snapshot():
            stale = self._fresh_vectors().stale
        if stale:
            self.compact()

    def _add_batch(self, batch: Sequence[Article]) -> Added:
        """Embed what is new, outside the transaction, then commit the batch at once."""
        articles = {article.id: article for article in batch}
        with self._catalog.snapshot():
            was = {article.id: self._catalog.stored(article) for article in articles.values()}
        renamed = [articles[i] for i, stored in was.items() if stored is Stored.SAME_TEXT]
        new_text = [articles[i] for i, stored in was.items() if stored in (Stored.ABSENT, Stored.OTHER_TEXT)]
        embedded = self._embed(new_text)
        overtaken: list[Article] = []
        if renamed or embedded:
            with self._catalog.transaction():
                for article, passages, vectors in embedded:
                    self._catalog.put(article, passages, vectors)
                overtaken = [article for article in renamed if not self._catalog.put_fields(article)]
        if overtaken:
            self._add_batch(overtaken)
        return Added(
            tuple(i for i, stored in was.items() if stored is Stored.ABSENT),
            tuple(i for i, stored in was.items() if stored in (Stored.SAME_TEXT, Stored.OTHER_TEXT)),
            tuple(i for i, stored in was.items() if stored is Stored.SAME),
        )

    def _embed(self, articles: Sequence[Article]) -> list[tuple[Article, list[Passage], Vectors]]:
        """Cut and embed articles, all their passages in one call."""
        if not articles:
            return []
        cut = [self.manifest.chunking.passages(article, self.encoder.token_spans) for article in articles]
        vectors = self.encoder.encode([passage.text for passages in cut for passage in passages])
        ends = np.cumsum([len(passages) for passages in cut])
        return list(zip(articles, cut, np.split(vectors, ends[:-1]), strict=True))

    def _dense(self, vector: Vectors, depth: int) -> list[int]:
        found = self._fresh_vectors().search(vector, depth)
        ids = self._catalog.passage_ids([row for row, _ in found])
        found.sort(key=lambda pair: (-pair[1], ids[pair[0]]))
        return [row for row, _ in found[:depth]]

    def _fetch(self, rows: Rows) -> Vectors:
        return self._catalog.vectors(rows, self.manifest.embedder.dimension)

    def _fresh_vectors(self) -> VectorIndex:
        """Return the dense index, in line with the newest committed generation."""
        from index.vectors import VectorIndex

        dimension = self.manifest.embedder.dimension
        if self._vectors is None:
            self._vectors = VectorIndex(self.path, dimension)
        generation = self._catalog.generation
        if generation != self._vectors_generation:
            self._vectors.refresh(self._catalog.rows(), self._fetch, self._catalog.token)
            self._vectors_generation = generation
        return self._vectors


def _check_embedder(encoder: Encoder, manifest: Manifest) -> None:
    if replace(encoder.info, name="") != replace(manifest.embedder, name=""):
        raise WrongEmbedder(_named(encoder.info), _named(manifest.embedder))


def _named(info: object) -> str:
    fingerprint = getattr(info, "fingerprint", "")
    return f"{getattr(info, 'name', info)!r} ({fingerprint[:19]}…)"


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Group articles so that a batch has some 200,000 characters: a few seconds of embedding between commits."""
    batch: list[Article] = []
    size = 0
    for article in articles:
        batch.append(article)
        size += len(article.text)
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
