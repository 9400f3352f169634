"""Filters of a search, against a predicate that knows nothing of SQL."""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from fakes import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Index
from index.errors import InvalidFilter, UnknownArticle
from index.search.filters import EVERYTHING, Filter, allowed_rows

Name = tuple[str, str]
"""What two spellings of a name share, and one of its spellings."""

SPELLINGS = {
    "guardian": ["The Guardian", "the guardian", "  THE \t Guardian "],
    "zurich": ["Zürcher Bote", unicodedata.normalize("NFD", "Zürcher Bote"), "ZÜRCHER\u00a0BOTE"],
    "street": ["Hauptstraße", "HAUPTSTRASSE"],
    "part": ["Guardian"],
    "marks": ["100%_'", "100%_' "],
}
names = st.sampled_from([(key, spelling) for key, spellings in SPELLINGS.items() for spelling in spellings])
some_names = st.lists(names, max_size=2).map(tuple)
DATES = ["2024", "2025", "2024-12", "2025-06", "2024-12-31", "2025-01-01", "2025-06-01", "2025-06-15", "2025-06-30"]
days = st.sampled_from(DATES)
published = st.none() | days | days.filter(lambda day: len(day) == 10).map(lambda day: f"{day}T23:30:00+02:00")


def span(stated: str) -> tuple[date, date]:
    """The first and the last day that a date may mean."""
    year, month, day = (int(part) if part else None for part in [*stated[:10].split("-"), "", ""][:3])
    assert year is not None
    last_month = month or 12
    return date(year, month or 1, day or 1), date(year, last_month, day or monthrange(year, last_month)[1])


@dataclass(frozen=True)
class Wanted:
    """A filter before it is one."""

    since: str | None
    until: str | None
    sources: tuple[Name, ...]
    authors: tuple[Name, ...]
    tags: tuple[Name, ...]
    articles: tuple[str, ...]

    def filter(self) -> Filter:
        sources, authors, tags = (
            tuple(spelling for _, spelling in it) for it in (self.sources, self.authors, self.tags)
        )
        return Filter(self.since, self.until, sources, authors, tags, self.articles)

    def empty(self) -> bool:
        return bool(self.since and self.until and span(self.since)[0] > span(self.until)[1])

    def lets_through(self, one: Described) -> bool:
        if self.since and (one.published is None or span(one.published)[1] < span(self.since)[0]):
            return False
        if self.until and (one.published is None or span(one.published)[0] > span(self.until)[1]):
            return False
        named = [(self.sources, one.source), (self.authors, one.authors), (self.tags, one.tags)]
        if any(some and not {key for key, _ in some} & {key for key, _ in held} for some, held in named):
            return False
        return not self.articles or one.id in self.articles


@dataclass(frozen=True)
class Described:
    """An article before it is one; its source is none or one name."""

    id: str
    published: str | None
    source: tuple[Name, ...]
    authors: tuple[Name, ...]
    tags: tuple[Name, ...]

    def article(self) -> Article:
        source, authors, tags = (tuple(spelling for _, spelling in it) for it in (self.source, self.authors, self.tags))
        text = f"Article {self.id} tells of w{self.id}."
        return Article(self.id, text, source=(*source, None)[0], published=self.published, authors=authors, tags=tags)


described = st.lists(
    st.builds(
        Described,
        st.sampled_from("abcdefgh"),
        published,
        st.lists(names, max_size=1).map(tuple),
        some_names,
        some_names,
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.id,
)
no_names: st.SearchStrategy[tuple[Name, ...]] = st.just(())
wanted = st.builds(
    Wanted,
    st.none() | days,
    st.none() | days,
    no_names | some_names,
    no_names | some_names,
    no_names | some_names,
    st.lists(st.sampled_from("abcdefgh"), max_size=3).map(tuple) | st.just(()),
)


@settings(max_examples=60)
@given(articles=described, filters=st.lists(wanted, min_size=5, max_size=15))
def test_a_filter_lets_through_what_it_says(
    articles: list[Described], filters: list[Wanted], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Index.create(tmp_path_factory.mktemp("index"), HashEncoder()) as index:
        index.add(one.article() for one in articles)
        ids = {one.id for one in articles}
        for one in (replace(it, articles=tuple(name for name in it.articles if name in ids)) for it in filters):
            if one.empty():
                with pytest.raises(InvalidFilter, match="is empty"):
                    one.filter()
                continue
            only, expected = one.filter(), {it.id for it in articles if one.lets_through(it)}
            with index._catalog.snapshot():
                rows = allowed_rows(index._catalog.db, only)
                assert {place.article_id for place in index._catalog.places(rows.tolist()).values()} == expected
            assert rows.tolist() == sorted(set(rows.tolist()))
            assert {hit.passage.article_id for hit in index.search("article", 50, only=only)} == expected
            vector = index.encoder.encode(["article"])[0]
            assert {hit.passage.article_id for hit in index.nearest(vector, 50, only=only)} == expected
            assert index.coverage(only).articles == len(expected)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        yield opened


def found(index: Index, only: Filter, query: str = "article") -> list[str]:
    return sorted(hit.passage.article_id for hit in index.search(query, 50, only=only))


@pytest.mark.parametrize("exact", [0, 1_000], ids=["faiss", "exactly"])
@pytest.mark.parametrize("few", [1, 10_000], ids=["passed over", "named"])
@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_a_narrow_filter_among_many_still_finds_k(
    index: Index, monkeypatch: pytest.MonkeyPatch, kind: str, few: int, exact: int
) -> None:
    monkeypatch.setattr("index.search.vectors._EXACT_ROWS", exact)
    monkeypatch.setattr("index.search.lexical._FEW", few)
    index.use_vectors(kind)
    index.add(Article(f"loud{n}", f"The storm of the storm number {n} was a storm w{n}.") for n in range(300))
    index.add(Article(f"rare{n}", f"A quiet evening with word{n} and w{n}x.", tags=("rare",)) for n in range(8))
    hits = index.search("storm evening", 5, only=Filter(tags=("Rare",)))
    assert len(hits) == 5
    assert all(hit.passage.article_id.startswith("rare") for hit in hits)
    assert all(hit.ranks.lexical for hit in hits)
    assert len(index.search("storm", 50, only=Filter(tags=("rare",)))) == 8


def test_fields_that_change_are_filtered_by_at_once(index: Index) -> None:
    before = Article("a", "An article.", source="Times", published="2024", tags=("x",))
    index.add([before])
    only = Filter(sources=("post",), since="2025")
    assert found(index, only) == []
    index.add([replace(before, source="Post", published="2025")])
    assert (found(index, only), index.coverage(only).articles) == (["a"], 1)
    assert found(index, Filter(sources=("Times",))) == []
    index.remove(["a"])
    assert (found(index, only), index.coverage(only).articles) == ([], 0)
    index.bring_back(["a"])
    assert found(index, only) == ["a"]


def test_another_process_that_changes_fields_is_followed(index: Index) -> None:
    index.add([Article("a", "An article.", source="Times")])
    assert found(index, Filter(sources=("times",))) == ["a"]
    with Index.open(index.path, HashEncoder()) as other:
        other.add([Article("a", "An article.", source="Post"), Article("b", "Another article.", source="Times")])
    assert found(index, Filter(sources=("times",))) == ["b"]


def test_a_filter_holds_for_copies_too(index: Index) -> None:
    text = "The very same words of one article, sent by the wire to two papers at once."
    index.add([Article("a", text, source="Times"), Article("b", text, source="Post")])
    (hit,) = index.search("same words", 5, only=Filter(sources=("Post",)))
    assert (hit.passage.article_id, hit.copies) == ("b", ())


def test_a_filter_and_a_phrase_hold_both(index: Index) -> None:
    index.add(Article(n, f"An article that says {n}.", tags=(tag,)) for n, tag in [("one", "x"), ("two", "x")])
    index.add([Article("more", "An article that says one more.", tags=("y",))])
    assert found(index, EVERYTHING, '"says one"') == ["more", "one"]
    assert found(index, Filter(tags=("x",)), '"says one"') == ["one"]


def test_an_unknown_article_is_an_error(index: Index) -> None:
    index.add([Article("a", "An article.")])
    only = Filter(articles=("a", "nobody"))
    with pytest.raises(UnknownArticle, match="'nobody'") as caught:
        index.search("article", only=only)
    assert caught.value.ids == ("nobody",)
    with pytest.raises(UnknownArticle, match="'nobody'"):
        index.nearest(index.encoder.encode(["article"])[0], only=only)


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize(
    "value",
    ["", "25", "2025-6", "2025-13", "2025-02-29", "2025-06-31", "0000", "2025-06-07T10:00", "June 2025", "２０２５"],
)
def test_what_is_no_date_is_named_with_what_one_is(name: str, value: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        Filter(since=value) if name == "since" else Filter(until=value)
    assert str(caught.value).startswith(f"Got {name} {value!r}, expected a date as YYYY, YYYY-MM or YYYY-MM-DD")


@pytest.mark.parametrize(
    ("since", "until"), [("2025", "2024"), ("2025-07", "2025-06-30"), ("2025-06-02", "2025-06-01")]
)
def test_an_empty_range_says_to_swap(since: str, until: str) -> None:
    with pytest.raises(InvalidFilter, match=f"from '{since}' to '{until}' is empty. Swap the two dates"):
        Filter(since, until)
    assert Filter(until, since)


def test_an_article_without_a_date_is_in_no_range(index: Index) -> None:
    index.add([Article("a", "An article."), Article("b", "An article too.", published="")])
    assert found(index, Filter(since="0001")) == found(index, Filter(until="9999")) == []


def test_only_a_filter_that_leaves_something_out_is_true() -> None:
    assert not Filter()
    assert all(map(bool, [Filter(since="2025"), Filter(tags=("x",)), Filter(articles=("a",))]))


@pytest.mark.parametrize("stated", ["June 7, 2020", "20200607", "07/06/2020", "2020/06/07", "yesterday", ""])
def test_what_is_no_iso_date_is_in_no_range(tmp_path: Path, stated: str) -> None:
    with Index.create(tmp_path, HashEncoder()) as index:
        index.add([Article("a", "Text.", published=stated), Article("b", "Text too.", published="2020-06-07")])
        assert index.coverage(Filter(since="1900")).articles == index.coverage(Filter(until="2030")).articles == 1


def test_thousands_of_articles_may_be_named(tmp_path: Path) -> None:
    with Index.create(tmp_path, HashEncoder()) as index:
        index.add([Article("a", "Text.")])
        assert index.coverage(Filter(articles=("a", *(f"x{n}" for n in range(300_000))))).articles == 1


def test_a_string_is_not_several(tmp_path: Path) -> None:
    with pytest.raises(InvalidFilter, match="Got sources 'Guardian', expected several in a tuple"):
        Filter(sources="Guardian")  # type: ignore[arg-type]
