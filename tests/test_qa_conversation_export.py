"""Conversations as Markdown, HTML and JSON: what they say, and that nobody's words do anything in them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conversing import HERRING, answered, conversation, here
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.article import Article
from index.search.filters import Filter
from qa.answer import Citation
from qa.bidi import close_bidi
from qa.conversation.anchor import Anchored
from qa.conversation.export import as_annotations, as_markdown, as_page, export_as, export_name
from qa.conversation.turn import Conversation, Reply, Turn
from qa.markdown import escape_lines, escape_markdown, markdown_link

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>", "&amp; &lt;b&gt;",
    "[a](javascript:alert(1))", "![a](https://evil.example/x.png)", "**bold** _it_ `code` ~~x~~ # h", "# Heading",
    "> quote", "1. item", "- item", "+ item", "---", "===", "| a | b |", "    code", "```\ncode\n```", "<!-- -->",
    "https://evil.example", "www.evil.example", "a@evil.example", "javascript:alert(1)", "data:text/html,<script>",
    "abc\u202edef", "\u2066abc", "first\nsecond", "\" onmouseover=\"x", "' onclick='x", "$x$ $$y$$", "[^1]", "a\\",
    "\0", "\x1b[31m", "]]>", "{{7*7}}", "<a href=//evil.example>x</a>",
]  # fmt: skip


def hostile(words: str) -> Conversation:
    """A conversation in which everybody says the same words, and the article is called so too."""
    article = Article(
        f"id {words}", f"Before. {words} x. After.", title=words, source=words, url=words, published=words
    )
    reply = Reply(words, words, answered(article, f"{words} x", question=words), corrections=((words, words),))
    none = Reply(words, None, answered(article, question=words))
    turn = conversation(reply, none, title=words, message=words).turns[0]
    turn = replace(turn, files=(words,), only=Filter(tags=(words,)), state="failed", error=words)
    return replace(conversation(title=words), turns=(turn,))


def moved(citation: Citation) -> Anchored:
    return Anchored("moved", citation.start + 5, citation.end + 5)


ANSWERED = conversation(Reply("Whom?", "By the way.", answered(HERRING, "the envoy", "herring")))
NONE = conversation(Reply("Whom?", answer=answered(HERRING)))


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or []]


def parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


@pytest.mark.parametrize("words", HOSTILE)
def test_in_markdown_hostile_words_show_as_written_and_do_nothing(words: str) -> None:
    tokens = parsed(as_markdown(hostile(words), here))
    assert {token.type for token in inline(tokens)} <= {
        "text", "hardbreak", "strong_open", "strong_close", "link_open", "link_close",
    }  # fmt: skip
    assert {token.type.removesuffix("_open") for token in tokens if token.nesting == 1} == {
        "heading", "paragraph", "blockquote"
    }  # fmt: skip
    headings = [tokens[n + 1] for n, token in enumerate(tokens) if token.type == "heading_open"]
    assert len(headings) == 4
    shown = close_bidi(" ".join(words.split())).replace("\0", "\ufffd").replace("\x1b", "\ufffd")
    assert "".join(token.content for token in headings[0].children or []) == shown


@pytest.mark.parametrize("words", HOSTILE)
def test_on_the_page_hostile_words_show_as_written_and_do_nothing(words: str) -> None:
    page = html.document_fromstring(as_page(hostile(words), here))
    tags = {element.tag for element in page.iter()}
    assert tags <= set(
        "html head meta title style body main h1 h2 h3 p section article bdi blockquote mark span a".split()
    )
    attributes = {(element.tag, name) for element in page.iter() for name in element.attrib}
    assert {name for _, name in attributes} <= set(
        "lang charset http-equiv content name dir class id aria-labelledby href rel".split()
    )
    shown = words.replace("\0", "\ufffd").replace("\x1b", "\ufffd")
    assert page.find(".//h1").text == page.find(".//title").text == shown
    assert [mark.text for mark in page.iter("mark")] == [f"{shown} x"]
    assert next(p.text for p in page.iter("p") if p.get("class") == "said") == shown


@given(st.text(alphabet="*_`#-+=<>[]()!&;\\|~$@:/.1 9\nawx^{}'\"\u202e\u2028", max_size=30))
def test_escaped_text_is_text_to_a_markdown_parser(text: str) -> None:
    (token,) = inline(parsed(escape_markdown(text))) or [Token("text", "", 0, content="")]
    assert (token.type, token.content) == ("text", close_bidi(" ".join(text.split())))
    assert {token.type for token in inline(parsed(escape_lines(text)))} <= {"text", "hardbreak"}


def test_a_link_in_markdown_goes_where_it_says() -> None:
    address = "https://example.com/a_(b)*c*?x=1&copy;=2#:~:text=x%2Dy,z"
    opening, label, _ = inline(parsed(markdown_link("[a](b) <c>", address)))
    assert (opening.attrs["href"], label.content) == (address, "[a](b) <c>")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        pytest.param("a\u202eb", "a\u202eb\u202c", id="override"),
        pytest.param("a\u202eb\u202c", "a\u202eb\u202c", id="closed already"),
        pytest.param("\u2066a\u202ab\u2069", "\u2066a\u202ab\u2069", id="an isolate ends what is in it"),
        pytest.param("\u202a\u2067a", "\u202a\u2067a\u2069\u202c", id="nested"),
        pytest.param("a\u202c\u2069\u202a", "a\u202c\u2069\u202a\u202c", id="ends without a beginning"),
    ],
)
def test_a_change_of_direction_ends_with_its_text(text: str, closed: str) -> None:
    assert close_bidi(text) == closed == close_bidi(closed)


@pytest.mark.parametrize("ending", ["md", "html"])
@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("here", "found word for word"),
        ("moved", "changed since: word for word at characters 90-99 now"),
        ("changed", "does not have these words any more"),
        ("gone", "not among the articles any more"),
    ],
)
def test_an_export_for_people_says_where_a_citation_stands_now(ending: str, state: str, said: str) -> None:
    spot = (90, 99) if state == "moved" else (None, None)
    text = export_as(ending, ANSWERED, lambda citation: Anchored(state, *spot))  # type: ignore[arg-type]
    assert text.count(said) == 2
    assert ('class="warn"' in text) == (ending == "html" and state != "here")


def test_markdown_has_question_answers_sources_and_links() -> None:
    assert as_markdown(ANSWERED, here) == (
        "# North\n\n1 message · 24 November 2026, 14:56 UTC to 24 November 2026, 14:56 UTC\n\n"
        "## Message 1\n\n24 November 2026, 14:56 UTC\n\nWhom did the minister meet?\n\n"
        "### Answer\n\nBy the way.\n\nSearched for: Whom did the minister meet?\n\n"
        "**the envoy** &#91;1&#93;\n\n"
        "&#91;1&#93; [North](<https://example.com/north#:~:text=northern%20minister%20met-,the%20envoy,-on%209%20June.>)"
        " · The Gazette · 10 June 2025 · characters 26-35 · found word for word\n\n"
        "> The northern minister met the envoy on 9 June.\n\n"
        "Or: **herring** &#91;2&#93;\n\n"
        "&#91;2&#93; [North](<https://example.com/north#:~:text=They%20spoke%20about-,herring>)"
        " · The Gazette · 10 June 2025 · characters 64-71 · found word for word\n\n"
        "> They spoke about herring.\n"
    )


@pytest.mark.parametrize("ending", ["md", "html"])
def test_what_is_not_in_the_articles_says_what_was_searched(ending: str) -> None:
    text = export_as(ending, NONE, here)
    assert "Not in these articles: 3 articles, from January 2024 to 10 June 2025, 1 of them undated." in text
    assert "The closest passage, not an answer: " in text
    assert "They spoke about herring." in text


@pytest.mark.parametrize("ending", ["md", "html"])
@pytest.mark.parametrize(
    ("turn", "said"),
    [
        pytest.param(Turn("t", "Who?"), "This was still being answered.", id="waiting"),
        pytest.param(Turn("t", "Who?", state="failed", error="no disk"), "could not be answered: no disk", id="failed"),
        pytest.param(Turn("t", "", files=("a.pdf",), state="done"), "with 1 file: a.pdf", id="files"),
        pytest.param(Turn("t", "W", only=Filter(since="2025-06")), "only articles, since June 2025", id="limited"),
    ],
)
def test_a_turn_says_what_came_with_it_and_how_it_stands(ending: str, turn: Turn, said: str) -> None:
    assert said in export_as(ending, replace(NONE, turns=(turn,)), here)


def test_the_page_loads_and_runs_nothing() -> None:
    text = as_page(ANSWERED, here)
    page = html.document_fromstring(text)
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "url(" not in text
    assert "@import" not in text
    links = page.xpath("//a/@href")
    assert len(links) == 2
    assert all(link.startswith("https://example.com/north#:~:text=") for link in links)
    assert page.xpath("//blockquote")[0].text_content() == "The northern minister met the envoy on 9 June."


def test_each_citation_is_a_web_annotation() -> None:
    first, second = as_annotations(ANSWERED, moved)["annotations"]
    citation = ANSWERED.turns[0].replies[0].answer.citations[0]  # type: ignore[union-attr]
    assert first == {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "urn:pullquote:annotation:t1:0:1",
        "type": "Annotation",
        "motivation": "highlighting",
        "created": "2026-11-24T14:56:00.000+00:00",
        "body": [
            {"type": "TextualBody", "purpose": purpose, "value": value, "format": "text/plain"}
            for purpose, value in (("questioning", "Whom did the minister meet?"), ("replying", "the envoy"))
        ],
        "target": {
            "source": "https://example.com/north",
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": "the envoy",
                    "prefix": "The northern minister met ",
                    "suffix": " on 9 June. They spoke about her",
                },
                {"type": "TextPositionSelector", "start": 26, "end": 35},
            ],
        },
        "content_hash": citation.content_hash,
        "status": "verified",
        "support": "unchecked",
        "anchored": {"state": "moved", "start": 31, "end": 40},
    }
    assert (second["id"], second["body"][1]["value"]) == ("urn:pullquote:annotation:t1:0:2", "herring")


@pytest.mark.parametrize("words", HOSTILE)
def test_json_has_everything_as_it_was_and_no_address_but_of_the_web(words: str) -> None:
    read = json.loads(export_as("json", hostile(words), here))
    assert read["conversation"]["turns"][0]["message"] == words
    (annotation,) = read["annotations"]
    source = annotation["target"]["source"]
    assert source.startswith("https://evil.example" if words.startswith("https") else "urn:pullquote:article:id%20")
    assert annotation["target"]["selector"][0]["exact"] == f"{words} x"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd\0", "etc-passwd.md"),
        ("", "conversation.md"),
        ("?!", "conversation.md"),
        ("Who led it?", "who-led-it.md"),
        ("Über 東京", "über-東京.md"),
        ("x" * 300, "x" * 60 + ".md"),
    ],
)
def test_a_file_gets_a_name_that_every_system_takes(tmp_path: Path, title: str, name: str) -> None:
    assert export_name(conversation(title=title), "md") == name
    (tmp_path / name).write_text("x")


def test_an_unknown_ending_is_refused() -> None:
    with pytest.raises(ValueError, match="Got 'pdf', expected one of md, html, json"):
        export_as("pdf", NONE, here)
