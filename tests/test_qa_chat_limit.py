"""What answers are limited to: kept by the page as text, and never wider than what the chat was opened with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from chat_html import buttons, plain
from chat_pages import ME, Chat, event, listing, message_of, opened_chat
from desks import settled
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InvalidFilter
from index.search.filters import EVERYTHING, Filter
from qa.chat.limit import limit_from_text, limit_to_text, narrowed

ALL = limit_to_text(EVERYTHING)
FIRST = Filter(sources=("AP",))
NAMES = st.lists(st.text(st.characters(codec="utf-8"), max_size=9), max_size=3).map(tuple)
DAYS = st.none() | st.dates().map(lambda day: f"{day:%Y-%m-%d}".rjust(10, "0"))


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    with opened_chat(tmp_path_factory.mktemp("all") / "index") as chat:
        yield chat


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A chat that was opened with a limit."""
    with opened_chat(tmp_path_factory.mktemp("narrow") / "index", FIRST) as chat:
        yield chat


@given(st.builds(Filter, DAYS, st.none(), NAMES, NAMES, NAMES, NAMES))
def test_a_limit_survives_as_text(only: Filter) -> None:
    assert limit_from_text(limit_to_text(only)) == only


@pytest.mark.parametrize("text", ["no", "[]", "7", "null", '{"since": "June"}', '{"sources": 7}', "{" * 50_000])
def test_a_text_that_is_no_limit_is_told_in_words(chat: Chat, text: str) -> None:
    with pytest.raises(InvalidFilter, match="Load it again"):
        limit_from_text(text)
    with pytest.raises(gr.Error, match="Load it again"):
        chat.page.sent("Who?", False, text, "", ME)
    assert all(summary.title != "Who?" for summary in chat.desk.listed(ME))


@pytest.mark.parametrize(
    ("first", "sources", "since", "until", "expected"),
    [
        pytest.param(EVERYTHING, None, None, None, EVERYTHING, id="nothing put in"),
        pytest.param(EVERYTHING, [], " ", "", EVERYTHING, id="blank"),
        pytest.param(EVERYTHING, ["BBC"], " 2025 ", None, Filter("2025", None, ("BBC",)), id="put in"),
        pytest.param(FIRST, [], "", "", FIRST, id="first"),
        pytest.param(FIRST, ["BBC", " ap"], "", "", Filter(sources=(" ap",)), id="within the sources"),
        pytest.param(Filter("2025"), [], "2024-12-31", "", Filter("2025"), id="not before"),
        pytest.param(Filter("2025"), [], "2025-06", "", Filter("2025-06"), id="later"),
        pytest.param(Filter(None, "2025-06"), [], "", "2025", Filter(None, "2025-06"), id="not after"),
        pytest.param(Filter(None, "2025"), [], "", "2025-06", Filter(None, "2025-06"), id="sooner"),
        pytest.param(Filter(articles=("a",)), ["AP"], "", "", Filter(sources=("AP",), articles=("a",)), id="articles"),
    ],
)
def test_what_is_put_in_narrows_what_the_chat_was_opened_with(
    first: Filter, sources: Any, since: Any, until: Any, expected: Filter
) -> None:
    assert narrowed(first, sources, since, until) == expected


@pytest.mark.parametrize(
    ("first", "put_in", "said"),
    [
        pytest.param(FIRST, (["BBC"], "", ""), "opened with articles from AP only", id="another source"),
        pytest.param(Filter("2025"), ([], "", "2024"), "is empty", id="before it"),
        pytest.param(EVERYTHING, ([], "2025", "2024"), "is empty", id="no days"),
        pytest.param(EVERYTHING, ([], "June", ""), "expected a date", id="no date"),
    ],
)
def test_what_leaves_nothing_is_refused(first: Filter, put_in: tuple[Any, Any, Any], said: str) -> None:
    with pytest.raises(InvalidFilter, match=said):
        narrowed(first, *put_in)


def test_answers_are_limited_to_the_articles_listed(chat: Chat) -> None:
    events = chat.page.articles
    assert events.limited_to_listed("rain", [], "", "")[0] == limit_to_text(Filter(articles=("a.txt",)))
    assert events.limited_to_listed("", ["BBC"], "", "")[0] == limit_to_text(Filter(sources=("BBC",)))
    only, said = events.limited_to_listed("", [], " 2025 ", "")
    assert limit_from_text(only) == Filter(since="2025")
    assert plain(said).startswith("Answers only from articles, since 2025")
    assert events.unlimited() == (ALL, "")


def test_an_empty_list_is_no_limit(chat: Chat, narrow: Chat) -> None:
    with pytest.raises(gr.Error, match="The list is empty"):
        chat.page.articles.limited_to_listed("nothing has this", [], "", "")
    with pytest.raises(gr.Error, match="The list is empty"):
        narrow.page.articles.limited_to_listed("<b>.txt", [], "", "")
    with pytest.raises(gr.Error) as told:
        narrow.page.articles.limited_to_listed("", ["BBC"], "", "")
    assert "from AP only" in message_of(told)


@pytest.mark.parametrize("before", [ALL, "", None], ids=["as text", "empty", "none"])
def test_an_article_is_taken_into_the_limit_and_out_again(chat: Chat, before: str | None) -> None:
    events = chat.page.articles
    only, said = events.limited_to_one(event(id="<b>.txt"), before)
    assert limit_from_text(only) == Filter(articles=("<b>.txt",))
    assert "1 article: <b>.txt" in plain(said)
    both = events.limited_to_one(event(id="a.txt"), only)[0]
    assert limit_from_text(both).articles == ("<b>.txt", "a.txt")
    html = events.listed(*listing(limit=only))[0]
    assert [b["data-id"] for b in buttons(html, "limit") if b["aria-pressed"] == "true"] == ["<b>.txt"]
    assert events.limited_to_one(event(id="<b>.txt"), only) == (ALL, "")


def test_the_first_limit_is_kept_where_the_page_has_none_and_comes_back_at_its_end(narrow: Chat) -> None:
    first = limit_to_text(FIRST)
    opened, *_, limit, limited, _, _, _ = narrow.page.opened("", ME)
    assert (opened, limit) == ("", first)
    assert buttons(limited, "unlimit") == []
    assert plain(limited).strip() == "Answers only from articles from AP"
    assert narrow.page.begun(ME)[5] == narrow.page.begun_unstored(ME)[5] == narrow.page.articles.unlimited()[0] == first
    only, limited = narrow.page.articles.limited_to_one(event(id="a.txt"), "")
    assert limit_from_text(only) == Filter(sources=("AP",), articles=("a.txt",))
    assert len(buttons(limited, "unlimit")) == 1
    assert narrow.page.articles.limited_to_one(event(id="a.txt"), only)[0] == first


@pytest.mark.parametrize("limit", ["", None], ids=["empty", "none"])
def test_a_question_without_a_limit_has_the_first_one(narrow: Chat, limit: str | None) -> None:
    mine = narrow.page.sent("Who met Bo?", False, limit, "", ME)[0]
    narrow.page.asked(event(question="Who?"), limit, mine, ME)
    assert [turn.only for turn in settled(narrow.desk, mine, ME).turns] == [FIRST, FIRST]


def test_the_list_has_only_what_the_chat_was_opened_with(narrow: Chat) -> None:
    html = narrow.page.articles.listed(*listing())[0]
    assert [b["data-id"] for b in buttons(html, "show")] == ["a.txt"]
    assert [b["aria-pressed"] for b in buttons(html, "limit")] == ["false"]


def test_a_limit_stays_over_a_question_an_upload_and_a_reload(chat: Chat) -> None:
    only = Filter(sources=("AP",))
    text = limit_to_text(only)
    mine, *_, limit, _, box, _ = chat.page.sent("Who met Bo?", False, text, "", ME)
    assert (limit, box) == (text, "")
    settled(chat.desk, mine, ME)
    chat.desk.take_in(mine, ME, [], only)
    settled(chat.desk, mine, ME)
    assert chat.page.opened(mine, ME)[5] == text


@pytest.mark.parametrize("way", ["sent", "opened"])
def test_a_limit_of_an_earlier_chat_is_narrowed_to_what_this_one_was_opened_with(narrow: Chat, way: str) -> None:
    mine = narrow.desk.create(ME)
    narrow.desk.ask(mine.id, ME, "Who met Bo?", EVERYTHING)
    settled(narrow.desk, mine.id, ME)
    if way == "sent":
        narrow.page.sent("Who?", False, ALL, mine.id, ME)
        assert settled(narrow.desk, mine.id, ME).turns[-1].only == FIRST
    else:
        assert narrow.page.opened(mine.id, ME)[5] == limit_to_text(FIRST)
