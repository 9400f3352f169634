"""Damage that leaves an index open and a search wrong, as `verify` finds it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Never

import pytest
import tantivy
from fakes import HashEncoder

from index import Article, Index
from index.search import lexical

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
        pytest.param("UPDATE passages SET text_hash = x'00'", "'south.txt:0-61': the hash of its text", id="hash"),
        pytest.param(
            "UPDATE stories SET signature = zeroblob(480) WHERE article_id = 'south.txt'",
            "'south.txt': the signature of its story is another text's",
            id="signature",
        ),
        pytest.param("DELETE FROM stories", "'north.txt': has no story", id="story"),
        pytest.param(
            "INSERT INTO labels VALUES ('tag', 'weather', 'south.txt')", "'south.txt': is filtered by other", id="names"
        ),
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


def rewrite(index: Index, out: int | None, **fields: object) -> None:
    """Take a row out of tantivy's documents and put another in, unless it is None, as tantivy's own tools could."""
    words = tantivy.Index(lexical._SCHEMA, path=str(index.path / "words"))
    lexical._ready(words)
    writer = words.writer(15_000_000, 1)
    if out is not None:
        writer.delete_documents_by_query(tantivy.Query.term_query(lexical._SCHEMA, "row", out))
    if fields:
        writer.add_document(tantivy.Document.from_dict(fields, lexical._SCHEMA))
    writer.commit()
    writer.wait_merging_threads()


WRONG_WORDS = [
    pytest.param(1, {}, ["row 1 is missing, or has other words", "holds 1 passages, expected 2"], id="taken out"),
    pytest.param(1, {"row": 1, "words": SOUTH.text, "text": SOUTH.text}, ["row 1 is missing"], id="another's"),
    pytest.param(1, {"row": 1, "words": "snow", "text": "snow"}, ["row 1 is missing"], id="other words"),
    pytest.param(None, {"row": 7, "words": "snow", "text": "snow"}, ["holds 3 passages, expected 2"], id="one more"),
    pytest.param(1, {"row": 7, "words": NORTH.text, "text": NORTH.text}, ["row 1 is missing"], id="another row"),
]


@pytest.mark.parametrize(("row", "document", "problems"), WRONG_WORDS)
def test_words_that_are_not_the_passages_are_found_and_made_anew(
    index: Index, row: int | None, document: dict[str, object], problems: list[str]
) -> None:
    before = index.search("minister herring", 2)
    index.close()
    rewrite(index, row, **document)
    with Index.open(index.path, HashEncoder()) as opened:
        found = opened.verify()
        assert len(found) == len(problems)
        assert all(problem in line for problem, line in zip(problems, found, strict=True))
        assert opened.search("herring", 2)
        opened.repair()
        assert opened.verify() == []
        assert opened.search("minister herring", 2) == before


def test_words_without_their_record_are_made_anew(index: Index) -> None:
    index.close()
    rewrite(index, 0)
    assert found_in(index) == ""


def test_a_record_of_words_that_another_index_has_is_not_believed(index: Index, tmp_path: Path) -> None:
    with Index.create(tmp_path / "other", HashEncoder()) as other:
        other.add([replace(NORTH, id="a", text="Snow fell."), replace(NORTH, id="b", text="Rain fell.")])
    index.close()
    shutil.rmtree(index.path / "words")
    shutil.copytree(tmp_path / "other" / "words", index.path / "words")
    assert found_in(index) == ""


@pytest.mark.parametrize("damage", ["deleted", "torn", "empty", "content"])
@pytest.mark.parametrize("kind", ["fast", "fieldnorm", "idx", "pos", "store", "term"])
def test_a_damaged_file_of_words_is_found_or_made_anew(index: Index, kind: str, damage: str) -> None:
    before = index.search("minister herring", 2)
    index.close()
    (file,) = (index.path / "words").glob(f"*.{kind}")
    data = file.read_bytes()
    if damage == "deleted":
        file.unlink()
    else:
        footer = data.rindex(b'{"version"')
        file.write_bytes({"torn": data[:-9], "empty": b"", "content": b"\xff" * footer + data[footer:]}[damage])
    if damage == "content":
        assert f"{kind} is damaged" in found_in(index)
    with Index.open(index.path, HashEncoder()) as opened:
        assert opened.search("minister herring", 2) == before
        assert opened.verify() == []


class PanicException(BaseException):
    """Named as what tantivy raises for a failed assertion of its own, whose class cannot be imported."""


@pytest.mark.parametrize("error", [ValueError("Data corrupted"), PanicException("index out of bounds")], ids=str)
@pytest.mark.parametrize("query", ["minister herring", '"minister met" herring'], ids=["words", "phrase"])
def test_words_that_turn_out_damaged_in_a_search_are_made_anew(
    index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, query: str, error: BaseException
) -> None:
    before, files = index.search(query, 5), set((index.path / "words").glob("*.idx"))
    rows, errors = lexical._rows, [error]

    def fail_once(*arguments: Any) -> list[tuple[int, float]]:
        if errors:
            raise errors.pop()
        return rows(*arguments)

    monkeypatch.setattr(lexical, "_rows", fail_once)
    assert index.search(query, 5) == before
    assert not files & set((index.path / "words").glob("*.idx"))
    assert f"cannot be read and is made anew from the database: {error}" in caplog.text


def test_an_error_that_is_no_damage_is_raised(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> Never:
        raise KeyboardInterrupt

    monkeypatch.setattr(lexical, "_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        index.search("minister", 5)


def test_repair_makes_a_damaged_file_of_words_anew(index: Index) -> None:
    index.close()
    (file,) = (index.path / "words").glob("*.pos")
    data = bytearray(file.read_bytes())
    data[10] ^= 1
    file.write_bytes(data)
    with Index.open(index.path, HashEncoder()) as opened:
        assert opened.verify() == [f"lexical index: words/{file.name} is damaged"]
        opened.repair()
        assert opened.verify() == []


def test_an_index_that_is_written_meanwhile_can_be_checked(index: Index) -> None:
    with closing(sqlite3.connect(index.path / "catalog.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM stories")
        assert index.verify() == []
    assert index.verify() == []


def test_forgotten_removals_are_found_and_mended(index: Index) -> None:
    index.add(replace(NORTH, id=f"a{n}", text=f"Article number {n} tells of w{n}.") for n in range(60))
    index.remove(["a7"])
    damage(index, "DELETE FROM gone WHERE row > 0")
    assert "is not in the database" in found_in(index)
    with Index.open(index.path, HashEncoder()) as opened:
        opened.repair()
        assert opened.verify() == []
        assert "a7" not in {hit.passage.article_id for hit in opened.search("Article number 7", 99)}
