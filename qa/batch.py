"""Files of questions to files of answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import clean_text
from index.errors import UnreadableFile
from index.load.base import read_lines
from qa.assistant import Assistant
from qa.errors import InvalidBatch, InvalidQuestion, OutputError


@dataclass(frozen=True)
class Question:
    """A row of a file of questions.

    Attributes:
        id: As given; None where there is none.
        text: The question, or None where the row has none that can be read.
        error: Why it has none.
    """

    id: str | int | None
    text: str | None
    error: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a batch went."""

    answered: int
    not_in_articles: int
    errors: int


def read_questions(path: Path) -> Iterator[Question]:
    """Yield the questions of a .txt (one a line) or .jsonl (`{"question": ..., "id": ...}` a line), in order.

    Blank lines are left out; a line that cannot be read comes with its error.

    Raises:
        InvalidBatch: If the file cannot be read or has another ending.
    """
    parsers = {".txt": _plain, ".jsonl": _json}
    parse = parsers.get(path.suffix.lower())
    if parse is None:
        raise InvalidBatch(f"Got {str(path)!r} as the file of questions, expected one that ends in .txt or .jsonl.")
    try:
        for number, line in read_lines(path):
            location = f"{path}:{number}"
            if isinstance(line, UnreadableFile):
                yield Question(None, None, f"{location} {line}")
            elif line.strip():
                yield parse(clean_text(line), location)
    except OSError as error:
        raise InvalidBatch(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error


def _plain(line: str, location: str) -> Question:
    return Question(None, line.strip())


def _json(line: str, location: str) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Question(None, None, f"{location} is not JSON: {error}")
    if not isinstance(row, dict):
        return Question(None, None, f"{location} is a JSON {type(row).__name__}, expected an object with 'question'")
    row_id, question = row.get("id"), row.get("question")
    if isinstance(row_id, str):
        row_id = clean_text(row_id)
    elif row_id is not None and type(row_id) is not int:
        return Question(None, None, f"{location} has 'id' as {row_id!r}, expected a string or a whole number")
    if not isinstance(question, str):
        return Question(row_id, None, f"{location} has 'question' as {question!r}, expected a string")
    return Question(row_id, question)


def check_files(questions: Path, answers: Path) -> int:
    """Return how many questions a file has, before the models are loaded.

    Raises:
        InvalidBatch: If it has none or cannot be read.
        OutputError: If the answers cannot be written where they should go.
    """
    total = sum(1 for _ in read_questions(questions))
    if not total:
        raise InvalidBatch(f"{str(questions)!r} has no questions.")
    if answers.suffix.lower() != ".jsonl":
        raise OutputError(f"Got {str(answers)!r} for the answers, expected a name that ends in .jsonl.")
    if not answers.parent.is_dir() or answers.is_dir():
        raise OutputError(f"Cannot write {str(answers)!r}: name a file in a folder that exists.")
    if answers.resolve() == questions.resolve():
        raise OutputError(f"The answers would replace the questions in {str(questions)!r}; name another file.")
    return total


def run_batch(
    assistant: Assistant, questions: Path, answers: Path, done: Callable[[int], None] = lambda count: None
) -> Outcome:
    """Answer a file of questions, one JSON object a line, in their order.

    A line is an Answer with the row's `id`; a row that cannot be answered gives `{"id", "question", "error"}`. The
    answers are written beside the file they are for (`NAME.partial`) and take its place when all are there.

    Args:
        assistant: What answers them.
        questions: See `read_questions`.
        answers: A .jsonl; one that stands there is replaced at the end.
        done: Called with the number of questions done after each.

    Raises:
        InvalidBatch: If the questions cannot be read.
        OutputError: If the answers cannot be written.
    """
    partial = answers.with_name(answers.name + ".partial")
    counts = {"extracted": 0, "none": 0, "error": 0}
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as out:
            for count, row in enumerate(read_questions(questions), start=1):
                kind, line = _answer(assistant, row)
                counts[kind] += 1
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                out.flush()
                done(count)
        partial.replace(answers)
    except OSError as error:
        raise OutputError(f"Cannot write {str(answers)!r}: {error.strerror or error}.") from error
    return Outcome(counts["extracted"], counts["none"], counts["error"])


def _answer(assistant: Assistant, row: Question) -> tuple[str, dict[str, Any]]:
    if row.text is None:
        return "error", {"id": row.id, "question": None, "error": row.error}
    try:
        answer = assistant.ask(row.text)
    except InvalidQuestion as error:
        return "error", {"id": row.id, "question": clean_text(row.text), "error": str(error)}
    return answer.kind, {"id": row.id, **answer.to_json()}
