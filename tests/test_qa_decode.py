from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa.read.decode import OWN_NULL, Span, Window, best_token_spans, decode, tidy

logits = st.integers(1, 40).flatmap(
    lambda n: st.tuples(*[arrays(np.float32, n, elements=st.integers(-50, 50).map(lambda i: i / 4)) for _ in range(2)])
)


@given(pair=logits, limit=st.integers(1, 30), longest=st.integers(1, 12))
def test_the_best_spans_are_those_of_the_definition(
    pair: tuple[np.ndarray, np.ndarray], limit: int, longest: int
) -> None:
    start, end = pair
    every = [
        (first, last, float(start[first]) + float(end[last]))
        for first in range(len(start))
        for last in range(first, min(first + longest, len(start)))
    ]
    every.sort(key=lambda span: (-span[2], span[0], span[1]))
    assert best_token_spans(start, end, limit, longest) == every[:limit]


def test_no_tokens_give_no_spans() -> None:
    empty = np.empty(0, dtype=np.float32)
    assert best_token_spans(empty, empty, 3) == []


def window(
    text: str, offsets: list[tuple[int, int]], best: tuple[int, int], null: float = 0.0, index: int = 0
) -> Window:
    start, end = np.zeros(len(offsets), dtype=np.float32), np.zeros(len(offsets), dtype=np.float32)
    start[best[0]] = end[best[1]] = 5
    return Window(index, offsets, start, end, null)


def test_the_margin_is_the_score_less_that_of_no_answer() -> None:
    spans = decode([window("Ada won", [(0, 3), (4, 7)], (0, 0), null=4.0)], ["Ada won"])
    assert spans[0] == Span(0, 0, 3, 6.0)


def test_of_spans_that_overlap_the_best_stays() -> None:
    text = "one two three"
    spans = decode([window(text, [(0, 3), (4, 7), (8, 13)], (1, 1))], [text])
    ranges = [(span.start, span.end) for span in spans]
    assert ranges[0] == (4, 7)
    assert all(a[1] <= b[0] or b[1] <= a[0] for i, a in enumerate(ranges) for b in ranges[i + 1 :])


def test_spans_of_several_texts_compete_with_the_lowest_null_and_a_share_of_their_own() -> None:
    texts = ["alpha", "beta"]
    windows = [window("alpha", [(0, 5)], (0, 0), 3.0), window("beta", [(0, 4)], (0, 0), 1.0, index=1)]
    assert [(s.text, s.margin) for s in decode(windows, texts)] == [(1, 9.0), (0, 10 - 1 - 2 * OWN_NULL)]


TEXTS = ("Ada met Bo, in Velmar.", "“Cy left,” he said (on 3 June) at 4.50.", "one")


@st.composite
def windows(draw: st.DrawFn) -> list[Window]:
    """Draw windows over whole texts and parts of them, several of which may cover the same words."""
    drawn = []
    for _ in range(draw(st.integers(0, 4))):
        text = draw(st.integers(0, len(TEXTS) - 1))
        offsets = [match.span() for match in re.finditer(r"\w+|[^\w\s]", TEXTS[text])]
        first = draw(st.integers(0, len(offsets) - 1))
        offsets = offsets[first : draw(st.integers(first + 1, len(offsets)))]
        quarter = st.integers(-20, 20).map(lambda i: i / 4)
        start, end = (draw(arrays(np.float32, len(offsets), elements=quarter)) for _ in range(2))
        drawn.append(Window(text, offsets, start, end, draw(quarter)))
    return drawn


def slowly_decoded(windows: list[Window], limit: int) -> list[Span]:
    """Decode as the definition says, every pair of tokens looked at."""
    found = []
    lowest = min(window.null for window in windows) if windows else 0.0
    for window in windows:
        pairs = [
            (float(window.start[first]) + float(window.end[last]), first, last)
            for first in range(len(window.offsets))
            for last in range(first, min(first + 30, len(window.offsets)))
        ]
        for score, first, last in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))[:10]:
            start, end = tidy(TEXTS[window.text], window.offsets[first][0], window.offsets[last][1])
            margin = score - (OWN_NULL * window.null + (1 - OWN_NULL) * lowest)
            if start < end:
                found.append(Span(window.text, start, end, margin))
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (-span.margin, span.text, span.start, span.end)):
        taken = {(s.text, at) for s in kept for at in range(s.start, s.end)}
        if not taken & {(span.text, at) for at in range(span.start, span.end)}:
            kept.append(span)
    return kept[:limit]


@given(drawn=windows(), limit=st.integers(1, 12))
def test_decoding_is_that_of_the_definition(drawn: list[Window], limit: int) -> None:
    assert decode(drawn, TEXTS, limit) == slowly_decoded(drawn, limit)


@pytest.mark.parametrize(
    ("text", "inner", "tidied"),
    [
        pytest.param("met the minister, who", "the minister,", "the minister", id="comma"),
        pytest.param("the “envoy said", "“envoy", "envoy", id="opening quote mark alone"),
        pytest.param("“We won,” he said", "“We won,”", "“We won,”", id="paired quote marks stay"),
        pytest.param("he said “yes.” Then", "yes.”", "yes", id="closing quote mark alone"),
        pytest.param("Party (PPP) Chairman", "PPP)", "PPP", id="bracket alone"),
        pytest.param("Party (PPP) Chairman", "Party (PPP)", "Party (PPP)", id="paired brackets stay"),
        pytest.param("in the U.S. today", "U.S.", "U.S.", id="abbreviation keeps its stop"),
        pytest.param("in the U.S.\nOn Monday", "U.S.\n", "U.S.", id="abbreviation at the end of a line"),
        pytest.param("Sammy Davis Jr. sang", "Davis Jr.", "Davis Jr.", id="title keeps its stop"),
        pytest.param("it cost 3.5 million", "5 million", "3.5 million", id="number is not cut"),
        pytest.param("some 12,000 people", "12", "12,000", id="thousands are not cut"),
        pytest.param("the delegation met", "deleg", "delegation", id="word is not cut"),
        pytest.param("it’s time", "s time", "it’s time", id="apostrophe binds"),
        pytest.param("Osama bin Laden's men", "Osama bin Laden", "Osama bin Laden", id="possessive is left out"),
        pytest.param("a 13-year-old boy", "13", "13", id="hyphen is left to the reader"),
        pytest.param("from 2019-2020 on", "2019", "2019", id="range is left to the reader"),
        pytest.param("met Hooker.The rest", "Hooker", "Hooker", id="no space after the full stop"),
        pytest.param("up 5.5 percent.It rose", "5.5 percent", "5.5 percent", id="no space after a word"),
        pytest.param("at the Cafe\u0301 today", "Cafe", "Cafe\u0301", id="combining mark"),
        pytest.param("rated AA- again", "AA-", "AA-", id="grade keeps its minus"),
        pytest.param("written in C# now", "C#", "C#", id="name with a sign"),
        pytest.param(
            "in Trump’s ‘big bill’ now", "Trump’s ‘big bill’", "Trump’s ‘big bill’", id="apostrophe is no mark"
        ),
        pytest.param("on 'Iran's war' now", "'Iran's war'", "'Iran's war'", id="straight apostrophe is no mark"),
        pytest.param("at the Smiths' house", "the Smiths'", "the Smiths'", id="straight plural apostrophe"),
        pytest.param("from $3-5 million", "-5 million", "5 million", id="hyphen of a range is no sign"),
        pytest.param("the Organization (WHO) said", "Organization (WHO", "Organization (WHO)", id="bracket completed"),
        pytest.param("on June 3. Then", "June 3.", "June 3", id="full stop after a digit"),
        pytest.param("fell by -4 degrees", "-4 degrees", "-4 degrees", id="sign stays"),
        pytest.param("the workers’ union", "the workers’", "the workers’", id="plural apostrophe stays"),
        pytest.param('he said "no" twice', '"no', "no", id="straight quote mark alone"),
        pytest.param("in 2019. Then", "2019.", "2019", id="full stop"),
        pytest.param("会談は東京で行われた", "東京", "東京", id="no words to widen in CJK"),
        pytest.param("a — b", "—", "", id="nothing left"),
        pytest.param("won 😀 twice", "😀", "😀", id="emoji"),
    ],
)
def test_spans_are_whole_words_without_stray_punctuation(text: str, inner: str, tidied: str) -> None:
    at = text.index(inner)
    start, end = tidy(text, at, at + len(inner))
    assert text[start:end] == tidied


@given(text=st.text(alphabet="ab1 .,'’“”()-—\n日😀é", min_size=1, max_size=40), data=st.data())
def test_tidying_stays_inside_the_text_and_is_settled(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    left, right = tidy(text, start, end)
    assert 0 <= left <= right <= len(text)
    if left < right:
        assert text[left:right] == text[left:right].strip()
