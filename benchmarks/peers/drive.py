"""Measures one peer on one task, in the peer's own environment. Imports the standard library alone.

    python -P drive.py ADAPTER TASK RESULT [insist]

An adapter is a file `run.py` with a class `Peer`, written as the peer's documentation shows its use:

    Peer(embedder, reader, folder)   loads the models from these folders; may keep files in `folder`
    index(articles)                  takes all articles, each `{"id", "text"}`
    search(question, k)              gives the ids of the articles of the `k` best hits, best first; one article may
                                     have several hits
    ask(question)                    answers: `{"text", "article", "start", "end"}`, with `text` None where the peer
                                     gives none, and without the places that it does not tell
    insist(question)                 the same, with an answer in any case; asked where the command says so

The last two are left out where the peer has none. TASK is JSON with `embedder`, `reader`, `articles`, `questions` and
`hits`. RESULT is JSON: what was found and answered, how long each step took as `[seconds by the clock, seconds of the
processor]`, and the memory at its peak in MB. What is raised while a question is answered is noted by its type.
"""

from __future__ import annotations

import json
import runpy
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

WARM_UP = "Who was the first to arrive?"
RAISED = (TypeError, ValueError, LookupError, ArithmeticError)


def main() -> None:
    adapter, task_path, result_path, *options = sys.argv[1:]
    task = json.loads(Path(task_path).read_text(encoding="utf-8"))
    import_s, module = timed(runpy.run_path, adapter)
    with tempfile.TemporaryDirectory() as folder:
        load_s, peer = timed(module["Peer"], task["embedder"], task["reader"], folder)
        index_s, _ = timed(peer.index, task["articles"])
        result = {
            "versions": {one.metadata["Name"]: one.version for one in distributions()},
            "import_s": import_s,
            "load_s": load_s,
            "index_s": index_s,
            **questioned(peer, task["questions"], task["hits"], "insist" in options),
            "memory_mb": peak_memory(),
        }
    unfinished = Path(f"{result_path}.unfinished")
    unfinished.write_text(json.dumps(result), encoding="utf-8")
    unfinished.replace(result_path)


def questioned(peer: Any, questions: list[str], hits: int, insist: bool) -> dict[str, Any]:
    """Ask everything in each of the peer's ways, each after one question that does not count."""
    peer.search(WARM_UP, hits)
    searched = [timed(peer.search, question, hits) for question in questions]
    result = {"search_s": [spent for spent, _ in searched], "found": [found for _, found in searched]}
    if hasattr(peer, "ask"):
        answer(peer.ask, WARM_UP)
        asked = [timed(answer, peer.ask, question) for question in questions]
        result |= {"ask_s": [spent for spent, _ in asked], "answers": [given for _, given in asked]}
    if insist and hasattr(peer, "insist"):
        result["insisted"] = [answer(peer.insist, question) for question in questions]
    return result


def answer(ask: Callable[[str], dict[str, Any]], question: str) -> dict[str, Any]:
    try:
        return ask(question)
    except RAISED as error:
        return {"text": None, "error": type(error).__name__}


def timed(call: Callable[..., Any], *arguments: Any) -> tuple[tuple[float, float], Any]:
    clock, processor = time.perf_counter(), time.process_time()
    value = call(*arguments)
    return (time.perf_counter() - clock, time.process_time() - processor), value


def peak_memory() -> float:
    """Return the largest resident set that this process has had, in MB; Linux only."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kibibytes) / 1024


if __name__ == "__main__":
    main()
