"""Texts to unit vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.chunk import approximate_token_spans
from index.errors import ModelError, WrongEmbedder
from index.packaged import PACKAGED_MODEL, PACKAGED_SHA256, packaged_model_folder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding

Vectors = NDArray[np.float32]

LANGCHAIN = "langchain:"
"""What the name of an embedder begins with that is a langchain `Embeddings`, which cannot be loaded by name."""

_LONGEST = 8192
_TOKENS_AT_ONCE = 1024


@dataclass(frozen=True)
class EmbedderInfo:
    """What identifies an embedder: two with equal information give the same vectors.

    Attributes:
        name: The model's name or path, enough to load it again.
        fingerprint: "sha256:" and a hex digest of its weights.
        backend: What runs it ("torch").
        precision: Of its arithmetic ("float32").
        pooling: How token vectors become one ("mean").
        max_length: The most tokens it reads, special tokens counted; it cuts what is longer without a word.
        dimension: Of its vectors.
    """

    name: str
    fingerprint: str
    backend: str
    precision: str
    pooling: str
    max_length: int
    dimension: int


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def info(self) -> EmbedderInfo:
        """What identifies this encoder."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 for each text, shape (len(texts), dimension), float32."""
        ...

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the `(start, end)` of each token of the whole text, special tokens left out."""
        ...


class SentenceTransformerEncoder:
    """A sentence-transformers model as an `Encoder`."""

    def __init__(self, model: SentenceTransformer, info: EmbedderInfo) -> None:
        self._model = model
        self._info = info

    @property
    def info(self) -> EmbedderInfo:
        """What identifies this encoder."""
        return self._info

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 for each text, shape (len(texts), dimension), float32."""
        if not texts:
            return np.empty((0, self._info.dimension), dtype=np.float32)
        rows = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the `(start, end)` of each token of the whole text; nearly so without a fast tokenizer."""
        tokenizer = self._model.tokenizer
        if not getattr(tokenizer, "is_fast", False):
            return approximate_token_spans(text)
        encoded = tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False, truncation=False
        )
        spans: list[tuple[int, int]] = encoded["offset_mapping"]
        return spans


class PackagedEncoder:
    """The packaged all-MiniLM-L6-v2 as an `Encoder`: the vectors of `SentenceTransformer`, sooner.

    Neither sentence-transformers nor transformers is imported, which takes seconds.

    Raises:
        ModelError: If the model is not installed, or its weights are not the ones expected.
    """

    info = EmbedderInfo(
        name=PACKAGED_MODEL,
        fingerprint=f"sha256:{PACKAGED_SHA256}",
        backend="torch",
        precision="float32",
        pooling="mean",
        max_length=256,
        dimension=384,
    )

    def __init__(self) -> None:
        from index.bert import Bert, Sizes, packaged_tokenizer, packaged_weights

        self._tokenizer = packaged_tokenizer()
        self._bert = Bert(packaged_weights(), Sizes.read(packaged_model_folder() / "config.json"))
        self._first, self._last = self._tokenizer.encode("").ids  # [CLS] and [SEP]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 for each text, shape (len(texts), dimension), float32."""
        from index.bert import mean_vectors

        tokens = [self._ids(encoding.ids) for encoding in self._encode(texts)]
        vectors = np.empty((len(tokens), self.info.dimension), dtype=np.float32)
        for batch in _of_like_length([len(row) for row in tokens]):
            vectors[batch] = mean_vectors(self._bert, [tokens[i] for i in batch]).numpy()
        return vectors

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the `(start, end)` of each token of the whole text, special tokens left out."""
        spans: list[tuple[int, int]] = self._encode([text])[0].offsets
        return spans

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        return self._tokenizer.encode_batch(list(texts), add_special_tokens=False)

    def _ids(self, ids: list[int]) -> list[int]:
        return [self._first, *ids[: self.info.max_length - 2], self._last]


def load_encoder(name: str = PACKAGED_MODEL) -> Encoder:
    """Load a sentence-transformers model; without a name the packaged all-MiniLM-L6-v2, checksum checked.

    Any other name is sentence-transformers' own business: a folder is read from disk, a hub name that is not in the
    local cache is fetched.

    Raises:
        ModelError: If it cannot be loaded.
    """
    if name.startswith(LANGCHAIN):
        raise ModelError(
            f"The embedder {name!r} cannot be loaded by its name: it is made in Python. Open the index there, with "
            "index.langchain.ArticleVectorStore(path, embedding) or Index.open(path, encoder)."
        )
    if name == PACKAGED_MODEL:
        return PackagedEncoder()
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        name = str(Path(name).resolve()) if Path(name).exists() else name
        model = SentenceTransformer(name, model_kwargs={"dtype": "float32"})
    except (OSError, ValueError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"Cannot load the embedder {name!r}: expected a sentence-transformers model, as a folder or a hub name. "
            f"The library said: {error}"
        ) from error
    return SentenceTransformerEncoder(model, _describe(name, f"sha256:{_weights_digest(model)}", model))


def _of_like_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the indices of texts in batches of at most `_TOKENS_AT_ONCE` tokens, filled up to the longest."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and (len(batch) + 1) * lengths[i] > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def same_embedder(one: EmbedderInfo, other: EmbedderInfo) -> bool:
    """Tell whether two embedders give the same vectors, whatever each was called."""
    return replace(one, name="") == replace(other, name="")


def check_embedder(encoder: Encoder, expected: EmbedderInfo) -> None:
    """Check that an embedder is the one that embedded the passages.

    Raises:
        WrongEmbedder: If it is not.
    """
    if not same_embedder(encoder.info, expected):
        raise WrongEmbedder(_named(encoder.info), _named(expected))


def _named(info: EmbedderInfo) -> str:
    return f"{info.name!r} ({info.fingerprint[:19]}…)"


def _describe(name: str, fingerprint: str, model: SentenceTransformer) -> EmbedderInfo:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise ModelError(f"The embedder {name!r} does not state the dimension of its vectors.")
    pooling = next((m.pooling_mode for m in model if hasattr(m, "pooling_mode")), "model's own")
    return EmbedderInfo(
        name=name,
        fingerprint=fingerprint,
        backend=model.get_backend(),
        precision=str(model.dtype).removeprefix("torch."),
        pooling=str(pooling),
        max_length=int(min(model.max_seq_length or _LONGEST, _LONGEST)),
        dimension=int(dimension),
    )


def _weights_digest(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    state: dict[str, Any] = model.state_dict()
    for key in sorted(state):
        digest.update(key.encode())
        digest.update(state[key].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
