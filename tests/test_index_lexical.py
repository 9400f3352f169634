from __future__ import annotations

import math
import re
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tantivy
from fakes import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Chunking, Passage, changes, manifest
from index.catalog import Catalog
from index.changes import StoredText
from index.manifest import Manifest
from index.search.lexical import FOLDER, LexicalIndex, Rows
from index.search.query import parse_query
from index.search.words import date_words, folding, telling_words

FRUIT = ["apple", "pear", "plum", "fig", "date", "quince"]
words = st.sampled_from(FRUIT)
texts = st.lists(st.lists(words, min_size=1, max_size=12).map(" ".join), min_size=1, max_size=12)


class Words:
    """A lexical index beside a database whose articles are one passage each, the first in row 1."""

    def __init__(self, folder: Path, *articles: str | Article) -> None:
        self.catalog = Catalog(folder, create=True)
        self.index = LexicalIndex(folder, self.catalog)
        with self.catalog.session():
            new = manifest.read(self.catalog.db) is None
        if new:
            with self.catalog.transaction():
                manifest.write(self.catalog.db, Manifest(HashEncoder().info, Chunking()))
        if articles:
            self.add(*articles)

    def add(self, *articles: str | Article) -> None:
        with self.catalog.transaction():
            (row,) = self.catalog.db.execute("SELECT coalesce(max(row), 0) FROM passages").fetchone()
            for number, given in enumerate(articles, start=row + 1):
                article = Article(f"a{number}", given) if isinstance(given, str) else given
                passage = Passage(article.id, 0, len(article.text), article.text)
                vector = np.zeros((1, 1), dtype=np.float32)
                self.catalog.put(article, [passage], vector, np.zeros(120, dtype=np.uint32))

    def remove(self, article_id: str) -> None:
        with self.catalog.transaction():
            assert self.catalog.delete(article_id)

    def scores(self, query: str, limit: int = 100, allowed: Rows | None = None) -> dict[int, float]:
        with self.catalog.snapshot():
            return dict(self.index.search(query, limit, allowed))

    def rows(self, query: str, limit: int = 100, allowed: Sequence[int] | None = None) -> list[int]:
        return sorted(self.scores(query, limit, None if allowed is None else np.array(allowed, dtype=np.int64)))

    def with_phrases(self, *phrases: str) -> list[int]:
        with self.catalog.snapshot():
            return [int(row) for row in self.index.rows_with(phrases)]

    def problems(self) -> list[str]:
        with self.catalog.snapshot():
            return self.index.problems()


def bm25(texts: Sequence[str], query: Sequence[str], k1: float = 1.2, b: float = 0.75) -> dict[int, float]:
    """BM25 from its definition (Robertson and Zaragoza, 2009) with Lucene's idf; the record is a text without words."""
    split = [re.findall(r"\w+", text.lower()) for text in texts]
    count = len(split) + 1
    mean = sum(map(len, split)) / count
    scores: dict[int, float] = {}
    for row, tokens in enumerate(split, start=1):
        counts = Counter(tokens)
        for word in query:
            holding = sum(word in other for other in split)
            idf = math.log(1 + (count - holding + 0.5) / (holding + 0.5))
            tf = counts[word]
            if tf:
                scores[row] = scores.get(row, 0.0) + idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * len(tokens) / mean))
    return scores


def best(scores: dict[int, float], limit: int) -> set[int]:
    """The rows of the `limit` highest scores and of those that tie with the last."""
    if len(scores) <= limit:
        return set(scores)
    last = sorted(scores.values(), reverse=True)[limit - 1]
    return {row for row, score in scores.items() if score >= last - 1e-6}


@settings(max_examples=40)
@given(texts=texts, query=st.lists(words, min_size=1, max_size=3, unique=True))
def test_the_scores_are_bm25s(texts: list[str], query: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    found = Words(tmp_path_factory.mktemp("bm25"), *texts).scores(" ".join(query))
    assert found == pytest.approx(bm25(texts, query), rel=1e-5)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@settings(max_examples=50)
@given(
    texts=texts,
    query=st.lists(words, min_size=1, max_size=3, unique=True),
    limit=st.integers(1, 6),
    few=st.sampled_from([1, 3, 10_000]),
    data=st.data(),
)
def test_of_the_allowed_rows_the_best_come_back_with_all_ties(
    texts: list[str],
    query: list[str],
    limit: int,
    few: int,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whether they are named in the query, as few are, or the others are passed over."""
    scores = bm25(texts, query)
    allowed = sorted(data.draw(st.sets(st.integers(1, len(texts)))))
    filled = Words(tmp_path_factory.mktemp("allowed"), *texts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("index.search.lexical._FEW", few)
        found = filled.scores(" ".join(query), limit, np.array(allowed, dtype=np.int64))
        everything = filled.scores(" ".join(query), limit)
    expected = {row: score for row, score in scores.items() if row in allowed}
    assert set(found) == best(expected, limit)
    assert found == pytest.approx({row: scores[row] for row in found}, rel=1e-5)
    assert set(everything) == best(scores, limit)


@pytest.mark.parametrize("few", [1, 10_000], ids=["passed over", "named"])
def test_allowed_rows_far_behind_the_best_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("index.search.lexical._FEW", few)
    filled = Words(tmp_path, *(f"apple {'pear ' * n}" for n in range(200)))
    assert filled.rows("apple", 2, [150, 180, 199, 200]) == [150, 180]


def test_equal_scores_come_back_all(tmp_path: Path) -> None:
    filled = Words(tmp_path, "same words", "other text", "same words", "same words")
    assert filled.rows("same", 1) == [1, 3, 4]
    assert filled.rows("same", 1, [3, 4]) == [3, 4]


@pytest.mark.parametrize("query", ["", "?! …", '"', "_"], ids=["empty", "marks", "quote", "underscore"])
def test_a_query_without_words_finds_nothing(tmp_path: Path, query: str) -> None:
    assert Words(tmp_path, "The apple, they say …").rows(query) == []


@pytest.mark.parametrize("query", ["AND apple", "text:apple", "apple~2 NOT (", "-apple", 'apple" OR *'])
def test_query_syntax_is_harmless(tmp_path: Path, query: str) -> None:
    assert Words(tmp_path, "red apple", "green pear").rows(query) == [1]


@pytest.mark.parametrize(
    ("query", "telling"),
    [
        pytest.param("Who met the Delegation?", ["met", "delegation"], id="stop words left out"),
        pytest.param("who is he", ["who", "is", "he"], id="nothing but stop words"),
        pytest.param("war War WAR", ["war"], id="a word twice"),
        pytest.param("?! …", [], id="no word"),
        pytest.param("Zürich-2025", ["zurich", "2025"], id="accents and marks"),
    ],
)
def test_the_words_of_a_query_that_tell_something(query: str, telling: list[str]) -> None:
    assert telling_words(query) == telling


@pytest.mark.parametrize("query", ["Zürich", "zurich", "ZÜRICH"])
def test_accents_and_case_do_not_matter(tmp_path: Path, query: str) -> None:
    assert Words(tmp_path, "Talks in Zürich", "Talks in Bern").rows(query) == [1]


def test_word_forms_are_one(tmp_path: Path) -> None:
    assert Words(tmp_path, "They were meeting", "nothing").rows("meetings") == [1]


@pytest.mark.parametrize(
    ("query", "rows"),
    [("herring", [1]), ("June 2025", [1, 2]), ("June", [1]), ("2025", [1, 2]), ("07", []), ("snow", [1, 2])],
)
def test_title_month_and_year_are_found_and_the_day_is_not(tmp_path: Path, query: str, rows: list[int]) -> None:
    dated = Article("a", "Snow fell.", title="Herring war", published="2025-06-07T10:00")
    assert Words(tmp_path, dated, Article("b", "More snow fell.", published="2025")).rows(query) == rows


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2025-06-07T10:00", "June 2025"),
        ("2025-12", "December 2025"),
        ("2025", "2025"),
        ("2025-13", "2025"),
        ("yesterday", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_date_is_named_by_month_and_year(published: str | None, expected: str) -> None:
    assert date_words(published) == expected


PIECES = st.sampled_from(
    ["Never", "never", "AGAIN", "again", "Zürich", "zurich", "war", "wars", "2025", ", ", "—", "."]
)
prose = st.lists(PIECES, min_size=1, max_size=9).map(" ".join).filter(lambda text: re.search(r"\w", text))


def in_a_row(phrase: str, text: str) -> bool:
    """Tell by lists of words whether a phrase stands in a text."""
    wanted, there = folding().analyze(phrase), folding().analyze(text)
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there)))


@settings(max_examples=50)
@given(held=st.lists(prose, min_size=1, max_size=8), phrases=st.lists(prose, min_size=1, max_size=2))
def test_a_phrase_is_its_words_one_after_the_other(
    held: list[str], phrases: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    filled = Words(tmp_path_factory.mktemp("phrases"), *held)
    expected = [n for n, text in enumerate(held, start=1) if all(in_a_row(phrase, text) for phrase in phrases)]
    assert filled.with_phrases(*phrases) == expected


def test_a_phrase_of_the_title_is_no_phrase_of_the_text(tmp_path: Path) -> None:
    assert Words(tmp_path, Article("a", "Snow fell.", title="Herring war")).with_phrases("herring war") == []


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        pytest.param('who said "never again" in “May”', ("never again", "May"), id="straight and curly"),
        pytest.param("„nie wieder“ «jamais»", ("nie wieder", "jamais"), id="low and guillemets"),
        pytest.param('the 6" pipe', (), id="alone"),
        pytest.param('"" "…" "_" " "', (), id="no word"),
        pytest.param('"war" and "war"', ("war",), id="twice"),
    ],
)
def test_what_stands_in_double_quotes_is_a_phrase(query: str, phrases: tuple[str, ...]) -> None:
    assert parse_query(query).phrases == phrases


@given(st.text(max_size=12))
def test_every_phrase_has_a_word_that_is_searched(text: str) -> None:
    for phrase in parse_query(f'"{text}"').phrases:
        assert folding().analyze(phrase)


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        pytest.param("Who were the ministers?", ("ministers",), id="another ending"),
        pytest.param("Herring in Zurich", ("herring", "zurich"), id="title and accents"),
        pytest.param("news of june 2025", ("june", "2025"), id="date"),
        pytest.param("the weather", (), id="none"),
    ],
)
def test_the_words_of_a_query_that_a_passage_has_are_told(tmp_path: Path, query: str, matched: tuple[str, ...]) -> None:
    index = Words(tmp_path).index
    assert index.matched(query, "The minister spoke in Zürich.", "Herring war", "2025-06") == matched
    assert index.matched(query, "Nothing.", None, None) == ()


changes_of_articles = st.lists(st.tuples(st.sampled_from("abcd"), st.none() | words), max_size=10)


@settings(max_examples=25)
@given(steps=changes_of_articles, looks=st.lists(st.booleans(), min_size=10, max_size=10))
def test_it_follows_what_another_adds_removes_and_replaces(
    steps: list[tuple[str, str | None]], looks: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("follow")
    one, other = Words(folder, *(Article(name, "apple") for name in "ab")), Words(folder)
    held = {"a": "apple", "b": "apple"}
    for (name, text), look in zip(steps, looks, strict=False):
        if text is not None:
            other.add(Article(name, text))
            held[name] = text
        elif name in held:
            other.remove(name)
            del held[name]
        if look:
            one.rows("apple")
    rows = dict(one.catalog.db.execute("SELECT article_id, row FROM passages"))
    for looking in (one, other):
        for word in FRUIT:
            assert looking.rows(word) == sorted(rows[name] for name, text in held.items() if text == word)
        assert looking.problems() == []


def test_only_what_is_new_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = Words(tmp_path, "red apple", "green apple")
    filled.rows("apple")
    read: list[int] = []
    texts_after = changes.texts_after

    def noted(db: sqlite3.Connection, row: int) -> Iterator[StoredText]:
        read.append(row)
        return texts_after(db, row)

    monkeypatch.setattr(changes, "texts_after", noted)
    filled.add("blue apple")
    assert Words(tmp_path).rows("apple") == filled.rows("apple") == [1, 2, 3]
    assert read == [2]


def test_forgotten_tombstones_make_the_words_anew(tmp_path: Path) -> None:
    filled = Words(tmp_path, "red apple", "green apple")
    filled.rows("apple")
    other = Words(tmp_path)
    other.remove("a1")
    with other.catalog.preparation():
        changes.forget_gone(other.catalog.db, other.catalog.generation)
    assert filled.with_phrases("apple") == filled.rows("apple") == [2]
    assert filled.problems() == []


def test_words_of_another_database_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    Words(tmp_path / "one", "red apple", "pear").rows("apple")
    filled = Words(tmp_path / "two", "fig", "green apple")
    shutil.copytree(tmp_path / "one" / FOLDER, tmp_path / "two" / FOLDER)
    assert filled.rows("apple") == [2]


def test_while_another_writes_the_words_those_there_are_searched(tmp_path: Path) -> None:
    filled = Words(tmp_path, "red apple", "green apple")
    filled.rows("apple")
    writer = tantivy.Index.open(str(tmp_path / FOLDER)).writer(15_000_000, 1)
    filled.add("blue apple")
    filled.remove("a1")
    assert filled.rows("apple") == [1, 2]
    assert filled.problems() == ["lexical index: behind the database, and cannot be brought in line now"]
    writer.rollback()
    del writer
    assert filled.rows("apple") == [2, 3]
    assert filled.problems() == []


def test_what_another_has_written_meanwhile_is_taken_up_without_another_change(tmp_path: Path) -> None:
    filled = Words(tmp_path, "red apple")
    filled.rows("apple")
    writer = tantivy.Index.open(str(tmp_path / FOLDER)).writer(15_000_000, 1)
    filled.add("blue apple")
    assert filled.rows("apple") == [1]
    del writer
    Words(tmp_path).rows("apple")
    assert filled.rows("apple") == [1, 2]


def test_without_a_folder_the_words_are_in_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FOLDER).write_text("a file stands here")
    filled = Words(tmp_path, "red apple", "green apple")
    assert filled.rows("apple") == [1, 2]
    assert "The words are indexed in memory" in caplog.text
    filled.remove("a1")
    filled.add("blue apple")
    assert filled.rows("apple") == filled.with_phrases("apple") == [2, 3]
    assert filled.problems() == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that can be made read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting a disk needs root on Linux")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("there", ["before", "behind", "gone"])
def test_on_a_disk_that_cannot_be_written_the_words_are_searched(disk: Path, tmp_path: Path, there: str) -> None:
    (tmp_path / "index").mkdir()
    filled = Words(tmp_path / "index", "red apple", "green apple")
    filled.index._folder = disk / FOLDER
    filled.rows("apple")
    if there == "behind":
        filled.add("blue apple")
    elif there == "gone":
        filled.index.discard_files()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    again = Words(tmp_path / "index")
    again.index._folder = disk / FOLDER
    assert again.rows("apple") == ([1, 2, 3] if there == "behind" else [1, 2])
    assert again.problems() == []
    again.index.close()


def test_a_replaced_title_is_found_and_the_old_one_is_not(tmp_path: Path) -> None:
    article = Article("a", "Snow fell.", title="Herring war")
    filled = Words(tmp_path, article)
    assert filled.rows("herring") == [1]
    filled.add(replace(article, title="Salmon peace"))
    assert (filled.rows("herring"), filled.rows("salmon")) == ([], [2])


def test_words_ahead_of_a_snapshot_are_left_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled, other = Words(tmp_path, "red apple", "green apple"), Words(tmp_path)
    with filled.catalog.snapshot():
        assert filled.catalog.generation == 2
        other.add("blue apple")
        other.rows("apple")
        with monkeypatch.context() as patched:
            patched.setattr(LexicalIndex, "_write", lambda *arguments: pytest.fail("written"))
            assert {1, 2} <= {row for row, _ in filled.index.search("apple", 9)}
    assert filled.rows("apple") == other.rows("apple") == [1, 2, 3]
    assert filled.problems() == []


def test_words_ahead_of_a_restored_database_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "restored").mkdir()
    filled = Words(tmp_path, "red apple", "green pear")
    with filled.catalog.session():
        filled.catalog.db.execute("VACUUM INTO ?", (str(tmp_path / "restored" / "catalog.sqlite"),))
    filled.add("blue apple")
    filled.remove("a1")
    filled.rows("apple")
    shutil.copytree(tmp_path / FOLDER, tmp_path / "restored" / FOLDER)
    restored = Words(tmp_path / "restored")
    assert (restored.rows("apple"), restored.rows("pear")) == ([1], [2])
    restored.add("yellow apple")
    assert (restored.rows("apple"), restored.problems()) == ([1, 3], [])
