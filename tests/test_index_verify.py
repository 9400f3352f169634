"""Damage that leaves an index open and a search wrong, as `verify` finds it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashEncoder

from index import Article, Index

NORTH = Article("north.txt", "The northern minister met the envoy. They spoke about herring.")
SOUTH = Article("south.txt", "The southern minister met nobody. He spoke about the weather.")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        opened.add([NORTH, SOUTH])
        assert opened.verify() == []
        yield opened


def damage(index: Index, statement: str) -> None:
    index.close()
    with closing(sqlite3.connect(index.path / "catalog.sqlite")) as db, db:
        assert db.execute(statement).rowcount


def found_in(index: Index) -> str:
    with Index.open(index.path, HashEncoder()) as opened:
        return "\n".join(opened.verify())


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        pytest.param(
            "UPDATE lexical_data SET block = zeroblob(length(block)) WHERE id > 10",
            "lexical index: damaged",
            id="blocks",
        ),
        pytest.param("DELETE FROM lexical_data WHERE id > 10", "lexical index: damaged", id="no blocks"),
        pytest.param("DELETE FROM lexical_data", "lexical index: damaged", id="nothing"),
        pytest.param("UPDATE lexical_content SET c0 = 'x' WHERE id = 1", "lexical index: damaged", id="content"),
        pytest.param(
            "UPDATE lexical SET text = 'x' WHERE rowid = 1",
            "'north.txt:0-62': in the lexical index with other words",
            id="words",
        ),
        pytest.param(
            "UPDATE lexical SET rowid = 7 WHERE rowid = 1", "'north.txt:0-62': not in the lexical index", id="row"
        ),
        pytest.param("UPDATE passages SET text_hash = x'00'", "'south.txt:0-61': the hash of its text", id="hash"),
        pytest.param(
            "UPDATE stories SET signature = zeroblob(480) WHERE article_id = 'south.txt'",
            "'south.txt': the signature of its story is another text's",
            id="signature",
        ),
        pytest.param("DELETE FROM stories", "'north.txt': has no story", id="story"),
    ],
)
def test_what_is_derived_wrongly_is_found(index: Index, statement: str, problem: str) -> None:
    damage(index, statement)
    assert problem in found_in(index)


def test_one_damaged_passage_is_named_with_all_that_is_wrong(index: Index) -> None:
    damage(index, "UPDATE passages SET vector = x'00', text_hash = x'00' WHERE article_id = 'north.txt'")
    lines = found_in(index).splitlines()
    assert [line for line in lines if "'south.txt" in line] == []
    assert any("the hash of its text" in line for line in lines)
    assert any("no vector of dimension 32" in line for line in lines)


def test_repair_makes_the_words_anew(index: Index) -> None:
    damage(index, "UPDATE lexical SET text = 'x' WHERE rowid = 1")
    with Index.open(index.path, HashEncoder()) as opened:
        opened.repair()
        assert opened.verify() == []


def test_an_index_that_is_written_meanwhile_is_not_called_damaged(index: Index) -> None:
    with closing(sqlite3.connect(index.path / "catalog.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        index._catalog.db.execute("PRAGMA busy_timeout = 10")
        (line,) = index.verify()
    assert "could not be checked; try again" in line
    assert index.verify() == []
