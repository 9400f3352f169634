"""The dense index of a folder, kept in line with its database."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from index import changes
from index.catalog import Catalog
from index.embed import EmbedderInfo, Vectors

if TYPE_CHECKING:
    from index.search.base import Rows
    from index.search.vectors import VectorIndex

logger = logging.getLogger(__name__)


class DenseIndex:
    """The `VectorIndex` of the newest committed generation. Every use stands inside a snapshot of the catalog."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog
        self._vectors: VectorIndex | None = None
        self._embedder: EmbedderInfo | None = None
        self._generation = -1

    def fresh(self) -> VectorIndex:
        """Return the vectors, in line with the newest committed generation."""
        generation = self._catalog.generation
        embedder = self._embedder
        if generation != self._generation or embedder is None:
            embedder = self._catalog.manifest.embedder
        if self._vectors is None or embedder != self._embedder:
            self._vectors, self._embedder, self._generation = self._empty(embedder), embedder, -1
        if generation != self._generation:
            self._vectors.refresh(self._catalog.manifest.vectors)
            self._generation = generation
            if self._vectors.unwritten:
                self._write(self._vectors)
        return self._vectors

    def fetch(self, rows: Rows) -> Vectors:
        """Return the vectors of rows, as the database holds them, shape (len(rows), dimension)."""
        return self._catalog.vectors(rows, self._catalog.manifest.embedder.dimension)

    def has_base(self) -> bool:
        """Tell whether there is a base file, of whatever generation."""
        return any(self._folder.glob("vectors-*.faiss"))

    def discard_files(self) -> None:
        """Remove every file that is derived, whole or half-written; the database holds all that was in them."""
        for path in [*self._folder.glob("vectors-*.faiss"), *self._folder.glob("writing-*")]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        self._vectors = None

    def compact(self) -> None:
        """Write the base file anew unless there is one of the present generation.

        Where it cannot be written, a warning says so; searches then do without it.
        """
        vectors = self.fresh()
        if vectors.generation != self._generation or not self.has_base():
            self._write(vectors)

    def rebuild(self) -> None:
        """Make the base file anew from the database alone, whatever stands in it."""
        manifest = self._catalog.manifest
        self._vectors, self._embedder = self._empty(manifest.embedder), manifest.embedder
        self._generation = self._catalog.generation
        self._vectors.take(manifest.vectors)
        self._write(self._vectors)

    def _write(self, vectors: VectorIndex) -> None:
        try:
            vectors.write(self._generation, self._catalog.token(self._generation) or "", self._catalog.manifest.vectors)
        except (OSError, RuntimeError) as error:
            logger.warning("The search index could not be written and is made anew when needed: %s", error)

    def _empty(self, embedder: EmbedderInfo) -> VectorIndex:
        from index.search.vectors import VectorIndex

        return VectorIndex(self._folder, embedder.dimension, _Stored(self._catalog, embedder.dimension))


class _Stored:
    """The catalog as the `Source` of vectors of one dimension."""

    def __init__(self, catalog: Catalog, dimension: int) -> None:
        self._catalog = catalog
        self._dimension = dimension

    def token(self, generation: int) -> str | None:
        return self._catalog.token(generation)

    def gone_since(self, generation: int) -> Rows | None:
        return changes.gone_since(self._catalog.db, generation)

    def rows_after(self, row: int) -> Rows:
        return changes.rows_after(self._catalog.db, row)

    def vectors(self, rows: Rows) -> Vectors:
        return self._catalog.vectors(rows, self._dimension)
