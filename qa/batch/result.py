"""What becomes of a row: an answer, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.answer import Answer
from qa.batch.question import Question

Outcomes = Literal["answered", "none", "error"]


@dataclass(frozen=True)
class Record:
    """What is kept of a row while the others are answered: an answer or an error."""

    answer: Answer | None
    error: str | None = None

    @property
    def kind(self) -> Outcomes:
        """What it counts as."""
        if self.answer is None:
            return "error"
        return "none" if self.answer.kind == "none" else "answered"


@dataclass(frozen=True)
class Result:
    """A row of the answers: what was asked and what became of it.

    Attributes:
        number: Of the row among the questions, from 1.
        question: The row.
        record: What became of it.
    """

    number: int
    question: Question
    record: Record
