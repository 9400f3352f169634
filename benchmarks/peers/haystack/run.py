"""haystack, as its tutorial "Build an Extractive QA Pipeline" has it, with the names of haystack 3.

In haystack 3 the reader and the embedders are packages of their own: transformers-haystack and
sentence-transformers-haystack. As in the tutorial an article is one document, three documents are read, and the answers
come with one more that is empty, with the probability that none of them is right: where that one comes first, haystack
is taken to give no answer.
"""

from __future__ import annotations

from typing import Any

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

DOCUMENTS_READ = 3
ANSWERS = 2


class Peer:
    def __init__(self, embedder: str, reader: str, folder: str) -> None:
        store = InMemoryDocumentStore()
        self.indexing = Pipeline()
        self.indexing.add_component("embedder", SentenceTransformersDocumentEmbedder(model=embedder))
        self.indexing.add_component("writer", DocumentWriter(document_store=store))
        self.indexing.connect("embedder.documents", "writer.documents")

        self.retrieval = Pipeline()
        self.retrieval.add_component("embedder", SentenceTransformersTextEmbedder(model=embedder, progress_bar=False))
        self.retrieval.add_component("retriever", InMemoryEmbeddingRetriever(document_store=store))
        self.retrieval.connect("embedder.embedding", "retriever.query_embedding")

        self.answering = Pipeline()
        self.answering.add_component("embedder", SentenceTransformersTextEmbedder(model=embedder, progress_bar=False))
        self.answering.add_component("retriever", InMemoryEmbeddingRetriever(document_store=store))
        self.answering.add_component("reader", TransformersExtractiveReader(model=reader))
        self.answering.connect("embedder.embedding", "retriever.query_embedding")
        self.answering.connect("retriever.documents", "reader.documents")
        for pipeline in (self.indexing, self.retrieval, self.answering):
            pipeline.warm_up()

    def index(self, articles: list[dict[str, str]]) -> None:
        documents = [Document(content=article["text"], meta={"id": article["id"]}) for article in articles]
        self.indexing.run({"documents": documents})

    def search(self, question: str, k: int) -> list[str]:
        found = self.retrieval.run({"embedder": {"text": question}, "retriever": {"top_k": k}})
        return [document.meta["id"] for document in found["retriever"]["documents"]]

    def ask(self, question: str) -> dict[str, Any]:
        return self.first(question, no_answer=True)

    def insist(self, question: str) -> dict[str, Any]:
        return self.first(question, no_answer=False)

    def first(self, question: str, no_answer: bool) -> dict[str, Any]:
        data = {
            "embedder": {"text": question},
            "retriever": {"top_k": DOCUMENTS_READ},
            "reader": {"query": question, "top_k": ANSWERS, "no_answer": no_answer},
        }
        answer = self.answering.run(data)["reader"]["answers"][0]
        if answer.data is None:
            return {"text": None}
        place = answer.document_offset
        return {"text": answer.data, "article": answer.document.meta["id"], "start": place.start, "end": place.end}
