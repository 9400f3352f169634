from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.quotations import quotations
from qa.speaker import speaker_of

CASES = json.loads((Path(__file__).parent / "data" / "speakers.json").read_text(encoding="utf-8"))


def unmarked(case: str) -> tuple[str, tuple[int, int], list[tuple[int, int]]]:
    """Take the marks out of a case: its text, what is asked about, and the speakers that are right."""
    text, opened, asked, speakers = "", 0, (0, 0), []
    for character in case:
        if character in "⟦⟪":
            opened = len(text)
        elif character == "⟧":
            asked = (opened, len(text))
        elif character == "⟫":
            speakers.append((opened, len(text)))
        else:
            text += character
    return text, asked, speakers


def outcomes(part: str) -> tuple[int, int, int, int]:
    """Count the cases with a right, a wrong and no name, and those with a speaker."""
    right = wrong = silent = spoken = 0
    for case in CASES[part]:
        text, asked, speakers = unmarked(case)
        found = speaker_of(text, *asked)
        spoken += bool(speakers)
        right += found in speakers
        wrong += found is not None and found not in speakers
        silent += found is None
    return right, wrong, silent, spoken


@pytest.mark.parametrize(
    ("part", "wrong_at_most", "found_at_least"),
    [("seen", 0, 0.95), ("held out", 1, 0.75), ("second held out", 1, 0.7)],
)
def test_few_names_are_wrong_and_most_are_found(part: str, wrong_at_most: int, found_at_least: float) -> None:
    right, wrong, _, spoken = outcomes(part)
    assert wrong <= wrong_at_most
    assert right / spoken >= found_at_least


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“It’s ‘quite late’,” he said.", [(0, 20, 0), (6, 18, 1)], id="nested"),
        pytest.param("The drivers’ union and '90s cars", [], id="apostrophes"),
        pytest.param('He said "yes" and "no".', [(8, 13, 0), (18, 22, 0)], id="straight"),
        pytest.param("“One.\n“Two.”", [(0, 5, 0), (6, 12, 0)], id="over two paragraphs"),
        pytest.param("“One.\nTwo.", [], id="never closed"),
        pytest.param("A “ b” c", [], id="an opening mark before a space"),
        pytest.param("“a “b” c”", [(0, 6, 0)], id="the same mark twice"),
    ],
)
def test_quotations_are_found_by_their_marks(text: str, expected: list[tuple[int, int, int]]) -> None:
    assert [(q.start, q.end, q.depth) for q in quotations(text)] == expected


def test_what_touches_two_speakers_has_none() -> None:
    text = "“Yes,” said Ada Holm. “No,” said Bo Lind."
    assert speaker_of(text, 1, 4) == (12, 20)
    assert speaker_of(text, 1, 25) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ada Holm refused what many say would help, saying “it comes too late”.", None, id="a clause"),
        pytest.param("Ada Holm said the unions were right, adding “it comes too late now”.", "Ada Holm", id="adding"),
        pytest.param("“It comes too late now,” said Lance Cpl. Bo Lind.", "Lance Cpl. Bo Lind", id="abbreviated rank"),
    ],
)
def test_what_stands_between_a_subject_and_its_verb_is_not_taken_for_it(text: str, expected: str | None) -> None:
    at = text.index("too late")
    found = speaker_of(text, at, at + 8)
    assert (text[slice(*found)] if found else None) == expected


def test_a_long_article_costs_no_more_than_a_short_one() -> None:
    line = "The harbour was quiet, and Ada Holm said that it would stay so until the ships came in again. "
    text = line * 2500 + "“We are closed until noon,” said Ada Holm. " + line * 2500
    at = text.index("closed until")
    expected = text.index("Ada Holm", at)
    assert speaker_of(text, at, at + 6) == (expected, expected + 8)
    began = time.perf_counter()
    for _ in range(20):
        speaker_of(text, at, at + 6)
    assert (time.perf_counter() - began) / 20 < 0.02


@given(st.text(alphabet="“”\"‘’' aA.,\nsaid heHe:", max_size=200), st.integers(0, 200), st.integers(0, 20))
def test_any_text_gives_a_range_in_it_or_none(text: str, start: int, length: int) -> None:
    found = speaker_of(text, min(start, len(text)), min(start + length, len(text)))
    assert found is None or 0 <= found[0] < found[1] <= len(text)


@pytest.mark.parametrize("text", ["“a” " * 1500, '"' * 6000, "A " * 3000 + "said “x”", "said A, " * 700 + "“b,”"])
def test_hostile_text_is_read_in_no_time(text: str) -> None:
    began = time.perf_counter()
    speaker_of(text, len(text) // 2, len(text) // 2 + 2)
    assert time.perf_counter() - began < 0.5
