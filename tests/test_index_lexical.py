from __future__ import annotations

import math
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import lexical
from index.schema import connect

words = st.sampled_from(["apple", "pear", "plum", "fig", "date", "quince"])
documents = st.lists(st.lists(words, min_size=1, max_size=12).map(" ".join), min_size=1, max_size=12)


def filled(folder: Path, texts: Sequence[str]) -> sqlite3.Connection:
    """A database whose passages are the whole of one article each."""
    db = connect(folder / "test.sqlite", create=True)
    for row, text in enumerate(texts, start=1):
        name = f"d{row:02d}"
        db.execute(
            "INSERT INTO articles (id, text, authors, tags, metadata, content_hash) VALUES (?, ?, '', '', '', '')",
            (name, text),
        )
        db.execute("INSERT INTO passages VALUES (?, ?, 0, ?, x'', x'')", (row, name, len(text)))
    lexical.add(db, list(enumerate(texts, start=1)))
    return db


def bm25(texts: Sequence[str], query: Sequence[str], k1: float = 1.2, b: float = 0.75) -> dict[int, float]:
    """BM25 from its definition: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009."""
    split = [re.findall(r"\w+", text.lower()) for text in texts]
    mean = sum(map(len, split)) / len(split)
    scores: dict[int, float] = {}
    for row, tokens in enumerate(split, start=1):
        counts = Counter(tokens)
        for word in query:
            holding = sum(word in other for other in split)
            idf = max(1e-6, math.log((len(split) - holding + 0.5) / (holding + 0.5)))
            tf = counts[word]
            if tf:
                scores[row] = scores.get(row, 0.0) + idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * len(tokens) / mean))
    return scores


@given(texts=documents, query=st.lists(words, min_size=1, max_size=3, unique=True))
def test_the_ranking_is_bm25s(texts: list[str], query: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    db = filled(tmp_path_factory.mktemp("bm25"), texts)
    scores = bm25(texts, query)
    found = lexical.search(db, " ".join(query), 100)
    assert set(found) == set(scores)
    for better, worse in pairwise(found):
        assert scores[better] >= scores[worse] - 1e-9
    db.close()


def test_equal_scores_come_by_passage_id(tmp_path: Path) -> None:
    db = filled(tmp_path, ["same words", "other text", "same words", "same words"])
    assert lexical.search(db, "same", 2) == [1, 3]


def test_a_removed_passage_is_not_found(tmp_path: Path) -> None:
    db = filled(tmp_path, ["red apple", "green apple"])
    lexical.remove(db, [1])
    assert lexical.search(db, "apple", 10) == [2]
    assert lexical.search(db, "red", 10) == []


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        pytest.param("Who met the Delegation?", '"met" OR "delegation"', id="stop words left out"),
        pytest.param("who is he", '"who" OR "is" OR "he"', id="nothing but stop words"),
        pytest.param('AND "NOT* (x:y) NEAR', '"not" OR "x" OR "y" OR "near"', id="query syntax is harmless"),
        pytest.param("?! …", None, id="no word"),
        pytest.param("war war", '"war"', id="a word twice"),
    ],
)
def test_a_query_becomes_any_of_its_telling_words(query: str, expression: str | None) -> None:
    assert lexical.match_expression(query) == expression


@pytest.mark.parametrize("query", ["Zürich", "zurich", "ZÜRICH"])
def test_accents_and_case_do_not_matter(tmp_path: Path, query: str) -> None:
    assert lexical.search(filled(tmp_path, ["Talks in Zürich", "Talks in Bern"]), query, 5) == [1]


def test_word_forms_are_one(tmp_path: Path) -> None:
    assert lexical.search(filled(tmp_path, ["They were meeting", "nothing"]), "meetings", 5) == [1]
