"""An index of articles in a folder: open it, add to it, remove from it, search it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from index import listing, manifest, opening, removing, trash, upkeep
from index.adding import Added, add_batch, batches
from index.article import Article, Hit, Passage
from index.catalog import Catalog, Counts
from index.chunk import WHOLE_ARTICLES, Chunking
from index.coverage import Coverage, Coverages
from index.embed import EmbedderInfo, Encoder, Vectors, check_embedder, load_encoder, same_embedder
from index.errors import EmbedderChanged, UnknownArticle
from index.listing import ListedArticles, Listing, Order
from index.manifest import Manifest
from index.search.filters import EVERYTHING, Filter
from index.search.hybrid import PER_ARTICLE, Search
from index.search.query import Query, parse_query


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

    Make one with `Index.open` or `Index.create`. One that is open follows what other processes commit: with its next
    search it takes up their articles, and another embedder if the passages were embedded anew.
    """

    def __init__(self, folder: Path, catalog: Catalog, encoder: Encoder | None) -> None:
        self.path = folder
        self._catalog = catalog
        self._encoder = encoder
        self._search = Search(folder, catalog)
        self._coverages = Coverages()
        self._listed = ListedArticles()
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
        return cls(folder, opening.opened(folder, encoder), encoder)

    @classmethod
    def create(
        cls, path: str | Path, encoder: Encoder, chunking: Chunking | None = None, vectors: str = "auto"
    ) -> Self:
        """Open the index at a path, or make an empty one there.

        Args:
            path: Its folder.
            encoder: The embedder of its passages.
            chunking: How articles are cut, for a new index.
            vectors: The kind of FAISS index, for a new index; see `use_vectors`.

        Raises:
            UnusableIndex: If the folder cannot be written, or what stands there is not an index.
            WrongEmbedder: If an index stands there that another embedder built.
        """
        opening.make(Path(path), encoder, chunking, vectors)
        return cls.open(path, encoder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and let go of the derived files; the index cannot be used after it."""
        self._catalog.close()
        self._search.close()

    @property
    def manifest(self) -> Manifest:
        """What the passages were made with."""
        with self._catalog.session():
            return self._catalog.manifest

    @property
    def encoder(self) -> Encoder:
        """The embedder of the passages, loaded when it is first needed.

        Raises:
            ModelError: If it cannot be loaded.
            WrongEmbedder: If its weights are not the ones that embedded the passages.
        """
        embedder = self.manifest.embedder
        with self._loading:
            if self._encoder is None or not same_embedder(self._encoder.info, embedder):
                encoder = load_encoder(embedder.name)
                check_embedder(encoder, embedder)
                self._encoder = encoder
            return self._encoder

    @property
    def generation(self) -> int:
        """A number that grows with every change."""
        with self._catalog.session():
            return self._catalog.generation

    def digest(self) -> str:
        """Return what tells the index's state from every other: "sha256:" and a hex digest.

        Any change gives another one, and so does indexing the same articles into a new folder: it is made of the
        manifest, the generation and the random token of that. A copy of the folder and a backup restored have the same
        one. No article is read, so that it costs as little in a large index; damage to the files is not noticed, see
        `verify`.
        """
        with self._catalog.snapshot():
            generation = self._catalog.generation
            state = [asdict(self._catalog.manifest), generation, self._catalog.token(generation)]
        return f"sha256:{hashlib.sha256(json.dumps(state).encode()).hexdigest()}"

    def __len__(self) -> int:
        with self._catalog.session():
            return self._catalog.article_count()

    def info(self) -> IndexInfo:
        """Describe the index."""
        from index.schema import FORMAT

        size = sum(_size(file) for file in self.path.rglob("*"))
        with self._catalog.session():
            return IndexInfo(
                str(self.path), FORMAT, self._catalog.generation, self._catalog.counts(), self._catalog.manifest, size
            )

    def article(self, article_id: str) -> Article:
        """Return an article.

        Raises:
            UnknownArticle: If there is none with that id.
        """
        article = self.find(article_id)
        if article is None:
            raise UnknownArticle([article_id])
        return article

    def find(self, article_id: str) -> Article | None:
        """Return an article, or None if there is none with that id."""
        with self._catalog.session():
            return self._catalog.article(article_id)

    def ids(self) -> list[str]:
        """Return the ids of all articles, in order."""
        with self._catalog.session():
            return self._catalog.article_ids()

    def titles(self, ids: Iterable[str]) -> dict[str, str | None]:
        """Return the titles of articles by their ids; one that is gone is left out."""
        with self._catalog.session():
            return self._catalog.titles(ids)

    def articles(self) -> Iterator[Article]:
        """Yield all articles in the order of their ids; one removed meanwhile is left out."""
        for article_id in self.ids():
            article = self.find(article_id)
            if article is not None:
                yield article

    def locations(self) -> dict[str, str | None]:
        """Return where each article was read from, by its id."""
        with self._catalog.session():
            return self._catalog.locations()

    def passages(self, article: Article) -> list[Passage]:
        """Return an article's passages in order."""
        with self._catalog.session():
            return [passage for _, passage in self._catalog.passages_of(article)]

    def vectors(self, passages: Iterable[Passage]) -> dict[str, Vectors]:
        """Return the vectors of passages by their ids, each of shape (dimension,); one that is gone is left out."""
        with self._catalog.snapshot():
            return self._catalog.vectors_of(passages, self._catalog.manifest.embedder.dimension)

    def add(self, articles: Iterable[Article]) -> Added:
        """Add articles, each in place of the one that has its id; one that is there unchanged costs nothing.

        Articles are committed in batches; what was committed before an error or an interruption stays.
        """
        return sum(self.add_each(articles), Added())

    def add_each(self, articles: Iterable[Article]) -> Iterator[Added]:
        """Do as `add` does, and report after every commit."""
        for batch in batches(articles):
            report = add_batch(batch, self._catalog, lambda: self.encoder)
            with self._catalog.snapshot():
                self._search.follow()
            yield report

    def remove(self, ids: Sequence[str], *, keep: bool = True) -> None:
        """Remove articles, all or none; unless `keep` is false they can be brought back until `compact`.

        Raises:
            UnknownArticle: Naming every id that is not there.
        """
        removing.remove(self._catalog, ids, keep=keep)
        with self._catalog.snapshot():
            self._search.follow()

    def removed(self) -> list[str]:
        """Return the ids of the articles that can be brought back, in order."""
        with self._catalog.session():
            return trash.ids(self._catalog.db)

    def removed_listing(self, offset: int = 0, limit: int = 50) -> Listing:
        """Return a page of the list of the articles that can be brought back, those removed last first."""
        with self._catalog.snapshot():
            return listing.removed(self._catalog.db, offset, limit)

    def bring_back(self, ids: Sequence[str]) -> None:
        """Bring removed articles back.

        Raises:
            UnknownArticle: Naming every id that was not removed, or was purged since; nothing is brought back.
            AlreadyThere: Naming every id that an article has again; nothing is brought back.
            EmbedderChanged: If the passages were embedded anew meanwhile; nothing is brought back.
        """
        removing.bring_back(self._catalog, ids, self.encoder)

    def erase(self, ids: Sequence[str]) -> None:
        """Remove articles for good, removed ones too: from the database's file, its caches and the derived files.

        Backups that were made before are not reached.

        Raises:
            UnknownArticle: Naming every id that is neither there nor among the removed ones; nothing is erased.
            UnusableIndex: If another process holds on to the old state; the articles are gone from the index, and
                `compact` takes them out of its files later.
        """
        removing.erase(self._catalog, self._search, ids)

    def search(self, query: str, k: int = 5, *, only: Filter = EVERYTHING, per_article: int = PER_ARTICLE) -> list[Hit]:
        """Return the `k` best passages for a query, best first, equal scores by passage id.

        Args:
            query: Words; what stands in double quotes must stand in a passage, word by word.
            k: How many.
            only: Which articles may be found.
            per_article: How many passages of one article come before those of others; 0: as many as are best.

        Raises:
            UnknownArticle: If the filter names an article that is not there.
        """
        while True:
            encoder = self.encoder
            vector = encoder.encode([query])[0]
            try:
                return self.search_embedded(query, vector, k, encoder.info, only=only, per_article=per_article)
            except EmbedderChanged:
                continue

    def search_embedded(
        self,
        query: str,
        vector: Vectors,
        k: int = 5,
        embedder: EmbedderInfo | None = None,
        *,
        only: Filter = EVERYTHING,
        per_article: int = PER_ARTICLE,
        phrases: bool = True,
    ) -> list[Hit]:
        """Do as `search` does, with the query's vector given, shape (dimension,); see `Search.hybrid`.

        With `phrases` false what stands in quotes is words like others.

        Raises:
            EmbedderChanged: If `embedder`, whose the vector is, is not that of the passages any more.
        """
        with self._catalog.snapshot():
            if embedder is not None:
                self._catalog.expect(embedder)
            self._expect_articles(only)
            return self._search.hybrid(parse_query(query) if phrases else Query(query), vector, k, only, per_article)

    def nearest(self, vector: Vectors, k: int = 5, *, only: Filter = EVERYTHING) -> list[Hit]:
        """Return the `k` passages nearest to a vector, shape (dimension,), by cosine alone; see `Search.nearest`."""
        with self._catalog.snapshot():
            self._expect_articles(only)
            return self._search.nearest(vector, k, only)

    def words_beginning(self, prefix: str) -> dict[str, int]:
        """Return the words of passages that begin with some letters, folded, with how many passages have each."""
        with self._catalog.snapshot():
            return self._search.words_beginning(prefix)

    def has_word(self, word: str) -> bool:
        """Tell whether a passage is found by a word, or another form of it."""
        with self._catalog.snapshot():
            return self._search.has_word(word)

    def coverage(self, only: Filter = EVERYTHING) -> Coverage:
        """Count the articles that a filter lets through, and find their first and last date."""
        with self._catalog.snapshot():
            return self._coverages.of(self._catalog.db, self._catalog.generation, only)

    def listing(
        self,
        search: str = "",
        by: Order = "title",
        *,
        descending: bool = False,
        only: Filter = EVERYTHING,
        offset: int = 0,
        limit: int = 50,
    ) -> Listing:
        """Return a page of the list of articles; no text is read.

        Args:
            search: Words that an article's title, id, source or authors must have, all of them, in any place and also
                as parts of words; case and accents do not matter. Without any, all articles are listed.
            by: What the list is sorted by, titles and sources without regard to case and accents. An article without a
                title is sorted by its id. Those without a source, or a date that is ISO 8601, stand at the end, either
                way; equal ones stand by id. "added" is when an article came, or came anew with other words.
            descending: Whether the last stand first.
            only: Which articles are listed; an id that is not there is none.
            offset: How many are passed over.
            limit: How many are returned.

        Raises:
            ValueError: If there is no such order, or a number is below 0.
        """
        with self._catalog.snapshot():
            db, generation = self._catalog.db, self._catalog.generation
            return self._listed.page(db, generation, search, by, descending, only, offset, limit)

    def sources(self) -> list[tuple[str, int]]:
        """Return the sources and how many articles each has, by name, as most of its articles spell it.

        Spellings are one source that are one to `Filter.sources`.
        """
        with self._catalog.session():
            return listing.sources(self._catalog.db)

    def verify(self) -> list[str]:
        """Check every offset, hash, vector and count; return a line for each problem, none if all is well."""
        return upkeep.problems(self._catalog, self._search)

    def repair(self) -> None:
        """Make anew what is derived from the articles: wrong vectors, BM25's words, stories, the search index."""
        upkeep.repair(self._catalog, self._search, self.encoder)

    def compact(self, vectors: str | None = None) -> None:
        """Give back the room of what was removed, which cannot be brought back after it, and write derived files.

        With `vectors`, FAISS's is of another kind from then on; see `use_vectors`.
        """
        if vectors is not None:
            self._choose_vectors(vectors)
        removing.purge(self._catalog, self._search)

    def backup(self, path: str | Path) -> None:
        """Write the whole index into one file, as of one moment, while it is in use; see `upkeep.backup`."""
        upkeep.backup(self._catalog, Path(path))

    def use_vectors(self, kind: str) -> None:
        """Choose the kind of FAISS index, one of `index.manifest.KINDS`, and write it.

        Raises:
            ValueError: If there is no such kind.
        """
        self._choose_vectors(kind)
        with self._catalog.snapshot():
            self._search.write()

    def _choose_vectors(self, kind: str) -> None:
        if kind not in manifest.KINDS:
            raise ValueError(f"Got the kind {kind!r} of FAISS index, expected one of {', '.join(manifest.KINDS)}.")
        with self._catalog.transaction():
            manifest.write(self._catalog.db, replace(self._catalog.manifest, vectors=kind))

    def embed_anew(self, encoder: Encoder, chunking: Chunking | None = None) -> Iterator[int]:
        """Embed all passages with another embedder, and yield how many articles are left after each batch.

        Searches go on with the old passages until all are done, then take up the new ones at once. Stopped and called
        again with the same embedder it goes on. Articles that are one passage each stay so.
        """
        if chunking is None:
            chunking = WHOLE_ARTICLES if self.manifest.chunking == WHOLE_ARTICLES else opening.chunking_for(encoder)
        yield from upkeep.embed_anew(self._catalog, Manifest(encoder.info, chunking, self.manifest.vectors), encoder)
        with self._loading:
            self._encoder = encoder
        with self._catalog.snapshot():
            self._search.rebuild()

    def _expect_articles(self, only: Filter) -> None:
        unknown = [article_id for article_id in only.articles if not self._catalog.holds(article_id)]
        if unknown:
            raise UnknownArticle(unknown)


def _size(file: Path) -> int:
    """Return a file's size; 0 for a folder, and for a file that another process has removed by now."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:
        return 0
