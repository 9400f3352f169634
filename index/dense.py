"""The dense index of a folder, kept in line with its database."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from index.catalog import Catalog
from index.embed import EmbedderInfo, Vectors

if TYPE_CHECKING:
    from index.vectors import Rows, VectorIndex

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
            self._vectors.refresh(self._catalog.rows(), self.fetch, self._catalog.token)
            self._generation = generation
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
        """Write the base file anew unless it is of the present generation.

        Where it cannot be written, a warning says so; searches then do without it.
        """
        vectors = self.fresh()
        if vectors.generation != self._generation:
            self._write(vectors)

    def rebuild(self) -> None:
        """Make the base file anew from the database alone, whatever stands in it."""
        vectors = self._empty(self._catalog.manifest.embedder)
        vectors.take(self._catalog.rows(), self.fetch)
        self._write(vectors)

    def _write(self, vectors: VectorIndex) -> None:
        generation = self._catalog.generation
        try:
            vectors.write(generation, self._catalog.token(generation) or "")
        except (OSError, RuntimeError) as error:
            logger.warning("The search index could not be written and is made anew when needed: %s", error)
        self._vectors, self._embedder, self._generation = vectors, self._catalog.manifest.embedder, generation

    def _empty(self, embedder: EmbedderInfo) -> VectorIndex:
        from index.vectors import VectorIndex

        return VectorIndex(self._folder, embedder.dimension)
