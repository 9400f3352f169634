"""How the chat says dates, numbers, confidence and limits in plain words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.coverage import Coverage
from index.search.filters import EVERYTHING, Filter
from qa.wording import (
    confidence_in_words,
    count_in_words,
    coverage_in_words,
    date_in_words,
    limit_in_words,
    shortened,
)

SURER = [
    "unlikely to be right", "rather unlikely to be right", "more likely right than wrong", "probably right",
    "very likely right", "almost certainly right",
]  # fmt: skip


@given(
    st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["", "T08:00", "T08:00:00Z", " 08:00", "T23:59:59.9+05:30"])
)
def test_a_day_is_written_out_and_its_time_left_out(day: date, time: str) -> None:
    assert date_in_words(day.isoformat() + time) == f"{day.day} {day:%B %Y}"


@pytest.mark.parametrize(
    ("published", "words"),
    [
        pytest.param("2025", "2025", id="year"),
        pytest.param("2025-06", "June 2025", id="month"),
        pytest.param("2024-02-29", "29 February 2024", id="leap day"),
        pytest.param(None, "undated", id="none"),
        pytest.param("", "undated", id="empty"),
    ],
)
def test_a_partial_date_is_not_completed(published: str | None, words: str) -> None:
    assert date_in_words(published) == words


@pytest.mark.parametrize(
    "published",
    ["9 June 2025", "2025-13", "2025-00", "2025-02-30", "2025-06-00", "2025-6-9", "0000", "٢٠٢٥", "2025-06-09 \n",
     "20250609", "2025-06-09Z", "<b>"],
)  # fmt: skip
def test_what_is_no_iso_date_stays_as_it_is(published: str) -> None:
    assert date_in_words(published) == published


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_confidence_never_sounds_less_sure(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert SURER.index(confidence_in_words(low)) <= SURER.index(confidence_in_words(high))


@pytest.mark.parametrize(
    ("probability", "words"), [(0.0, SURER[0]), (0.4999, SURER[1]), (0.5, SURER[2]), (1.0, SURER[5])]
)
def test_the_words_turn_from_unlikely_to_likely_at_one_half(probability: float, words: str) -> None:
    assert confidence_in_words(probability) == words


@pytest.mark.parametrize(
    ("searched", "words"),
    [
        pytest.param(Coverage(0, 0, None, None), "0 articles", id="none"),
        pytest.param(Coverage(1, 1, None, None), "1 article, undated", id="one undated"),
        pytest.param(Coverage(1, 0, "2025-06-09", "2025-06-09"), "1 article, of 9 June 2025", id="one day"),
        pytest.param(Coverage(20_000, 0, "1999", "2025-06"), "20,000 articles, from 1999 to June 2025", id="all dated"),
        pytest.param(
            Coverage(5, 2, "2025", "2025"), "5 articles, of 2025, 2 of them undated", id="some undated"
        ),
    ],
)  # fmt: skip
def test_what_was_searched_is_said_with_its_dates(searched: Coverage, words: str) -> None:
    assert coverage_in_words(searched) == words


@pytest.mark.parametrize(
    ("only", "words"),
    [
        pytest.param(EVERYTHING, "", id="everything"),
        pytest.param(Filter(sources=("AP",)), "articles from AP", id="one source"),
        pytest.param(Filter(sources=("AP", "BBC", "CNN")), "articles from AP, BBC or CNN", id="three sources"),
        pytest.param(Filter(authors=("Ada", "Bo"), tags=("war",)), "articles by Ada or Bo tagged war", id="authors"),
        pytest.param(Filter(since="2025", until="2025-06-09"), "articles, since 2025, until 9 June 2025", id="dates"),
        pytest.param(Filter(articles=("a",)), "1 article: a", id="one article"),
        pytest.param(Filter(articles=tuple("abcde")), "5 articles: a, b, c and 2 more", id="five articles"),
    ],
)
def test_a_limit_is_said_in_words(only: Filter, words: str) -> None:
    assert limit_in_words(only) == words


def test_a_limit_calls_articles_by_their_labels() -> None:
    assert limit_in_words(Filter(articles=("a", "b")), ["North", "South"]) == "2 articles: North, South"


@given(st.text(st.sampled_from(" \n\tab") | st.characters(), max_size=40), st.integers(1, 30))
def test_a_shortened_text_is_a_beginning_of_the_text(text: str, most: int) -> None:
    short = shortened(text, most)
    if len(text) <= most or short == text.strip():
        assert short in (text, text.strip())
    else:
        assert short.endswith(" …")
        assert text.strip().startswith(short.removesuffix(" …"))
        assert len(short) <= most + 2


def test_one_is_not_several() -> None:
    assert [count_in_words(n, "page") for n in (0, 1, 2, 1000)] == ["0 pages", "1 page", "2 pages", "1,000 pages"]
