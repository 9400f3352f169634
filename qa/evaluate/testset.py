"""QA test sets in SQuAD v1.1 and v2.0 JSON, plain or gzipped."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import clean_text
from qa.errors import InvalidTestSet


@dataclass(frozen=True)
class GoldSpan:
    """A right answer: `context[start:end] == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class TestQuestion:
    """A question of a test set; one without golds is unanswerable."""

    id: str
    question: str
    title: str
    context: str
    golds: tuple[GoldSpan, ...]


@dataclass(frozen=True)
class Skipped:
    """A question that was left out, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class TestSet:
    """The questions of a file, and those that could not be used."""

    questions: tuple[TestQuestion, ...]
    skipped: tuple[Skipped, ...]


def read_squad(path: Path) -> TestSet:
    """Read a test set.

    A question whose gold span does not stand in its context is skipped and reported.

    Raises:
        InvalidTestSet: If the file is not SQuAD JSON or has no questions.
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        groups = json.loads(data.decode("utf-8-sig"))["data"]
        questions, skipped = _read(groups)
    except OSError as error:
        raise InvalidTestSet(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error
    except (ValueError, EOFError) as error:
        raise InvalidTestSet(f"{str(path)!r} is not JSON: {error}. Expected SQuAD v1.1 or v2.0.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidTestSet(
            f"{str(path)!r} is JSON but not a SQuAD test set ({type(error).__name__}: {error}). "
            "Expected data[].paragraphs[].{context, qas[].{id, question, answers[].{text, answer_start}}}."
        ) from error
    if not questions:
        raise InvalidTestSet(f"{str(path)!r} has no usable question; {len(skipped)} were skipped.")
    return TestSet(tuple(questions), tuple(skipped))


def _read(groups: list[dict[str, Any]]) -> tuple[list[TestQuestion], list[Skipped]]:
    questions: list[TestQuestion] = []
    skipped: list[Skipped] = []
    for group in groups:
        title = clean_text(str(group.get("title") or ""))
        for paragraph in group["paragraphs"]:
            for row in paragraph["qas"]:
                read = _question(row, paragraph["context"], title)
                (questions if isinstance(read, TestQuestion) else skipped).append(read)  # type: ignore[arg-type]
    return questions, skipped


def _question(row: dict[str, Any], context: Any, title: str) -> TestQuestion | Skipped:
    row_id, asked = clean_text(str(row["id"])), row["question"]
    if not isinstance(asked, str) or not isinstance(context, str):
        return Skipped(
            row_id, f"has the question {asked!r} over a context of {type(context).__name__}, expected strings"
        )
    context, marks = clean_text(context), len(context) - len(clean_text(context))
    if not context.strip():
        return Skipped(row_id, "has a blank context")
    golds = [] if row.get("is_impossible") else [_gold(answer, marks) for answer in row.get("answers", [])]
    for gold in golds:
        if gold.start < 0 or context[gold.start : gold.end] != gold.text:
            return Skipped(row_id, f"gold span {gold.text!r} does not stand at {gold.start}")
    return TestQuestion(row_id, asked, title, context, tuple(golds))


def _gold(answer: dict[str, Any], marks: int) -> GoldSpan:
    """Read a gold span; `marks` is how many byte order marks were taken from the start of its context."""
    text, start = clean_text(answer["text"]), int(answer["answer_start"]) - marks
    return GoldSpan(text, start, start + len(text))
