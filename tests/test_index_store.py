from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder

from index import Article, Index
from index.embed import Vectors
from index.errors import IndexNotFound, NewerIndex, UnknownArticle, UnusableIndex, WrongEmbedder
from index.schema import FORMAT
from index.upkeep import restore

NORTH = Article("north.txt", "The northern minister met the envoy. They spoke about herring.", title="North")
SOUTH = Article("south.txt", "The southern minister met nobody. He spoke about the weather.")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        yield opened


def reopened(index: Index) -> Index:
    return Index.open(index.path, HashEncoder())


def test_articles_come_back_as_they_were_given(index: Index) -> None:
    article = Article(
        "a", "Tëxt\r\n😀", title="T", source="S", location="/l", url="u", published="2025-06", authors=("A",),
        language="en", tags=("t",), metadata={"k": [1, None]}, pages=(0, 3),
    )  # fmt: skip
    index.add([article])
    assert reopened(index).article("a") == article


def test_the_report_says_what_became_of_each_article(index: Index) -> None:
    assert index.add([NORTH, SOUTH]).added == ("north.txt", "south.txt")
    report = index.add([NORTH, replace(SOUTH, text="New text.")])
    assert (report.added, report.replaced, report.unchanged) == ((), ("south.txt",), ("north.txt",))


def test_an_unchanged_article_is_not_embedded_again(tmp_path: Path) -> None:
    encoder = HashEncoder()
    with Index.create(tmp_path, encoder) as index:
        index.add([NORTH])
        encoder.encoded.clear()
        generation = index.generation
        index.add([NORTH])
        index.add([replace(NORTH, source="Another paper")])
        assert encoder.encoded == []
        assert index.article("north.txt").source == "Another paper"
        assert index.generation == generation + 1


def test_a_digest_tells_a_state_of_an_index_from_every_other(index: Index, tmp_path: Path) -> None:
    seen = [index.digest()]
    for article in (NORTH, replace(NORTH, title="The north"), replace(NORTH, source="Another paper")):
        index.add([article])
        seen.append(index.digest())
    index.use_vectors("flat")
    seen.append(index.digest())
    assert len(set(seen)) == len(seen)
    assert (reopened(index).digest(), index.digest()) == (seen[-1], seen[-1])
    index.backup(tmp_path / "backup.sqlite")
    restore(tmp_path / "backup.sqlite", tmp_path / "restored")
    assert Index.open(tmp_path / "restored", HashEncoder()).digest() == seen[-1]


def test_the_same_articles_indexed_again_have_another_digest(tmp_path: Path) -> None:
    with Index.create(tmp_path / "a", HashEncoder()) as one, Index.create(tmp_path / "b", HashEncoder()) as other:
        for index in (one, other):
            index.add([NORTH, SOUTH])
        assert (one.generation, one.info().counts) == (other.generation, other.info().counts)
        assert one.digest() != other.digest()


def test_the_same_id_again_replaces_the_article(index: Index) -> None:
    index.add([NORTH])
    index.add([Article("north.txt", "Only snow.")])
    assert len(index) == 1
    assert [hit.passage.text for hit in index.search("minister herring snow")] == ["Only snow."]


def test_the_last_of_one_id_in_a_batch_wins(index: Index) -> None:
    index.add([NORTH, Article("north.txt", "Second.")])
    assert index.article("north.txt").text == "Second."


def test_two_articles_with_the_same_text_are_both_kept(index: Index) -> None:
    index.add([Article("b", NORTH.text), Article("a", NORTH.text)])
    (hit,) = index.search("northern minister", 10)
    assert (hit.passage.article_id, [copy.article_id for copy in hit.copies]) == ("a", ["b"])
    assert index.verify() == []


def test_removing_takes_all_or_none(index: Index) -> None:
    index.add([NORTH, SOUTH])
    with pytest.raises(UnknownArticle, match=r"'nobody'"):
        index.remove(["north.txt", "nobody"])
    assert len(index) == 2
    index.remove(["north.txt"])
    assert [hit.passage.article_id for hit in index.search("minister", 10)] == ["south.txt"]
    assert index.verify() == []


def test_a_hit_has_its_ranks_and_its_exact_place(index: Index) -> None:
    index.add([NORTH, SOUTH])
    hit = index.search("herring", 1)[0]
    assert NORTH.text[hit.passage.start : hit.passage.end] == hit.passage.text
    assert hit.ranks.lexical == 1
    assert hit.ranks.dense in (1, 2)


@pytest.mark.parametrize("query", ["", "???", '" OR *', "x" * 10_000], ids=["empty", "marks", "syntax", "long"])
def test_any_query_is_searched_without_an_error(index: Index, query: str) -> None:
    index.add([NORTH, SOUTH])
    assert len(index.search(query, 5)) == 2


def test_an_empty_index_finds_nothing(index: Index) -> None:
    assert index.search("anything") == []
    assert index.verify() == []


def test_equal_scores_are_ordered_by_passage_id(index: Index) -> None:
    index.add(Article(name, "The very same words.") for name in ("c", "a", "d", "b"))
    (hit,) = index.search("same words", 3)
    assert [passage.article_id for passage in (hit.passage, *hit.copies)] == ["a", "b", "c", "d"]
    vector = index.encoder.encode(["same words"])[0]
    assert [hit.passage.article_id for hit in index.nearest(vector, 3)] == ["a", "b", "c"]


def test_a_reader_picks_up_what_a_writer_commits(index: Index) -> None:
    reader = reopened(index)
    assert reader.search("herring") == []
    index.add([NORTH])
    assert [hit.passage.article_id for hit in reader.search("herring")] == ["north.txt"]
    index.remove(["north.txt"])
    assert reader.search("herring") == []


def test_a_saved_index_equals_the_live_one(index: Index) -> None:
    index.add([NORTH, SOUTH])
    assert reopened(index).search("minister herring") == index.search("minister herring")


@pytest.mark.parametrize("damage", ["delete", "tear"])
@pytest.mark.parametrize("pattern", ["vectors-*.faiss", "words/*.idx", "words/*.pos", "words/meta.json"])
def test_derived_files_can_be_lost(index: Index, pattern: str, damage: str) -> None:
    index.add([NORTH, SOUTH])
    before = index.search("minister herring")
    (file,) = index.path.glob(pattern)
    if damage == "delete":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:50])
    assert reopened(index).search("minister herring") == before
    assert reopened(index).verify() == []


def test_an_error_while_embedding_leaves_the_index_as_it_was(index: Index) -> None:
    index.add([NORTH])

    class Failing(HashEncoder):
        def encode(self, texts: object) -> Vectors:
            raise RuntimeError("out of memory")

    failing = Index.open(index.path, Failing())
    with pytest.raises(RuntimeError):
        failing.add([SOUTH, Article("north.txt", "Changed.")])
    assert reopened(index).article("north.txt") == NORTH
    assert len(index) == 1


def test_half_a_batch_is_never_seen(index: Index) -> None:
    class WrongShape(HashEncoder):
        def encode(self, texts: object) -> Vectors:
            return np.zeros((1, 32), dtype=np.float32)

    with pytest.raises(ValueError, match="zip"):
        Index.open(index.path, WrongShape()).add([NORTH, SOUTH])
    assert len(index) == 0
    assert index.verify() == []


def test_a_missing_index_names_its_path_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match=r"no index at .*nowhere.*pullquote index PATH --index .*nowhere"):
        Index.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_with_other_files_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(IndexNotFound):
        Index.open(tmp_path)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(UnusableIndex, match="Nothing was changed"):
        Index.open(tmp_path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "catalog.sqlite") as db:
        db.execute("CREATE TABLE mail (x)")
    with pytest.raises(UnusableIndex, match="not an index of Pullquote"):
        Index.create(tmp_path, HashEncoder())


def test_a_newer_format_is_refused(index: Index) -> None:
    with sqlite3.connect(index.path / "catalog.sqlite") as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(NewerIndex, match="Update Pullquote"):
        reopened(index)


def test_another_embedder_is_refused_by_name(index: Index) -> None:
    with pytest.raises(WrongEmbedder, match=r"'hash'.*'other'") as caught:
        Index.open(index.path, HashEncoder("other"))
    assert "--index" in str(caught.value)


def test_a_path_that_cannot_be_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UnusableIndex, match="Name another folder"):
        Index.create(tmp_path / "file" / "index", HashEncoder())


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        pytest.param("UPDATE articles SET text = text || '!'", "its hash differs", id="text"),
        pytest.param('UPDATE passages SET "end" = 4000', "outside the article's", id="offset"),
        pytest.param("UPDATE passages SET vector = zeroblob(128)", "length 0.0000, expected 1", id="norm"),
        pytest.param("UPDATE passages SET vector = x'00'", "no vector of dimension 32", id="dimension"),
        pytest.param("DELETE FROM passages", "characters 0-62 are in no passage", id="passages"),
        pytest.param("UPDATE passages SET row = 9", "row 1 is not in the database", id="row"),
    ],
)
def test_verify_finds_damage(index: Index, statement: str, problem: str) -> None:
    index.add([NORTH])
    assert index.verify() == []
    with sqlite3.connect(index.path / "catalog.sqlite") as db:
        db.execute(statement)
    assert problem in "\n".join(reopened(index).verify())


def test_a_text_with_two_marks_is_stored_and_read(index: Index) -> None:
    index.add([Article("a", "\ufeff\ufeffThe envoy.")])
    assert reopened(index).article("a").text == "The envoy."


@pytest.mark.parametrize("way", ["remove", "index again"])
def test_a_damaged_article_can_be_replaced_or_removed(index: Index, way: str) -> None:
    index.add([NORTH, SOUTH])
    with sqlite3.connect(index.path / "catalog.sqlite") as db:
        db.execute("UPDATE articles SET text = 'x' || text WHERE id = 'north.txt'")
    with pytest.raises(UnusableIndex, match="Index the article again"):
        index.article("north.txt")
    if way == "remove":
        index.remove(["north.txt"])
    else:
        assert index.add([NORTH]).replaced == ("north.txt",)
    assert index.verify() == []
    assert len(index) == (1 if way == "remove" else 2)


def test_a_new_database_beside_an_old_search_index_is_searched_rightly(index: Index) -> None:
    index.add(Article(f"fish{n}", f"Herring number {n} swims.") for n in range(8))
    index.close()
    for file in index.path.glob("catalog.sqlite*"):
        file.unlink()
    with Index.create(index.path, HashEncoder()) as new:
        new.add(Article(f"metal{n}", f"{name} is a metal.") for n, name in enumerate(["gold", "tin", "iron"] * 3))
        assert new.search("gold is a metal.", 1)[0].ranks.dense == 1
        assert new.verify() == []


def test_an_article_replaced_while_its_title_changes_is_whole(index: Index) -> None:
    index.add([NORTH])

    class Overtaken(HashEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            reopened(index).add([Article("north.txt", "Short.")])
            return super().encode(texts)

    Index.open(index.path, Overtaken()).add([replace(NORTH, title="New"), SOUTH])
    assert index.article("north.txt").title == "New"
    assert index.passages(index.article("north.txt"))[-1].end == len(NORTH.text)
    assert index.verify() == []


def test_passages_fit_an_embedder_that_reads_less(tmp_path: Path) -> None:
    encoder = HashEncoder()
    encoder.info = replace(encoder.info, max_length=128)
    with Index.create(tmp_path, encoder) as index:
        assert index.manifest.chunking.max_tokens == 94


def test_a_malformed_database_is_one_error_and_verify_says_it(index: Index) -> None:
    index.add(Article(f"a{n}", f"Article number {n}. " * 40) for n in range(40))
    index.close()
    path = index.path / "catalog.sqlite"
    data = bytearray(path.read_bytes())
    data[3 * 4096 :] = bytes(len(data) - 3 * 4096)
    path.write_bytes(data)
    damaged = reopened(index)
    assert damaged.verify()
    with pytest.raises(UnusableIndex):
        list(damaged.articles())


def test_a_full_disk_keeps_the_last_committed_state(index: Index) -> None:
    index.add([NORTH])
    full = reopened(index)
    pages = full._catalog._db.execute("PRAGMA page_count").fetchone()[0]
    full._catalog._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UnusableIndex, match="database or disk is full"):
        full.add(Article(f"a{n}", f"Article number {n}. " * 400) for n in range(40))
    assert len(index) == 1
    assert index.verify() == []


def test_a_search_index_that_cannot_be_written_is_no_failure(
    index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*arguments: object) -> None:
        raise RuntimeError("close error: No space left on device")

    monkeypatch.setattr("index.search.vectors.faiss.write_index", full)
    index.add([NORTH])
    assert "No space left on device" in caplog.text
    assert index.search("herring", 1)[0].passage.article_id == "north.txt"


def test_offsets_hold_in_every_article(story_index: Index) -> None:
    for article in story_index.articles():
        for passage in story_index.passages(article):
            assert article.text[passage.start : passage.end] == passage.text
    assert story_index.verify() == []


@pytest.mark.parametrize(
    ("query", "article_id"),
    [
        ("Who met the Norlandish delegation about fish?", "01-norland-trade-talks.txt"),
        ("energy experts from Norland at the tidal plant", "02-norland-energy-visit.txt"),
        ("prisoner exchange denied", "04-suthria-denial.txt"),
        ("Meridian poll", "11-election-poll-a.txt"),
        ("wind speed during the storm", "wire-1"),
    ],
)
def test_the_right_article_is_found_among_alike_ones(story_index: Index, query: str, article_id: str) -> None:
    assert story_index.search(query, 1)[0].passage.article_id == article_id
