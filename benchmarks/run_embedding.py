"""What embeds best: sentence-transformers as it comes, our own way with its model, and other backends of it.

    python -m benchmarks.run_embedding --data DEV_DIR [--texts 128] [--rounds 5] [--contexts 1000] [--threads N]
        [--clock] [--only BACKEND ...] [--output FILE]

Passages per second of CPU time on one thread, the backends taking turns in one run: on a machine that does other things
as well the ratios hold where seconds of the clock, and threads that wait for each other, do not. How near the
vectors are to those of `SentenceTransformer.encode`; recall@10 of dense search alone over the contexts of squad2_dev
and nq_dev; how near a text alone is to itself in batches of mixed lengths; seconds and memory from the
start of a process to its first vector. int8 is fitted on texts of `train`, the folder beside DEV_DIR. Needs the `bench`
group. Writes benchmarks/results/embedding.json.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks.embedding_backends import LOADERS, Backend, write_models
from index import Article, Chunking
from index.embed import PackagedEncoder
from qa.evaluate.testset import TestQuestion, read_squad

ROOT = Path(__file__).parent.parent
PLAIN = "plain"
SETS = ("squad2_dev", "nq_dev")
FOUND = 10
ADDED = {"onnxruntime": ("onnxruntime", "flatbuffers", "protobuf"), "openvino": ("openvino", "openvino-telemetry")}
"""By the first word of a backend's name, what it adds to an installation."""

COLD = """
import sys, time
from pathlib import Path
from benchmarks.embedding_backends import LOADERS
LOADERS[sys.argv[1]](Path(sys.argv[2])).encode(["Who met the delegation?"])
now = time.time()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(now, peak.split()[1])
"""


@dataclass(frozen=True)
class Collection:
    """Passages, and questions with the passages that hold a whole gold span of each."""

    passages: list[str]
    questions: list[str]
    relevant: list[set[int]]

    @classmethod
    def read(cls, path: Path, contexts: int) -> Collection:
        """Cut the first contexts of a test set by their own order; questions without a gold span are left out."""
        asked = [q for q in read_squad(path).questions if q.golds]
        passages: list[str] = []
        places: dict[str, list[tuple[int, int, int]]] = {}
        encoder = PackagedEncoder()
        for context in list(dict.fromkeys(q.context for q in asked))[:contexts]:
            cut = Chunking().passages(Article("context", context), encoder.token_spans)
            places[context] = [(len(passages) + i, passage.start, passage.end) for i, passage in enumerate(cut)]
            passages += [passage.text for passage in cut]
        pairs = [(q.question, holding(q, places[q.context])) for q in asked if q.context in places]
        return cls(passages, [question for question, held in pairs if held], [held for _, held in pairs if held])

    def recall(self, backend: Backend) -> float:
        """Return the share of the questions with a relevant passage among the `FOUND` of the highest cosine."""
        scores = backend.encode(self.questions) @ backend.encode(self.passages).T
        best = np.argsort(-scores, axis=1, kind="stable")[:, :FOUND]
        return float(np.mean([bool(held & set(row.tolist())) for held, row in zip(self.relevant, best, strict=True)]))


def holding(question: TestQuestion, places: Sequence[tuple[int, int, int]]) -> set[int]:
    golds = question.golds
    return {i for i, start, end in places if any(start <= gold.start and gold.end <= end for gold in golds)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contexts", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=list(LOADERS), choices=list(LOADERS), metavar="BACKEND")
    parser.add_argument("--clock", action="store_true", help="by the clock, for a quiet machine")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks/results/embedding.json")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    logging.disable(logging.WARNING)
    collections = {name: Collection.read(arguments.data / f"{name}.json.gz", arguments.contexts) for name in SETS}
    passages = [passage for collection in collections.values() for passage in collection.passages]
    texts = random.Random(1).sample(passages, arguments.texts)
    with tempfile.TemporaryDirectory() as folder:
        write_models(Path(folder), training_texts(arguments.data.parent / "train/squad2_train.json.gz"))
        backends = {name: LOADERS[name](Path(folder)) for name in dict.fromkeys([PLAIN, *arguments.only])}
        seconds = turns(backends, texts, arguments.rounds, time.perf_counter if arguments.clock else time.process_time)
        starts = cold_starts(list(backends), Path(folder), arguments.rounds)
    plain = backends[PLAIN].encode(texts)
    recalls = {name: {key: c.recall(b) for key, c in collections.items()} for name, b in backends.items()}
    result = {
        "cpu": cpu(),
        "threads": torch.get_num_threads(),
        "texts": len(texts),
        "questions": {name: len(collection.questions) for name, collection in collections.items()},
        "passages": {name: len(collection.passages) for name, collection in collections.items()},
        "backends": {
            name: {
                "passages_per_s" if arguments.clock else "passages_per_cpu_s": round(
                    len(texts) / median(seconds[name]), 1
                ),
                "times_plain": round(median(p / s for p, s in zip(seconds[PLAIN], seconds[name], strict=True)), 2),
                **nearness(backend, texts, plain),
                **{f"recall@10 {key}": round(100 * value, 2) for key, value in recalls[name].items()},
                **{
                    f"change {key}": round(100 * (value - recalls[PLAIN][key]), 2)
                    for key, value in recalls[name].items()
                },
                **starts[name],
                "adds_MB": installed_megabytes(name),
            }
            for name, backend in backends.items()
        },
    }
    arguments.output.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def training_texts(path: Path) -> list[str]:
    contexts = sorted({question.context for question in read_squad(path).questions})
    return random.Random(1).sample(contexts, 64)


def turns(
    backends: Mapping[str, Backend], texts: Sequence[str], rounds: int, now: Callable[[], float]
) -> dict[str, list[float]]:
    """Return the seconds each backend takes for all texts, in each round; the first texts warm it up before."""
    for backend in backends.values():
        backend.encode(texts[:16])
    seconds: dict[str, list[float]] = {name: [] for name in backends}
    for _ in range(rounds):
        for name, backend in backends.items():
            began = now()
            backend.encode(texts)
            seconds[name].append(now() - began)
    return seconds


def nearness(backend: Backend, texts: Sequence[str], plain: np.ndarray) -> dict[str, float]:
    """Return cosines: with the plain vectors, and of a text alone with itself in two batches of mixed lengths."""
    vectors = backend.encode(texts)
    some = list(texts[:32])
    alone = np.concatenate([backend.encode([text]) for text in some])
    mixed = [backend.encode([*some, "Short.", "A text as long as can be. " * 60])[: len(some)], vectors[: len(some)]]
    cosines = np.sum(vectors * plain, axis=1)
    return {
        "mean_cosine": round(float(cosines.mean()), 5),
        "min_cosine": round(float(cosines.min()), 5),
        "min_cosine_alone_and_in_batch": round(float(min(np.sum(alone * batch, axis=1).min() for batch in mixed)), 5),
    }


def cold_starts(names: Sequence[str], folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Return for each backend the seconds from the start of a process to its first vector, and its peak of memory."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(min(rounds, 3)):
        for name, runs in found.items():
            began = time.time()
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", COLD, name, str(folder)],
                cwd=ROOT, check=True, capture_output=True, text=True,
            )  # fmt: skip
            ended, kilobytes = done.stdout.split()[-2:]
            runs.append((float(ended) - began, int(kilobytes) / 1000))
    return {
        name: {"cold_s": round(median(s for s, _ in runs), 2), "peak_MB": round(median(mb for _, mb in runs))}
        for name, runs in found.items()
    }


def installed_megabytes(backend: str) -> float:
    names = ADDED.get(backend.split()[0], ())
    files = [path for name in names for path in distribution(name).files or ()]
    sizes = [Path(str(path.locate())).stat().st_size for path in files if Path(str(path.locate())).is_file()]
    return round(sum(sizes) / 1e6, 1)


def cpu() -> str:
    """Return the CPU's name and which of the instructions that matter for int8 and bfloat16 it has."""
    lines = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    wanted = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")
    return f"{fields['model name']} ({', '.join(flag for flag in wanted if flag in fields['flags'].split())})"


if __name__ == "__main__":
    main()
