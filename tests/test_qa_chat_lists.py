"""The lists of conversations and of articles, the toolbar, the limit, and how any text becomes HTML."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from chat_html import buttons, inside, plain
from conversing import conversation
from hypothesis import given
from hypothesis import strategies as st

from index.listing import ArticleSummary, Listing
from index.search.filters import EVERYTHING, Filter
from qa.chat import articles, conversations
from qa.chat.limit import limit_as_html
from qa.chat.markup import action, facts_as_html, shown
from qa.conversation.store import Summary
from qa.conversation.turn import Conversation, Reply

NASTY = "<b>\"A\" & 'B'</b>"
TEXT = st.text(st.sampled_from("<>&\"'`=/ \n\r\t\0{}$") | st.characters(codec="utf-8"), max_size=30)


class Reading(HTMLParser):
    """What a parser sees: the tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def summary(number: int, **fields: object) -> ArticleSummary:
    made = ArticleSummary(f"a{number}", f"Title {number}", "AP", "2025-06", ("Ada",), "en")
    return replace(made, **fields)  # type: ignore[arg-type]


@given(TEXT)
def test_a_text_is_read_back_as_it_is_in_an_element_and_in_an_attribute(text: str) -> None:
    read = Reading(f'<p title="{shown(text)}">{shown(text)}</p>')
    assert read.text == text.replace("\0", "\ufffd")
    assert read.tags == [("p", {"title": text.replace("\0", "\ufffd")})]


@given(TEXT, TEXT, TEXT)
def test_a_button_has_the_attributes_that_it_was_given_and_no_others(label: str, value: str, title: str) -> None:
    read = Reading(action("open", label, {"turn": value, "number": 3}, title=title, aria={"current": value}))
    label, value, title = (text.replace("\0", "\ufffd") for text in (label, value, title))
    assert read.text == label
    assert read.tags == [
        ("button", {
            "type": "button", "class": "pq-button ", "data-do": "open", "data-turn": value, "data-number": "3",
            "aria-label": title, "title": title, "aria-current": value,
        })
    ]  # fmt: skip


def test_each_fact_is_isolated_from_the_direction_of_the_others() -> None:
    assert facts_as_html(["a\u202e", "", None, "<b>"]) == "<bdi>a\u202e</bdi> · <bdi>&lt;b&gt;</bdi>"


def test_the_open_conversation_is_marked_among_the_others() -> None:
    html = conversations.list_as_html(
        [Summary("1", NASTY, "2026-11-24T10:00:00+00:00", 1), Summary("2", "", "2026-11-23T10:00:00+00:00", 1_200)],
        "1",
        "",
    )
    first, second = buttons(html, "choose")
    assert (first["text"], first["data-id"], first.get("aria-current")) == (NASTY, "1", "true")
    assert (second["text"], second.get("aria-current")) == (conversations.UNTITLED, None)
    assert [plain(facts) for facts in inside(html, "span", "pq-small")] == [
        "24 November 2026 · 1 message", "23 November 2026 · 1,200 messages",
    ]  # fmt: skip


@pytest.mark.parametrize(("kept", "listed", "named"), [(100, 100, False), (101, 100, True)])
def test_beyond_the_last_hundred_the_search_is_named(kept: int, listed: int, named: bool) -> None:
    summary = Summary("1", "Who?", "2026-11-24T10:00:00+00:00", 1)
    html = conversations.list_as_html([summary] * kept, "", "")
    assert len(buttons(html, "choose")) == listed
    assert ("The last 100 are listed; a search finds the others." in plain(html)) is named


@pytest.mark.parametrize(
    ("search", "said"),
    [("", "No conversation is kept yet."), (NASTY, f"No conversation has “{NASTY}” in it.")],
    ids=["none", "not found"],
)
def test_it_is_said_why_no_conversation_is_listed(search: str, said: str) -> None:
    assert plain(conversations.list_as_html([], "", search)) == said


@pytest.mark.parametrize("given", [None, Conversation("c", "", "", "", True)], ids=["none", "empty"])
def test_nothing_can_be_done_with_a_conversation_that_is_not_kept_yet(given: Conversation | None) -> None:
    html = conversations.toolbar_as_html(given)
    assert plain(html) == conversations.UNTITLED
    assert "<button" not in html


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "not stored"])
def test_the_toolbar_renames_exports_and_deletes_and_says_what_is_not_stored(stored: bool) -> None:
    html = conversations.toolbar_as_html(replace(conversation(Reply("", "Hello.")), title=NASTY, stored=stored))
    assert plain(inside(html, "h2", "pq-name")[0]) == NASTY
    assert [b["data-ending"] for b in buttons(html, "export")] == ["md", "html", "json"]
    assert len(buttons(html, "delete")) == 1
    assert ("value", NASTY) in {item for _, attributes in Reading(html).tags for item in attributes.items()}
    assert ("not stored" in plain(html)) == (not stored)


@pytest.mark.parametrize(
    ("offset", "shown_", "total", "said", "leaves"),
    [
        pytest.param(0, 3, 3, "1 to 3 of 3 articles", [], id="one page"),
        pytest.param(0, 25, 60, "1 to 25 of 60 articles", ["25"], id="first"),
        pytest.param(25, 25, 60, "26 to 50 of 60 articles", ["0", "50"], id="middle"),
        pytest.param(50, 10, 60, "51 to 60 of 60 articles", ["25"], id="last"),
        pytest.param(10, 25, 1_035, "11 to 35 of 1,035 articles", ["0", "35"], id="odd offset"),
    ],
)
def test_the_pages_of_the_list_lead_on(offset: int, shown_: int, total: int, said: str, leaves: list[str]) -> None:
    listing = Listing(total, tuple(summary(n) for n in range(shown_)))
    html = articles.list_as_html(listing, offset, ())
    assert plain(inside(html, "p", "pq-small")[0]) == said
    assert [b["data-offset"] for b in buttons(html, "leaf")] == leaves
    assert len(buttons(html, "show")) == shown_


def test_an_article_is_listed_with_what_is_known_of_it() -> None:
    bare = summary(2, title=None, source=None, published=None, authors=())
    html = articles.list_as_html(Listing(2, (summary(1, title=NASTY, authors=("Ada", "Bo")), bare)), 0, {"a1"})
    assert [b["text"] for b in buttons(html, "show")] == [NASTY, "a2"]
    facts = [plain(facts) for facts in inside(html, "span", "pq-small")]
    assert facts == ["AP · June 2025 · Ada, Bo", "undated"]
    assert [(b["text"], b["aria-pressed"]) for b in buttons(html, "limit")] == [
        ("Answer from this", "true"), ("Answer from this", "false"),
    ]  # fmt: skip
    assert [b["aria-label"] for b in buttons(html, "remove")] == [f"Remove {NASTY}", "Remove a2"]


def test_it_is_said_where_no_article_fits() -> None:
    assert plain(articles.list_as_html(Listing(0, ()), 0, ())) == "No article fits."


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, "1 other removed article"), (3, "2 other removed articles")])
def test_what_was_removed_can_be_brought_back_the_last_one_first(count: int, more: str) -> None:
    html = articles.removed_as_html(Listing(count, tuple(summary(n, title=NASTY) for n in range(count))))
    assert [b["data-id"] for b in buttons(html, "restore")] == [f"a{n}" for n in range(count)]
    assert plain(html).startswith(f"Removed: {NASTY} Bring back{more}")
    assert articles.removed_as_html(Listing(0, ())) == ""


def test_a_limit_is_said_and_can_be_lifted() -> None:
    html = limit_as_html(Filter(articles=("a",), sources=(NASTY,)), [NASTY])
    assert plain(html) == f"Answers only from 1 article: {NASTY} from {NASTY} Search all articles"
    assert "<bdi>1 article: " in html
    assert len(buttons(html, "unlimit")) == 1
    assert limit_as_html(EVERYTHING, []) == ""


def test_what_the_chat_was_opened_with_is_said_and_cannot_be_lifted() -> None:
    html = limit_as_html(Filter(sources=(NASTY,)), [], ended=False)
    assert plain(html).strip() == f"Answers only from articles from {NASTY}"
    assert buttons(html, "unlimit") == []


def test_it_is_said_that_the_next_question_is_taken_as_written() -> None:
    html = limit_as_html(EVERYTHING, [], as_written=True)
    assert buttons(html, "unlimit") == []
    assert plain(html).startswith("The next question is searched exactly as written.")
    assert len(buttons(html, "free")) == 1
