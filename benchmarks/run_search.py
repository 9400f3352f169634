"""Search at 10,000, 100,000 and a million passages: how fast, how right, how large.

    python -m benchmarks.run_search --train TRAIN_DIR --data DEV_DIR --work FOLDER [--sizes 10000 100000 1000000]

Makes a collection of each size (`benchmarks.large_collection`), asks real questions of it (squad2_dev and nq_dev,
embedded beforehand), and beside it the same vectors in a plain FAISS flat index and a plain HNSW. Searches go through
`Index`, so that re-scoring, reading the database and sorting are counted; embedding the question is not. Recall is
against exact search by numpy. Needs the `bench` group, 6 GB of memory and 6 GB in the folder. Writes
benchmarks/results/search.json and docs/search-growth.svg.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.large_collection import TAG, RealPassages, fill, mixed_vectors, real_passages
from index import Article, Index, load_encoder
from index.catalog import Catalog
from index.embed import Encoder, Vectors
from index.search.dense import DenseIndex
from index.search.faiss_after_torch import faiss
from index.search.filters import EVERYTHING, Filter
from index.search.lexical import LexicalIndex
from qa.evaluate.testset import read_squad

ROOT = Path(__file__).parent.parent
REAL = 16_384
QUESTIONS = 500
K = 10
ONE_PER_CENT = Filter(tags=(TAG,))
HNSW_LINKS = 32
EF_SEARCH = (64, 256)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--without-plain", action="store_true", help="leave the plain FAISS indexes out")
    parser.add_argument("--open", type=Path, help="only tell what opening this index takes")
    arguments = parser.parse_args()
    encoder = load_encoder()
    questions, asked = embedded_questions(arguments.data, encoder, arguments.work / "questions.npy")
    if arguments.open:
        print(json.dumps(opening(arguments.open, encoder, questions[0], asked[0])))
        return
    real = real_passages(arguments.train, encoder, REAL, arguments.work)
    path = ROOT / "benchmarks/results/search.json"
    kept = json.loads(path.read_text(encoding="utf-8"))["sizes"] if path.exists() else {}
    result: dict[str, Any] = {"questions": len(questions), "k": K, "sizes": kept}
    for size in arguments.sizes:
        row = measured(size, real, encoder, questions, asked, sys.argv, arguments)
        result["sizes"][str(size)] = {**kept.get(str(size), {}), **row}
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(row, indent=1), flush=True)
    draw_growth(result["sizes"], ROOT / "docs/search-growth.svg")


def measured(
    size: int,
    real: RealPassages,
    encoder: Encoder,
    questions: Sequence[str],
    asked: Vectors,
    command: Sequence[str],
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    vectors = mixed_vectors(real.vectors, size)
    folder, built = arguments.work / f"index-{size}", arguments.work / f"built-{size}.json"
    if not built.exists():
        shutil.rmtree(folder, ignore_errors=True)
    row: dict[str, Any] = {"collection": likeness(vectors, real.vectors)}
    with Index.create(folder, encoder) as index:
        if not built.exists():
            built.write_text(json.dumps(building(index, real, vectors)), encoding="utf-8")
        row["build_s"] = json.loads(built.read_text(encoding="utf-8"))
        row["bytes_a_passage"] = {name: round(n / size) for name, n in sizes_on_disk(folder).items()}
        opened = subprocess.run(
            [sys.executable, "-m", "benchmarks.run_search", *command[1:], "--open", str(folder)],
            check=True, capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        row["opening"] = json.loads(opened.stdout.splitlines()[-1])
        row["opening"]["dense_bytes_a_passage"] = round(row["opening"].pop("dense_bytes") / size)
        best = exact(vectors, asked)
        row["searches"] = {
            "all": searching(index, questions, asked, EVERYTHING, best, size),
            "1 % of the articles": searching(index, questions, asked, ONE_PER_CENT, filtered(vectors, asked), size),
        }
        built.unlink()
        row["changes_s"] = changing(index)
    if not arguments.without_plain:
        row["plain FAISS"] = plain(vectors, asked, best)
    return row


def embedded_questions(data: Path, encoder: Encoder, kept: Path) -> tuple[list[str], Vectors]:
    every = [q.question for name in ("squad2_dev", "nq_dev") for q in read_squad(data / f"{name}.json.gz").questions]
    questions = [every[n] for n in np.random.default_rng(1).permutation(len(every))[:QUESTIONS]]
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, encoder.encode(questions))
    vectors: Vectors = np.load(kept)
    return questions, vectors


def likeness(vectors: Vectors, real: Vectors) -> dict[str, Any]:
    """Tell how near mixtures are to what they were made of, and how near the nearest neighbours are."""
    some = np.random.default_rng(3).integers(len(vectors), size=200)
    mixed = np.arange(len(real), min(len(vectors), len(real) + 1000))
    told = {"nearest neighbour, this collection": nearest_neighbours(vectors, some)}
    told["nearest neighbour, the real passages"] = nearest_neighbours(real, np.arange(200))
    if len(mixed):
        cosines = (vectors[mixed] * real[mixed % len(real)]).sum(axis=1)
        told["mixture and its passage"] = [round(float(c), 3) for c in np.percentile(cosines, [10, 50, 90])]
    return {"real": min(len(real), len(vectors)), "cosines, 10th, 50th, 90th percentile": told}


def nearest_neighbours(vectors: Vectors, some: NDArray[np.int64]) -> list[float]:
    scores = vectors[some] @ vectors.T
    scores[np.arange(len(some)), some] = -1
    return [round(float(c), 3) for c in np.percentile(scores.max(axis=1), [10, 50, 90])]


def building(index: Index, real: RealPassages, vectors: Vectors) -> dict[str, float]:
    catalog = Catalog(index.path)
    took = {"database, without embedding": timed(lambda: fill(index, real, vectors))}
    with catalog.snapshot():
        took["dense"] = timed(lambda: DenseIndex(index.path, catalog).rebuild())
        took["lexical"] = timed(lambda: LexicalIndex(index.path, catalog).fresh())
    catalog.close()
    return took


def sizes_on_disk(folder: Path) -> dict[str, int]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    kinds: dict[str, Callable[[Path], bool]] = {
        "database": lambda file: file.name.startswith("catalog"),
        "dense": lambda file: file.suffix == ".faiss",
        "lexical": lambda file: file.parent.name == "words",
    }
    return {name: sum(file.stat().st_size for file in files if is_of(file)) for name, is_of in kinds.items()}


def opening(folder: Path, encoder: Encoder, question: str, vector: Vectors) -> dict[str, float]:
    """Open in this process: seconds to the first hits, and what memory grows by where the dense part is read."""
    catalog = Catalog(folder)
    dense = DenseIndex(folder, catalog)
    before = resident()
    with catalog.snapshot():
        dense.fresh().search(vector, K)
    grown = resident() - before
    catalog.close()
    del dense
    began = time.perf_counter()
    with Index.open(folder, encoder) as index:
        index.search_embedded(question, vector)
    return {"first_hits_s": round(time.perf_counter() - began, 3), "dense_bytes": grown}


def resident() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return 1024 * int(line.split()[1])


def exact(vectors: Vectors, asked: Vectors, rows: NDArray[np.int64] | None = None) -> list[list[int]]:
    """Return the numbers of the K nearest vectors of each question, by numpy."""
    among = np.arange(len(vectors)) if rows is None else rows
    best: list[list[int]] = []
    for at in range(0, len(asked), 50):
        scores = asked[at : at + 50] @ vectors[among].T if rows is not None else asked[at : at + 50] @ vectors.T
        top = np.argpartition(-scores, K, axis=1)[:, :K]
        best += [among[row].tolist() for row in top]
    return best


def filtered(vectors: Vectors, asked: Vectors) -> list[list[int]]:
    numbers = np.arange(len(vectors))
    return exact(vectors, asked, numbers[(numbers // 4) % 100 == 0])


def searching(
    index: Index, questions: Sequence[str], asked: Vectors, only: Filter, best: Sequence[Sequence[int]], size: int
) -> dict[str, Any]:
    first = timed(lambda: index.nearest(asked[0], K, only=only))
    found = [{hit.passage.id for hit in index.nearest(vector, K, only=only)} for vector in asked]
    expected = [passage_ids(index, numbers) for numbers in best]
    told: dict[str, Any] = {
        "recall@10": round(float(np.mean([len(a & b) / K for a, b in zip(found, expected, strict=True)])), 4),
        "first_search_ms": round(1000 * first, 1),
    }
    ways: dict[str, Callable[[int], object]] = {
        "dense": lambda n: index.nearest(asked[n], K, only=only),
        "hybrid": lambda n: index.search_embedded(questions[n], asked[n], 5, only=only),
    }
    for name, ask in ways.items():
        for threads in (1, 8):
            told[f"{name}, {threads} thread{'s' if threads > 1 else ''}, ms"] = latency(ask, len(questions), threads)
    return told


def passage_ids(index: Index, numbers: Sequence[int]) -> set[str]:
    """Return the ids of passages by their numbers in the collection, which are their rows less one."""
    catalog = index._catalog
    with catalog.session():
        return {place.id for place in catalog.places([number + 1 for number in numbers]).values()}


def latency(ask: Callable[[int], object], count: int, threads: int) -> dict[str, float]:
    with ThreadPoolExecutor(threads) as pool:
        times = list(pool.map(lambda n: timed(lambda: ask(n)), range(count)))
    return {f"p{p}": round(1000 * float(np.percentile(times, p)), 2) for p in (50, 99)}


def changing(index: Index) -> dict[str, float]:
    """Add an article and find it, embedding it counted; remove a thousand and search."""
    article = Article("zzz", "The lighthouse of Quernholm burned down on a windless night in March.", title="Quernholm")
    index.encoder.encode(["warm up"])
    first = index.ids()[:1000]

    def add() -> None:
        index.add([article])
        assert index.search("lighthouse of Quernholm")[0].passage.article_id == "zzz"

    def remove() -> None:
        index.remove(first)
        index.search("lighthouse of Quernholm")

    return {"one article added and found": timed(add), "1,000 articles removed": timed(remove)}


def plain(vectors: Vectors, asked: Vectors, best: Sequence[Sequence[int]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    flat = faiss.IndexFlatIP(vectors.shape[1])
    links = faiss.IndexHNSWFlat(vectors.shape[1], HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
    for name, made, settings in (("flat", flat, (None,)), ("HNSW", links, EF_SEARCH)):
        before = resident()
        took = timed(lambda made=made: made.add(vectors))  # type: ignore[misc]
        grown = round((resident() - before) / len(vectors))
        for setting in settings:
            parameters = None if setting is None else _hnsw_parameters(setting)

            def ask(n: int, made: Any = made, parameters: Any = parameters) -> set[int]:
                return set(made.search(asked[n : n + 1], K, params=parameters)[1][0].tolist())

            found = [ask(n) for n in range(len(asked))]
            told[name if setting is None else f"{name}, efSearch {setting}"] = {
                "build_s": took,
                "bytes_a_passage": grown,
                "recall@10": round(float(np.mean([len(a & set(b)) / K for a, b in zip(found, best, strict=True)])), 4),
                "1 thread, ms": latency(ask, len(asked), 1),
                "8 threads, ms": latency(ask, len(asked), 8),
            }
    return told


def draw_growth(sizes: dict[str, Any], path: Path) -> None:
    """Draw how search times, memory and build times grow with the collection, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "pullquote"
    from matplotlib import pyplot as plt

    numbers = [int(size) for size in sizes]
    one = "1 thread, ms"
    panels: dict[str, dict[str, Callable[[Any], float]]] = {
        "p50 of a search, ms": {
            "Pullquote, dense": lambda row: row["searches"]["all"][f"dense, {one}"]["p50"],
            "Pullquote, hybrid": lambda row: row["searches"]["all"][f"hybrid, {one}"]["p50"],
            "Pullquote, dense, 1 % filter": lambda row: row["searches"]["1 % of the articles"][f"dense, {one}"]["p50"],
            "Pullquote, hybrid, 1 % filter": lambda row: row["searches"]["1 % of the articles"][f"hybrid, {one}"][
                "p50"
            ],
            "plain flat": lambda row: row["plain FAISS"]["flat"][one]["p50"],
            "plain HNSW, efSearch 256": lambda row: row["plain FAISS"]["HNSW, efSearch 256"][one]["p50"],
        },
        "memory, bytes a passage": {
            "Pullquote, dense": lambda row: row["opening"]["dense_bytes_a_passage"],
            "plain flat": lambda row: row["plain FAISS"]["flat"]["bytes_a_passage"],
            "plain HNSW": lambda row: row["plain FAISS"]["HNSW, efSearch 256"]["bytes_a_passage"],
        },
        "build, s": {
            "Pullquote, dense": lambda row: row["build_s"]["dense"],
            "Pullquote, lexical": lambda row: row["build_s"]["lexical"],
            "plain HNSW": lambda row: row["plain FAISS"]["HNSW, efSearch 256"]["build_s"],
        },
    }
    figure, axes = plt.subplots(1, len(panels), figsize=(14, 4.5))
    for (title, lines), axis in zip(panels.items(), axes, strict=True):
        for name, value in lines.items():
            axis.loglog(numbers, [value(row) for row in sizes.values()], marker="o", label=name)
        axis.set(xlabel="passages", title=title)
        axis.grid(visible=True, which="both", linewidth=0.3)
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _hnsw_parameters(ef_search: int) -> Any:
    library: Any = faiss
    return library.SearchParametersHNSW(efSearch=ef_search)


def timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return round(time.perf_counter() - began, 5)


if __name__ == "__main__":
    main()
