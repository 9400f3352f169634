"""The chat's pure parts, and what its function yields; the page itself is tested in test_browser.py."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fakes import HashEncoder, WordReader
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Index
from index.article import Passage
from qa import Assistant, FoundPassage
from qa.chat.app import _panel, _respond
from qa.chat.launch import check_address
from qa.chat.messages import answer_message, escape_markdown
from qa.chat.panel import CHANGED_PANEL, EMPTY_PANEL, cited_panel, closest_panel
from qa.cite import cite
from qa.errors import ChatUnavailable

NASTY = 'Ada <script>alert(1)</script> &amp; “met” **Bo** ${1+1} {{x}} 😀 日本語\r\n<img src=x onerror="x">'


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a<b>.txt", NASTY, published="2025-06")])
        yield Assistant(index, WordReader("<script>alert(1)</script>"))


def shown(html: str, tag: str) -> str:
    found = re.search(rf"<{tag} [^>]*>(.*?)</{tag}>", html, re.DOTALL)
    assert found
    return unescape(found[1])


@given(data=st.data(), text=st.text(min_size=2, max_size=60).filter(lambda t: t.strip() and t.isprintable()))
def test_exactly_the_cited_span_is_marked(data: st.DataObject, text: str) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article("a", text)
    html = cited_panel(article, cite(article, Passage("a", 0, len(article.text), article.text), start, end))
    assert shown(html, "mark") == article.text[start:end]
    assert re.sub(r"</?mark[^>]*>", "", shown(html, "div")) == article.text


def test_an_articles_own_markup_is_shown_as_written(assistant: Assistant) -> None:
    answer = assistant.ask("What script?")
    html = cited_panel(assistant.index.article("a<b>.txt"), answer.citations[0])
    assert shown(html, "mark") == "<script>alert(1)</script>"
    assert "<script" not in html
    assert "<img" not in html
    assert "a&lt;b&gt;.txt" in html


def test_the_closest_passage_is_not_marked_as_an_answer() -> None:
    article = Article("a", "One. Two.")
    html = closest_panel(article, FoundPassage("a:0-4", "a", None, 0, 4, "One.", 1.0, None))  # type: ignore[arg-type]
    assert "<mark" not in html
    assert "not an answer" in html
    assert "undated" in html


@given(text=st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=50))
def test_escaped_markdown_has_no_markup_left(text: str) -> None:
    escaped = escape_markdown(text)
    assert unescape(escaped) == " ".join(text.split())
    assert not set(re.sub(r"&#\d+;", "", escaped)) & set("*_`[]<>#!|\\~$&")


@pytest.mark.parametrize(
    "text", ["1. one", "12) two", "2025. The envoy", "- item", "+ item", "== x", "http://x.example", "www.x.example"]
)
def test_nothing_becomes_a_list_a_heading_or_a_link(text: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("gfm-like", {"linkify": False}).render("> " + escape_markdown(text))
    assert html == f"<blockquote>\n<p>{text}</p>\n</blockquote>\n"
    assert "://" not in escape_markdown(text)


def test_an_answer_names_its_source_by_number(assistant: Assistant) -> None:
    message = unescape(answer_message(assistant.ask("What script?")))
    assert message.startswith("**<script>alert(1)</script>** [1]")
    assert "[1] a<b>.txt · 2025-06 · characters 4-29 · found word for word" in message


def test_no_answer_says_so_and_shows_the_closest_passage(assistant: Assistant) -> None:
    assistant = Assistant(assistant.index, WordReader("Ada", -3))
    message = answer_message(assistant.ask("Who?"))
    assert message.startswith("**Not in these articles.**")
    assert "not an answer" in message


def test_the_stages_show_before_the_answer(assistant: Assistant) -> None:
    updates = list(_respond(assistant)("What script?", []))
    titles = [messages[0].metadata["title"] for messages, _ in updates]
    assert titles[0] == "Searching the articles …"
    assert titles[1] == "Reading 1 passage …"
    assert titles[2].startswith("Read 1 passage in ")
    assert [panel == EMPTY_PANEL for _, panel in updates] == [True, True, False]


@pytest.mark.parametrize("message", ["", "?", "x" * 10_000], ids=["empty", "mark", "long"])
def test_a_question_that_cannot_be_asked_is_said_and_is_not_a_none(assistant: Assistant, message: str) -> None:
    ((messages, panel),) = _respond(assistant)(message, [])
    assert messages[0].content.startswith("This could not be answered.")
    assert panel == EMPTY_PANEL


@pytest.mark.parametrize("change", ["replaced", "removed"])
def test_an_article_that_changed_meanwhile_is_not_marked(assistant: Assistant, change: str) -> None:
    answer = assistant.ask("What script?")
    if change == "removed":
        assistant.index.remove(["a<b>.txt"])
    else:
        assistant.index.add([Article("a<b>.txt", "Quite another text, with nothing of the first in it.")])
    assert _panel(assistant, answer) == CHANGED_PANEL


def test_an_empty_index_says_how_to_fill_it(tmp_path: Path) -> None:
    with Index.create(tmp_path, HashEncoder()) as index:
        *_, (messages, _panel) = _respond(Assistant(index, WordReader("x")))("Who?", [])
    assert "pullquote index PATH" in messages[-1].content


def test_a_taken_port_is_said_before_anything_is_loaded() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ChatUnavailable, match=rf"127\.0\.0\.1:{port}.*--port {port + 1}"):
            check_address("127.0.0.1", port)


def test_a_foreign_address_is_said() -> None:
    with pytest.raises(ChatUnavailable, match=r"192\.0\.2\.1"):
        check_address("192.0.2.1", 7860)
