from __future__ import annotations

import hashlib

import pytest

from index.article import Article, Passage, clean_text
from index.errors import InvalidArticle


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        pytest.param("\ufeffText", "Text", id="byte order mark"),
        pytest.param("a\ufeffb", "a\ufeffb", id="mark in the middle stays"),
        pytest.param("a\ud800b", "a\ufffdb", id="lone surrogate"),
        pytest.param(" a\r\nb\t ", " a\r\nb\t ", id="line ends and outer spaces stay"),
        pytest.param("e\u0301 \u00e9", "e\u0301 \u00e9", id="neither composed nor decomposed"),
        pytest.param("😀 日本語", "😀 日本語", id="emoji and CJK"),
    ],
)
def test_text_is_stored_as_given_but_for_marks_and_surrogates(given: str, stored: str) -> None:
    assert Article("a", given).text == clean_text(given) == stored


def test_the_hash_is_of_the_stored_text() -> None:
    article = Article("a", "\ufeffé")
    assert article.content_hash == "sha256:" + hashlib.sha256("é".encode()).hexdigest()


def test_an_article_without_a_title_is_called_by_its_id() -> None:
    assert Article("x.txt", "t").label == "x.txt"
    assert Article("x.txt", "t", title="Headline").label == "Headline"


@pytest.mark.parametrize("text", ["", " \r\n\t\u00a0"], ids=["empty", "blank"])
def test_an_article_without_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidArticle, match=r"'a\.txt' has no text"):
        Article("a.txt", text)


def test_an_article_without_an_id_is_refused() -> None:
    with pytest.raises(InvalidArticle, match="needs an id"):
        Article("", "text")


def test_a_passage_id_names_the_article_and_the_range() -> None:
    assert Passage("a b.txt", 3, 9, "x").id == "a b.txt:3-9"
