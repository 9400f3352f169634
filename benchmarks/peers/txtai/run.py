"""txtai, as its documentation of the RAG pipeline has it, with an extractive reader (example 05, "Extractive QA").

The pipeline joins the three best texts and reads them as one, and names the text that fits question and answer best
(`output="reference"`); it gives no offset. A span with a probability below 0.05 is no answer to it.
"""

from __future__ import annotations

from typing import Any

from txtai import RAG, Embeddings


class Peer:
    def __init__(self, embedder: str, reader: str, folder: str) -> None:
        self.embeddings = Embeddings(path=embedder, content=True)
        self.rag = RAG(self.embeddings, reader, output="reference")

    def index(self, articles: list[dict[str, str]]) -> None:
        self.embeddings.index((article["id"], article["text"]) for article in articles)

    def search(self, question: str, k: int) -> list[str]:
        return [row["id"] for row in self.embeddings.search(question, k)]

    def ask(self, question: str) -> dict[str, Any]:
        found = self.rag(question)
        return {"text": found["answer"], "article": found["reference"]}
