"""Opening and making the database of an index."""

from __future__ import annotations

from pathlib import Path

from index import manifest
from index.catalog import Catalog
from index.chunk import Chunking
from index.embed import Encoder, check_embedder
from index.errors import IndexNotFound, UnusableIndex
from index.headings import HEADING_TOKENS, SPECIAL_TOKENS
from index.manifest import Manifest


def opened(folder: Path, encoder: Encoder | None) -> Catalog:
    """Open the database of an index, and check that an embedder is its own; see `Index.open` for the errors."""
    try:
        catalog = Catalog(folder)
    except FileNotFoundError:
        raise IndexNotFound(folder) from None
    with catalog.session():
        found = manifest.read(catalog.db)
    if found is None:
        catalog.close()
        raise IndexNotFound(folder)
    if encoder is not None:
        check_embedder(encoder, found.embedder)
    return catalog


def make(folder: Path, encoder: Encoder, chunking: Chunking | None, vectors: str) -> None:
    """Make an empty index in a folder, unless there is one; see `Index.create`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        catalog = Catalog(folder, create=True)
    except OSError as error:
        raise UnusableIndex(
            f"Cannot make an index at {str(folder)!r}: {error.strerror or error}. Name another folder with --index."
        ) from error
    with catalog.session():
        new = manifest.read(catalog.db) is None
    if new:
        with catalog.transaction():
            if manifest.read(catalog.db) is None:
                manifest.write(catalog.db, Manifest(encoder.info, chunking or chunking_for(encoder), vectors))
    catalog.close()


def chunking_for(encoder: Encoder) -> Chunking:
    """Return how articles are cut for an embedder: as always, or shorter where it reads less; titles have room."""
    return Chunking(max(1, min(Chunking().max_tokens, encoder.info.max_length - SPECIAL_TOKENS - HEADING_TOKENS)))
