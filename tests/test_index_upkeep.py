from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder

from index import Article, Chunking, Index
from index.embed import Vectors
from index.errors import AlreadyThere, EmbedderChanged, IndexNotFound, UnknownArticle, UnusableIndex
from index.upkeep import repair, restore

NORTH = Article("north.txt", "The northern minister met the envoy. They spoke about herring.", title="North")
SOUTH = Article("south.txt", "The southern minister met nobody. He spoke about the weather.")
SECRET = Article("secret.txt", "The xylophonist Quarrington confessed everything to Zubrowka.", title="Secretissimo")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        yield opened


def reopened(index: Index) -> Index:
    return Index.open(index.path, HashEncoder())


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def embedded(index: Index, article: Article) -> bytes:
    """The vector of an article of one passage, as it is stored."""
    heading = f"{article.title}\n" if article.title else ""
    return bytes(index.encoder.encode([heading + article.text])[0].astype("<f4").tobytes())


def execute(index: Index, statement: str) -> None:
    with sqlite3.connect(index.path / "catalog.sqlite") as db:
        db.execute(statement)


def test_a_removed_article_is_brought_back_as_it_was_and_not_embedded_again(index: Index) -> None:
    index.add([NORTH, SOUTH])
    before = index.search("minister herring", 5)
    index.remove(["north.txt"])
    assert (index.removed(), len(index)) == (["north.txt"], 1)
    again = reopened(index)
    again.bring_back(["north.txt"])
    assert (again.removed(), again.article("north.txt")) == ([], NORTH)
    assert again.search("minister herring", 5) == before
    assert "herring" not in " ".join(again.encoder.encoded[:-1])  # type: ignore[attr-defined]
    assert again.verify() == []


def test_bringing_back_takes_all_or_none(index: Index) -> None:
    index.add([NORTH, SOUTH])
    index.remove(["north.txt"])
    with pytest.raises(UnknownArticle, match="'nobody'"):
        index.bring_back(["north.txt", "nobody"])
    index.add([replace(NORTH, text="Another text.")])
    with pytest.raises(AlreadyThere, match=r"'north.txt' again; remove that one first"):
        index.bring_back(["north.txt"])
    assert index.article("north.txt").text == "Another text."


def test_compacting_gives_up_what_was_removed(index: Index) -> None:
    index.add([SECRET, SOUTH])
    index.remove(["secret.txt"])
    assert b"Quarrington" in everything_in(index.path)
    index.compact()
    assert index.removed() == []
    assert b"Quarrington" not in everything_in(index.path)
    assert index.verify() == []


@pytest.mark.parametrize("first", ["there", "removed before"])
def test_what_is_erased_is_in_none_of_the_files(index: Index, first: str) -> None:
    index.add([SECRET, SOUTH])
    traces = [b"uarrington", b"zubrowka", b"secretissimo", embedded(index, SECRET)]
    before = everything_in(index.path)
    assert [trace for trace in traces if trace not in before and trace not in before.lower()] == []
    if first == "removed before":
        index.remove(["secret.txt"])
    index.erase(["secret.txt"])
    left = everything_in(index.path)
    assert [trace for trace in traces if trace in left or trace in left.lower()] == []
    assert (index.removed(), len(index), index.verify()) == ([], 1, [])


def test_erasing_takes_all_or_none(index: Index) -> None:
    index.add([NORTH])
    with pytest.raises(UnknownArticle, match="'nobody'"):
        index.erase(["north.txt", "nobody"])
    assert index.article("north.txt") == NORTH


def test_erasing_while_another_process_reads_says_what_to_do(index: Index) -> None:
    index.add([SECRET, SOUTH])
    reader = sqlite3.connect(index.path / "catalog.sqlite")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    index._catalog.db.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(UnusableIndex, match=r"pullquote compact.*another process is reading"):
        index.erase(["secret.txt"])
    assert len(index) == 1
    reader.close()
    index.compact()
    assert b"Quarrington" not in everything_in(index.path)


def test_no_text_is_embedded_twice(tmp_path: Path) -> None:
    encoder = HashEncoder()
    with Index.create(tmp_path, encoder, Chunking(12)) as index:
        index.add([NORTH, replace(NORTH, id="copy"), replace(NORTH, id="longer", text=NORTH.text + " It rained.")])
        index.add([replace(NORTH, text="It rained. " + NORTH.text)])
        index.remove(["copy"])
        index.add([replace(NORTH, id="copy")])
    assert len(encoder.encoded) == len(set(encoder.encoded)) > 1


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passages SET vector = zeroblob(128)",
        "UPDATE passages SET vector = x'00' WHERE row = 1",
        "DELETE FROM stories",
        "UPDATE passages SET text_hash = x'00'",
    ],
    ids=["norm", "dimension", "no stories", "hashes"],
)
def test_repair_makes_anew_what_is_derived(index: Index, damage: str) -> None:
    index.add([NORTH, SOUTH, replace(SOUTH, id="copy.txt")])
    before = index.search("minister herring", 5)
    execute(index, damage)
    damaged = reopened(index)
    damaged.repair()
    assert damaged.verify() == []
    assert damaged.search("minister herring", 5) == before
    assert reopened(index).search("minister herring", 5) == before


def test_repair_heals_a_search_index_with_other_vectors(index: Index) -> None:
    index.add([NORTH, SOUTH])
    (base,) = index.path.glob("vectors-*.faiss")
    data = bytearray(base.read_bytes())
    data[-200:-100] = bytes(100)
    base.write_bytes(data)
    damaged = reopened(index)
    assert damaged.verify()
    damaged.repair()
    assert reopened(index).verify() == []


def test_repair_leaves_a_damaged_article_to_its_source(index: Index) -> None:
    index.add([NORTH, SOUTH])
    execute(index, "UPDATE articles SET text = 'x' || text WHERE id = 'north.txt'")
    damaged = reopened(index)
    damaged.repair()
    assert ["its hash differs" in problem for problem in damaged.verify()] == [True]
    assert len(damaged) == 2


def test_a_backup_holds_everything_and_is_restored_elsewhere(index: Index, tmp_path: Path) -> None:
    index.add([NORTH, SOUTH])
    index.remove(["south.txt"])
    index.backup(tmp_path / "backup")
    index.add([SECRET])
    restore(tmp_path / "backup", tmp_path / "other" / "place")
    with Index.open(tmp_path / "other" / "place", HashEncoder()) as other:
        assert ([article.id for article in other.articles()], other.removed()) == (["north.txt"], ["south.txt"])
        assert other.search("herring", 1)[0].passage.article_id == "north.txt"
        assert other.verify() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "index", "other"]


def test_a_backup_restored_beside_newer_derived_files_is_searched_rightly(index: Index, tmp_path: Path) -> None:
    index.add([NORTH, SOUTH])
    before = index.search("minister herring", 5)
    index.backup(tmp_path / "backup")
    index.remove(["north.txt"])
    index.add([SECRET])
    index.close()
    for file in index.path.glob("catalog.sqlite*"):
        file.unlink()
    assert sorted(path.name[:7] for path in index.path.iterdir()) == ["vectors", "words"]
    restore(tmp_path / "backup", index.path)
    with reopened(index) as restored:
        assert restored.search("minister herring", 5) == before
        assert restored.verify() == []


def test_a_backup_never_overwrites_and_neither_does_a_restore(index: Index, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("hello")
    with pytest.raises(AlreadyThere, match="Name another one"):
        index.backup(tmp_path / "letter")
    index.backup(tmp_path / "backup")
    with pytest.raises(AlreadyThere, match="holds an index"):
        restore(tmp_path / "backup", index.path)
    assert (tmp_path / "letter").read_text() == "hello"


@pytest.mark.parametrize("kind", ["nothing", "empty", "text", "torn", "other database"])
def test_what_is_no_backup_is_not_restored(index: Index, tmp_path: Path, kind: str) -> None:
    index.add([Article(f"a{n}", f"Article number {n}. " * 40) for n in range(40)])
    backup = tmp_path / "backup"
    index.backup(backup)
    data = backup.read_bytes()
    backup.unlink()
    if kind == "other database":
        sqlite3.connect(backup).execute("CREATE TABLE mail (x)").connection.commit()
    elif kind != "nothing":
        backup.write_bytes({"empty": b"", "text": b"Dear all, " * 500, "torn": data[: len(data) // 2]}[kind])
    with pytest.raises(UnusableIndex, match=r"backup|database"):
        restore(backup, tmp_path / "new")
    with pytest.raises(IndexNotFound):
        Index.open(tmp_path / "new")


def test_the_old_vectors_serve_until_all_are_embedded_anew(index: Index) -> None:
    index.add([NORTH, SOUTH])
    reader = reopened(index)
    for _ in index.embed_anew(HashEncoder("other", 48)):
        assert reader.search("herring", 1)[0].passage.article_id == "north.txt"
        assert reader.manifest.embedder.name == "hash"
    assert index.manifest.embedder.name == "other"
    assert index.search("herring", 1)[0].passage.article_id == "north.txt"
    assert index.verify() == []
    assert Index.open(index.path, HashEncoder("other", 48)).search("weather", 1)[0].passage.article_id == "south.txt"


def test_an_open_index_takes_up_the_new_embedder(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add([NORTH, SOUTH])
    reader = reopened(index)
    before = reader.search("herring", 2)
    assert list(index.embed_anew(HashEncoder("other", 48))) == [0]
    monkeypatch.setattr("index.store.load_encoder", lambda name: HashEncoder(name, 48))
    assert [hit.passage for hit in reader.search("herring", 2)] == [hit.passage for hit in before]


def test_embedding_anew_goes_on_where_it_was_stopped(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.adding._BATCH_CHARACTERS", 10)
    index.add([NORTH, SOUTH, SECRET])
    first = HashEncoder("other", 48)
    assert next(index.embed_anew(first)) == 2
    second = HashEncoder("other", 48)
    assert list(reopened(index).embed_anew(second)) == [1, 0]
    assert not set(first.encoded) & set(second.encoded)
    assert len(index) == 3
    assert Index.open(index.path, HashEncoder("other", 48)).verify() == []


def test_an_article_that_comes_while_embedding_anew_is_taken_along(index: Index) -> None:
    index.add([NORTH])

    class Meanwhile(HashEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            reopened(index).add([SOUTH])
            return super().encode(texts)

    list(index.embed_anew(Meanwhile("other", 48)))
    with Index.open(index.path, HashEncoder("other", 48)) as done:
        assert [article.id for article in done.articles()] == ["north.txt", "south.txt"]
        assert done.verify() == []


def test_what_was_embedded_for_the_old_model_is_embedded_again_for_the_new(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add([NORTH])
    monkeypatch.setattr("index.store.load_encoder", lambda name: HashEncoder(name, 48))

    class Overtaken(HashEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            list(reopened(index).embed_anew(HashEncoder("other", 48)))
            return super().encode(texts)

    Index.open(index.path, Overtaken()).add([SOUTH])
    with Index.open(index.path, HashEncoder("other", 48)) as done:
        assert len(done) == 2
        assert done.verify() == []


def test_two_that_embed_anew_at_once_do_not_mix(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.adding._BATCH_CHARACTERS", 10)
    index.add([NORTH, SOUTH, SECRET])
    first = index.embed_anew(HashEncoder("first", 32))
    next(first)
    second = reopened(index).embed_anew(HashEncoder("second", 32))
    next(second)
    with pytest.raises(UnusableIndex, match="another model than 'first'"):
        list(first)
    list(second)
    with Index.open(index.path, HashEncoder("second", 32)) as done:
        assert done.verify() == []
        assert done.search("herring", 1)[0].similarity == pytest.approx(
            float(done.encoder.encode(["herring"])[0] @ np.frombuffer(embedded(done, NORTH), "<f4"))
        )


def test_a_query_embedded_for_the_old_model_is_embedded_again(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add([NORTH, SOUTH])
    monkeypatch.setattr("index.store.load_encoder", lambda name: HashEncoder(name, 48))

    class Overtaken(HashEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            list(reopened(index).embed_anew(HashEncoder("other", 48)))
            return super().encode(texts)

    hit = Index.open(index.path, Overtaken()).search("herring", 1)[0]
    assert hit.passage.article_id == "north.txt"
    assert hit.similarity > 0


def test_repair_does_not_write_vectors_of_an_old_model(index: Index) -> None:
    index.add([NORTH])
    old = reopened(index)
    list(index.embed_anew(HashEncoder("other", 48)))
    with pytest.raises(EmbedderChanged, match="meanwhile"):
        repair(old._catalog, old._search, HashEncoder())
    assert index.verify() == []


def test_a_log_of_another_index_is_not_mixed_with_a_backup(index: Index, tmp_path: Path) -> None:
    index.add([NORTH])
    index.backup(tmp_path / "backup")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "catalog.sqlite-wal").write_bytes(b"left over")
    with pytest.raises(AlreadyThere, match=r"'catalog.sqlite-wal', a part of another index"):
        restore(tmp_path / "backup", tmp_path / "new")


def test_erasing_takes_stale_derived_files_along(index: Index) -> None:
    index.add([SECRET, SOUTH])
    vector = embedded(index, SECRET)
    (index.path / "vectors-99-beef.faiss").write_bytes(vector)
    (index.path / "writing-x").mkdir()
    (index.path / "writing-x" / "vectors-3-beef.faiss").write_bytes(vector)
    index.erase(["secret.txt"])
    assert vector not in everything_in(index.path)


def test_removing_nothing_changes_nothing(index: Index) -> None:
    index.add([NORTH])
    generation = index.generation
    index.remove([])
    assert index.generation == generation


def test_each_commit_writes_the_search_index_and_so_does_a_run_that_finds_none(index: Index) -> None:
    next(index.add_each([NORTH]))
    (written,) = index.path.glob("vectors-*.faiss")
    written.unlink()
    assert index.add([NORTH]).unchanged == ("north.txt",)
    assert list(index.path.glob("vectors-*.faiss")) == [written]
