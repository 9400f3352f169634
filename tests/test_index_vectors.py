from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embed import Vectors
from index.vectors import Rows, VectorIndex

TOKEN = "0a1b2c"


def token(generation: int) -> str:
    return TOKEN


def unit_vectors(count: int, dimension: int = 8, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Store:
    """What the database is to the index: rows and their vectors."""

    def __init__(self, count: int) -> None:
        self.vectors = unit_vectors(count)
        self.live: Rows = np.arange(count, dtype=np.int64)

    def fetch(self, rows: Rows) -> Vectors:
        return self.vectors[rows]

    def nearest(self, query: Vectors, limit: int) -> list[int]:
        scores = self.vectors[self.live] @ query
        order = np.argsort(-scores, kind="stable")[:limit]
        return [int(row) for row in self.live[order]]


@given(
    base=st.integers(0, 40), tail=st.integers(0, 20), limit=st.integers(1, 70), seed=st.integers(0, 99), data=st.data()
)
def test_search_equals_brute_force_over_base_tail_and_tombstones(
    base: int, tail: int, limit: int, seed: int, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store, folder = Store(base + tail), tmp_path_factory.mktemp("vectors")
    index = VectorIndex(folder, 8)
    everything = store.live
    store.live = everything[:base]
    index.refresh(store.live, store.fetch, token)
    index.write(1, TOKEN)
    gone = data.draw(st.sets(st.integers(0, max(0, base + tail - 1)))) if base + tail else set()
    store.live = np.array([row for row in everything if int(row) not in gone], dtype=np.int64)
    index.refresh(store.live, store.fetch, token)
    query = unit_vectors(1, seed=seed + 1000)[0]
    assert [row for row, _ in index.search(query, limit)] == store.nearest(query, limit)


def test_scores_are_inner_products(tmp_path: Path) -> None:
    store = Store(5)
    index = VectorIndex(tmp_path, 8)
    index.refresh(store.live, store.fetch, token)
    for row, score in index.search(store.vectors[3], 5):
        assert score == pytest.approx(float(store.vectors[row] @ store.vectors[3]), abs=1e-6)


def test_all_that_tie_with_the_last_come_back(tmp_path: Path) -> None:
    store = Store(30)
    store.vectors[10:] = store.vectors[10]
    index = VectorIndex(tmp_path, 8)
    index.refresh(store.live, store.fetch, token)
    assert {row for row, _ in index.search(store.vectors[10], 2)} == set(range(10, 30))


def test_a_saved_base_equals_the_live_one(tmp_path: Path) -> None:
    store = Store(50)
    live = VectorIndex(tmp_path, 8)
    live.refresh(store.live, store.fetch, token)
    live.write(4, TOKEN)
    saved = VectorIndex(tmp_path, 8)
    saved.refresh(store.live, lambda rows: pytest.fail(f"read {rows} again"), token)
    query = unit_vectors(1, seed=7)[0]
    assert saved.search(query, 9) == live.search(query, 9)
    assert saved.generation == 4
    assert not saved.stale


@pytest.mark.parametrize("damage", ["torn", "empty", "deleted", "another model's"])
def test_a_damaged_base_is_made_good_from_the_database(tmp_path: Path, damage: str) -> None:
    store = Store(20)
    index = VectorIndex(tmp_path, 8)
    index.refresh(store.live, store.fetch, token)
    index.write(1, TOKEN)
    path = tmp_path / f"vectors-1-{TOKEN}.faiss"
    if damage == "deleted":
        path.unlink()
    elif damage == "another model's":
        path.unlink()
        other = VectorIndex(tmp_path, 5)
        other.refresh(np.arange(3, dtype=np.int64), lambda rows: unit_vectors(len(rows), 5), token)
        other.write(2, TOKEN)
    else:
        path.write_bytes(path.read_bytes()[:100] if damage == "torn" else b"")
    again = VectorIndex(tmp_path, 8)
    again.refresh(store.live, store.fetch, token)
    query = unit_vectors(1, seed=7)[0]
    assert [row for row, _ in again.search(query, 20)] == store.nearest(query, 20)
    assert again.stale


def test_a_base_of_another_past_is_not_taken(tmp_path: Path) -> None:
    store = Store(20)
    index = VectorIndex(tmp_path, 8)
    index.refresh(store.live, store.fetch, token)
    index.write(1, TOKEN)
    store.vectors = unit_vectors(20, seed=5)
    again = VectorIndex(tmp_path, 8)
    again.refresh(store.live, store.fetch, lambda generation: "ffff")
    query = unit_vectors(1, seed=7)[0]
    assert [row for row, _ in again.search(query, 20)] == store.nearest(query, 20)


def test_a_base_that_differs_from_the_database_is_a_problem(tmp_path: Path) -> None:
    store = Store(20)
    index = VectorIndex(tmp_path, 8)
    index.refresh(store.live, store.fetch, token)
    index.write(1, TOKEN)
    assert index.problems(store.fetch) == []
    store.vectors[7] = -store.vectors[7]
    assert index.problems(store.fetch) == ["search index: row 7 has another vector than the database"]


def test_writing_leaves_one_base_and_no_temporary_file(tmp_path: Path) -> None:
    store = Store(10)
    index = VectorIndex(tmp_path, 8)
    for generation in (1, 2, 3):
        index.refresh(store.live, store.fetch, token)
        index.write(generation, TOKEN)
    assert [path.name for path in tmp_path.iterdir()] == [f"vectors-3-{TOKEN}.faiss"]
