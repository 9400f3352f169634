"""How long people wait: `--help`, the first answer of a cold command, a warm question.

    python benchmarks/run_latency.py [--runs 5]

Writes benchmarks/results/latency.json. The index is made from seeds/articles in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "pullquote")
QUESTION = "Who met the Pakistani delegation?"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        index = str(Path(folder) / "index")
        subprocess.run(
            [COMMAND, "index", str(ROOT / "seeds/articles"), "--index", index], check=True, stdout=sys.stderr
        )
        result = {
            "machine": f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}",
            "runs": runs,
            "help_s": summary([timed([COMMAND, "--help"]) for _ in range(runs)]),
            "cold_ask_s": summary([timed([COMMAND, "ask", QUESTION, "--index", index]) for _ in range(runs)]),
            "warm_question_s": summary(warm(index)),
        }
    path = ROOT / "benchmarks/results/latency.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def warm(index: str) -> list[float]:
    """Ask every seed question once in one process, after warming up."""
    from index import Index
    from qa import Assistant, load_reader

    questions = (ROOT / "seeds/questions.txt").read_text(encoding="utf-8").splitlines()
    with Index.open(index) as opened:
        assistant = Assistant(opened, load_reader())
        assistant.warm_up()
        return [assistant.ask(question).timings_ms.total / 1000 for question in questions]


def summary(seconds: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(seconds), 3), "max": round(max(seconds), 3)}


if __name__ == "__main__":
    main()
