"""chromadb, as its "Getting started" has it: retrieval alone.

Its default embedder is all-MiniLM-L6-v2 too, fetched at the first use; the packaged copy is given through the embedding
function of its documentation, "Sentence Transformer".
"""

from __future__ import annotations

import chromadb
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction


class Peer:
    def __init__(self, embedder: str, reader: str, folder: str) -> None:
        self.collection = chromadb.Client().create_collection(
            name="articles", embedding_function=SentenceTransformerEmbeddingFunction(model_name=embedder)
        )

    def index(self, articles: list[dict[str, str]]) -> None:
        self.collection.add(
            ids=[article["id"] for article in articles], documents=[article["text"] for article in articles]
        )

    def search(self, question: str, k: int) -> list[str]:
        found: list[str] = self.collection.query(query_texts=[question], n_results=k)["ids"][0]
        return found
