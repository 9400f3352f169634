from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from fake_embeddings import hashed
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from index.errors import InvalidArticle
from index.langchain import ArticleVectorStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArticleVectorStore]:
    with ArticleVectorStore(tmp_path / "store", hashed()) as opened:
        yield opened


def test_the_last_of_one_id_wins_and_replaces(store: ArticleVectorStore) -> None:
    assert store.add_texts(["old", "other"], [{"v": 1}, {}], ids=["a", "b"]) == ["a", "b"]
    assert store.add_texts(["first", "last"], [{"v": 2}, {"v": 3}], ids=["a", "a"]) == ["a", "a"]
    assert store.get_by_ids(["b", "a", "a", "c"]) == [
        Document(id="b", page_content="other"),
        Document(id="a", page_content="last", metadata={"v": 3}),
    ]
    assert len(store.index) == 2


def test_a_missing_id_becomes_a_random_uuid(store: ArticleVectorStore) -> None:
    documents = [Document("one"), Document("two", id="given"), Document("one")]
    first, given_id, other = store.add_documents(documents)
    assert given_id == "given"
    assert first != other
    assert UUID(first).version == UUID(other).version == 4
    assert documents[0].id is None


visible = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80).filter(
    lambda text: bool(text.strip()) and not text.startswith("\ufeff")
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | visible,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5).filter(str.isprintable), inner),
    max_leaves=8,
)


@settings(max_examples=30)
@given(texts=st.dictionaries(visible, st.tuples(visible, st.dictionaries(visible, json_values)), min_size=1))
def test_documents_come_back_as_they_were_given(
    store: ArticleVectorStore, texts: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    documents = [Document(id=i, page_content=text, metadata=metadata) for i, (text, metadata) in texts.items()]
    store.add_documents(documents)
    assert store.get_by_ids(list(texts)) == documents
    found = {document.id: document for document in store.similarity_search("x", k=len(texts))}
    assert [found[i] for i in texts] == documents
    assert store.index.verify() == []
    store.delete()


def test_long_texts_and_large_metadata_are_kept_whole(store: ArticleVectorStore) -> None:
    text = " \r\n" + "The envoy met the mayor. Then he left.\n\n" * 5_000 + "\x00e\u0301😀 "
    metadata = {"rows": [{"n": n, "text": "ü" * 20, "deep": [[[n]]]} for n in range(10_000)], "big": 10**40}
    store.add_texts([text], [metadata], ids=["../a b?:0-5%\n'\";\x00"])
    (document,) = store.similarity_search("envoy")
    assert document.page_content == text
    assert document.metadata == metadata
    assert [type(v) for v in document.metadata] == [str, str]


class Label(str):
    """A str that is more than one."""


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        pytest.param({"at": {1, 2}}, "metadata['at'] is {1, 2} (builtins.set)", id="set"),
        pytest.param({"a": [{"b": (1,)}]}, "metadata['a'][0]['b'] is (1,) (builtins.tuple)", id="tuple"),
        pytest.param({"a": np.float32(1.5)}, "numpy.float32", id="numpy"),
        pytest.param({"a": math.nan}, "metadata['a'] is nan (builtins.float)", id="not a number"),
        pytest.param({"a": b"x"}, "b'x' (builtins.bytes)", id="bytes"),
        pytest.param({"a": Label("x")}, "Label", id="subclass"),
        pytest.param({"a": Counter("x")}, "metadata['a'] is Counter({'x': 1}) (collections.Counter)", id="other dict"),
        pytest.param({1: "a"}, "a key of metadata is 1 (builtins.int)", id="key"),
        pytest.param({"a": "\ud83d\ude00"}, "metadata['a'] has '\\ud83d' at 0", id="surrogates"),
        pytest.param({"a": 10**5000}, "cannot be written as JSON", id="number too long"),
    ],
)
def test_metadata_that_would_come_back_changed_is_refused(
    store: ArticleVectorStore, metadata: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArticle) as raised:
        store.add_texts(["fine", "not"], [{}, metadata], ids=["a", "b"])
    assert said in str(raised.value)
    assert "'b'" in str(raised.value)
    assert len(store.index) == 0


def test_metadata_that_holds_itself_is_refused(store: ArticleVectorStore) -> None:
    metadata: dict[str, Any] = {}
    metadata["self"] = metadata
    with pytest.raises(InvalidArticle, match="holds itself"):
        store.add_texts(["a"], [metadata])


@pytest.mark.parametrize(
    ("text", "document_id", "said"),
    [
        pytest.param(" \n\t", "a", "at least one visible character", id="blank"),
        pytest.param("", "a", "at least one visible character", id="empty"),
        pytest.param("\ufeffText", "a", "byte order mark", id="byte order mark"),
        pytest.param("Text", "\ufeffa", "byte order mark", id="byte order mark in an id"),
        pytest.param("a\ud800", "a", "surrogate", id="surrogate"),
        pytest.param("Text", "a\ud800", "surrogate", id="surrogate in an id"),
    ],
)
def test_a_document_that_would_come_back_changed_is_refused(
    store: ArticleVectorStore, text: str, document_id: str, said: str
) -> None:
    with pytest.raises(InvalidArticle, match=said):
        store.add_texts(["fine", text], ids=["f", document_id])
    assert len(store.index) == 0


@pytest.mark.parametrize("given", [{"metadatas": [{}]}, {"ids": ["a", "b", "c"]}, {"ids": []}], ids=str)
def test_ids_and_metadatas_are_one_for_each_text(store: ArticleVectorStore, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="for 2 texts"):
        store.add_texts(iter(["a", "b"]), **given)
