"""Reading one file in a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index import Article, Failure, PassedOver, read_articles
from index.load import LoadOptions

DATA = Path(__file__).parent / "data"


def expected(folder: str) -> list[Any]:
    """Return what is expected of each document of a folder of the test data, as parameters of a test."""
    rows = json.loads((DATA / folder / "expected.json").read_text(encoding="utf-8"))
    return [pytest.param(row, id=row["file"]) for row in rows]


def load(path: Path, **options: Any) -> list[Article | Failure | PassedOver]:
    """Read a file, a folder or a pattern with the options of `LoadOptions`."""
    return list(read_articles([path], LoadOptions(**options)))


def article(path: Path, **options: Any) -> Article:
    """Read a file that is one article."""
    (item,) = load(path, **options)
    assert isinstance(item, Article), item
    return item


def failure(path: Path, **options: Any) -> Failure:
    """Read a file that cannot be one."""
    (item,) = load(path, **options)
    assert isinstance(item, Failure), item
    return item
