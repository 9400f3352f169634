"""The source panel: which characters of an article are marked, and that it shows the article and nothing else."""

from __future__ import annotations

import re
from html import unescape

import pytest
from chat_html import buttons, inside, plain
from conversing import HERRING, citation
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from qa.chat.panel import EMPTY_PANEL, GONE, Marks, Position, Range, article_panel, marked_text, missing_panel

ALPHABET = st.one_of(st.sampled_from("<>&\"'`={}$\r\n\t \0\u202e\u05d0😀é"), st.characters(codec="utf-8"))


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, Marks]:
    text = draw(st.text(ALPHABET, max_size=40))
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda ends: (min(ends), max(ends)))
    others = draw(st.lists(places, max_size=4))
    return text, Marks(draw(st.none() | places), draw(st.none() | places), tuple(others), draw(st.booleans()))


def characters(html: str) -> list[tuple[str, str]]:
    """Each character that shows, with the class of the element around it."""
    found: list[tuple[str, str]] = []
    around = ""
    for tag, text in re.findall(r"(<[^<>]*>)|([^<>]+)", html):
        if tag:
            assert (around == "") == (not tag.startswith("</")), "an element in another"
            around = "" if tag.startswith("</") else re.findall('class="(.*)"', tag)[0]
        found += [(character, around) for character in unescape(text)]
    assert around == ""
    return found


def expected(at: int, marks: Marks) -> str:
    def on(place: Range | None) -> bool:
        return place is not None and place[0] <= at < place[1]

    if on(marks.shown):
        return "pq-span" if marks.answer else "pq-span pq-near"
    if any(map(on, marks.others)):
        return "pq-other"
    return "pq-sentence" if on(marks.sentence) else ""


@given(marked())
def test_each_character_shows_as_it_is_under_the_strongest_mark_on_it(given: tuple[str, Marks]) -> None:
    text, marks = given
    shown = text.replace("\0", "\ufffd")
    html = marked_text(text, marks)
    assert characters(html) == [(character, expected(at, marks)) for at, character in enumerate(shown)]
    assert "\r" not in html


@given(st.integers(1, 400), st.data())
def test_what_was_opened_is_one_element_however_many_ranges_overlap_it(length: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(start + 1, length))
    others = tuple((at, min(length, at + 7)) for at in range(0, length, 3))
    html = marked_text("x" * length, Marks((start, end), (0, length), others))
    assert inside(html, "mark", "pq-span") == ["x" * (end - start)]


def test_ranges_beyond_the_text_mark_what_there_is_of_them() -> None:
    html = marked_text("abc", Marks((2, 9), (0, 20), ((5, 7),)))
    assert plain(html) == "abc"
    assert inside(html, "mark", "pq-span") == ["c"]


@pytest.mark.parametrize(
    ("number", "count", "before", "after"),
    [
        pytest.param(1, 3, 3, 2, id="first"),
        pytest.param(2, 3, 1, 3, id="middle"),
        pytest.param(3, 3, 2, 1, id="last"),
        pytest.param(1, 2, 2, 2, id="of two"),
    ],
)
def test_the_way_through_the_citations_is_a_circle(number: int, count: int, before: int, after: int) -> None:
    html = article_panel(HERRING, Marks((0, 3)), Position("t1", 4, number, count))
    assert [(b["text"], b["data-number"]) for b in buttons(html, "open")] == [
        ("Previous", str(before)), ("Next", str(after)),
    ]  # fmt: skip
    assert {(b["data-turn"], b["data-reply"]) for b in buttons(html, "open")} == {("t1", "4")}
    assert f"Citation {number} of {count}" in plain(html)


def test_a_lone_citation_has_no_way_to_another() -> None:
    html = article_panel(HERRING, Marks((0, 3)), Position("t1", 0, 1, 1))
    assert buttons(html, "open") == []
    assert "Citation 1 of 1" in plain(html)


@pytest.mark.parametrize(
    ("marks", "heading"),
    [
        pytest.param(Marks(None), "Article", id="whole"),
        pytest.param(Marks((0, 3), answer=False), "Closest passage, not an answer", id="closest"),
    ],
)
def test_what_is_no_citation_is_not_called_one(marks: Marks, heading: str) -> None:
    html = article_panel(HERRING, marks)
    assert inside(html, "p", "pq-heading") == [heading]
    assert "<mark" not in html


def test_the_article_stands_under_its_title_source_authors_and_date() -> None:
    article = Article("a", "Text.", title="<North>", source="AP & Co", authors=("Ada", "Bo"), published="2025-06")
    html = article_panel(article, Marks((0, 4)))
    assert inside(html, "h2", "pq-title") == ["&lt;North&gt;"]
    assert plain(html).count("AP & Co · Ada, Bo · June 2025 · characters 0-4") == 1


def test_what_is_not_known_of_an_article_is_not_made_up() -> None:
    html = article_panel(Article("a.txt", "Text."), Marks(None))
    assert inside(html, "h2", "pq-title") == ["a.txt"]
    assert plain(inside(html, "p", "pq-facts")[0]) == "undated"
    assert "<a " not in html


@pytest.mark.parametrize(
    ("url", "href"),
    [
        pytest.param("https://example.com/a", "https://example.com/a#:~:text=", id="web"),
        pytest.param("https://example.com/a#part", "https://example.com/a#part:~:text=", id="with a fragment"),
        pytest.param("http://example.com/?a=1&b=2", "http://example.com/?a=1&amp;b=2#:~:text=", id="query"),
        pytest.param('https://example.com/"onclick=x', "https://example.com/%22onclick=x#:~:text=", id="quote"),
    ],
)
def test_the_address_of_the_web_leads_to_the_words(url: str, href: str) -> None:
    article = Article("a", HERRING.text, url=url)
    html = article_panel(article, Marks((0, 3)), citation=citation(article, "herring"))
    (tag,) = re.findall("<a [^>]*>", html)
    assert f'href="{href}' in tag
    assert 'rel="noopener noreferrer"' in tag
    assert plain(inside(html, "p", "pq-link")[0]) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//example.com", "/etc/passwd", "https:", "https://[x",
     "x y", "java\nscript:alert(1)", "\x01javascript:alert(1)", "file:///etc/passwd", "https://example.com/\u202e"],
)  # fmt: skip
def test_no_other_address_becomes_a_link(url: str) -> None:
    article = Article("a", HERRING.text, url=url)
    assert "<a " not in article_panel(article, Marks((0, 3)), citation=citation(article, "herring"))


def test_an_article_that_is_gone_is_quoted_as_it_was() -> None:
    html = missing_panel("<North>", "a <b> & c")
    assert plain(html).endswith(f"<North>{GONE}a <b> & c")


def test_a_note_is_said_and_its_absence_leaves_nothing() -> None:
    assert inside(article_panel(HERRING, Marks(None), note="It & it."), "p", "pq-note") == ["It &amp; it."]
    assert inside(article_panel(HERRING, Marks(None)), "p", "pq-note") == []
    assert "Open a citation" in EMPTY_PANEL
