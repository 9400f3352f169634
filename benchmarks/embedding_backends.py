"""The backends that `run_embedding` compares: all-MiniLM-L6-v2 in torch, onnxruntime and openvino."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from index.bert import packaged_tokenizer, padded
from index.embed import PackagedEncoder, Vectors
from index.packaged import packaged_model_folder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
TOKENS_AT_ONCE = 1024
_MAX_LENGTH = 256

Batch = dict[str, NDArray[np.int64]]
Hidden = Callable[[Batch], NDArray[np.float32]]
"""From the model's inputs, each (texts, tokens), to its last hidden states, (texts, tokens, 384)."""


class Backend(Protocol):
    """Turns texts into unit vectors, shape (len(texts), 384)."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class Plain:
    """`SentenceTransformer.encode` as it comes, or what `change` makes of its transformer."""

    def __init__(self, change: Callable[[torch.nn.Module], torch.nn.Module] = lambda model: model) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(packaged_model_folder()), device="cpu", local_files_only=True)
        self._model[0].model = change(self._model[0].model)  # type: ignore[arg-type]

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = self._model.encode(list(texts), normalize_embeddings=True, convert_to_tensor=True).float()
        return np.asarray(torch.nn.functional.normalize(rows).numpy(), dtype=np.float32)


class Pooled:
    """Any runner of the exported model, in batches of like length, mean pooled."""

    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), 384), dtype=np.float32)
        for rows, batch in batches(texts):
            hidden, mask = self._hidden(batch), batch["attention_mask"][:, :, None]
            mean = (hidden * mask).sum(axis=1) / mask.sum(axis=1)
            vectors[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors


def batches(texts: Sequence[str]) -> Iterator[tuple[list[int], Batch]]:
    """Yield the indices of texts of like length, at most `TOKENS_AT_ONCE` tokens in all, with the model's inputs."""
    encodings = packaged_tokenizer().encode_batch(list(texts))
    tokens = [[*e.ids[: _MAX_LENGTH - 1], e.ids[-1]] if len(e.ids) > _MAX_LENGTH else e.ids for e in encodings]
    order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
    while order:
        size = 1
        while size < len(order) and (size + 1) * len(tokens[order[size]]) <= TOKENS_AT_ONCE:
            size += 1
        rows, order = order[:size], order[size:]
        ids, mask = (padded(part).numpy() for part in ([tokens[i] for i in rows], [[1] * len(tokens[i]) for i in rows]))
        yield rows, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def onnx_file(path: Path) -> Backend:
    """Run a model in onnxruntime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    wanted = {value.name for value in session.get_inputs()}
    return Pooled(lambda batch: session.run(None, {k: v for k, v in batch.items() if k in wanted})[0])


def openvino_file(path: Path, precision: str) -> Backend:
    """Run a model in openvino, with "f32" arithmetic or what a "bf16" hint makes of it."""
    import openvino

    settings = {"INFERENCE_NUM_THREADS": torch.get_num_threads(), "INFERENCE_PRECISION_HINT": precision}
    compiled = openvino.Core().compile_model(str(path), "CPU", settings)
    wanted = {value.get_any_name() for value in compiled.inputs}
    return Pooled(lambda batch: compiled({k: v for k, v in batch.items() if k in wanted})[0])


def dynamic_int8(model: torch.nn.Module) -> torch.nn.Module:
    """Return the model with its linear layers in torch's dynamic int8."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    quantized: torch.nn.Module = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
        model, {torch.nn.Linear}, dtype=torch.qint8
    )
    return quantized


LOADERS: dict[str, Callable[[Path], Backend]] = {
    "plain": lambda folder: Plain(),
    "pullquote": lambda folder: PackagedEncoder(),
    "torch bfloat16": lambda folder: Plain(lambda model: model.to(torch.bfloat16)),
    "torch int8 dynamic": lambda folder: Plain(dynamic_int8),
    "onnxruntime float32": lambda folder: onnx_file(folder / "float32.onnx"),
    "onnxruntime float32 fused": lambda folder: onnx_file(folder / "fused.onnx"),
    "onnxruntime int8 dynamic": lambda folder: onnx_file(folder / "dynamic.onnx"),
    "onnxruntime int8 dynamic fused": lambda folder: onnx_file(folder / "dynamic-fused.onnx"),
    "onnxruntime int8 static": lambda folder: onnx_file(folder / "static.onnx"),
    "openvino float32": lambda folder: openvino_file(folder / "float32.onnx", "f32"),
    "openvino bfloat16": lambda folder: openvino_file(folder / "float32.onnx", "bf16"),
    "openvino int8 static": lambda folder: openvino_file(folder / "static.onnx", "f32"),
}
"""By name, what loads a backend from a folder that `write_models` filled."""


def write_models(folder: Path, calibration: Sequence[str]) -> None:
    """Export the model to ONNX, fuse it and quantize it; the activations of the static one are fitted on texts."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process
    from onnxruntime.transformers import optimizer

    exact = folder / "float32.onnx"
    export(exact)
    optimizer.optimize_model(str(exact), "bert", num_heads=12, hidden_size=384).save_model_to_file(
        str(folder / "fused.onnx")
    )
    for source, target in (("float32", "dynamic"), ("fused", "dynamic-fused")):
        quantize_dynamic(
            folder / f"{source}.onnx", folder / f"{target}.onnx", weight_type=QuantType.QInt8, per_channel=True,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )  # fmt: skip
    prepared = folder / "prepared.onnx"
    quant_pre_process(str(exact), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        prepared, folder / "static.onnx", _Calibration(calibration), per_channel=True, weight_type=QuantType.QInt8,
        activation_type=QuantType.QUInt8, op_types_to_quantize=["MatMul"], nodes_to_exclude=_after_gelu(prepared),
        extra_options={"MatMulConstBOnly": True},
    )  # fmt: skip


def _after_gelu(path: Path) -> list[str]:
    """Name the linear layers whose inputs spread too far for one scale: with them in int8 the mean cosine is 0.93."""
    import onnx

    names = (node.name for node in onnx.load(path).graph.node if node.op_type == "MatMul")
    return [name for name in names if "/output/dense" in name and "/attention/" not in name]


class _Calibration:
    """Batches of texts, one at a time, as onnxruntime's `CalibrationDataReader` has it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._batches = batches(texts)

    def get_next(self) -> Batch | None:
        return next((batch for _, batch in self._batches), None)


def export(path: Path) -> None:
    """Write the model with its last hidden states as output, any number of texts and tokens."""
    from transformers import BertModel

    model = BertModel.from_pretrained(packaged_model_folder(), add_pooling_layer=False, attn_implementation="eager")

    class Hidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> Any:
            return self.model(**dict(zip(INPUTS, inputs, strict=True))).last_hidden_state

    example = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "texts", 1: "tokens"} for name in (*INPUTS, "hidden")}
    torch.onnx.export(
        Hidden().eval(), example, str(path), input_names=list(INPUTS), output_names=["hidden"], dynamic_axes=axes,
        dynamo=False,
    )  # fmt: skip
