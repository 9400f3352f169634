"""Indexing that is killed, runs out of disk, or shares its index with others."""

from __future__ import annotations

import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashEncoder
from forking import forked
from indexing_process import COUNT, articles, run

from index import Article, Index
from index.errors import UnusableIndex

EXPECTED = {article.id: article for article in articles()}


def killed(folder: Path, *, inside: int | None = None, after: float = 0.0) -> list[str]:
    """Index into a folder, kill the process on its way, and return the ids of the articles it said were committed.

    Args:
        folder: The index's.
        inside: Kill while so many articles and one more have been put, inside a transaction.
        after: Else kill so many seconds after the first commit.
    """
    process, told = forked(run, str(folder))
    reported: list[str] = []
    put = 0
    try:
        while True:
            ids = told.recv()
            reported += ids
            put += not ids
            if inside is not None and put > inside:
                break
            if inside is None and ids:
                time.sleep(after)
                break
        process.kill()
        while True:
            reported += told.recv()
    except EOFError:
        process.join()
    return reported


def check_whole(folder: Path, reported: list[str]) -> int:
    """Check that the index opens, that what was reported is there and that nothing is there by half."""
    with Index.open(folder, HashEncoder()) as index:
        held = {article.id: article for article in index.articles()}
        assert set(reported) <= set(held) <= set(EXPECTED)
        assert all(EXPECTED[i].text == article.text for i, article in held.items())
        assert index.verify() == []
        for hit in index.search("Sentence of article", 5):
            assert held[hit.passage.article_id].text[hit.passage.start : hit.passage.end] == hit.passage.text
        return len(held)


def kill_at(folder: Path, moments: int, seed: int) -> list[int]:
    """Kill at so many moments, half of them inside a transaction; return how many articles were there after each."""
    rng = random.Random(seed)
    found = []
    for number in range(moments):
        place = folder / str(number)
        if number % 2:
            reported = killed(place, inside=rng.randrange(COUNT - 6))
        else:
            reported = killed(place, after=rng.uniform(0, 0.3))
        found.append(check_whole(place, reported))
        shutil.rmtree(place)
    return found


def test_a_killed_run_leaves_the_last_committed_state(tmp_path: Path) -> None:
    found = kill_at(tmp_path, 10, seed=1)
    assert len(set(found)) > 2


@pytest.mark.long
def test_two_hundred_killed_runs_leave_the_last_committed_state(tmp_path: Path) -> None:
    found = kill_at(tmp_path, 200, seed=2)
    assert len(set(found)) > 5


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    reported = killed(tmp_path / "index", inside=30)
    encoder = HashEncoder()
    with Index.create(tmp_path / "index", encoder) as index:
        report = index.add(articles())
        assert set(reported) <= set(report.unchanged)
        assert len(report.added) + len(report.unchanged) == COUNT
        assert len(encoder.encoded) < COUNT
        assert index.verify() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root on Linux")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_ends_in_the_last_committed_state(small_disk: Path) -> None:
    committed: list[str] = []

    def fill(index: Index) -> None:
        for report in index.add_each(Article(f"a{n}", f"Word{n} and more. " * 3_000) for n in range(200)):
            committed.extend(report.added)

    with Index.create(small_disk / "index", HashEncoder()) as index:
        with pytest.raises(UnusableIndex, match=r"disk is full.*What was committed before stays"):
            fill(index)
        assert index.search("word", 1)
    with Index.open(small_disk / "index", HashEncoder()) as index:
        assert [article.id for article in index.articles()] == sorted(committed) != []
        assert index.verify() == []
    subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
    with Index.open(small_disk / "index", HashEncoder()) as index:
        index.add([Article("later", "There is room again.")])
        assert index.verify() == []


def write_and_read(folder: Path, seconds: float, readers: int) -> tuple[int, int]:
    """Let one writer replace a pair of articles again and again, and readers look; return how often each did.

    Both articles of a pair have the same number in every committed state.
    """
    with Index.create(folder, HashEncoder()) as index:
        index.add(pair(0))
    ends = time.monotonic() + seconds
    problems: list[str] = []
    counts = {"written": 0, "read": 0}

    def write() -> None:
        with Index.open(folder, HashEncoder()) as index:
            while time.monotonic() < ends:
                counts["written"] += 1
                index.add(pair(counts["written"]))

    def read() -> None:
        with Index.open(folder, HashEncoder()) as index:
            while time.monotonic() < ends and not problems:
                hits = index.search("number of the pair", 4)
                numbers = {hit.passage.text.split()[1] for hit in hits}
                if len(hits) != 2 or len(numbers) != 1:
                    problems.append(f"{len(hits)} hits with the numbers {numbers}")
                counts["read"] += 1

    threads = [threading.Thread(target=read) for _ in range(readers)] + [threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    return counts["written"], counts["read"]


def pair(number: int) -> list[Article]:
    return [Article(name, f"Number {number} of the pair, {name}: {words}.") for name, words in PAIR.items()]


PAIR = {"left": "herring and cod went up", "right": "timber from the north came down the river"}


def test_a_reader_never_sees_half_a_commit(tmp_path: Path) -> None:
    written, read = write_and_read(tmp_path / "index", 3, readers=4)
    assert min(written, read) > 10


@pytest.mark.long
def test_one_writer_and_eight_readers_for_a_minute(tmp_path: Path) -> None:
    written, read = write_and_read(tmp_path / "index", 60, readers=8)
    assert min(written, read) > 100


def test_two_writers_at_once_both_come_through(tmp_path: Path) -> None:
    with Index.create(tmp_path, HashEncoder()):
        pass

    def write(name: str) -> None:
        with Index.open(tmp_path, HashEncoder()) as index:
            for n in range(20):
                index.add([Article(f"{name}{n}", f"Text {n} by {name}.")])

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Index.open(tmp_path, HashEncoder()) as index:
        assert len(index) == 40
        assert index.verify() == []
