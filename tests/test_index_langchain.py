from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_embeddings import TableEmbeddings, hashed
from fakes import HashEncoder
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.indexing import InMemoryRecordManager
from langchain_core.indexing import index as langchain_index
from langchain_core.vectorstores import InMemoryVectorStore

from index import Article, Chunking, Index
from index.embed import Encoder
from index.errors import ModelError, UnusableIndex, WrongEmbedder
from index.langchain import ArticleVectorStore, EmbeddingsEncoder, EncoderEmbeddings, PassageRetriever

Store = Callable[..., ArticleVectorStore]


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Store]:
    """Opens stores in one folder, and closes them in the end."""
    opened = []

    def new(embedding: Embeddings | None = None) -> ArticleVectorStore:
        opened.append(ArticleVectorStore(tmp_path / "store", embedding or hashed()))
        return opened[-1]

    yield new
    for store in opened:
        store.close()


def test_embeddings_are_the_encoders(encoder: Encoder) -> None:
    embeddings = EncoderEmbeddings(encoder)
    vector = embeddings.embed_query("Who met the delegation?")
    assert vector == pytest.approx(encoder.encode(["Who met the delegation?"])[0].tolist(), abs=1e-6)
    assert embeddings.embed_documents([]) == []


def test_the_retriever_gives_exact_passages_with_their_places(story_index: Index) -> None:
    retriever = PassageRetriever(index=story_index, k=3)
    documents = retriever.invoke("storm at Cape Lorn")
    assert len(documents) == 3
    first = documents[0]
    assert set(first.metadata) == {"article_id", "start", "end", "title", "url", "score"}
    article = story_index.article(first.metadata["article_id"])
    assert article.text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    assert first.metadata["url"] == article.url == "https://news.example/storm-ada"


def test_k_can_be_given_with_the_query(story_index: Index) -> None:
    assert len(PassageRetriever(index=story_index).invoke("storm", k=2)) == 2


def test_the_retriever_leaves_out_what_is_gone_by_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as articles:
        articles.add([Article("a", "The storm."), Article("b", "The storm came."), Article("c", "A storm.")])
        hits = articles.search("storm")
        articles.remove(["a"])
        articles.add([Article("b", "Now something else.")])
        monkeypatch.setattr(articles, "search", lambda query, k, only: hits)
        assert [d.page_content for d in PassageRetriever(index=articles).invoke("storm")] == ["A storm."]


def test_a_store_opened_again_gives_the_same(new_store: Store) -> None:
    store = new_store()
    texts = [f"Story {n} of the {word}." for n in range(40) for word in ("storm", "envoy", "harbour")]
    ids = store.add_texts(texts, [{"n": n} for n in range(len(texts))])
    store.delete(ids[:7])
    store.add_texts(["Another storm."], ids=[ids[50]])
    found = store.similarity_search_with_score("storm of the harbour", k=200)
    again = new_store()
    assert again.similarity_search_with_score("storm of the harbour", k=200) == found
    assert len(found) == len(texts) - 7
    assert again.index.verify() == []


def test_the_nearest_are_those_of_brute_force(new_store: Store) -> None:
    embeddings = DeterministicFakeEmbedding(size=5)
    store = new_store(embeddings)
    other = InMemoryVectorStore(embeddings)
    documents = [Document(id=f"d{n}", page_content=f"text {n}", metadata={"n": [n]}) for n in range(60)]
    store.add_documents(documents)
    other.add_documents(documents)
    expected = other.similarity_search_with_score("text 7!", k=25)
    found = store.similarity_search_with_score("text 7!", k=25)
    assert [document for document, _ in found] == [document for document, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-6)


def test_equal_ones_are_ordered_by_id(new_store: Store) -> None:
    store = new_store(TableEmbeddings(lambda text: [3.0, 4.0]))
    store.add_texts(["x"] * 5, ids=["c", "a", "e", "b", "d"])
    assert [d.id for d in store.similarity_search("x", k=3)] == ["a", "b", "c"]


def test_queries_are_embedded_as_queries(new_store: Store) -> None:
    places = {"near": [1.0, 0.0], "far": [0.0, 1.0]}
    embeddings = TableEmbeddings(lambda text: places.get(text, [1.0, 1.0]), lambda text: [0.0, 2.0])
    store = new_store(embeddings)
    store.add_texts(["near", "far"])
    assert store.embeddings is embeddings
    assert store.similarity_search("near", k=1)[0].page_content == "far"


@pytest.mark.parametrize("k", [-1, 0, 2, 3, 100])
def test_k_is_the_most_that_is_found(new_store: Store, k: int) -> None:
    store = new_store()
    assert store.similarity_search("a", k=k) == store.max_marginal_relevance_search("a", k=k) == []
    store.add_texts(["a", "b", "c"])
    assert len(store.similarity_search("a", k=k)) == min(max(k, 0), 3)
    assert len(store.max_marginal_relevance_search("a", k=k)) == min(max(k, 0), 3)


@pytest.mark.parametrize("dimension", [1, 2, 1536])
def test_any_dimension_will_do(new_store: Store, dimension: int) -> None:
    store = new_store(hashed(dimension))
    store.add_texts(["a storm", "an envoy"])
    found = store.similarity_search_with_score("an envoy")
    assert {document.page_content: score for document, score in found}["an envoy"] == pytest.approx(1)
    assert store.index.verify() == []


def test_deleting_passes_over_what_is_not_there(new_store: Store) -> None:
    store = new_store()
    store.add_texts(["a", "b", "c"], ids=["1", "2", "3"])
    assert store.delete(["0", "1", "1", "4"])
    assert store.delete([])
    assert {d.id for d in store.similarity_search("a")} == {"2", "3"}
    assert store.delete()
    assert store.similarity_search("a") == []


def test_zero_vectors_are_near_nothing_but_found(new_store: Store) -> None:
    store = new_store(TableEmbeddings(lambda text: [0.0] * 3 if text.startswith("zero") else [1e300, -1e300, 0.0]))
    store.add_texts(["zero", "other"], ids=["z", "o"])
    found = [(document.id, score) for document, score in store.similarity_search_with_score("another")]
    assert found == [("o", pytest.approx(1)), ("z", 0)]
    assert [score for _, score in store.similarity_search_with_score("zero")] == [0, 0]
    assert store.index.verify() == []


@pytest.mark.parametrize(
    ("vector", "said"),
    [
        ([1.0, math.nan], "not finite"),
        ([1.0, 2.0, 3.0], r"shape \(1, 3\), expected 1 vectors of 2 numbers"),
        (["a", "b"], "is not 1 vectors of 2 numbers"),
    ],
    ids=["not a number", "too long", "words"],
)
def test_vectors_that_are_none_are_refused(new_store: Store, vector: Any, said: str) -> None:
    store = new_store(TableEmbeddings(lambda text: vector if text == "bad" else [1.0, 2.0]))
    with pytest.raises(ModelError, match=said):
        store.add_texts(["bad"])
    with pytest.raises(ModelError, match=said):
        store.similarity_search_by_vector(vector)


def test_the_store_knows_its_embeddings_again(new_store: Store) -> None:
    noise = np.random.default_rng(1)
    steady = DeterministicFakeEmbedding(size=64)
    new_store(steady).add_texts(["a"])
    shaky = TableEmbeddings(lambda text: list(np.array(steady.embed_query(text)) + noise.normal(0, 1e-3, 64)))
    assert new_store(shaky).similarity_search_with_score("a")[0][1] == pytest.approx(1, abs=1e-4)
    for other in (hashed(64), DeterministicFakeEmbedding(size=63)):
        with pytest.raises(WrongEmbedder, match=type(other).__name__):
            new_store(other)


def test_an_index_cut_into_passages_is_no_vector_store(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", EmbeddingsEncoder(hashed()), Chunking(50)) as articles:
        articles.add([Article("a", "One. Two.")])
    with pytest.raises(UnusableIndex, match="max_tokens=50"):
        ArticleVectorStore(tmp_path / "index", hashed())


def test_a_store_is_an_index_that_needs_its_embeddings(tmp_path: Path) -> None:
    with ArticleVectorStore.from_texts(["The storm came."], hashed(), ids=["a"], path=tmp_path / "store"):
        pass
    with Index.open(tmp_path / "store") as articles:
        assert articles.article("a").text == "The storm came."
        with pytest.raises(ModelError, match="TableEmbeddings' cannot be loaded by its name"):
            articles.search("storm")
    with Index.open(tmp_path / "store", EmbeddingsEncoder(hashed())) as articles:
        assert articles.search("storm")[0].passage.id == "a:0-15"


def test_from_texts_needs_a_folder() -> None:
    with pytest.raises(TypeError, match=r"path=\.\.\."):
        ArticleVectorStore.from_texts(["a"], hashed())


def test_from_documents_keeps_what_the_folder_holds(tmp_path: Path) -> None:
    for name in ("a", "b"):
        documents = [Document(id=name, page_content=f"Text {name}.", metadata={"name": name})]
        with ArticleVectorStore.from_documents(documents, hashed(), path=tmp_path / "store") as store:
            assert store.get_by_ids([name]) == documents
    with ArticleVectorStore(tmp_path / "store", hashed()) as store:
        assert len(store.index) == 2


def test_relevance_scores_are_cosines_from_0_to_1(new_store: Store) -> None:
    places = {"same": [1.0, 0.0], "half": [1.0, math.sqrt(3)], "against": [-1.0, 0.0]}
    store = new_store(TableEmbeddings(lambda text: places.get(text, [1.0, 0.0])))
    store.add_texts(list(places))
    found = store.similarity_search_with_relevance_scores("query")
    assert [(d.page_content, score) for d, score in found] == [
        ("same", pytest.approx(1)),
        ("half", pytest.approx(0.5)),
        ("against", 0),
    ]
    retriever = store.as_retriever(search_type="similarity_score_threshold", search_kwargs={"score_threshold": 0.7})
    assert [d.page_content for d in retriever.invoke("query")] == ["same"]


def test_marginal_relevance_takes_what_differs(new_store: Store) -> None:
    places = {"one": [1.0, 0.1, 0.0], "twin": [1.0, 0.11, 0.0], "other": [0.8, -0.6, 0.1]}
    store = new_store(TableEmbeddings(lambda text: places.get(text, [1.0, 0.0, 0.0])))
    store.add_texts(list(places))
    assert [d.page_content for d in store.similarity_search("query", k=2)] == ["one", "twin"]
    retriever = store.as_retriever(search_type="mmr", search_kwargs={"k": 2, "lambda_mult": 0.3})
    assert [d.page_content for d in retriever.invoke("query")] == ["one", "other"]
    by_vector = store.max_marginal_relevance_search_by_vector([5.0, 0.0, 0.0], k=2, lambda_mult=0.3)
    assert by_vector == retriever.invoke("query")


def test_a_filter_is_refused_not_overlooked(new_store: Store) -> None:
    with pytest.raises(TypeError, match="'filter'"):
        new_store().similarity_search("a", filter={"source": "b"})


def test_langchains_own_indexing_keeps_the_store_in_step(new_store: Store) -> None:
    store = new_store()
    manager = InMemoryRecordManager("test")
    manager.create_schema()

    def run(*texts: str) -> Any:
        documents = [Document(text, metadata={"source": "a"}) for text in texts]
        return langchain_index(documents, manager, store, cleanup="full", source_id_key="source", key_encoder="sha256")

    assert run("one", "two")["num_added"] == 2
    assert run("two", "three") == {"num_added": 1, "num_updated": 0, "num_skipped": 1, "num_deleted": 1}
    assert {d.page_content for d in store.similarity_search("a")} == {"two", "three"}


def test_eight_threads_add_delete_and_search_at_once(new_store: Store) -> None:
    store = new_store()

    def work(thread: int) -> None:
        for turn in range(6):
            ids = [f"{thread}-{turn}-{n}" for n in range(3)]
            store.add_texts([f"storm {i}" for i in ids], [{"id": i} for i in ids], ids=ids)
            store.add_texts([f"shared {thread} {turn}"], [{"id": "shared"}], ids=["shared"])
            for document in store.similarity_search(f"storm {thread}", k=5):
                assert document.metadata == {"id": document.id}
            store.max_marginal_relevance_search("shared", k=2)
            store.delete([ids[0], f"{(thread + 1) % 8}-{turn}-0"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    left = {document.id for document in store.similarity_search("storm", k=1000)}
    assert left >= {f"{t}-{turn}-{n}" for t in range(8) for turn in range(6) for n in (1, 2)} | {"shared"}
    assert store.index.verify() == []


async def test_the_async_methods_do_the_same(tmp_path: Path) -> None:
    store = await ArticleVectorStore.afrom_texts(["a storm", "an envoy"], hashed(), ids=["s", "e"], path=tmp_path / "s")
    with store:
        await store.aadd_documents([Document(id="h", page_content="a harbour")])
        found = await store.asimilarity_search_with_score("an envoy", k=3)
        assert found == store.similarity_search_with_score("an envoy", k=3)
        assert await store.amax_marginal_relevance_search("a storm", k=1) == await store.aget_by_ids(["s"])
        assert await store.adelete(["s", "missing"])
        assert len(store.index) == 2
