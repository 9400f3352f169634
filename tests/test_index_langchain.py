from __future__ import annotations

import pytest

from index import Index
from index.embed import SentenceTransformerEncoder
from index.langchain import EncoderEmbeddings, PassageRetriever


def test_embeddings_are_the_encoders(encoder: SentenceTransformerEncoder) -> None:
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
