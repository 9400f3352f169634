"""Nearest passages by inner product, in FAISS.

The database holds the vectors; what is here is derived from it. A base file carries its generation and that
generation's token in its name, so that one of another database, or of another past of this one, is never taken.
Passages added since are searched exactly beside it (the tail), removed ones are passed over (the tombstones). The base
is written anew when tail and tombstones pass a twentieth of it.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np

from index.embed import Vectors
from index.manifest import FLAT_UP_TO, kind_for
from index.search import base as bases
from index.search.base import Base, Rows
from index.search.faiss_after_torch import faiss

logger = logging.getLogger(__name__)

_BASE_FILE = re.compile(r"vectors-(\d+)-([0-9a-f]+)\.faiss")
_STALE_SHARE = 0.05
_REPLACED_SHARE = 0.5
_AT_ONCE = 20_000
_EXACT_ROWS = 1_000
_RESCORED_MORE = 0.5
_RESCORED_LEAST = 30
_WRITING = "writing-"


class Source(Protocol):
    """The database, as the search index sees it."""

    def token(self, generation: int) -> str | None:
        """Return the token of a generation, None if there is none of that number."""
        ...

    def gone_since(self, generation: int) -> Rows | None:
        """Return the rows that were removed after a generation, in order; None if that is not known any more."""
        ...

    def rows_after(self, row: int) -> Rows:
        """Return the rows that are higher than one, in order."""
        ...

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of rows, in their order."""
        ...


class VectorIndex:
    """FAISS over the vectors of one index folder.

    Attributes:
        generation: Whose rows the base holds; None where there is no base.
    """

    def __init__(self, folder: Path, dimension: int, source: Source) -> None:
        self._folder = folder
        self._dimension = dimension
        self._source = source
        self._base: Base = bases.empty(dimension)
        self._tail: Base = bases.empty(dimension)
        self._removed: Rows = np.empty(0, dtype=np.int64)
        self._last_row = 0
        self.generation: int | None = None

    def refresh(self, kind: str) -> None:
        """Follow the database, whatever state the base's file is in.

        A newer base file that has appeared is read; otherwise the one in memory stays. Where there is none of a large
        collection, the base is made anew, in memory, as of `kind` (one of `index.manifest.KINDS`).
        """
        self._read_newer_base()
        gone = self._source.gone_since(self.generation or 0)
        if gone is None:
            self._forget_base()
            gone = np.empty(0, dtype=np.int64)
        self._removed = gone[gone <= self._last_row]
        tail = faiss.vector_to_array(self._tail.id_map)
        left = np.intersect1d(tail, gone, assume_unique=True)
        if len(left):
            self._tail.remove_ids(faiss.IDSelectorBatch(left))
        new = self._source.rows_after(max(self._last_row, int(tail.max(initial=0))))
        if not self._base.ntotal and len(new) > FLAT_UP_TO:
            self.take(kind)
            return
        for rows, vectors in self._blocks(new):
            self._tail.add_with_ids(vectors, rows)

    @property
    def stale(self) -> bool:
        """Whether the base is due to be written anew."""
        return int(self._tail.ntotal) + len(self._removed) > _STALE_SHARE * int(self._base.ntotal)

    @property
    def unwritten(self) -> bool:
        """Whether the base was made anew and is in no file."""
        return self.generation is None and bool(self._base.ntotal)

    @property
    def kind(self) -> str:
        """The kind of the base, "flat" or "ivf"."""
        return bases.kind_of(self._base)

    def __len__(self) -> int:
        return int(self._base.ntotal) - len(self._removed) + int(self._tail.ntotal)

    def search(self, vector: Vectors, limit: int, allowed: Rows | None = None) -> list[tuple[int, float]]:
        """Return up to `limit` pairs of row and inner product, best first.

        Exact in a flat base and among few allowed rows; else the nearest by their codes, re-scored from the stored
        vectors. Passages that tie with the last one come as well, so that the caller can break ties.

        Args:
            vector: One unit vector, shape (dimension,).
            limit: How many.
            allowed: The rows that may be found, all of them live, in order; without it all may.
        """
        total = len(self) if allowed is None else len(allowed)
        wanted = min(limit, total)
        if wanted <= 0:
            return []
        if allowed is not None and len(allowed) <= _EXACT_ROWS:
            return _with_ties(self._scored(allowed, vector), limit)
        while True:
            depth = min(wanted + 1, total)
            found = self._search_both(vector, depth, allowed)
            if len(found) < depth or wanted >= total or found[-1][1] < found[limit - 1][1]:
                return _with_ties(found, limit)
            wanted = min(2 * wanted, total)

    def write(self, generation: int, token: str, kind: str) -> None:
        """Make tail and tombstones part of the base and write it, then drop older base files.

        A reader that has an older file open keeps it; one that is killed half-way leaves the older file in force.

        Args:
            generation: Of the database, which the index is in line with.
            token: Of the generation.
            kind: One of `index.manifest.KINDS`; where the base is of another, was made for far fewer vectors,
                or for others than most of those that are there now, it is made anew.
        """
        wanted = kind_for(kind, len(self))
        replaced = len(self._removed) > _REPLACED_SHARE * int(self._base.ntotal)
        if wanted == self.kind and not replaced and not bases.outgrown(self._base, len(self)):
            self._merge()
        else:
            self.take(kind)
        self.generation = generation
        _remove_abandoned(self._folder)
        with TemporaryDirectory(prefix=_WRITING, dir=self._folder) as folder:
            temporary = Path(folder) / f"vectors-{generation}-{token}.faiss"
            faiss.write_index(self._base, str(temporary))
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(self._folder / temporary.name)
        _sync_folder(self._folder)
        for other, number, _ in _base_files(self._folder):
            if number < generation:
                other.unlink(missing_ok=True)

    def take(self, kind: str) -> None:
        """Make the base anew from the database alone, whatever base files there are."""
        self._forget_base()
        rows = self._source.rows_after(0)
        chosen = kind_for(kind, len(rows))
        self._base = bases.build(
            chosen, self._dimension, len(rows), lambda n: self._sample(rows, n), self._blocks(rows)
        )
        self._last_row = int(rows.max(initial=0))

    def problems(self) -> list[str]:
        """Compare with the database; return a line for each row that is missing, one too many, or of another vector."""
        held = np.concatenate(
            [np.setdiff1d(bases.rows_of(self._base), self._removed), faiss.vector_to_array(self._tail.id_map)]
        )
        live = self._source.rows_after(0)
        found = [f"search index: row {row} is missing" for row in np.setdiff1d(live, held)]
        extra = np.setdiff1d(held, live)
        found += [f"search index: row {row} is not in the database" for row in extra]
        gone = np.union1d(self._removed, extra)
        differing = bases.differing(self._base, self._source.vectors, gone)
        return found + [f"search index: row {row} has another vector than the database" for row in sorted(differing)]

    def _forget_base(self) -> None:
        self._base, self._tail = bases.empty(self._dimension), bases.empty(self._dimension)
        self._removed = np.empty(0, dtype=np.int64)
        self._last_row = 0
        self.generation = None

    def _merge(self) -> None:
        if len(self._removed):
            self._base.remove_ids(faiss.IDSelectorBatch(self._removed))
        tail = faiss.vector_to_array(self._tail.id_map)
        for rows, vectors in self._blocks(tail):
            self._base.add_with_ids(vectors, rows)
        self._last_row = max(self._last_row, int(tail.max(initial=0)))
        self._tail, self._removed = bases.empty(self._dimension), np.empty(0, dtype=np.int64)

    def _blocks(self, rows: Rows) -> Iterator[tuple[Rows, Vectors]]:
        for at in range(0, len(rows), _AT_ONCE):
            yield rows[at : at + _AT_ONCE], self._source.vectors(rows[at : at + _AT_ONCE])

    def _sample(self, rows: Rows, count: int) -> Vectors:
        """Return the vectors of some rows, the same ones on every run."""
        some = np.random.default_rng(0).permutation(rows)[:count]
        return np.concatenate([vectors for _, vectors in self._blocks(np.sort(some))])

    def _search_both(self, vector: Vectors, limit: int, allowed: Rows | None) -> list[tuple[int, float]]:
        selector: faiss.IDSelector | None = None
        if allowed is not None:
            bits = np.zeros(int(allowed[-1]) + 1, dtype=bool)
            bits[allowed] = True
            packed = np.packbits(bits, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(packed), faiss.swig_ptr(packed))
        found: list[Rows] = []
        if self._tail.ntotal:
            found.append(bases.search(self._tail, vector, limit, selector, 1.0))
        if self._base.ntotal:
            if selector is None and len(self._removed):
                selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(self._removed))
            share = 1.0 if allowed is None else len(allowed) / len(self)
            found.append(bases.search(self._base, vector, self._candidates(limit), selector, share))
        return self._scored(np.concatenate(found), vector)[:limit] if found else []

    def _candidates(self, limit: int) -> int:
        """Return how many to take from the base: more where its scores are of codes."""
        return limit if self.kind == "flat" else limit + max(_RESCORED_LEAST, int(_RESCORED_MORE * limit))

    def _scored(self, rows: Rows, vector: Vectors) -> list[tuple[int, float]]:
        """Score rows by their stored vectors, best first, equal scores by row.

        Summed row by row, so that equal vectors get equal scores wherever they stand.
        """
        scores = np.einsum("ij,j->i", self._source.vectors(rows), vector)
        order = np.lexsort((rows, -scores))
        return [(int(rows[i]), float(scores[i])) for i in order]

    def _read_newer_base(self) -> None:
        """Read the newest base file that is this database's and can be read, if newer than the one in memory."""
        for path, generation, found in _base_files(self._folder):
            if self.generation is not None and generation <= self.generation:
                return
            if self._source.token(generation) != found:
                continue
            try:
                base = faiss.read_index(str(path))
            except RuntimeError as error:
                logger.warning("%s cannot be read and is made anew from the database: %s", path.name, error)
                continue
            if isinstance(base, faiss.IndexIDMap | faiss.IndexIVFScalarQuantizer) and base.d == self._dimension:
                self._base, self._tail, self.generation = base, bases.empty(self._dimension), generation
                self._last_row = int(bases.rows_of(base).max(initial=0))
                return


def _with_ties(found: list[tuple[int, float]], limit: int) -> list[tuple[int, float]]:
    if len(found) <= limit:
        return found
    last = found[limit - 1][1]
    return [pair for pair in found if pair[1] >= last]


def _base_files(folder: Path) -> list[tuple[Path, int, str]]:
    """Return the base files of a folder with their generations and tokens, newest first."""
    named = [(path, _BASE_FILE.fullmatch(path.name)) for path in folder.iterdir()]
    return sorted(((p, int(m[1]), m[2]) for p, m in named if m), key=lambda base: -base[1])


def _remove_abandoned(folder: Path) -> None:
    """Remove what a writer that was killed over an hour ago has left."""
    for path in folder.glob(f"{_WRITING}*"):
        if time.time() - path.stat().st_mtime > 3600:
            shutil.rmtree(path, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
