"""What a test set is; and QA test sets in SQuAD v1.1 and v2.0 JSON, plain or gzipped."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.article import clean_text
from qa.errors import InvalidTestSet

SAME_ID = "has the id of a question before it"


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
    """A question that was left out, why, and where it stands: file and line, or file and place in its JSON."""

    id: str
    reason: str
    where: str = ""


@dataclass(frozen=True)
class LooseQuestion:
    """A question of a table without contexts, whose answers are looked up in an article; one without is unanswerable.

    Attributes:
        article_id: Where they are looked up; "" where the table names none.
        where: File and line.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    article_id: str
    where: str


@dataclass(frozen=True)
class TestSet:
    """The questions of a file, those over articles of an index (`loose`), and those that could not be used."""

    questions: tuple[TestQuestion, ...]
    skipped: tuple[Skipped, ...]
    loose: tuple[LooseQuestion, ...] = ()

    def __len__(self) -> int:
        return len(self.questions) + len(self.loose)


def read_squad(path: Path) -> TestSet:
    """Read a test set.

    A question whose gold span does not stand in its context is skipped and reported, and so is one whose id another has
    before it.

    Raises:
        InvalidTestSet: If the file is not SQuAD JSON or has no questions.
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        groups = json.loads(data.decode("utf-8-sig"))["data"]
        questions, skipped = _read(groups, str(path))
    except OSError as error:
        raise InvalidTestSet(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error
    except (ValueError, EOFError, RecursionError, zlib.error) as error:
        raise InvalidTestSet(f"{str(path)!r} is not JSON: {error}. Expected SQuAD v1.1 or v2.0.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidTestSet(
            f"{str(path)!r} is JSON but not a SQuAD test set ({type(error).__name__}: {error}). "
            "Expected data[].paragraphs[].{context, qas[].{id, question, answers[].{text, answer_start}}}."
        ) from error
    if not questions:
        raise InvalidTestSet(f"{str(path)!r} has no usable question; {len(skipped)} were skipped.")
    return TestSet(tuple(questions), tuple(skipped))


def shortened(value: object) -> str:
    """Return a value as a message names it, in 80 characters at most."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _read(groups: list[dict[str, Any]], path: str) -> tuple[list[TestQuestion], list[Skipped]]:
    questions: dict[str, TestQuestion] = {}
    skipped: list[Skipped] = []
    for g, group in enumerate(groups):
        title = clean_text(str(group.get("title") or ""))
        for p, paragraph in enumerate(group["paragraphs"]):
            for q, row in enumerate(paragraph["qas"]):
                where = f"{path}: data[{g}].paragraphs[{p}].qas[{q}]"
                read = _question(row, paragraph["context"], title)
                if isinstance(read, Skipped):
                    skipped.append(replace(read, where=where))
                elif read.id in questions:
                    skipped.append(Skipped(read.id, SAME_ID, where))
                else:
                    questions[read.id] = read
    return list(questions.values()), skipped


def _question(row: dict[str, Any], context: Any, title: str) -> TestQuestion | Skipped:
    row_id, asked = clean_text(str(row["id"])), row["question"]
    if not isinstance(asked, str) or not isinstance(context, str):
        return Skipped(
            row_id, f"has the question {shortened(asked)} over a context of {type(context).__name__}, expected strings"
        )
    context, marks = clean_text(context), len(context) - len(clean_text(context))
    if not context.strip():
        return Skipped(row_id, "has a blank context")
    golds = [] if row.get("is_impossible") else [_gold(answer, marks) for answer in row.get("answers", [])]
    for gold in golds:
        if gold.start < 0 or context[gold.start : gold.end] != gold.text:
            return Skipped(row_id, f"gold span {shortened(gold.text)} does not stand at {gold.start}")
    return TestQuestion(row_id, asked, title, context, tuple(golds))


def _gold(answer: dict[str, Any], marks: int) -> GoldSpan:
    """Read a gold span; `marks` is how many byte order marks were taken from the start of its context."""
    text, start = clean_text(answer["text"]), int(answer["answer_start"]) - marks
    return GoldSpan(text, start, start + len(text))
