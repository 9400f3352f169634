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
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors
from index.faiss_after_torch import faiss

Rows = NDArray[np.int64]

logger = logging.getLogger(__name__)

_BASE_FILE = re.compile(r"vectors-(\d+)-([0-9a-f]+)\.faiss")
_STALE_SHARE = 0.05
_COMPARE_AT_ONCE = 10_000
_WRITING = "writing-"


class VectorIndex:
    """FAISS over the vectors of one index folder.

    Attributes:
        generation: The generation of the base file in use, or None where there is none.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._base = _flat(dimension)
        self._tail = _flat(dimension)
        self._removed: Rows = np.empty(0, dtype=np.int64)
        self.generation: int | None = None

    def refresh(self, live: Rows, fetch: Callable[[Rows], Vectors], token: Callable[[int], str | None]) -> None:
        """Bring the base in line with the rows that are live, whatever state its file is in.

        A newer base file that has appeared is read; otherwise the one in memory stays.

        Args:
            live: All rows of the database.
            fetch: Gives the vectors of rows, in their order.
            token: Gives the token of a generation of the database, None if it knows none of that number.
        """
        self._read_newer_base(token)
        held = faiss.vector_to_array(self._base.id_map)
        self._removed = np.setdiff1d(held, live)
        missing = np.setdiff1d(live, held)
        tail = faiss.vector_to_array(self._tail.id_map)
        gone = np.setdiff1d(tail, missing)
        if len(gone):
            self._tail.remove_ids(faiss.IDSelectorBatch(gone))
        new = np.setdiff1d(missing, tail)
        if len(new):
            self._tail.add_with_ids(fetch(new), new)

    def take(self, live: Rows, fetch: Callable[[Rows], Vectors]) -> None:
        """Take all rows from the database, whatever base files there are; parameters as of `refresh`."""
        self._base, self._tail = _flat(self._dimension), _flat(self._dimension)
        self._removed, self.generation = np.empty(0, dtype=np.int64), None
        if len(live):
            self._tail.add_with_ids(fetch(live), live)

    @property
    def stale(self) -> bool:
        """Whether the base is due to be written anew."""
        return int(self._tail.ntotal) + len(self._removed) > _STALE_SHARE * int(self._base.ntotal)

    def search(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Return up to `limit` pairs of row and inner product, best first.

        Passages that tie with the last one come as well, so that the caller can break ties.

        Args:
            vector: One unit vector, shape (dimension,).
            limit: How many.
        """
        total = int(self._base.ntotal) - len(self._removed) + int(self._tail.ntotal)
        wanted = min(limit, total)
        if wanted <= 0:
            return []
        while True:
            found = self._search_both(vector, min(wanted + 1, total))
            if len(found) <= limit or found[-1][1] < found[limit - 1][1] or wanted >= total:
                break
            wanted = min(2 * wanted, total)
        if len(found) <= limit:
            return found
        last = found[limit - 1][1]
        return [pair for pair in found if pair[1] >= last]

    def write(self, generation: int, token: str) -> None:
        """Write base and tail without the removed rows as the base of a generation, then drop older base files.

        A reader that has an older file open keeps it; one that is killed half-way leaves the older file in force.
        """
        merged = _flat(self._dimension)
        for part in (self._base, self._tail):
            rows = faiss.vector_to_array(part.id_map)
            keep = ~np.isin(rows, self._removed)
            merged.add_with_ids(np.ascontiguousarray(self._stored_vectors(part)[keep]), rows[keep])
        _remove_abandoned(self._folder)
        with TemporaryDirectory(prefix=_WRITING, dir=self._folder) as folder:
            temporary = Path(folder) / f"vectors-{generation}-{token}.faiss"
            faiss.write_index(merged, str(temporary))
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(self._folder / temporary.name)
        _sync_folder(self._folder)
        self._base, self._tail = merged, _flat(self._dimension)
        self._removed = np.empty(0, dtype=np.int64)
        self.generation = generation
        for other, number, _ in _base_files(self._folder):
            if number < generation:
                other.unlink(missing_ok=True)

    def problems(self, fetch: Callable[[Rows], Vectors]) -> list[str]:
        """Compare the base with the database; return a line for each row whose vectors differ."""
        rows = faiss.vector_to_array(self._base.id_map)
        found = []
        for at in range(0, len(rows), _COMPARE_AT_ONCE):
            part = rows[at : at + _COMPARE_AT_ONCE]
            keep = ~np.isin(part, self._removed)
            held = self._stored_vectors(self._base)[at : at + _COMPARE_AT_ONCE][keep]
            wrong = ~(np.abs(held - fetch(part[keep])).max(axis=1, initial=0) <= 1e-5)
            found += [f"search index: row {row} has another vector than the database" for row in part[keep][wrong]]
        return found

    def _stored_vectors(self, part: faiss.IndexIDMap2) -> Vectors:
        """Return a view of a part's vectors, in the order of its rows."""
        pointer = faiss.downcast_index(part.index).get_xb()  # type: ignore[attr-defined]
        flat: Vectors = faiss.rev_swig_ptr(pointer, int(part.ntotal) * self._dimension)
        return flat.reshape(-1, self._dimension)

    def _search_both(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        query = np.ascontiguousarray(vector.reshape(1, -1))
        found: list[tuple[int, float]] = []
        if limit and self._base.ntotal:
            parameters = None
            if len(self._removed):
                selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(self._removed))
                parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            found += _pairs(self._base.search(query, limit, params=parameters))
        if limit and self._tail.ntotal:
            found += _pairs(self._tail.search(query, limit))
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found[:limit]

    def _read_newer_base(self, token: Callable[[int], str | None]) -> None:
        """Read the newest base file that is this database's and can be read, if newer than the one in memory."""
        for path, generation, found in _base_files(self._folder):
            if self.generation is not None and generation <= self.generation:
                return
            if token(generation) != found:
                continue
            try:
                base = faiss.read_index(str(path))
            except RuntimeError as error:
                logger.warning("%s cannot be read and is made anew from the database: %s", path.name, error)
                continue
            if isinstance(base, faiss.IndexIDMap2) and base.d == self._dimension:
                self._base, self.generation = base, generation
                return


def _flat(dimension: int) -> faiss.IndexIDMap2:
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def _pairs(result: tuple[Vectors, Rows]) -> list[tuple[int, float]]:
    scores, rows = result
    return [(int(r), float(s)) for r, s in zip(rows[0], scores[0], strict=True) if r >= 0]


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
