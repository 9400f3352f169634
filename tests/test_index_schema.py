"""Opening databases: of an older format, read-only, busy, restored."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder

from index import Article, Chunking, Index
from index.article_row import COLUMNS, to_row
from index.errors import UnusableIndex
from index.schema import APPLICATION_ID, FORMAT, MIGRATIONS, connect
from index.search.faiss_after_torch import faiss
from index.search.filters import Filter

STORY = "The northern minister met the envoy on Monday. They spoke about herring and about the price of salt. " * 2
OLD = [
    Article("north.txt", STORY, title="North", tags=("fish",)),
    Article("copy.txt", f"{STORY}\r\n"),
    Article(
        "south.txt",
        "The southern minister met nobody. He spoke about the weather.",
        source="The Times",
        published="2025-06-07",
        authors=("Ann",),
    ),
]


UNTITLED = Chunking(254, titled=False)


def make_old(path: Path, version: int) -> Path:
    """Write a database as the version of format 1 or 2 did; those knew nothing of titles and kinds of search index."""
    encoder = HashEncoder()
    manifest = {"format": 1, "embedder": asdict(encoder.info), "chunking": {"max_tokens": UNTITLED.max_tokens}}
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for statement in MIGRATIONS[0]:
            assert isinstance(statement, str)
            db.execute(statement)
        db.executemany("INSERT INTO manifest VALUES (?, ?)", [(key, json.dumps(it)) for key, it in manifest.items()])
        for article in OLD:
            db.execute(f"INSERT INTO articles VALUES ({', '.join('?' * len(COLUMNS))})", to_row(article))
            for passage in UNTITLED.passages(article, encoder.token_spans):
                vector = encoder.encode([passage.text])[0].astype("<f4").tobytes()
                values = (article.id, passage.start, passage.end, vector)
                row = db.execute(
                    'INSERT INTO passages (article_id, "start", "end", vector) VALUES (?, ?, ?, ?)', values
                ).lastrowid
                db.execute("INSERT INTO lexical (rowid, text) VALUES (?, ?)", (row, passage.text))
        db.execute("INSERT INTO generations (token) VALUES ('0011223344556677')")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for step in MIGRATIONS[1] if version == 2 else ():
            db.execute(step) if isinstance(step, str) else step(db)
        db.execute(f"PRAGMA user_version = {version}")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return make_old(tmp_path / "old" / "catalog.sqlite", 1)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder(), UNTITLED) as opened:
        opened.add(OLD)
        yield opened


def found(index: Index, only: Filter) -> list[str]:
    return sorted({hit.passage.article_id for hit in index.search("minister", 9, only=only)})


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(f"PRAGMA {name}").fetchone()[0]


DAMAGED = [
    pytest.param("SELECT 1", id="whole"),
    pytest.param("DELETE FROM lexical_data", id="nothing"),
    pytest.param("DELETE FROM lexical_data WHERE id > 10", id="no blocks"),
    pytest.param("UPDATE lexical_data SET block = zeroblob(length(block))", id="blocks"),
    pytest.param("UPDATE lexical_data SET block = x'ffffffffffffffff'", id="noise"),
    pytest.param("DELETE FROM lexical_config", id="config"),
    pytest.param("DELETE FROM lexical_content", id="content"),
    pytest.param("DROP TABLE lexical", id="gone"),
]


@pytest.mark.parametrize("version", [1, 2], ids=["first", "second"])
@pytest.mark.parametrize("damage", DAMAGED)
def test_an_index_of_an_older_format_is_searched_like_a_new_one(
    tmp_path: Path, index: Index, version: int, damage: str
) -> None:
    old = make_old(tmp_path / "old" / "catalog.sqlite", version)
    with closing(sqlite3.connect(old)) as db, db:
        db.execute(damage)
    with Index.open(old.parent, HashEncoder()) as opened:
        assert pragma(old, "user_version") == FORMAT
        assert opened.search("herring", 3) == index.search("herring", 3)
        assert list(opened.articles()) == list(index.articles())
        assert opened.manifest == index.manifest
        assert opened.verify() == []
    with closing(sqlite3.connect(old)) as db:
        assert db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'lexical%'").fetchall() == []


@pytest.mark.parametrize("version", [1, 2], ids=["first", "second"])
def test_the_articles_of_an_older_index_are_filtered_by_their_names(tmp_path: Path, version: int) -> None:
    old = make_old(tmp_path / "old" / "catalog.sqlite", version)
    with Index.open(old.parent, HashEncoder()) as opened:
        assert found(opened, Filter(tags=("Fish",))) == ["north.txt"]
        assert found(opened, Filter(sources=("the times",), since="2025")) == ["south.txt"]
        assert found(opened, Filter(authors=("ann",))) == ["south.txt"]


def test_a_damaged_article_of_an_older_index_has_no_names_until_it_is_indexed_again(old: Path) -> None:
    with closing(sqlite3.connect(old)) as db, db:
        db.execute("UPDATE articles SET tags = '[' WHERE id = 'north.txt'")
    with Index.open(old.parent, HashEncoder()) as opened:
        assert found(opened, Filter(tags=("fish",))) == []
        assert found(opened, Filter(authors=("ann",))) == ["south.txt"]
        opened.add([OLD[0]])
        assert found(opened, Filter(tags=("fish",))) == ["north.txt"]


@pytest.mark.parametrize("version", [1, 2], ids=["first", "second"])
def test_an_older_index_stays_without_titles_in_what_is_embedded(tmp_path: Path, version: int) -> None:
    old = make_old(tmp_path / "old" / "catalog.sqlite", version)
    encoder = HashEncoder()
    with Index.open(old.parent, encoder) as opened:
        assert opened.manifest.chunking == UNTITLED
        assert opened.manifest.vectors == "auto"
        opened.add([replace(OLD[0], title="Another title"), Article("new.txt", "Snow fell.", title="Weather")])
        assert encoder.encoded == ["Snow fell."]
        assert opened.verify() == []


def test_an_older_search_index_is_not_taken_for_what_was_removed_since(tmp_path: Path) -> None:
    """Format 2 knew what was removed by looking at all rows; what went before format 3 is in no table."""
    old = make_old(tmp_path / "old" / "catalog.sqlite", 2)
    with closing(sqlite3.connect(old)) as db, db:
        (count,) = db.execute("SELECT count(*) FROM passages").fetchone()
        db.execute("DELETE FROM passages WHERE article_id = 'south.txt'")
        db.execute("DELETE FROM articles WHERE id = 'south.txt'")
        db.execute("INSERT INTO generations (token) VALUES ('8899aabbccddeeff')")
    base = faiss.IndexIDMap(faiss.IndexFlatIP(32))
    base.add_with_ids(np.eye(count, 32, dtype=np.float32), np.arange(1, count + 1))
    faiss.write_index(base, str(old.parent / "vectors-1-0011223344556677.faiss"))
    with Index.open(old.parent, HashEncoder()) as opened:
        assert {hit.passage.article_id for hit in opened.search("minister", 9)} <= {"north.txt", "copy.txt"}
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
    said = rf"older version .*format 1, expected {FORMAT}.*Open it once where its folder can"
    with pytest.raises(UnusableIndex, match=said):
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
