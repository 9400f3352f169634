"""What a hostile browser may send: it gets words or nothing, and reaches nothing of another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from chat_html import buttons, plain
from chat_pages import ARTICLES, ME, OTHER, SECRET, Chat, at, event, listing, message_of, opened_chat

from qa.chat.page import Page
from qa.chat.panel import EMPTY_PANEL
from qa.chat.told import GONE, number, said
from qa.shelf import Upload


@pytest.fixture(scope="module")
def kept_chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """One for tests that change nothing but conversations of their own."""
    with opened_chat(tmp_path_factory.mktemp("page") / "index") as chat:
        yield chat


@pytest.mark.parametrize("which", ["", "nothing", "foreign", "x" * 100_000, "\0<script>", "' OR 1=1 --"])
def test_what_is_not_one_s_own_opens_as_an_empty_page(kept_chat: Chat, which: str) -> None:
    opened = kept_chat.page.opened(kept_chat.foreign.id if which == "foreign" else which, ME)
    assert opened[0] == ""
    assert opened[-2] == EMPTY_PANEL
    assert "Ask about the articles" in plain(opened[2])
    assert SECRET not in str(opened)
    assert kept_chat.foreign.id not in str(opened)


@pytest.mark.parametrize("which", ["", "nothing", "foreign", "x" * 100_000, "\0<script>", "' OR 1=1 --"])
@pytest.mark.parametrize("replies", [None, 0, -7, 10**30, 0.5])
def test_news_of_what_is_not_one_s_own_are_those_of_an_empty_page(
    kept_chat: Chat, which: str, replies: float | None
) -> None:
    conversation = kept_chat.foreign.id if which == "foreign" else which
    toolbar, thread, known, panel, listed, _ = kept_chat.page.news(conversation, ME, "", replies)
    assert SECRET not in f"{toolbar} {thread} {listed} {panel}"
    assert kept_chat.foreign.id not in listed
    assert "Ask about the articles" in plain(thread)
    assert known == 0


@pytest.mark.parametrize("which", ["nothing", "foreign", "x" * 100_000, "\0<script>", "' OR 1=1 --"])
def test_the_version_of_what_is_not_one_s_own_is_that_of_what_is_gone(kept_chat: Chat, which: str) -> None:
    conversation = kept_chat.foreign.id if which == "foreign" else which
    before = dict(kept_chat.desk._versions)
    assert kept_chat.page.look([conversation, ME, which]) == {"version": "gone", "stage": "", "ahead": 0}
    assert kept_chat.desk._versions == before


def gone(chat: Chat, which: str) -> str:
    """The id of a conversation that is not there, or is another's."""
    if which == "foreign":
        return chat.foreign.id
    made = chat.desk.create(ME, stored=which != "deleted, not stored")
    chat.desk.store(made.id, ME).delete(made.id, ME)
    return made.id


GONE_TO: dict[str, Callable[[Page, str, str], Any]] = {
    "sent": lambda page, c, file: page.sent(f"Is {SECRET} mine?", False, "", c, ME),
    "sent blank": lambda page, c, file: page.sent(" ", False, "", c, ME),
    "asked": lambda page, c, file: page.asked(event(question=f"Is {SECRET} mine?"), "", c, ME),
    "uploaded": lambda page, c, file: page.uploaded([file], None, "", c, ME),
}


@pytest.mark.parametrize("use", GONE_TO.values(), ids=GONE_TO)
@pytest.mark.parametrize("which", ["deleted", "deleted, not stored", "foreign"])
def test_what_is_said_in_a_conversation_that_is_gone_is_refused_and_not_stored(
    kept_chat: Chat, use: Callable[[Page, str, str], Any], which: str, tmp_path: Path
) -> None:
    before = kept_chat.desk.listed(ME), kept_chat.desk.listed(OTHER)
    file = tmp_path / "a.txt"
    file.write_text(f"{SECRET} is mine.", encoding="utf-8")
    with pytest.raises(gr.Error) as told:
        use(kept_chat.page, gone(kept_chat, which), str(file))
    assert message_of(told) == GONE
    assert (kept_chat.desk.listed(ME), kept_chat.desk.listed(OTHER)) == before
    assert len(kept_chat.index) == len(ARTICLES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("12", 12), ("007", 7), ("9" * 9, 999_999_999), ("9" * 10, -1), ("-1", -1), ("²", -1), ("٣", -1),
     ("1_0", -1), (" 1", -1), ("1.0", -1), ("", -1)],
)  # fmt: skip
def test_a_number_is_read_only_where_it_is_one(text: str, expected: int) -> None:
    assert number(text) == expected


@pytest.mark.parametrize("data", [None, {}, [], "turn", 7, {"turn": None}], ids=repr)
def test_what_an_event_does_not_carry_is_empty(data: Any) -> None:
    assert said(gr.EventData(None, data), "turn") == ""


NUMBERS: list[Any] = ["-1", -1, "7", 7, 10**30, "9" * 5_000, "²", "٣", "1.0", 1.5, "", None, "one", [], {"a": 1}, True]


@pytest.mark.parametrize("name", ["reply", "number"])
@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: repr(value)[:12])
def test_a_number_that_is_none_opens_nothing(kept_chat: Chat, name: str, value: Any) -> None:
    mine = kept_chat.begun()
    asked = at(mine.turns[0], **{"number": "9", name: value})
    assert kept_chat.page.cited(asked, mine.id, ME)[0] == EMPTY_PANEL
    assert kept_chat.page.closest(asked, mine.id, ME)[0] == EMPTY_PANEL


@pytest.mark.parametrize("value", [value for value in NUMBERS if value is not True], ids=lambda value: repr(value)[:12])
def test_feedback_on_a_reply_that_is_not_there_is_refused(kept_chat: Chat, value: Any) -> None:
    mine = kept_chat.begun()
    for given in (kept_chat.page.thumbed, kept_chat.page.reasoned, kept_chat.page.commented):
        data = at(mine.turns[0], reply=value, way="up", reason="other", comment="x")
        with pytest.raises(gr.Error, match="No conversation of yours"):
            given(data, mine.id, ME)
    assert kept_chat.desk.conversation(mine.id, ME).turns[0].feedback == ()


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: repr(value)[:12])
def test_a_page_of_the_list_is_a_number_from_0(kept_chat: Chat, value: Any) -> None:
    html, offset = kept_chat.page.articles.leafed(event(offset=value), *listing())
    assert offset >= 0
    assert bool(buttons(html, "show")) == (offset < len(ARTICLES))


Use = Callable[[Page, gr.EventData, str], Any]
EVENTS: dict[str, Use] = {
    "chosen": lambda page, data, c: page.chosen(data, ME),
    "asked": lambda page, data, c: page.asked(data, "", c, ME),
    "cited": lambda page, data, c: page.cited(data, c, ME),
    "closest": lambda page, data, c: page.closest(data, c, ME),
    "shown_article": lambda page, data, c: page.shown_article(data),
    "corrected": lambda page, data, c: page.corrected(data, ""),
    "thumbed": lambda page, data, c: page.thumbed(data, c, ME),
    "reasoned": lambda page, data, c: page.reasoned(data, c, ME),
    "commented": lambda page, data, c: page.commented(data, c, ME),
    "renamed": lambda page, data, c: page.renamed(data, c, ME, ""),
    "limited_to_one": lambda page, data, c: page.articles.limited_to_one(data, ""),
    "removed": lambda page, data, c: page.articles.removed(data),
    "restored": lambda page, data, c: page.articles.restored(data),
    "leafed": lambda page, data, c: page.articles.leafed(data, *listing()),
}


@pytest.mark.parametrize("use", EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize("data", [{}, None, [], "id turn", 7], ids=repr)
def test_an_event_without_its_data_is_an_error_in_words_or_nothing(kept_chat: Chat, use: Use, data: Any) -> None:
    mine = kept_chat.begun()
    with suppress(gr.Error):
        use(kept_chat.page, gr.EventData(None, data), mine.id)
    assert kept_chat.desk.conversation(mine.id, ME).turns[0].feedback == ()
    assert len(kept_chat.index) == len(ARTICLES)


@pytest.mark.parametrize("use", EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize("own", [True, False], ids=["own conversation", "foreign conversation"])
def test_an_event_that_names_another_s_turn_or_conversation_reaches_nothing_of_theirs(
    kept_chat: Chat, use: Use, own: bool
) -> None:
    theirs = kept_chat.foreign.turns[0]
    data = at(
        theirs, id=kept_chat.foreign.id, number="0", way="down", reason="other", comment="x", title="x", question="x"
    )
    told = ""
    try:
        told = str(use(kept_chat.page, data, kept_chat.begun().id if own else kept_chat.foreign.id))
    except gr.Error as error:
        told = error.message
    assert SECRET not in told
    after = kept_chat.desk.conversation(kept_chat.foreign.id, OTHER)
    assert (after.title, after.turns) == (kept_chat.foreign.title, kept_chat.foreign.turns)


def test_another_s_conversation_cannot_be_deleted_exported_or_found(kept_chat: Chat) -> None:
    with pytest.raises(gr.Error):
        kept_chat.page.deleted(kept_chat.foreign.id, ME)
    assert kept_chat.page.exported([kept_chat.foreign.id, ME, "md"]) == {"error": GONE}
    assert SECRET not in kept_chat.page.searched(SECRET, "", ME).replace(f"“{SECRET}”", "")
    assert kept_chat.desk.conversation(kept_chat.foreign.id, OTHER) == kept_chat.foreign


@pytest.mark.parametrize(
    "wanted", [["id", ME], ["id", ME, "exe"], ["id", ME, "../md"], [], None, "abc", ["id", ME, 7], [None, None, None]],
    ids=repr,
)  # fmt: skip
def test_an_export_that_is_none_is_an_error_in_words(kept_chat: Chat, wanted: Any) -> None:
    mine = kept_chat.begun()
    if isinstance(wanted, list):
        wanted = [mine.id if one == "id" else one for one in wanted]
    file = kept_chat.page.exported(wanted)
    assert list(file) == ["error"]
    assert len(file["error"]) > 20


@pytest.mark.parametrize("since", ["June", "2025-13", "<script>alert(1)</script>", "2025-06-09T00:00", "9" * 4_000])
def test_a_date_that_is_none_is_said_in_place_of_the_list(kept_chat: Chat, since: str) -> None:
    html = kept_chat.page.articles.listed(*listing(since=since))[0]
    assert 'role="alert"' in html
    assert f"Got since {since!r}" in plain(html)
    assert "<script" not in html
    with pytest.raises(gr.Error, match="expected a date"):
        kept_chat.page.articles.limited_to_listed("", [], since, "")


@pytest.mark.parametrize(
    "names",
    [None, "", "no", "null", "7", "[]", '["b.txt"]', '["b", "c", "d"]', '{"0": "b"}', "[1, null]", '["", {}]',
     "[" * 10_000],
    ids=lambda names: repr(names)[:20],
)  # fmt: skip
def test_files_whose_names_are_none_have_those_of_their_copies(
    kept_chat: Chat, names: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Upload] = []
    monkeypatch.setattr(kept_chat.desk, "take_in", lambda c, owner, uploads, only: taken.extend(uploads))
    kept_chat.page.uploaded(["/tmp/1/a.txt", "/tmp/2/a.txt"], names, "", "", ME)
    assert [(str(one.path), one.name) for one in taken] == [("/tmp/1/a.txt", "a.txt"), ("/tmp/2/a.txt", "a.txt")]


@pytest.mark.parametrize("name", ["removed", "restored"])
def test_an_error_of_the_library_is_told_in_words_that_are_no_markup(kept_chat: Chat, name: str) -> None:
    with pytest.raises(gr.Error) as told:
        getattr(kept_chat.page.articles, name)(event(id="<img src=x onerror=alert(1)>"))
    assert "<" not in message_of(told)
    assert "<img src=x onerror=alert(1)>" in unescape(message_of(told))
