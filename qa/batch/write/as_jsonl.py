"""Answers as JSON, one object a line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from index.article import clean_text
from qa.answer import Answer
from qa.batch.cells import plain
from qa.batch.columns import output_names
from qa.batch.flat import ID, asked
from qa.batch.result import Outcomes, Result

_TAKEN = frozenset((ID, "error", *(field.name for field in fields(Answer))))


def write_jsonl(path: Path, columns: Sequence[str], results: Iterator[Result], counts: Counter[Outcomes]) -> int:
    """Write each row as its `id`, the Answer's fields, and the question's other columns with their types.

    A row without an answer has `id`, `question`, `error` and the columns. A column that has the name of a field comes
    as `input_NAME`. Lone surrogates become U+FFFD.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for result in results:
            file.write(clean_text(json.dumps(_object(result), ensure_ascii=False)) + "\n")
    return 0


def _object(result: Result) -> dict[str, object]:
    answer, row = result.record.answer, result.question
    given = {"question": asked(result), "error": result.record.error} if answer is None else answer.to_json()
    names = output_names(row.columns, _TAKEN)
    return {ID: plain(row.id), **given, **{names[name]: plain(value) for name, value in row.columns.items()}}
