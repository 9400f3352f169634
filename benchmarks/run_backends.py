"""What runs the reader best: torch, onnxruntime in float32, onnxruntime with dynamic int8. Side by side, in one run.

    python -m benchmarks.run_backends --data DEV_DIR [--questions 100]

Milliseconds for the five passages found for each of squad2_dev's questions (its own contexts searched), the backends
taking turns; F1 of the best answer over the answerable ones; and how many passages get the same best span read alone
as read among the other four. Needs the `bench` group. Writes benchmarks/results/backends.json.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, median, quantiles
from types import SimpleNamespace
from typing import Any

import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from index import load_encoder
from qa.evaluate import metrics
from qa.read.decode import best_token_spans
from qa.read.reader import TransformersReader
from qa.read.tokens import ReaderTokenizer
from qa.read.weights import load_packaged_model, read_card
from qa.weigh import read_answers
from training.pools import DevelopmentSets, RememberingEncoder

ROOT = Path(__file__).parent.parent
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=100)
    arguments = parser.parse_args()
    encoder = RememberingEncoder(load_encoder())
    (pool,) = DevelopmentSets(arguments.data, reporting=False).own_contexts()
    with tempfile.TemporaryDirectory() as folder, pool.index(encoder) as index:
        readers = backends(Path(folder))
        times: dict[str, list[float]] = {name: [] for name in readers}
        scores: dict[str, list[float]] = {name: [] for name in readers}
        alike: dict[str, list[bool]] = {name: [] for name in readers}
        questions = random.Random(1).sample([question for _, question in pool.questions], arguments.questions)
        for question in questions:
            hits = index.search(question.question, 5)
            texts = [hit.passage.text for hit in hits]
            for name, reader in readers.items():
                began = time.perf_counter()
                answers = read_answers(reader, question.question, hits, len(index))
                times[name].append(1000 * (time.perf_counter() - began))
                alike[name] += same_alone(reader, question.question, texts)
                if question.golds:
                    best = answers[0][0]
                    quote = best.hit.passage.text[best.start : best.end]
                    scores[name].append(metrics.f1(quote, [gold.text for gold in question.golds]))
    result = {
        "reader": read_card().name,
        "questions": len(questions),
        "threads": torch.get_num_threads(),
        "backends": {
            name: {
                "p50_ms": round(median(times[name]), 1),
                "p95_ms": round(quantiles(times[name], n=20)[-1], 1),
                "F1": round(fmean(scores[name]), 4),
                "same span alone and in a batch": round(fmean(alike[name]), 4),
            }
            for name in readers
        },
    }
    (ROOT / "benchmarks/results/backends.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def same_alone(reader: TransformersReader, question: str, texts: Sequence[str]) -> list[bool]:
    """Tell for each window whether its best token span is the same read alone as read with the others."""
    together = reader.windows(question, texts)
    alone = [window for text in texts for window in reader.windows(question, [text])]
    by_text = sorted(together, key=lambda window: (window.text, window.offsets[0]))
    return [
        best_token_spans(a.start, a.end, 1)[0][:2] == best_token_spans(b.start, b.end, 1)[0][:2]
        for a, b in zip(alone, by_text, strict=True)
    ]


def backends(folder: Path) -> dict[str, TransformersReader]:
    """Return the packaged reader on each backend."""
    model = load_packaged_model()
    tokenizer = ReaderTokenizer.packaged()
    float32, int8 = folder / "float32.onnx", folder / "int8.onnx"
    export(model, float32)
    quantize_dynamic(float32, int8, weight_type=QuantType.QInt8)
    runs: dict[str, Callable[..., Any]] = {
        "torch": model,
        "onnxruntime float32": OnnxModel(float32),
        "onnxruntime int8": OnnxModel(int8),
    }
    calibration = read_card().calibration
    return {name: TransformersReader(run, tokenizer, name, calibration) for name, run in runs.items()}


def export(model: Any, path: Path) -> None:
    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            output = self.model(**dict(zip(INPUTS, inputs, strict=True)))
            return output.start_logits, output.end_logits

    example = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "batch", 1: "tokens"} for name in (*INPUTS, "start", "end")}
    torch.onnx.export(
        Logits().eval(), example, str(path), input_names=list(INPUTS), output_names=["start", "end"], dynamic_axes=axes,
        dynamo=False,
    )  # fmt: skip


class OnnxModel:
    """An exported model that is called like the one it was exported from."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self._run: Callable[..., Any] = onnxruntime.InferenceSession(str(path), options).run

    def __call__(self, **inputs: torch.Tensor) -> Any:
        start, end = self._run(None, {name: inputs[name].numpy() for name in INPUTS})
        return SimpleNamespace(start_logits=torch.from_numpy(start), end_logits=torch.from_numpy(end))


if __name__ == "__main__":
    main()
