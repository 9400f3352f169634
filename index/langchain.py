"""The index at langchain's own seams: its embedder as `Embeddings`, its search as a `BaseRetriever`."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, PositiveInt

from index.embed import Encoder
from index.store import Index

__all__ = ["EncoderEmbeddings", "PassageRetriever"]


class EncoderEmbeddings(Embeddings):
    """An `Encoder` as langchain `Embeddings`: lists of floats, each of length 1."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts."""
        return [[float(x) for x in row] for row in self._encoder.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Embed a query, as a text is."""
        return self.embed_documents([text])[0]


class PassageRetriever(BaseRetriever):
    """An index as a langchain retriever; a Document is a passage.

    Its metadata: article_id, start, end, title, url, score. `article.text[start:end]` is its `page_content`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: PositiveInt = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        """Return the best passages, `k` of them or as many as the retriever says."""
        documents = []
        for hit in self.index.search(query, self.k if k is None else k):
            passage = hit.passage
            article = self.index.article(passage.article_id)
            documents.append(
                Document(
                    id=passage.id,
                    page_content=passage.text,
                    metadata={
                        "article_id": passage.article_id,
                        "start": passage.start,
                        "end": passage.end,
                        "title": article.title,
                        "url": article.url,
                        "score": hit.score,
                    },
                )
            )
        return documents
