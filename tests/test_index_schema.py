"""Opening databases: of an older format, read-only, busy, restored."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
from fakes import HashEncoder

from index import Article, Chunking, Index
from index.article_row import COLUMNS, to_row
from index.errors import UnusableIndex
from index.schema import APPLICATION_ID, FORMAT, MIGRATIONS, connect

STORY = "The northern minister met the envoy on Monday. They spoke about herring and about the price of salt. " * 2
OLD = [
    Article("north.txt", STORY, title="North", tags=("fish",)),
    Article("copy.txt", f"{STORY}\r\n"),
    Article("south.txt", "The southern minister met nobody. He spoke about the weather."),
]


def make_format_1(path: Path) -> Path:
    """Write a database as the version of format 1 did."""
    encoder, chunking = HashEncoder(), Chunking(254)
    manifest = {"format": 1, "embedder": asdict(encoder.info), "chunking": asdict(chunking)}
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for statement in MIGRATIONS[0]:
            assert isinstance(statement, str)
            db.execute(statement)
        db.executemany("INSERT INTO manifest VALUES (?, ?)", [(key, json.dumps(it)) for key, it in manifest.items()])
        for article in OLD:
            db.execute(f"INSERT INTO articles VALUES ({', '.join('?' * len(COLUMNS))})", to_row(article))
            for passage in chunking.passages(article, encoder.token_spans):
                vector = encoder.encode([passage.text])[0].astype("<f4").tobytes()
                values = (article.id, passage.start, passage.end, vector)
                row = db.execute(
                    'INSERT INTO passages (article_id, "start", "end", vector) VALUES (?, ?, ?, ?)', values
                ).lastrowid
                db.execute("INSERT INTO lexical (rowid, text) VALUES (?, ?)", (row, passage.text))
        db.execute("INSERT INTO generations (token) VALUES ('0011223344556677')")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 1")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return make_format_1(tmp_path / "old" / "catalog.sqlite")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        opened.add(OLD)
        yield opened


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(f"PRAGMA {name}").fetchone()[0]


def test_an_index_of_the_first_format_is_searched_like_a_new_one(old: Path, index: Index) -> None:
    with Index.open(old.parent, HashEncoder()) as opened:
        assert pragma(old, "user_version") == FORMAT
        assert opened.search("herring", 3) == index.search("herring", 3)
        assert list(opened.articles()) == list(index.articles())
        assert opened.verify() == []


def test_the_near_copies_of_an_index_of_the_first_format_are_known(old: Path) -> None:
    with Index.open(old.parent, HashEncoder()) as opened:
        hit = opened.search("herring", 2)[0]
        assert {hit.passage.article_id, *(copy.article_id for copy in hit.copies)} == {"north.txt", "copy.txt"}
        opened.add([Article("third.txt", f"\n{STORY}")])
    with closing(sqlite3.connect(old)) as db:
        stories = dict(db.execute("SELECT article_id, story FROM stories"))
    assert stories["north.txt"] == stories["copy.txt"] == stories["third.txt"] != stories["south.txt"]


def test_no_text_of_an_index_of_the_first_format_is_embedded_again(old: Path) -> None:
    encoder = HashEncoder()
    with Index.open(old.parent, encoder) as opened:
        opened.add([Article("again.txt", OLD[0].text)])
        assert encoder.encoded == []


def test_bringing_an_index_up_to_date_is_said_once(old: Path, caplog: pytest.LogCaptureFixture) -> None:
    Index.open(old.parent, HashEncoder()).close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert f"bringing the index {old.parent} up to format {FORMAT}" in caplog.text
    caplog.clear()
    Index.open(old.parent, HashEncoder()).close()
    Index.create(old.parent.parent / "new", HashEncoder()).close()
    assert caplog.text == ""


def test_texts_are_read_one_at_a_time(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    migrate = MIGRATIONS[1][1]
    assert callable(migrate)
    with closing(sqlite3.connect(old)) as db:
        db.execute("ALTER TABLE passages ADD COLUMN text_hash BLOB NOT NULL DEFAULT x''")
        db.set_trace_callback(told.append)
        migrate(db)
    reads = [statement for statement in told if "SELECT text" in statement or "id, text" in statement]
    assert len(reads) == len(OLD)
    assert all("WHERE id = '" in statement for statement in reads)


@pytest.mark.parametrize("way", ["immutable", "the system says so"])
def test_an_older_index_that_cannot_be_written_says_what_to_do(
    old: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    before = old.read_bytes()
    mode = "mode=ro&immutable=1" if way == "immutable" else "mode=ro"
    monkeypatch.setattr("index.schema._mode", lambda path, *, create: mode)
    with pytest.raises(UnusableIndex, match=r"older version .*format 1, expected 2.*Open it once where its folder can"):
        Index.open(old.parent, HashEncoder())
    assert old.read_bytes() == before


def test_an_index_is_searched_where_it_cannot_be_written(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.close()
    monkeypatch.setattr("index.schema._mode", lambda path, *, create: "mode=ro&immutable=1")
    with Index.open(index.path, HashEncoder()) as opened:
        assert opened.search("weather", 1)[0].passage.article_id == "south.txt"
        assert opened.verify() == []


def test_an_older_index_that_another_process_holds_is_busy(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.schema._BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(old, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnusableIndex, match=r"is busy: .* try again"):
            Index.open(old.parent, HashEncoder())
    with Index.open(old.parent, HashEncoder()) as opened:
        assert opened.verify() == []


def test_bringing_up_to_date_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("index.schema.stories.put", fail)
        with pytest.raises(KeyboardInterrupt):
            Index.open(old.parent, HashEncoder())
    assert pragma(old, "user_version") == 1
    with Index.open(old.parent, HashEncoder()) as opened:
        assert opened.verify() == []


def test_a_newer_version_that_comes_first_is_not_undone(old: Path) -> None:
    with closing(sqlite3.connect(old, isolation_level=None)) as newer:
        newer.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(UnusableIndex, match="Update Pullquote"):
        connect(old)
    assert pragma(old, "user_version") == FORMAT + 1


@pytest.mark.parametrize("kind", ["current", "older"])
def test_a_restored_backup_is_in_wal_mode(old: Path, index: Index, tmp_path: Path, kind: str) -> None:
    restored = tmp_path / "restored" / "catalog.sqlite"
    restored.parent.mkdir()
    with closing(sqlite3.connect(old if kind == "older" else index.path / "catalog.sqlite")) as db:
        db.execute("VACUUM INTO ?", (str(restored),))
    assert pragma(restored, "journal_mode") == "delete"
    with Index.open(restored.parent, HashEncoder()) as opened:
        assert pragma(restored, "journal_mode") == "wal"
        assert opened.verify() == []


def test_a_restored_backup_in_use_is_searched_as_it_is(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.schema._BUSY_SECONDS", 0.01)
    (tmp_path / "restored").mkdir()
    restored = tmp_path / "restored" / "catalog.sqlite"
    index.backup(restored)
    with closing(sqlite3.connect(restored, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Index.open(restored.parent, HashEncoder()) as opened:
            assert opened.search("weather", 1)[0].passage.article_id == "south.txt"
