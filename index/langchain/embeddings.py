"""Embedders both ways: ours as langchain's `Embeddings`, langchain's as our `Encoder`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import ArrayLike, NDArray

from index.chunk import approximate_token_spans
from index.embed import LANGCHAIN, EmbedderInfo, Encoder, Vectors
from index.errors import ModelError

_PROBE = "The envoy met the mayor of the harbour town on Monday, two days after the storm."
_BITS = 256
_DIFFERING_BITS = 8
_UNKNOWN_LENGTH = 8192


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


class EmbeddingsEncoder:
    """Any langchain `Embeddings` as an `Encoder`; as safe to use from several threads as they are.

    Vectors are brought to length 1 and get one more coordinate, which is 0, except that a vector of zeros becomes the
    unit vector along it: so every row has length 1, inner products of the others are their cosines, and a text without
    a direction has the similarity 0 with all that have one.

    `Embeddings` have no weights to hash. The fingerprint is made of the vector of a fixed text, embedded once: 256
    signs of random projections of it (Charikar 2002, doi:10.1145/509907.509965). Another model differs in about half
    of them. Hosted models and other hardware give slightly other numbers each time: where no more than 8 signs differ
    from a `stored` fingerprint (an angle of some 6 degrees), it is taken for the same model.

    `encode` embeds texts to be found. Where a model embeds queries in another way, use `query` for them.
    """

    def __init__(self, embeddings: Embeddings, stored: EmbedderInfo | None = None) -> None:
        """Embed the fixed text, to learn the dimension and the fingerprint.

        Args:
            embeddings: What is wrapped.
            stored: The embedder of the index that is to be opened, whose fingerprint is taken over if it fits.

        Raises:
            ModelError: If the embeddings give no usable vector for it.
        """
        self._embeddings = embeddings
        self._width: int | None = None
        probe: Vectors = self.encode([_PROBE])[0]
        self._width = len(probe) - 1
        kind = type(embeddings)
        fingerprint = f"signs:{_signs(probe)}"
        if stored is not None and _fits(fingerprint, stored.fingerprint):
            fingerprint = stored.fingerprint
        self.info = EmbedderInfo(
            name=f"{LANGCHAIN}{kind.__module__}.{kind.__qualname__}",
            fingerprint=fingerprint,
            backend="langchain",
            precision="float32",
            pooling="model's own",
            max_length=_UNKNOWN_LENGTH,
            dimension=len(probe),
        )

    @property
    def embeddings(self) -> Embeddings:
        """What is wrapped."""
        return self._embeddings

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 for each text, shape (len(texts), dimension), float32.

        Raises:
            ModelError: If the embeddings give another number of vectors, other lengths, or numbers that are not finite.
        """
        if not texts:
            return np.empty((0, self.info.dimension), dtype=np.float32)
        return self._unit_rows(self._embeddings.embed_documents(list(texts)), len(texts))

    def query(self, text: str) -> Vectors:
        """Return a query's vector, shape (dimension,); it has length 1, or 0 where it has no direction.

        Raises:
            ModelError: As `encode`.
        """
        return self.query_vector(self._embeddings.embed_query(text))

    def query_vector(self, embedding: Sequence[float]) -> Vectors:
        """Return a query's vector for one that langchain's `Embeddings` gave.

        Raises:
            ModelError: As `encode`.
        """
        row: Vectors = self._unit_rows([embedding], 1)[0]
        row[-1] = 0.0
        return row

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Stand in for the tokenizer, which `Embeddings` do not show."""
        return approximate_token_spans(text)

    def _unit_rows(self, rows: Sequence[ArrayLike], expected: int) -> Vectors:
        wanted = f"{expected} vectors" + (f" of {self._width} numbers" if self._width else "")
        name = type(self._embeddings).__qualname__
        try:
            found: NDArray[np.float64] = np.asarray(rows, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ModelError(f"{name} gave what is not {wanted}: {error}") from error
        if found.ndim != 2 or found.shape[0] != expected or found.shape[1] != (self._width or found.shape[1] or 1):
            raise ModelError(
                f"{name} gave an array of the shape {found.shape}, expected {wanted}. If the model was changed, index "
                "the texts into a new folder."
            )
        if not np.isfinite(found).all():
            raise ModelError(f"{name} gave numbers that are not finite (NaN or infinity), expected {wanted}.")
        largest = np.abs(found).max(axis=1, keepdims=True)
        empty = largest[:, 0] == 0
        found = found / np.where(largest == 0, 1.0, largest)
        found /= np.where(empty, 1.0, np.linalg.norm(found, axis=1))[:, None]
        return np.column_stack([found, empty]).astype(np.float32)


def _signs(vector: Vectors) -> str:
    """Return the signs of 256 projections of a vector on vectors of random signs, in hex."""
    stream = hashlib.shake_256(b"pullquote").digest(_BITS * len(vector))
    projections = (np.frombuffer(stream, dtype=np.uint8) & 1).reshape(_BITS, -1) * 2.0 - 1.0
    return np.packbits(projections @ vector.astype(np.float64) > 0).tobytes().hex()


def _fits(fingerprint: str, stored: str) -> bool:
    """Tell whether two fingerprints differ by no more than one model's may."""
    kinds, digits = zip(*(text.split(":", 1) for text in (fingerprint, stored)), strict=True)
    return kinds == ("signs", "signs") and (int(digits[0], 16) ^ int(digits[1], 16)).bit_count() <= _DIFFERING_BITS
