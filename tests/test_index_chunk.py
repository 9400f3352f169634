from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Passage
from index.chunk import WHOLE_ARTICLES, Chunking, approximate_token_spans
from index.embed import Encoder
from index.sentences import sentence_around, sentence_spans

pieces = st.sampled_from(
    [
        "The U.S. met Mr. Smith. ", "word ", "\n", "\r\n\r\n", "日本語です。", "😀👩‍👩‍👧", "e\u0301", "x" * 300,
        "“Yes!” ", "\u200b", "ﬁ ", "\x00", "12,000.5 ", "\u2028",
    ]
)  # fmt: skip
texts = st.one_of(st.lists(pieces, min_size=1, max_size=60).map("".join), st.text(min_size=1, max_size=200)).filter(
    lambda text: bool(text.strip()) and not any(0xD800 <= ord(c) <= 0xDFFF for c in text)
)


def check_passages(article: Article, passages: list[Passage]) -> None:
    """Every passage is exact, in order, without overlap, and no visible character is left out."""
    covered = 0
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        assert passage.start >= covered
        assert not article.text[covered : passage.start].strip()
        covered = passage.end
    assert not article.text[covered:].strip()


@given(text=texts, most=st.integers(1, 40))
def test_passages_are_exact_and_complete_without_a_tokenizer(text: str, most: int) -> None:
    article = Article("a", text)
    passages = Chunking(most).passages(article)
    check_passages(article, passages)
    assert all(len(approximate_token_spans(p.text)) <= most for p in passages)


@given(text=texts)
def test_passages_are_exact_and_fit_the_real_embedder(text: str, encoder: Encoder) -> None:
    article = Article("a", text)
    passages = Chunking(20).passages(article, encoder.token_spans)
    check_passages(article, passages)
    assert all(len(encoder.token_spans(p.text)) <= 20 for p in passages)


def test_the_default_passage_fits_the_packaged_embedder(encoder: Encoder) -> None:
    assert Chunking().max_tokens + 2 <= encoder.info.max_length


def test_sentences_stay_whole_where_they_fit() -> None:
    article = Article("a", "One two three. Four five six. Seven eight nine.")
    assert [p.text for p in Chunking(8).passages(article)] == ["One two three.", "Four five six.", "Seven eight nine."]


def test_a_long_sentence_is_split_between_words() -> None:
    article = Article("a", "alpha beta gamma delta " * 20)
    for passage in Chunking(10).passages(article):
        assert set(passage.text.split()) <= {"alpha", "beta", "gamma", "delta"}


def test_a_long_run_without_spaces_is_split_by_characters() -> None:
    passages = Chunking(10).passages(Article("a", "x" * 1000), lambda text: [(0, len(text))])
    assert max(len(p.text) for p in passages) == 100


def test_a_passage_that_is_half_full_ends_with_its_paragraph() -> None:
    article = Article("a", "One two three four five six.\nSeven eight.")
    assert [p.text for p in Chunking(14).passages(article)] == ["One two three four five six.", "Seven eight."]


@given(text=texts)
def test_whole_articles_are_one_passage_outer_spaces_included(text: str) -> None:
    assert WHOLE_ARTICLES.passages(Article("a", f" \n{text}\n")) == [Passage("a", 0, len(text) + 3, f" \n{text}\n")]


@given(text=texts)
def test_sentence_spans_are_ordered_and_trimmed(text: str) -> None:
    end = 0
    for start, stop in sentence_spans(text):
        assert end <= start < stop
        assert text[start:stop] == text[start:stop].strip()
        end = stop


def test_abbreviations_do_not_end_a_sentence() -> None:
    text = "Mr. Smith left the U.S. embassy. He said: “No.” Then he stayed."
    assert text[slice(*sentence_around(text, 4, 9))] == "Mr. Smith left the U.S. embassy."


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_sentence_around_a_span_may_be_wrapped(newline: str) -> None:
    text = f"The envoy met the{newline}mayor in Velmar on{newline}Monday. He left."
    start = text.index("mayor")
    assert text[slice(*sentence_around(text, start, start + 5))].endswith(f"on{newline}Monday.")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_sentence_around_a_span_holds_it(newline: str) -> None:
    text = f"First line here.{newline}A second one. And a third 😀 one.{newline}Last."
    start = text.index("third")
    assert text[slice(*sentence_around(text, start, start + 5))] == "And a third 😀 one."


@given(text=texts, data=st.data())
def test_the_sentence_around_any_span_holds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    left, right = sentence_around(text, start, end)
    assert 0 <= left <= start < end <= right <= len(text)
