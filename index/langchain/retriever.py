"""The index's search as a langchain retriever."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, PositiveInt

from index.article import Hit
from index.errors import UnknownArticle
from index.search.filters import EVERYTHING, Filter
from index.store import Index


class PassageRetriever(BaseRetriever):
    """An index as a langchain retriever, by its own hybrid search of the articles that `only` lets through.

    A Document is a passage.

    Its metadata: article_id, start, end, title, url, score. `article.text[start:end]` is its `page_content`. A passage
    whose article another thread takes away or changes between search and reading is left out.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: PositiveInt = 5
    only: Filter = EVERYTHING

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        """Return the best passages, `k` of them or as many as the retriever says."""
        hits = self.index.search(query, self.k if k is None else k, only=self.only)
        return [document for hit in hits if (document := self._document(hit))]

    def _document(self, hit: Hit) -> Document | None:
        passage = hit.passage
        try:
            article = self.index.article(passage.article_id)
        except UnknownArticle:
            return None
        if article.text[passage.start : passage.end] != passage.text:
            return None
        return Document(
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
