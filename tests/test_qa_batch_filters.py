from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder, WordReader

from index import Article, Index
from index.errors import InvalidFilter
from index.search.filters import EVERYTHING, Filter
from qa import Assistant
from qa.batch import parse_filter_columns, run_batch
from qa.batch.narrowing import filter_of_cells, filter_of_object, narrowed
from qa.errors import InvalidBatch


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add(
            Article(f"a{year}", f"Ada met the envoy in {year}.", published=str(year), source="AP")
            for year in (2024, 2025)
        )
        yield Assistant(index, WordReader("envoy"), only=Filter(sources=("AP",)))


@pytest.mark.parametrize(
    ("asked", "articles", "error"),
    [
        pytest.param({"since": "2025"}, {"a2025"}, "", id="date"),
        pytest.param({"article": "a2024"}, {"a2024"}, "", id="article"),
        pytest.param({"sources": ["ap", "Reuters"]}, {"a2024", "a2025"}, "", id="source in any case"),
        pytest.param({}, {"a2024", "a2025"}, "", id="empty"),
        pytest.param({"source": "Reuters"}, set(), "the command is limited to 'AP'", id="beyond the command's"),
        pytest.param({"article": "none"}, set(), "article 'none', which the index does not hold", id="unknown"),
        pytest.param({"since": "soon"}, set(), "Got since 'soon'", id="no date"),
        pytest.param({"topic": "x"}, set(), "Got 'topic' in a filter", id="unknown field"),
        pytest.param("AP", set(), "expected an object", id="no object"),
    ],
)
def test_a_row_is_asked_of_what_its_filter_lets_through(
    tmp_path: Path, assistant: Assistant, asked: Any, articles: set[str], error: str
) -> None:
    rows = [{"question": "Who?", "filter": asked}, {"question": "Who?"}]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    outcome = run_batch(assistant, tmp_path / "q.jsonl", tmp_path / "a.jsonl")
    first, second = map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines())
    assert {passage["article_id"] for passage in first.get("passages", [])} == articles
    assert error in first.get("error", "")
    assert (outcome.errors, len(second["passages"])) == (bool(error), 2)
    assert first["filter"] == asked


@pytest.mark.parametrize(
    ("base", "row", "both"),
    [
        pytest.param(EVERYTHING, Filter("2025", tags=("a",)), Filter("2025", tags=("a",)), id="nothing before"),
        pytest.param(Filter("2025", "2026"), Filter("2024", "2025-06"), Filter("2025", "2025-06"), id="dates"),
        pytest.param(Filter(until="2025-06"), Filter(until="2025"), Filter(until="2025-06"), id="year and month"),
        pytest.param(Filter(articles=("a", "b")), Filter(articles=("b", "c")), Filter(articles=("b",)), id="articles"),
        pytest.param(Filter(tags=("a", "b")), Filter(tags=("A",)), Filter(tags=("A",)), id="fewer tags"),
        pytest.param(Filter(tags=("a",)), Filter(tags=("a", "b")), Filter(tags=("a",)), id="more tags"),
    ],
)
def test_a_row_s_filter_narrows_the_command_s(base: Filter, row: Filter, both: Filter) -> None:
    assert narrowed(base, row) == both


@pytest.mark.parametrize(
    ("base", "row"),
    [
        pytest.param(Filter(since="2026"), Filter(until="2025"), id="no day in both"),
        pytest.param(Filter(articles=("a",)), Filter(articles=("b",)), id="no article in both"),
        pytest.param(Filter(authors=("a",)), Filter(authors=("b",)), id="two lists of authors"),
    ],
)
def test_filters_that_cannot_both_hold_are_an_error(base: Filter, row: Filter) -> None:
    with pytest.raises(InvalidFilter):
        narrowed(base, row)


def test_cells_of_a_spreadsheet_stand_for_dates() -> None:
    assert filter_of_cells({"since": 2024.0, "until": datetime(2025, 6, 9)}) == Filter("2024", "2025-06-09")
    assert filter_of_cells({"article": "http://a.org/?x;y", "tag": " ; "}) == Filter(articles=("http://a.org/?x;y",))
    assert filter_of_cells({"since": None, "tag": ""}) is None


def test_a_filter_has_one_date_for_each_end() -> None:
    with pytest.raises(InvalidFilter, match="several dates for since"):
        filter_of_object({"since": ["2024", "2025"]})
    with pytest.raises(InvalidFilter, match="Got source as True"):
        filter_of_object({"source": True})


@pytest.mark.parametrize("text", ["when=x", "since=", "since,since", ""])
def test_a_filter_column_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidBatch, match="expected each of since, until"):
        parse_filter_columns(text)
