"""How many articles a filter lets through, and of which dates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Index
from index.coverage import Coverage, Coverages
from index.search.filters import EVERYTHING, Filter

DATES = ["2019", "2020-06", "2020-06-07", "2020-06-07T10:00:00Z", "2021-01-01", "June 2020", "20200607", "", None]
FILTERS = st.builds(
    Filter,
    since=st.sampled_from([None, "2019", "2020-06", "2020-06-08"]),
    until=st.sampled_from([None, "2020-06-08", "2021", "2022-01"]),
    sources=st.sampled_from([(), ("times",), ("Times ", "POST")]),
    tags=st.sampled_from([(), ("x",)]),
    articles=st.sampled_from([(), ("0", "1", "2", "gone")]),
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        yield opened


def in_range(published: str | None, only: Filter) -> bool:
    """Tell whether an article may be of the range: a date that is the beginning of a bound may be on either side."""
    if only.since is None and only.until is None:
        return True
    first = stated(published)
    return first is not None and (only.since or "") <= first + "~" and first <= (only.until or "9") + "~"


def stated(published: str | None) -> str | None:
    return published if published and published[:4].isdigit() and published[4:5] in ("", "-") else None


def expected(articles: list[Article], only: Filter) -> Coverage:
    """Count in plain Python."""
    chosen = [
        one
        for one in articles
        if in_range(one.published, only)
        and (not only.sources or (one.source or "").lower() in {name.strip().lower() for name in only.sources})
        and (not only.tags or set(only.tags) & set(one.tags))
        and (not only.articles or one.id in only.articles)
    ]
    dates = sorted(filter(None, (stated(one.published) for one in chosen)))
    return Coverage(len(chosen), len(chosen) - len(dates), dates[0] if dates else None, dates[-1] if dates else None)


ARTICLES = st.lists(
    st.tuples(st.sampled_from(DATES), st.sampled_from([None, "Times", "post"]), st.sampled_from([(), ("x",)])),
    max_size=12,
)


@settings(max_examples=40)
@given(ARTICLES, st.lists(FILTERS, min_size=1, max_size=4))
def test_coverage_counts_what_python_counts(
    tmp_path_factory: pytest.TempPathFactory,
    described: list[tuple[str | None, str | None, tuple[str, ...]]],
    filters: list[Filter],
) -> None:
    articles = [
        Article(str(n), "A text.", published=published, source=source, tags=tags)
        for n, (published, source, tags) in enumerate(described)
    ]
    with Index.create(tmp_path_factory.mktemp("index"), HashEncoder()) as index:
        index.add(articles)
        for only in [EVERYTHING, *filters]:
            assert index.coverage(only) == expected(articles, only), only


def test_an_index_without_articles_covers_nothing(index: Index) -> None:
    assert index.coverage() == Coverage(0, 0, None, None)


def test_a_date_that_is_none_is_neither_the_first_nor_the_last(index: Index) -> None:
    index.add(Article(str(n), "A text.", published=date) for n, date in enumerate(["0 BC", "2020-06", "yesterday"]))
    assert index.coverage() == Coverage(3, 2, "2020-06", "2020-06")


def test_what_another_process_commits_is_counted(index: Index) -> None:
    index.add([Article("a", "A text.", published="2020")])
    only = Filter(since="2020")
    assert index.coverage(only).articles == index.coverage().articles == 1
    with Index.open(index.path, HashEncoder()) as other:
        other.add([Article("b", "Another text.", published="2021")])
    assert index.coverage(only) == index.coverage() == Coverage(2, 0, "2020", "2021")
    with Index.open(index.path, HashEncoder()) as other:
        other.remove(["a"])
    assert index.coverage(only) == Coverage(1, 0, "2021", "2021")


def test_a_filter_is_counted_once_in_a_generation(index: Index) -> None:
    index.add([Article("a", "A text.")])
    told: list[str] = []
    with index._catalog.session():
        index._catalog.db.set_trace_callback(told.append)
    for _ in range(3):
        index.coverage(Filter(articles=("a",)))
    assert sum("count(date)" in statement for statement in told) == 1


def test_the_filters_that_are_kept_are_few(index: Index) -> None:
    coverages = Coverages()
    with index._catalog.snapshot():
        for n in range(1_000):
            coverages.of(index._catalog.db, 1, Filter(articles=(str(n),)))
    assert len(coverages._known) == 64


@pytest.mark.parametrize(
    "only",
    [EVERYTHING, Filter(since="2020"), Filter(sources=("x",), since="2020"), Filter(articles=("a",), until="2020")],
    ids=["all", "dates", "source and date", "article and date"],
)
def test_no_text_is_read_to_count(index: Index, only: Filter) -> None:
    """What SQLite plans for `articles` names a covering index, so that it stays away from the table with the texts."""
    told: list[str] = []
    with index._catalog.session():
        db: sqlite3.Connection = index._catalog.db
        db.set_trace_callback(told.append)
        index.coverage(only)
        db.set_trace_callback(None)
        (statement,) = (one for one in told if "count(date)" in one)
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert [step for step in plan if " a " in f"{step} "] == [step for step in plan if "a USING COVERING INDEX" in step]
