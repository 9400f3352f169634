"""Stand-ins for langchain's `Embeddings`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes import HashEncoder
from langchain_core.embeddings import Embeddings


class TableEmbeddings(Embeddings):
    """Embeds as a function says; queries as texts unless they have a function of their own."""

    def __init__(self, embed: Callable[[str], Any], query: Callable[[str], Any] | None = None) -> None:
        self._embed = embed
        self._query = query or embed

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._embed(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._query(text)
        return vector


def hashed(dimension: int = 32) -> Embeddings:
    """Not of length 1, and alike for texts that share words."""
    encoder = HashEncoder(dimension=dimension)
    return TableEmbeddings(lambda text: [float(x) for x in encoder.encode([text])[0] * 7])
