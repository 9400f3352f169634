"""Kept citations, found in their articles again, and the links to them."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from conversing import HERRING, citation
from hypothesis import assume, given
from hypothesis import strategies as st

from index.article import Article
from qa.conversation.anchor import Anchored, anchor, find_quote
from qa.conversation.fragment import source_link, text_fragment, web_address

QUOTE = "the envoy"
CITED = citation(HERRING, QUOTE)
START, END = CITED.start, CITED.end
WORDS = st.text(alphabet="the nvoy\n.ü😀", max_size=60)


def changed(text: str) -> Article:
    return replace(HERRING, text=text)


@pytest.mark.parametrize(
    ("article", "anchored"),
    [
        pytest.param(HERRING, Anchored("here", START, END), id="as it was"),
        pytest.param(changed(HERRING.text + " More."), Anchored("here", START, END), id="longer behind it"),
        pytest.param(changed("😀 " + HERRING.text), Anchored("moved", START + 2, END + 2), id="longer before it"),
        pytest.param(changed(HERRING.text.replace("envoy", "Envoy")), Anchored("changed"), id="other words"),
        pytest.param(None, Anchored("gone"), id="no article"),
    ],
)
def test_a_citation_is_here_moved_changed_or_gone(article: Article | None, anchored: Anchored) -> None:
    assert anchor(CITED, article) == anchored


@given(before=WORDS, after=WORDS, cut=st.integers(0, START), more=WORDS)
def test_text_that_comes_or_goes_around_the_context_does_not_lose_the_place(
    before: str, after: str, cut: int, more: str
) -> None:
    """The context stays; around it stand copies of the quote in other contexts."""
    text = f"{before}|{QUOTE}|{after}. {HERRING.text} {after}|{QUOTE}|{before}"
    cited = replace(citation(HERRING, QUOTE), content_hash="sha256:old")
    context = cited.prefix + QUOTE + cited.suffix
    assume(text.count(context) == 1)
    edited = more + text[min(cut, text.index(context)) :]
    right = edited.index(context) + len(cited.prefix)
    found = anchor(cited, changed(edited))
    assert (found.start, found.end) == (right, right + len(QUOTE))
    assert found.state == ("here" if right == cited.start else "moved")


@given(before=WORDS, between=WORDS, after=WORDS, near=st.integers(0, 200))
def test_where_the_context_tells_nothing_the_nearest_place_is_taken(
    before: str, between: str, after: str, near: int
) -> None:
    text = f"{before}{QUOTE}{between}{QUOTE}{after}"
    places = [match.start() for match in re.finditer(f"(?={re.escape(QUOTE)})", text)]
    assert find_quote(text, QUOTE, near) == min(places, key=lambda at: (abs(at - near), at))


@pytest.mark.parametrize(
    ("text", "quote", "near", "prefix", "suffix", "found"),
    [
        pytest.param("We met in Rome. Live from Rome", "Rome", 26, "They met in ", "", 10, id="what precedes"),
        pytest.param("Rome is old. Rome is cold", "Rome", 0, "", " is cool", 13, id="what follows"),
        pytest.param("aaaa", "aa", 1, "", "", 1, id="places that overlap"),
        pytest.param("Rome", "rome", 0, "", "", None, id="other case"),
    ],
)
def test_a_quote_is_found_by_what_stands_around_it(
    text: str, quote: str, near: int, prefix: str, suffix: str, found: int | None
) -> None:
    assert find_quote(text, quote, near, prefix, suffix) == found


def test_the_context_counts_for_more_than_the_old_place() -> None:
    """Another quote of the same words stands by chance where this one was cited."""
    text = "x" * START + QUOTE + "y" * 40 + HERRING.text
    shift = len(text) - len(HERRING.text)
    assert text[START:END] == QUOTE
    assert anchor(CITED, changed(text)) == Anchored("moved", shift + START, shift + END)


TWO_PARAGRAPHS = "One two three four five six.\nSeven eight nine ten eleven twelve."


@pytest.mark.parametrize(
    ("quote", "prefix", "suffix", "parts"),
    [
        pytest.param("talks of both sides in June", "had ", " here", ["talks of both sides in June"], id="plain"),
        pytest.param("9 June", "met the envoy on ", ". They", ["the envoy on-", "9 June"], id="short"),
        pytest.param("9 June", "x" * 20 + " the envoy on", "", ["9 June"], id="prefix without a border"),
        pytest.param("9 June", "cut off the word of an envoy on ", " x", ["an envoy on-", "9 June", "-x"], id="full"),
        pytest.param("9 June", "envoyenvoyenvoyenvoyenvoyenvoye ", "", ["9 June"], id="cut word alone"),
        pytest.param("9 June", "on ", " at noonnoonnoonnoonnoonnoonnoon", ["on-", "9 June", "-at"], id="cut suffix"),
        pytest.param("9 June", "other line\n", "\nother line", ["9 June"], id="alone on its line"),
        pytest.param(
            TWO_PARAGRAPHS, "", "", ["One two three four five", "eight nine ten eleven twelve."], id="two paragraphs"
        ),
        pytest.param("a b " * 100, "", "", ["a b a b a", "b a b a b"], id="long"),
    ],
)
def test_a_fragment_names_the_quote_by_words_of_one_line(
    quote: str, prefix: str, suffix: str, parts: list[str]
) -> None:
    made = text_fragment(replace(CITED, quote=quote, prefix=prefix, suffix=suffix))
    assert made.startswith("#:~:text=")
    assert [unquote(part) for part in made.removeprefix("#:~:text=").split(",")] == parts


@given(quote=st.text(min_size=1), prefix=st.text(max_size=32), suffix=st.text(max_size=32))
def test_a_fragment_has_no_character_of_its_syntax_or_of_html_in_its_parts(
    quote: str, prefix: str, suffix: str
) -> None:
    assume(quote.strip())
    made = text_fragment(replace(CITED, quote=quote, prefix=prefix, suffix=suffix)).removeprefix("#:~:text=")
    part = r"(?:[\w.~]|%[0-9A-F]{2})+"
    assert re.fullmatch(rf"(?:{part}-,)?{part}(?:,{part})?(?:,-{part})?", made, re.ASCII)


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JaVaScRiPt://example.com/%0aalert(1)", "data:text/html,<script>",
        "file:///etc", "//example.com", "example.com", "http://", "http://[", "java\nscript:x", " http://example.com",
        "http://a b.com/", "http://example.com/\u202egpj", "https:example.com", "vbscript:x", "http:\\\\",
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(url: str | None) -> None:
    assert web_address(url) is None
    assert source_link(replace(CITED, url=url)) is None


def test_an_address_keeps_its_own_fragment_and_loses_its_power() -> None:
    cited = replace(CITED, quote="talks of the two sides in June", url='https://example.com/a?b=c&d#e"><script>`\\')
    assert source_link(cited) == (
        "https://example.com/a?b=c&d#e%22%3E%3Cscript%3E%60%5C:~:text=talks%20of%20the%20two%20sides%20in%20June"
    )
