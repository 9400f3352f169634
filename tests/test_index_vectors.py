from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import Vectors
from index.search import base
from index.search.base import Rows
from index.search.vectors import VectorIndex


def unit_vectors(count: int, dimension: int = 8, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Store:
    """What the database is to the index: rows from 1 with their vectors, and what went when."""

    def __init__(self, count: int = 0, dimension: int = 8) -> None:
        self.held = unit_vectors(count + 1, dimension)
        self.live: list[int] = list(range(1, count + 1))
        self.generation = 1
        self.past = "0a1b2c"
        self.gone: dict[int, int] = {}
        self.forgotten = 0

    def add(self, count: int) -> None:
        first = len(self.held)
        self.held = np.concatenate([self.held, unit_vectors(count, self.held.shape[1], seed=first)])
        self.live += range(first, first + count)
        self.generation += 1

    def remove(self, rows: set[int]) -> None:
        self.generation += 1
        self.gone.update((row, self.generation) for row in rows & set(self.live))
        self.live = [row for row in self.live if row not in rows]

    def forget_gone(self) -> None:
        self.gone, self.forgotten = {}, self.generation

    def token(self, generation: int) -> str | None:
        return self.past if 0 < generation <= self.generation else None

    def gone_since(self, generation: int) -> Rows | None:
        if generation < self.forgotten:
            return None
        return np.array(sorted(row for row, when in self.gone.items() if when > generation), dtype=np.int64)

    def rows_after(self, row: int) -> Rows:
        return np.array([one for one in self.live if one > row], dtype=np.int64)

    def vectors(self, rows: Rows) -> Vectors:
        assert set(rows.tolist()) <= set(self.live), "a row that is gone"
        return self.held[rows]

    def nearest(self, query: Vectors, limit: int, among: Rows | None = None) -> list[int]:
        rows = np.array(self.live, dtype=np.int64) if among is None else among
        scores = self.held[rows] @ query
        return [int(row) for row in rows[np.argsort(-scores, kind="stable")[:limit]]]


def opened(folder: Path, store: Store, write: str | None = None) -> VectorIndex:
    """An index in line with a store, its base written as a kind if one is given."""
    index = VectorIndex(folder, store.held.shape[1], store)
    index.refresh("auto")
    if write:
        index.write(store.generation, store.past, write)
    return index


def rows(found: list[tuple[int, float]]) -> list[int]:
    return [row for row, _ in found]


@pytest.fixture(autouse=True)
def _never_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let FAISS search few allowed rows too, which are otherwise scored without it."""
    monkeypatch.setattr("index.search.vectors._EXACT_ROWS", 0)


@settings(max_examples=150)
@given(
    kind=st.sampled_from(["flat", "ivf"]),
    before=st.integers(0, 60),
    after=st.integers(0, 20),
    limit=st.integers(1, 90),
    seed=st.integers(0, 99),
    again=st.booleans(),
    data=st.data(),
)
def test_search_equals_brute_force_over_base_tail_tombstones_and_allowed_rows(
    kind: str,
    before: int,
    after: int,
    limit: int,
    seed: int,
    again: bool,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store, folder = Store(before), tmp_path_factory.mktemp("vectors")
    index = opened(folder, store, kind)
    store.remove(data.draw(st.sets(st.integers(1, before + 1))))
    index.refresh("auto")
    store.add(after)
    store.remove(data.draw(st.sets(st.integers(1, before + after + 1))))
    if again:
        index = opened(folder, store)
    index.refresh("auto")
    query = unit_vectors(1, seed=seed + 1000)[0]
    assert len(index) == len(store.live)
    assert rows(index.search(query, limit)) == store.nearest(query, limit)
    allowed = np.array(sorted(data.draw(st.sets(st.sampled_from(store.live)))) if store.live else [], dtype=np.int64)
    assert rows(index.search(query, limit, allowed)) == store.nearest(query, limit, allowed)
    assert index.problems() == []


@pytest.mark.parametrize(
    ("share", "least"),
    [
        pytest.param(1.0, 0.85, id="everything"),
        pytest.param(0.2, 0.88, id="a fifth"),
        pytest.param(0.05, 0.88, id="a twentieth"),
        pytest.param(0.002, 1.0, id="a handful"),
    ],
)
def test_lists_that_are_looked_into_in_part_find_nearly_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, least: float
) -> None:
    monkeypatch.setattr("index.search.base._PROBED", 24)
    store = Store(6_000, dimension=16)
    index = opened(tmp_path, store, "ivf")
    assert index._base.nlist == 150
    some = np.sort(np.random.default_rng(1).permutation(store.rows_after(0))[: int(6_000 * share)])
    shares = []
    for query in unit_vectors(40, 16, seed=9):
        result = rows(index.search(query, 10, None if share == 1 else some))
        assert len(result) == 10
        assert set(result) <= set(some.tolist())
        shares.append(len(set(result) & set(store.nearest(query, 10, some))) / 10)
    assert np.mean(shares) >= least


def test_all_lists_are_looked_into_where_the_nearest_have_too_few_allowed_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.search.base._PROBED", 24)
    store = Store(6_000, dimension=16)
    index = opened(tmp_path, store, "ivf")
    query = unit_vectors(1, 16, seed=3)[0]
    farthest = np.sort(np.array(store.nearest(-query, 600), dtype=np.int64))
    result = rows(index.search(query, 300, farthest))
    assert len(set(result) & set(store.nearest(query, 300, farthest))) > 290


def test_what_codes_cannot_tell_apart_is_told_apart_by_the_stored_vectors(tmp_path: Path) -> None:
    store = Store(600)
    close = store.held[5] + unit_vectors(25, seed=8) * 4e-3
    store.held[100:125] = close / np.linalg.norm(close, axis=1, keepdims=True)
    index = opened(tmp_path, store, "ivf")
    for row in range(100, 125):
        query = store.held[row]
        best = store.held[store.nearest(query, 3)] @ query
        assert [score for _, score in index.search(query, 3)][:3] == pytest.approx(best.tolist(), abs=5e-7)


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_a_filter_that_leaves_the_farthest_rows_has_them_all(tmp_path: Path, kind: str) -> None:
    store = Store(3_000)
    index = opened(tmp_path, store, kind)
    query = unit_vectors(1, seed=3)[0]
    farthest = np.sort(np.array(store.nearest(-query, 7), dtype=np.int64))
    assert rows(index.search(query, 5, farthest)) == store.nearest(query, 5, farthest)
    assert rows(index.search(query, 50, farthest)) == store.nearest(query, 7, farthest)


def test_rows_behind_the_last_allowed_one_are_not_found(tmp_path: Path) -> None:
    """FAISS counts a bitmap in bytes; one that is said to be longer is read beyond its end."""
    store = Store(9_000)
    index = opened(tmp_path, store, "flat")
    allowed = np.arange(1, 1_200, dtype=np.int64)
    for query in unit_vectors(30, seed=4):
        assert rows(index.search(query, 1_150, allowed)) == store.nearest(query, 1_150, allowed)


def test_few_allowed_rows_are_scored_without_faiss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.search.vectors._EXACT_ROWS", 10)
    store = Store(50)
    index = opened(tmp_path, store, "ivf")
    monkeypatch.setattr(index, "_search_both", lambda *arguments: pytest.fail("asked FAISS"))
    allowed = np.array([3, 9, 40], dtype=np.int64)
    assert rows(index.search(store.held[9], 2, allowed)) == store.nearest(store.held[9], 2, allowed)
    assert index.search(store.held[9], 2, allowed[:0]) == []


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_scores_are_inner_products_of_the_stored_vectors(tmp_path: Path, kind: str) -> None:
    store = Store(40)
    index = opened(tmp_path, store, kind)
    for row, score in index.search(store.held[3], 40):
        assert score == pytest.approx(float(store.held[row] @ store.held[3]), abs=1e-6)


@pytest.mark.parametrize("kind", ["flat", "ivf"])
@pytest.mark.parametrize("written", [0, 15, 30], ids=["tail", "both", "base"])
def test_all_that_tie_with_the_last_come_back_in_order(tmp_path: Path, written: int, kind: str) -> None:
    store = Store(30)
    store.held[10:] = store.held[10]
    everything = store.live
    store.live = everything[:written]
    index = opened(tmp_path, store, kind)
    store.live = everything
    index.refresh("auto")
    assert rows(index.search(store.held[10], 2)) == list(range(10, 31))
    assert rows(index.search(store.held[10], 2, np.arange(5, 20, dtype=np.int64))) == list(range(10, 20))


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_a_saved_base_equals_the_live_one(tmp_path: Path, kind: str) -> None:
    store = Store(500)
    live, saved = opened(tmp_path, store, kind), opened(tmp_path, store)
    for seed in range(20):
        query = unit_vectors(1, seed=seed)[0]
        assert saved.search(query, 9) == live.search(query, 9)
    assert (saved.generation, saved.kind, saved.stale, int(saved._tail.ntotal)) == (1, kind, False, 0)


def test_an_open_index_takes_up_the_base_that_another_has_written(tmp_path: Path) -> None:
    store = Store(30)
    reader, writer = opened(tmp_path, store, "flat"), opened(tmp_path, store)
    store.add(10)
    reader.refresh("auto")
    store.remove({40, 33, 2})
    writer.refresh("auto")
    writer.write(store.generation, store.past, "flat")
    reader.refresh("auto")
    query = unit_vectors(1, seed=7)[0]
    assert (len(reader), reader.generation) == (37, store.generation)
    assert rows(reader.search(query, 40)) == store.nearest(query, 40)


@pytest.mark.parametrize("kind", ["flat", "ivf"])
@pytest.mark.parametrize("damage", ["torn", "empty", "deleted", "another model's", "text"])
def test_a_damaged_base_is_made_good_from_the_database(tmp_path: Path, damage: str, kind: str) -> None:
    store = Store(60)
    opened(tmp_path, store, kind)
    path = tmp_path / f"vectors-1-{store.past}.faiss"
    if damage == "deleted":
        path.unlink()
    elif damage == "another model's":
        path.unlink()
        opened(tmp_path, Store(3, dimension=5), kind)
    else:
        path.write_bytes({"torn": path.read_bytes()[:100], "empty": b"", "text": b"Dear all, " * 50}[damage])
    again = opened(tmp_path, store)
    query = unit_vectors(1, seed=7)[0]
    assert rows(again.search(query, 20)) == store.nearest(query, 20)
    assert again.stale
    again.write(store.generation, store.past, kind)
    assert opened(tmp_path, store).generation == store.generation


def test_a_base_of_another_past_is_not_taken(tmp_path: Path) -> None:
    store = Store(20)
    opened(tmp_path, store, "flat")
    store.held, store.past = unit_vectors(21, seed=5), "ffff"
    again = opened(tmp_path, store)
    query = unit_vectors(1, seed=7)[0]
    assert again.generation is None
    assert rows(again.search(query, 20)) == store.nearest(query, 20)


@pytest.mark.parametrize("way", ["open", "opened again"])
def test_forgotten_tombstones_make_the_base_anew(tmp_path: Path, way: str) -> None:
    store = Store(40)
    index = opened(tmp_path, store, "flat")
    store.remove({3, 4, 5})
    store.forget_gone()
    store.add(2)
    if way == "open":
        index.refresh("auto")
    else:
        index = opened(tmp_path, store)
    query = unit_vectors(1, seed=7)[0]
    assert (index.generation, len(index)) == (None, 39)
    assert rows(index.search(query, 40)) == store.nearest(query, 40)
    index.write(store.generation, store.past, "flat")
    assert opened(tmp_path, store).generation == store.generation


def test_tombstones_forgotten_before_the_base_was_written_do_no_harm(tmp_path: Path) -> None:
    store = Store(40)
    store.remove({3, 4, 5})
    store.forget_gone()
    index = opened(tmp_path, store, "flat")
    store.remove({6})
    index.refresh("auto")
    assert (index.generation, len(index)) == (2, 36)


def test_a_base_that_has_outgrown_its_lists_is_made_anew(tmp_path: Path) -> None:
    store = Store(400)
    index = opened(tmp_path, store, "ivf")
    lists = index._base.nlist
    store.add(6_000)
    index.refresh("auto")
    assert base.outgrown(index._base, len(index))
    index.write(store.generation, store.past, "ivf")
    assert index._base.nlist > 4 * lists
    assert index.problems() == []


def test_a_base_that_has_grown_a_little_keeps_its_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(7_000)
    index = opened(tmp_path, store, "ivf")
    store.add(500)
    store.remove(set(range(1, 100)))
    index.refresh("auto")
    monkeypatch.setattr(index, "take", lambda kind: pytest.fail("made anew"))
    index.write(store.generation, store.past, "ivf")
    assert (int(index._base.ntotal), int(index._tail.ntotal), len(index._removed)) == (7_401, 0, 0)
    assert index.problems() == []


@pytest.mark.parametrize(("first", "then"), [("flat", "ivf"), ("ivf", "flat"), ("auto", "ivf")])
def test_another_kind_makes_the_base_anew(tmp_path: Path, first: str, then: str) -> None:
    store = Store(200)
    index = opened(tmp_path, store, first)
    assert index.kind == ("flat" if first == "auto" else first)
    index.write(store.generation, store.past, then)
    assert opened(tmp_path, store).kind == then
    assert index.problems() == []


def test_from_many_passages_on_auto_is_an_inverted_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.manifest.FLAT_UP_TO", 100)
    store = Store(100)
    index = opened(tmp_path, store, "auto")
    assert index.kind == "flat"
    store.add(1)
    index.refresh("auto")
    index.write(store.generation, store.past, "auto")
    assert index.kind == "ivf"


def test_a_base_is_stale_when_a_twentieth_has_changed(tmp_path: Path) -> None:
    store = Store(100)
    index = opened(tmp_path, store, "flat")
    store.add(3)
    store.remove({1, 2})
    index.refresh("auto")
    assert not index.stale
    store.remove({3})
    index.refresh("auto")
    assert index.stale


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_a_base_that_differs_from_the_database_is_a_problem(tmp_path: Path, kind: str) -> None:
    store = Store(60)
    index = opened(tmp_path, store, kind)
    assert index.problems() == []
    store.held[7] = -store.held[7]
    store.held = np.concatenate([store.held, store.held])
    store.live = [row for row in store.live if row != 9] + [90]
    assert index.problems() == [
        "search index: row 90 is missing",
        "search index: row 9 is not in the database",
        "search index: row 7 has another vector than the database",
    ]


def test_writing_leaves_one_base_and_no_temporary_file(tmp_path: Path) -> None:
    store = Store(10)
    for _ in range(3):
        opened(tmp_path, store, "flat")
        store.add(1)
    assert [path.name for path in tmp_path.iterdir()] == [f"vectors-3-{store.past}.faiss"]


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_an_empty_index_finds_nothing(tmp_path: Path, kind: str) -> None:
    index = opened(tmp_path, Store(0), kind)
    assert index.search(unit_vectors(1)[0], 5) == []
    assert (len(index), index.problems()) == (0, [])


def test_a_large_collection_without_a_base_gets_one_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.search.vectors.FLAT_UP_TO", 200)
    store = Store(300)
    index = VectorIndex(tmp_path, 8, store)
    index.refresh("ivf")
    assert (index.unwritten, index.kind, len(index)) == (True, "ivf", 300)
    index.write(store.generation, store.past, "ivf")
    assert not index.unwritten
    query = unit_vectors(1, seed=7)[0]
    assert [row for row, _ in index.search(query, 5)] == store.nearest(query, 5)
