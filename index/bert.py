"""BERT's encoder in torch alone, for the packaged weights: importing transformers' own takes seconds.

Imported late, since it imports torch. Gives what transformers' `BertModel` gives, which tests hold it to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Thread

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from index.packaged import packaged_model_folder

Weights = Mapping[str, Tensor]
"""Tensors by the names of transformers' `BertModel`."""


@cache
def packaged_weights() -> Weights:
    """Return the packaged model's weights, read once in a process; whoever asks shares them.

    Raises:
        ModelError: If they are not installed, or not the ones expected.
    """
    return load_file(packaged_model_folder() / "model.safetensors")


@cache
def packaged_tokenizer() -> Tokenizer:
    """Return the packaged model's tokenizer, which neither cuts nor pads. Shared: leave its settings alone.

    Raises:
        ModelError: If it is not installed.
    """
    tokenizer = Tokenizer.from_file(str(packaged_model_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@dataclass(frozen=True)
class Sizes:
    """The part of a `config.json` that the encoder needs."""

    layers: int
    heads: int
    epsilon: float
    positions: int

    @classmethod
    def read(cls, path: Path) -> Sizes:
        """Read a `config.json` of transformers' `BertConfig`."""
        config = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
            positions=config["max_position_embeddings"],
        )


@dataclass(frozen=True)
class _Affine:
    """A weight and a bias: of a linear layer, or of a layer norm."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def of(cls, weights: Weights, *names: str) -> _Affine:
        """Return the layer of this name; layers of several names as one, their outputs side by side."""
        parts = [tuple(weights[f"{name}.{kind}"] for name in names) for kind in ("weight", "bias")]
        return cls(*(part[0] if len(part) == 1 else torch.cat(part) for part in parts))

    def linear(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight, self.bias)

    def norm(self, x: Tensor, epsilon: float) -> Tensor:
        return functional.layer_norm(x, self.bias.shape, self.weight, self.bias, epsilon)


class _Layer:
    """One layer: attention, then two linear layers, a layer norm behind each."""

    def __init__(self, weights: Weights, name: str, sizes: Sizes) -> None:
        self._sizes = sizes
        self._queries_keys_values = _Affine.of(
            weights, *(f"{name}.attention.self.{part}" for part in ("query", "key", "value"))
        )
        self._attended = _Affine.of(weights, f"{name}.attention.output.dense")
        self._attended_norm = _Affine.of(weights, f"{name}.attention.output.LayerNorm")
        self._inner = _Affine.of(weights, f"{name}.intermediate.dense")
        self._outer = _Affine.of(weights, f"{name}.output.dense")
        self._outer_norm = _Affine.of(weights, f"{name}.output.LayerNorm")

    def __call__(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the next hidden states, (rows, tokens, width) like `x`; `mask` is true where a token counts."""
        rows, tokens, width = x.shape
        split = self._queries_keys_values.linear(x).view(rows, tokens, 3, self._sizes.heads, -1)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        attended = self._attended.linear(mixed.transpose(1, 2).reshape(rows, tokens, width))
        x = self._attended_norm.norm(x + attended, self._sizes.epsilon)
        changed = self._outer.linear(functional.gelu(self._inner.linear(x)))
        return self._outer_norm.norm(x + changed, self._sizes.epsilon)


class Bert:
    """BERT's embeddings and layers in float32, without the pooler. Safe to use from several threads."""

    def __init__(self, weights: Weights, sizes: Sizes) -> None:
        self.sizes = sizes
        self._words, self._positions, self._types = (
            weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
        )
        self._norm = _Affine.of(weights, "embeddings.LayerNorm")
        self._layers = [_Layer(weights, f"encoder.layer.{i}", sizes) for i in range(sizes.layers)]

    def __call__(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the last hidden states, shape (rows, tokens, width); call it in `torch.inference_mode`.

        Args:
            input_ids: Shape (rows, tokens), padded at the end.
            token_type_ids: Like `input_ids`.
            attention_mask: Like `input_ids`: 1 where a token counts, 0 where it fills up.
        """
        x = functional.embedding(input_ids, self._words) + functional.embedding(token_type_ids, self._types)
        x = self._norm.norm(x + self._positions[: input_ids.shape[1]], self.sizes.epsilon)
        mask = None if attention_mask.all() else attention_mask[:, None, None, :].bool()
        for layer in self._layers:
            x = layer(x, mask)
        return x


def padded(rows: Sequence[Sequence[int]], fill: int = 0) -> Tensor:
    """Return lists of ints as one int64 tensor, shape (rows, longest), filled up at the end."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows])


def mean_vectors(bert: Bert, tokens: Sequence[Sequence[int]]) -> Tensor:
    """Embed texts of some tokens each: the mean of the last hidden states, scaled to length 1.

    Returns:
        One row for each text, shape (len(tokens), width).
    """
    ids, mask = padded(tokens), padded([[1] * len(row) for row in tokens])
    with torch.inference_mode():
        hidden = bert(ids, torch.zeros_like(ids), mask)
        return functional.normalize((hidden * mask[:, :, None]).sum(1), dim=1)


def thread_count() -> int:
    """Return how many threads an operation of torch uses that is started here."""
    return torch.get_num_threads()


def use_threads(count: int, elsewhere: int) -> None:
    """Let torch use `count` threads for what this thread starts, and `elsewhere` of them for what other threads start.

    torch's setting is that of the thread that sets it, and of every thread that has not used torch yet. A thread takes
    the latter with its first use, whatever it has set before.
    """
    torch.get_num_threads()
    torch.set_num_threads(count)
    for_the_others = Thread(target=torch.set_num_threads, args=(elsewhere,))
    for_the_others.start()
    for_the_others.join()
