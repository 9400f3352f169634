"""Indexing generated articles: rate, memory, size on disk, and a second run with nothing changed.

    python -m benchmarks.run_indexing [--articles 10000] [--words 200]

Runs the command as its users do, over a folder of text files. Writes benchmarks/results/indexing.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "pullquote")
SYLLABLES = "ba ke lin mor ta vel su dor nim pa ris to gan fe lo qui har ste wen ul".split()
VERBS = "met visited warned praised left joined told asked followed rejected".split()
PLACES = "in the harbour|at the council|before the court|on the border|near the old bridge|during the talks".split("|")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pullquote-indexing-") as folder:
        news, index = Path(folder) / "news", Path(folder) / "index"
        news.mkdir()
        characters = 0
        for number, text in enumerate(texts(arguments.articles, arguments.words)):
            (news / f"{number:06d}.txt").write_text(text, encoding="utf-8")
            characters += len(text)
        first = run(news, index)
        size = sum(file.stat().st_size for file in index.iterdir())
        result = {
            "articles": arguments.articles,
            "characters": characters,
            "passages": passages(index),
            "first_run": first,
            "articles_a_second": round(arguments.articles / first["seconds"], 1),
            "bytes_on_disk": size,
            "bytes_on_disk_per_article": round(size / arguments.articles),
            "second_run": run(news, index),
        }
    path = ROOT / "benchmarks/results/indexing.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def texts(count: int, words: int) -> Iterator[str]:
    """Yield articles of made-up names and common words, all different."""
    rng = random.Random(1)

    def name() -> str:
        return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()

    for _ in range(count):
        names = [name() for _ in range(8)]
        sentences: list[str] = []
        while sum(len(sentence.split()) for sentence in sentences) < words:
            who, whom = rng.sample(names, 2)
            sentences.append(
                f"{who} {rng.choice(VERBS)} {whom} {rng.choice(PLACES)} of {rng.choice(names)} "
                f"on {rng.randint(1, 28)} May, and {rng.randint(2, 900)} people {rng.choice(VERBS)} {name()}."
            )
        yield "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))


def run(news: Path, index: Path) -> dict[str, Any]:
    """Index a folder in a process of its own; return its seconds, its peak memory and what it said."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "index", str(news), "--index", str(index)], stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    )
    assert process.stdout
    said = process.stdout.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"pullquote index ended with {status}: {said}")
    seconds = time.perf_counter() - began
    return {
        "seconds": round(seconds, 1),
        "peak_memory_mb": round(usage.ru_maxrss / 1000),
        "said": said.partition(";")[0],
    }


def passages(index: Path) -> int:
    done = subprocess.run(
        [COMMAND, "info", "--json", "--index", str(index)], capture_output=True, text=True, check=True
    )
    return int(json.loads(done.stdout)["counts"]["passages"])


if __name__ == "__main__":
    main()
