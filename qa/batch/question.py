"""A row of a file of questions, and what a user says of how such a file is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from index.search.filters import Filter

Format = Literal["txt", "csv", "tsv", "jsonl", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True)
class Layout:
    """What a user says of a file of questions.

    Attributes:
        column: The column or field that has the questions; without one it is `question`, or a table's only column.
        format: Without one it is told by the file's ending.
        filters: The columns that say which articles a row's question is asked of, by the field of a filter; see
            `qa.batch.narrowing.parse_filter_columns`.
    """

    column: str | None = None
    format: Format | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A file of questions.

    Attributes:
        path: Where it is read from; one that ends in .gz is unpacked while it is read.
        name: What it is called in messages.
        format: How it is read.
        warn: Whether to say so where it is not UTF-8.
    """

    path: Path
    name: str
    format: Format
    warn: bool = True


@dataclass(frozen=True)
class Question:
    """A row of a file of questions.

    Attributes:
        id: As given; None where there is none.
        text: The question, or None where the row has none that can be read.
        error: Why it has none, or why it cannot be asked; begins with the file and the line.
        columns: The row's other columns, as given and in their order, without `id`.
        only: Which articles the row asks of; None where it does not say.
        location: The file and the line.
    """

    id: Any
    text: str | None
    error: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    only: Filter | None = None
    location: str = ""
