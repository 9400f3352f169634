"""Pages of the list of articles: searched, sorted, filtered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Index
from index.listing import ArticleSummary, Order
from index.schema import FORMAT
from index.search.filters import EVERYTHING, Filter

ARTICLES = [
    Article(
        "b.txt", "Text one.", title="Émile visits Zürich", source="Times", published="2021-05", authors=("Åsa Öst",)
    ),
    Article("a.txt", "Text two.", title="echo of a storm", source="times ", published="2020-01-02"),
    Article("d.txt", "Text three.", title="Zebra\ncrossing", source="Post", published="June 2020", language="en"),
    Article("c/ñandú.md", "Text four.", published="2021-05-03T08:00", authors=('The "Ace"', "Bo")),
    Article("e.txt", "Text five.", title="Echo of a storm", source="Écho"),
]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        opened.add(ARTICLES)
        yield opened


def listed(index: Index, search: str = "", by: Order = "title", *, descending: bool = False, **rest: object) -> str:
    """Return the first letters of the ids on a page."""
    page = index.listing(search, by, descending=descending, **rest)  # type: ignore[arg-type]
    return "".join(article.id[0] for article in page.articles)


@pytest.mark.parametrize(
    ("by", "up", "down"),
    [
        ("title", "caebd", "dbaec"),
        ("date", "abcde", "cbade"),
        ("source", "edabc", "abdec"),
        ("added", "badce", "ecdab"),
    ],
)
def test_the_list_is_sorted_both_ways_with_ties_by_id_and_what_lacks_it_last(
    index: Index, by: Order, up: str, down: str
) -> None:
    assert listed(index, by=by) == up
    assert listed(index, by=by, descending=True) == down


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", "caebd"),
        ("STORM", "ae"),
        ("storm écho", "ae"),
        ("zurich emile", "b"),
        ("oST  asa", "b"),
        ("ÑANDU", "c"),
        ('"ace"', "c"),
        ("post", "d"),
        ("bra cross", "d"),
        ("bo storm", ""),
        ("one", ""),
    ],
)
def test_all_words_must_stand_in_title_id_source_or_authors(index: Index, search: str, found: str) -> None:
    assert listed(index, search) == found


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (Filter(sources=("TIMES",)), "ab"),
        (Filter(since="2021"), "cb"),
        (Filter(until="2020"), "a"),
        (Filter(articles=("d.txt", "gone")), "d"),
    ],
    ids=["source", "since", "until", "articles"],
)
def test_a_filter_limits_the_list(index: Index, only: Filter, found: str) -> None:
    assert listed(index, only=only) == found
    assert index.listing(only=only, limit=0).total == len(found)


def test_pages_follow_each_other(index: Index) -> None:
    assert [listed(index, offset=at, limit=2) for at in (0, 2, 4, 6)] == ["ca", "eb", "d", ""]
    assert index.listing("storm", offset=9).total == 2


def test_a_summary_has_the_fields_of_its_article_as_they_are(index: Index) -> None:
    page = index.listing("émile")
    (expected,) = (one for one in ARTICLES if one.id == "b.txt")
    fields = {name: getattr(expected, name) for name in ArticleSummary.__dataclass_fields__}
    assert page.articles == (ArticleSummary(**fields),)
    assert [one.label for one in index.listing("ñandú").articles] == ["c/ñandú.md"]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.text(max_size=8), st.text('aÄ \n\t"\\', max_size=3)), max_size=8), st.text(max_size=3))
def test_every_article_is_listed_once_and_found_by_its_own_title(
    tmp_path_factory: pytest.TempPathFactory, named: list[tuple[str, str]], extra: str
) -> None:
    articles = [Article(f"{n}{extra}", "Words.", title=title, authors=(name,)) for n, (title, name) in enumerate(named)]
    with Index.create(tmp_path_factory.mktemp("index"), HashEncoder()) as index:
        index.add(articles)
        for by in ("title", "date", "source", "added"):
            page = index.listing(by=by)
            assert sorted(one.id for one in page.articles) == sorted(one.id for one in articles)
        for article in articles:
            assert article.id in {
                one.id for one in index.listing(f"{article.title} {' '.join(article.authors)}").articles
            }


def test_a_list_follows_every_change_of_this_and_another_process(index: Index) -> None:
    assert listed(index) == "caebd"
    index.remove(["c/ñandú.md"])
    assert listed(index) == "aebd"
    with Index.open(index.path, HashEncoder()) as other:
        other.add([Article("f.txt", "Text six.", title="A first"), replace(ARTICLES[0], title="Aaa")])
    assert listed(index) == "fbaed"
    assert listed(index, by="added", descending=True)[:2] == "bf"


@pytest.mark.parametrize("wrong", [{"by": "length"}, {"offset": -1}, {"limit": -1}], ids=["order", "offset", "limit"])
def test_what_cannot_be_listed_is_an_error(index: Index, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^Got the .*, expected "):
        index.listing(**wrong)  # type: ignore[arg-type]


def test_sources_are_counted_as_filters_see_them(index: Index) -> None:
    index.add([Article("f.txt", "Text six.", source="TIMES"), Article("g.txt", "Text seven.", source="Times")])
    index.add([Article("h.txt", "Text eight.", source=" ")])
    assert index.sources() == [("Post", 1), ("Times", 4), ("Écho", 1)]
    assert all(len(index.listing(only=Filter(sources=(name,))).articles) == count for name, count in index.sources())


def test_removed_articles_are_listed_with_their_titles_the_last_first(index: Index) -> None:
    assert index.removed_listing().total == 0
    index.remove(["e.txt", "c/ñandú.md"])
    index.remove(["a.txt"])
    page = index.removed_listing(limit=2)
    assert (page.total, [one.label for one in page.articles]) == (3, ["echo of a storm", "c/ñandú.md"])
    assert index.removed_listing(2).articles[0].id == "e.txt"
    index.bring_back(["c/ñandú.md"])
    assert index.removed_listing().total == 2
    index.erase(["a.txt", "e.txt"])
    assert index.removed_listing().articles == ()


@pytest.mark.parametrize("only", [EVERYTHING, Filter(sources=("times",), since="2020")], ids=["all", "filtered"])
def test_no_text_is_read_to_list(index: Index, only: Filter) -> None:
    told: list[str] = []
    with index._catalog.session():
        db = index._catalog.db
        db.set_trace_callback(told.append)
        for by in ("title", "date", "source", "added"):
            index.listing("storm", by, only=only)
        index.sources()
        db.set_trace_callback(None)
        plans = [[row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {one}")] for one in told if "FROM articles" in one]
    assert len(plans) >= 7
    assert all(any("a USING COVERING INDEX articles_listed" in step for step in plan) for plan in plans)


def test_a_damaged_article_is_listed_without_its_authors(index: Index) -> None:
    with closing(sqlite3.connect(index.path / "catalog.sqlite")) as db, db:
        db.execute("UPDATE articles SET authors = '[' WHERE id = 'b.txt'")
        db.execute("UPDATE articles SET authors = '\\' WHERE id = 'a.txt'")
    assert listed(index) == "caebd"
    assert index.listing("émile").articles[0].authors == ()


def test_an_index_of_the_format_before_is_listed_and_keeps_all_it_had(index: Index) -> None:
    before, articles = index.listing(), list(index.articles())
    index.close()
    with closing(sqlite3.connect(index.path / "catalog.sqlite")) as db, db:
        db.execute("DROP INDEX articles_listed")
        db.execute("PRAGMA user_version = 3")
    with Index.open(index.path, HashEncoder()) as opened:
        assert opened.info().format == FORMAT
        assert opened.listing() == before
        assert list(opened.articles()) == articles
        assert opened.verify() == []
