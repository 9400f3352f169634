"""Runs of a file of questions in processes of their own, with the hash encoder: to be killed, or to be measured."""

from __future__ import annotations

import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from fakes import HashEncoder, WordReader

from index import Article, Index
from index.search.filters import Filter
from qa import Answer, Assistant
from qa.batch import run_batch
from qa.question import check_question


def make_index(folder: Path) -> None:
    """Write the index that the runs ask."""
    with Index.create(folder, HashEncoder()) as index:
        index.add([Article(f"a{n}", f"Ada met the envoy in town {n}.", published="2025-06-09") for n in range(3)])


def run(folder: str, questions: str, answers: str, told: Connection) -> None:
    """Answer a file, and tell after each chunk how many questions are done."""
    with Index.open(folder, HashEncoder()) as index:
        run_batch(Parrot(index, WordReader("envoy")), Path(questions), Path(answers), told.send)


class Parrot(Assistant):
    """Gives every question the same answer at once: what is run and measured is everything else."""

    _first: Answer | None = None

    def ask(self, question: str, only: Filter | None = None, *, used: str | None = None) -> Answer:
        self._first = self._first or super().ask("Who met the envoy?")
        return replace(self._first, question=check_question(question), question_used=question)


def peak_memory(folder: str, questions: str, answers: str) -> int:
    """Answer a file, and return the most memory that the process had, in kB."""
    with Index.open(folder, HashEncoder()) as index:
        run_batch(Parrot(index, WordReader("envoy")), Path(questions), Path(answers))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


if __name__ == "__main__":
    sys.stdout.write(str(peak_memory(*sys.argv[1:])))
