"""What a message brings: addresses, a whole text, or something to be answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.question import MAX_QUESTION_CHARACTERS
from qa.shelf.pasted import Addresses, Text, pasted

PARAGRAPH = "The northern minister met the envoy on 9 June, and they spoke about herring at length. " * 2


@pytest.mark.parametrize(
    ("message", "urls"),
    [
        pytest.param("https://example.com/a", ["https://example.com/a"], id="alone"),
        pytest.param("  HTTP://Example.com \n", ["HTTP://Example.com"], id="upper case"),
        pytest.param("https://a.example/ https://b.example/", ["https://a.example/", "https://b.example/"], id="two"),
        pytest.param("https://a.example/\nhttps://a.example/", ["https://a.example/"], id="twice"),
        pytest.param(
            "<https://a.example/>, https://b.example/;", ["https://a.example/", "https://b.example/"], id="list"
        ),
        pytest.param("add https://a.example/", ["https://a.example/"], id="add"),
        pytest.param("Please index: https://a.example/", ["https://a.example/"], id="please index"),
        pytest.param("READ:\nhttps://a.example/", ["https://a.example/"], id="read"),
        pytest.param("https://a.example/?q=(1)&b=[2]#c", ["https://a.example/?q=(1)&b=[2]#c"], id="odd characters"),
    ],
)
def test_addresses_alone_are_pages(message: str, urls: list[str]) -> None:
    assert pasted(message) == Addresses(tuple(urls))


@pytest.mark.parametrize(
    "message",
    [
        "Who wrote https://example.com/a?", "https://example.com/a who wrote it?", "add", "add it", "Read it to me", "",
        "   ", "?", "ftp://example.com/a", "example.com/a", "file:///etc/passwd", "javascript:alert(1)",
        "<b>https://example.com", "adding https://example.com/", "x" * MAX_QUESTION_CHARACTERS,
        "Who?\n\nWhen?\n\nWhere?", "\n".join(f"{n}. Who met {'the envoy ' * 20}in Velmar?" for n in (1, 2, 3, 4)),
    ],
)  # fmt: skip
def test_anything_else_that_is_short_is_to_be_answered(message: str) -> None:
    assert pasted(message) is None


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("x" * (MAX_QUESTION_CHARACTERS + 1), id="a word"),
        pytest.param(" ".join(["word"] * 250), id="words"),
        pytest.param("\n\n".join([PARAGRAPH] * 3), id="paragraphs"),
        pytest.param("\r\n".join([PARAGRAPH] * 3), id="line ends of Windows"),
        pytest.param("# Title\n\n" + PARAGRAPH * 6, id="a title and a paragraph"),
    ],
)
def test_what_is_longer_than_a_question_is_a_text(message: str) -> None:
    assert pasted(message) == Text(message)


@pytest.mark.parametrize("paragraphs", [2, 3])
def test_three_paragraphs_make_a_text_two_do_not(paragraphs: int) -> None:
    message = "\n\n".join([PARAGRAPH[:140]] * paragraphs) + " " * 200
    assert (pasted(message) is None) == (paragraphs == 2)


@given(st.text(max_size=3_000))
def test_a_text_is_taken_exactly_as_it_is(message: str) -> None:
    found = pasted(message)
    assert found is None or isinstance(found, Addresses) or found.text == message
