"""What a test set is; and QA test sets in SQuAD v1.1 and v2.0 JSON, plain or gzipped."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import clean_text
from index.errors import UnreadableFile
from index.load.base import decode
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
    """A question of a test set; one without golds is unanswerable. `where` is as `Skipped` has it."""

    id: str
    question: str
    title: str
    context: str
    golds: tuple[GoldSpan, ...]
    where: str = ""


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


class Unusable(Exception):
    """A row that is no question; says why."""


def read_squad(path: Path) -> TestSet:
    """Read a test set.

    A question that cannot be used is skipped and reported with its place: one that lacks a field or has another kind of
    value in it, whose gold span does not stand in its context, or whose id another has before it.

    Raises:
        InvalidTestSet: If the file is not SQuAD JSON or has no usable question.
    """
    questions: dict[str, TestQuestion] = {}
    skipped: list[Skipped] = []
    for where, row, context, title in _rows(read_document(path), path):
        row_id = _row_id(row)
        try:
            if row_id in questions:
                raise Unusable(SAME_ID)
            questions[row_id] = _question(row, row_id, context, title, where)
        except Unusable as error:
            skipped.append(Skipped(row_id, str(error), where))
    if not questions:
        first = f"; the first: {skipped[0].reason} ({skipped[0].where})" if skipped else ""
        raise InvalidTestSet(f"{str(path)!r} has no usable question; {len(skipped)} were skipped{first}.")
    return TestSet(tuple(questions.values()), tuple(skipped))


def read_document(path: Path) -> dict[str, Any]:
    """Read a SQuAD document as it stands, with whatever its questions are, also none; decoded as `decode` does.

    Raises:
        InvalidTestSet: If the file cannot be read, or is not SQuAD JSON.
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        document: dict[str, Any] = json.loads(clean_text(decode(data, str(path))))
        for _ in _rows(document, path):
            pass
    except OSError as error:
        raise InvalidTestSet(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error
    except UnreadableFile as error:
        raise InvalidTestSet(f"{str(path)!r} {error}. Save it as UTF-8.") from error
    except (ValueError, EOFError, RecursionError, zlib.error) as error:
        raise InvalidTestSet(f"{str(path)!r} is not JSON: {error}. Expected SQuAD v1.1 or v2.0.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidTestSet(
            f"{str(path)!r} is JSON but not a SQuAD test set ({type(error).__name__}: {error}). "
            "Expected data[].paragraphs[].{context, qas[].{id, question, answers[].{text, answer_start}}}."
        ) from error
    return document


def shortened(value: object) -> str:
    """Return a value as a message names it, in 80 characters at most."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _rows(document: dict[str, Any], path: Path) -> Iterator[tuple[str, Any, Any, str]]:
    """Yield the place of each question, the question, its context and its title; all but these is as SQuAD has it.

    Raises:
        KeyError, TypeError, AttributeError: If it is not.
    """
    for g, group in enumerate(document["data"]):
        title = clean_text(str(group.get("title") or ""))
        for p, paragraph in enumerate(group["paragraphs"]):
            for q, row in enumerate(paragraph["qas"]):
                yield f"{path}: data[{g}].paragraphs[{p}].qas[{q}]", row, paragraph.get("context"), title


def _row_id(row: Any) -> str:
    """Return the id of a question, "" where it has none."""
    given = row.get("id") if isinstance(row, dict) else None
    return clean_text(str(given)) if isinstance(given, (str, int)) else ""


def _question(row: Any, row_id: str, context: Any, title: str, where: str) -> TestQuestion:
    if not isinstance(row, dict):
        raise Unusable(f"is {shortened(row)}, expected an object with 'id', 'question' and 'answers'")
    _field(row, "id", (str, int), "a string")
    asked = _field(row, "question", (str,), "a string")
    if not isinstance(context, str):
        raise Unusable(f"has the context {shortened(context)}, expected a string")
    context, marks = clean_text(context), len(context) - len(clean_text(context))
    if not context.strip():
        raise Unusable("has a blank context")
    answers = [] if row.get("is_impossible") else _field(row, "answers", (list,), "a list, empty if it is unanswerable")
    golds = [_gold(answer, marks) for answer in answers]
    for gold in golds:
        if gold.start < 0 or context[gold.start : gold.end] != gold.text:
            raise Unusable(f"gold span {shortened(gold.text)} does not stand at {gold.start}")
    return TestQuestion(row_id, asked, title, context, tuple(golds), where)


def _gold(answer: Any, marks: int) -> GoldSpan:
    """Read a gold span; `marks` is how many byte order marks were taken from the start of its context."""
    if not isinstance(answer, dict):
        raise Unusable(f"has the answer {shortened(answer)}, expected an object with 'text' and 'answer_start'")
    text = clean_text(_field(answer, "text", (str,), "a string"))
    given = _field(answer, "answer_start", (int, float, str), "a whole number")
    try:
        start = int(given) - marks
    except (ValueError, OverflowError):
        raise Unusable(f"has 'answer_start' as {shortened(given)}, expected a whole number") from None
    return GoldSpan(text, start, start + len(text))


def _field(row: dict[str, Any], name: str, kinds: tuple[type, ...], expected: str) -> Any:
    if name not in row:
        raise Unusable(f"has no {name!r}, expected {expected}")
    if not isinstance(row[name], kinds):
        raise Unusable(f"has {name!r} as {shortened(row[name])}, expected {expected}")
    return row[name]
