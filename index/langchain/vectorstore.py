"""langchain's vector store, with an index of whole articles underneath."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from index.article import Hit
from index.chunk import WHOLE_ARTICLES
from index.embed import EmbedderInfo, Vectors
from index.errors import IndexNotFound, UnknownArticle, UnusableIndex
from index.langchain.documents import to_article, to_document
from index.langchain.embeddings import EmbeddingsEncoder
from index.store import Index


class ArticleVectorStore(VectorStore):
    """Documents with their vectors in a folder, kept on disk; safe to use from several threads; a context manager.

    A Document is an article of one passage, however long: split texts before they are added. Its id, text and metadata
    come back as they were given, and what could not is refused (see `add_texts`).

    A search is by cosine alone, exact, over the vectors of the embeddings given, equal ones by passage id: langchain
    promises the nearest vectors. The index's hybrid search, by words as well, is `PassageRetriever`'s. Scores are
    cosines, higher is better; as relevance scores those below 0 count as 0. There are no filters.

    A document that another thread removes while a search runs is left out of its result. The async methods are
    langchain's own and run these in a thread.
    """

    def __init__(self, path: str | Path, embedding: Embeddings) -> None:
        """Open the store in a folder, or make an empty one there. One text is embedded, to know the model by.

        Raises:
            WrongEmbedder: If other embeddings built it.
            UnusableIndex: If the folder cannot be used, or holds an index of articles cut into passages.
            ModelError: If the embeddings give no usable vectors.
        """
        self._encoder = EmbeddingsEncoder(embedding, _stored_embedder(path))
        self._index = Index.create(path, self._encoder, WHOLE_ARTICLES, vectors="flat")
        chunking = self._index.manifest.chunking
        if chunking != WHOLE_ARTICLES:
            self._index.close()
            raise UnusableIndex(
                f"The index at {str(path)!r} holds articles cut into passages ({chunking}), expected whole documents. "
                "Name another folder for the vector store, or search this one with PassageRetriever."
            )
        if self._index.manifest.vectors != "flat":
            self._index.use_vectors("flat")

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        path: str | Path | None = None,
        **kwargs: Any,
    ) -> Self:
        """Open the store in the folder `path`, which must be named, and add texts; what it holds stays."""
        if path is None:
            raise TypeError(f"{cls.__name__} is kept in a folder: expected path=..., got none.")
        store = cls(path, embedding)
        try:
            store.add_texts(texts, metadatas, ids=ids, **kwargs)
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; it cannot be used after it."""
        self._index.close()

    @property
    def index(self) -> Index:
        """The index underneath."""
        return self._index

    @property
    def embeddings(self) -> Embeddings:
        """The embeddings given."""
        return self._encoder.embeddings

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts, each in place of the document that has its id; the last of those that share one wins.

        Args:
            texts: Each with at least one visible character.
            metadatas: One for each text: dicts of what JSON holds.
            ids: One for each text; where it is None or empty, a random UUID is taken.
            kwargs: What langchain's own callers give (`batch_size`); nothing depends on it.

        Returns:
            The ids, one for each text.

        Raises:
            ValueError: If there are more or fewer ids or metadatas than texts.
            InvalidArticle: If a document would not come back as it was given; none is added then.
        """
        texts = list(texts)
        for what, values in (("metadatas", metadatas), ("ids", ids)):
            if values is not None and len(values) != len(texts):
                raise ValueError(f"Got {len(values)} {what} for {len(texts)} texts, expected one for each.")
        given = [i or str(uuid4()) for i in ids or [""] * len(texts)]
        articles = {
            i: to_article(i, text, metadata)
            for i, text, metadata in zip(given, texts, metadatas or [{} for _ in texts], strict=True)
        }
        self._index.add(articles.values())
        return given

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Remove documents, every one if no ids are given, as langchain has it; ids that are not there are passed over.

        Returns:
            True: what was to go is gone.
        """
        left = self._index.ids() if ids is None else list(ids)
        while left:
            try:
                self._index.remove(left, keep=False)
                break
            except UnknownArticle as error:
                unknown = set(error.ids)
                left = [i for i in left if i not in unknown]
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Return the documents that are there, in the order of their ids, each once."""
        found = []
        for document_id in dict.fromkeys(ids):
            try:
                found.append(to_document(self._index.article(document_id)))
            except UnknownArticle:
                continue
        return found

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the `k` documents nearest to a query, nearest first."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the `k` documents nearest to a vector of the embeddings' own, of any length."""
        return [document for document, _ in self.similarity_search_with_score_by_vector(embedding, k, **kwargs)]

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """Return the `k` documents nearest to a query, each with its cosine."""
        _refuse(kwargs)
        return self._scored(self._nearest(self._encoder.query(query), k))

    def similarity_search_with_score_by_vector(
        self, embedding: list[float], k: int = 4, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """Return the `k` documents nearest to a vector of the embeddings' own, each with its cosine."""
        _refuse(kwargs)
        return self._scored(self._nearest(self._encoder.query_vector(embedding), k))

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return `k` of the `fetch_k` nearest documents that are near the query and unlike each other.

        `lambda_mult` weighs the two: with 1 only nearness counts, with 0 only variety.
        """
        _refuse(kwargs)
        return self._diverse(self._encoder.query(query), k, fetch_k, lambda_mult)

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Do as `max_marginal_relevance_search` does, for a vector of the embeddings' own."""
        _refuse(kwargs)
        return self._diverse(self._encoder.query_vector(embedding), k, fetch_k, lambda_mult)

    def _nearest(self, vector: Vectors, k: int) -> list[Hit]:
        return self._index.nearest(vector, max(k, 0))

    def _diverse(self, vector: Vectors, k: int, fetch_k: int, lambda_mult: float) -> list[Document]:
        hits = self._nearest(vector, max(k, fetch_k))
        vectors = self._index.vectors(hit.passage for hit in hits)
        there = [hit for hit in hits if hit.passage.id in vectors]
        chosen = maximal_marginal_relevance(vector, [list(vectors[hit.passage.id]) for hit in there], lambda_mult, k)
        return [document for document, _ in self._scored([there[i] for i in chosen])]

    def _scored(self, hits: Sequence[Hit]) -> list[tuple[Document, float]]:
        found = {document.id: document for document in self.get_by_ids([hit.passage.article_id for hit in hits])}
        return [(found[i], hit.similarity) for hit in hits if (i := hit.passage.article_id) in found]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return _relevance


def _stored_embedder(path: str | Path) -> EmbedderInfo | None:
    try:
        with Index.open(path) as found:
            return found.manifest.embedder
    except IndexNotFound:
        return None


def _relevance(cosine: float) -> float:
    """Bring a cosine into the range from 0 to 1 that langchain asks of a relevance score."""
    return min(max(cosine, 0.0), 1.0)


def _refuse(options: dict[str, Any]) -> None:
    if options:
        raise TypeError(
            f"A search of the vector store takes none of {sorted(options)}. To filter, search with a larger k, and "
            "filter what is found."
        )
