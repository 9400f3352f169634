from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.relative_dates import relative_dates

SENTENCES = json.loads((Path(__file__).parent / "data" / "relative_dates.json").read_text(encoding="utf-8"))


def unmarked(sentence: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the marks out of a sentence, and return where they stood."""
    text, begun, marked = "", 0, []
    for character in sentence:
        if character == "⟦":
            begun = len(text)
        elif character == "⟧":
            marked.append((begun, len(text)))
        else:
            text += character
    return text, marked


@pytest.mark.parametrize(("part", "found_at_least", "wrong_at_most"), [("seen", 1.0, 0), ("held out", 0.93, 2)])
def test_most_are_found_and_few_are_wrong(part: str, found_at_least: float, wrong_at_most: int) -> None:
    found = wanted = wrong = 0
    for sentence in SENTENCES[part]:
        text, marked = unmarked(sentence)
        ranges = relative_dates(text)
        wanted += len(marked)
        found += sum(any(a < end and start < b for a, b in ranges) for start, end in marked)
        wrong += sum(not any(a < end and start < b for a, b in marked) for start, end in ranges)
    assert found / wanted >= found_at_least
    assert wrong <= wrong_at_most


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("They met on Monday.", ["on Monday"], id="a weekday"),
        pytest.param("It opened on June 3.", ["on June 3"], id="a date without its year"),
        pytest.param("It opened on June 3, 2025.", [], id="a date with its year"),
        pytest.param("Last week’s vote", ["Last week’s"], id="a possessive"),
        pytest.param("He left two days ago, in May.", ["two days ago", "in May"], id="two"),
        pytest.param("He left two days after.", [], id="as the story goes"),
        pytest.param("It is open every Saturday night.", [], id="again and again"),
        pytest.param("The last months of the war", [], id="of a span"),
        pytest.param("A king since April 606", [], id="long ago"),
        pytest.param("Voters in today’s world and today’s vote", ["today’s"], id="of our time"),
    ],
)
def test_the_ranges_are_those_of_the_expressions(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in relative_dates(text)] == expected


@given(st.text(alphabet="on Mdayulst wek's2June, 3ago", max_size=120))
def test_ranges_come_in_order_and_do_not_overlap(text: str) -> None:
    edges = [edge for found in relative_dates(text) for edge in found]
    assert edges == sorted(edges)
    assert not edges or edges[-1] <= len(text)


def test_a_long_text_takes_no_time() -> None:
    text = "The last the past 12 12 12 June and over the last few " * 2000
    began = time.perf_counter()
    relative_dates(text)
    assert time.perf_counter() - began < 1
