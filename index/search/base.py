"""The FAISS index that a base file holds: exact vectors of a small collection, 8-bit codes of a large one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors
from index.search.faiss_after_torch import faiss

Rows = NDArray[np.int64]

Base = Any
"""A FAISS index, flat under an id map or an inverted file; FAISS's own types lack what each has of its own."""

_LISTS_PER_ROOT = 4
_TRAINED_ON = 40
_PROBED = 320
_KMEANS_ROUNDS = 10
_OUTGROWN = 2


def kind_of(base: Base) -> str:
    """Return the kind of a base."""
    return "ivf" if isinstance(base, faiss.IndexIVF) else "flat"


def empty(dimension: int) -> Base:
    """Return a flat base that holds nothing."""
    return faiss.IndexIDMap(faiss.IndexFlatIP(dimension))


def build(
    kind: str, dimension: int, count: int, sample: Callable[[int], Vectors], blocks: Iterable[tuple[Rows, Vectors]]
) -> Base:
    """Return a base of a kind.

    An inverted file of 4 * sqrt(count) lists with 8 bits a dimension, as FAISS's guidelines have it (Douze et al., "The
    Faiss library", 2024).

    Args:
        kind: "flat" or "ivf".
        dimension: Of the vectors.
        count: How many vectors there will be.
        sample: Gives that many vectors, or as many as there are, to train on.
        blocks: All rows with their vectors, a part at a time.
    """
    base = empty(dimension)
    if kind == "ivf" and count:
        lists = _lists_for(count)
        codes = faiss.ScalarQuantizer.QT_8bit
        base = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension), dimension, lists, codes, faiss.METRIC_INNER_PRODUCT, False
        )
        base.cp.niter = _KMEANS_ROUNDS
        base.train(sample(_TRAINED_ON * lists))
    for rows, vectors in blocks:
        base.add_with_ids(vectors, rows)
    return base


def outgrown(base: Base, count: int) -> bool:
    """Tell whether the lists were made for far fewer vectors."""
    return kind_of(base) == "ivf" and _lists_for(count) > _OUTGROWN * base.nlist


def search(base: Base, query: Vectors, limit: int, selector: faiss.IDSelector | None, share: float) -> Rows:
    """Return up to `limit` rows, best first by inner product, of codes where it holds codes.

    Args:
        base: Where.
        query: One vector, shape (dimension,).
        limit: How many.
        selector: What may be found, or None for everything.
        share: What share of the vectors that is. Codes are looked for in 320 lists, in more of them by the cube root of
            the inverse of the share, and in all where that finds too few.
    """
    if kind_of(base) == "flat":
        return _search(base, query, limit, selector)
    probed = min(base.nlist, int(np.ceil(_PROBED / share ** (1 / 3))))
    found = _search(base, query, limit, selector, probed)
    return found if len(found) == limit or probed == base.nlist else _search(base, query, limit, selector, base.nlist)


def _lists_for(count: int) -> int:
    """Return how many lists a number of vectors gets, each with enough to train on."""
    return max(1, min(int(_LISTS_PER_ROOT * sqrt(count)), count // _TRAINED_ON))


def _search(
    base: Base, query: Vectors, limit: int, selector: faiss.IDSelector | None, probed: int | None = None
) -> Rows:
    parameters: Any = None
    if probed is not None:
        parameters = faiss.SearchParametersIVF(nprobe=probed, sel=selector)  # type: ignore[call-arg]
    elif selector is not None:
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
    _, rows = base.search(np.ascontiguousarray(query.reshape(1, -1)), limit, params=parameters)
    found: Rows = rows[0][rows[0] >= 0]
    return found


def rows_of(base: Base) -> Rows:
    """Return the rows that a base holds, in no particular order."""
    parts = [rows for rows, _ in _lists(base)] if kind_of(base) == "ivf" else [faiss.vector_to_array(base.id_map)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def differing(base: Base, fetch: Callable[[Rows], Vectors], gone: Rows) -> Iterator[int]:
    """Yield the rows, but for those that are gone, whose vectors are not those that `fetch` gives.

    Codes are compared with those that the vectors get, which may differ by one where another processor made them.
    """
    coded = kind_of(base) == "ivf"
    for rows, held in _lists(base) if coded else _exact(base):
        keep = ~np.isin(rows, gone)
        expected = fetch(rows[keep])
        if coded:
            right = np.abs(held[keep].astype(np.int16) - base.sq.compute_codes(expected)).max(axis=1, initial=0) <= 1
        else:
            right = np.abs(held[keep] - expected).max(axis=1, initial=0) <= 1e-5
        yield from map(int, rows[keep][~right])


def _exact(base: Base, at_once: int = 10_000) -> Iterator[tuple[Rows, Vectors]]:
    rows = faiss.vector_to_array(base.id_map)
    stored: Base = faiss.downcast_index(base.index)
    flat: Vectors = faiss.rev_swig_ptr(stored.get_xb(), int(base.ntotal) * base.d)
    for at in range(0, len(rows), at_once):
        yield rows[at : at + at_once], flat.reshape(-1, base.d)[at : at + at_once]


def _lists(base: Base) -> Iterator[tuple[Rows, NDArray[np.uint8]]]:
    """Yield the rows and codes of each list that has any, as copies."""
    lists = base.invlists
    for number in range(base.nlist):
        size = lists.list_size(number)
        if size:
            rows = faiss.rev_swig_ptr(lists.get_ids(number), size).copy()
            codes = faiss.rev_swig_ptr(lists.get_codes(number), size * base.code_size).copy()
            yield rows, codes.reshape(size, base.code_size)
