"""What happens on the page: each event's function, called as Gradio calls it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from chat_html import buttons, inside, plain
from chat_pages import ME, OTHER, Chat, at, event, listing, opened_chat
from desks import Told, settled, until
from fakes import WordReader

from index.search.filters import EVERYTHING, Filter
from qa import Assistant
from qa.assistant import Stage
from qa.chat.article_events import SORTS
from qa.chat.limit import limit_to_text
from qa.chat.page import Page
from qa.chat.panel import EMPTY_PANEL
from qa.conversation.turn import Feedback, Reply

ALL = limit_to_text(EVERYTHING)


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    with opened_chat(tmp_path / "index") as chat:
        yield chat


@pytest.fixture(scope="module")
def kept_chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """One for tests that change nothing but conversations of their own."""
    with opened_chat(tmp_path_factory.mktemp("page") / "index") as chat:
        yield chat


def test_one_s_own_conversation_is_opened_with_the_source_of_its_last_answer(chat: Chat) -> None:
    mine = chat.begun()
    opened, toolbar, thread, replies, listed, limit, limited, browser, panel, generation = chat.page.opened(mine.id, ME)
    assert (opened, browser, replies, limited, limit) == (mine.id, ME, 1, "", ALL)
    assert "Who met Bo?" in toolbar
    assert plain(inside(thread, "p", "pq-text")[0]).startswith("Ada [1]")
    assert [b["data-id"] for b in buttons(listed, "choose")] == [mine.id]
    assert inside(panel, "mark", "pq-span") == ["Ada"]
    assert generation == str(chat.index.generation)
    assert chat.page.articles.source_choices()["choices"] == [("AP (1)", "AP"), ("BBC (1)", "BBC")]


def test_a_conversation_of_the_list_is_opened_with_its_source_and_its_limit(chat: Chat) -> None:
    mine, only = chat.begun(), Filter(sources=("AP",))
    assert chat.page.chosen(event(id=mine.id), ME)[5] == ALL
    chat.desk.ask(mine.id, ME, "Who?", only)
    settled(chat.desk, mine.id, ME)
    opened, _, _, replies, _, limit, limited, panel = chat.page.chosen(event(id=mine.id), ME)
    assert (opened, replies, limit) == (mine.id, 2, limit_to_text(only))
    assert plain(limited).startswith("Answers only from articles from AP")
    assert inside(panel, "mark", "pq-span") == ["Ada"]


@pytest.mark.parametrize("message", ["", "  \n\t "], ids=["empty", "blank"])
def test_a_blank_message_is_left_in_the_box_and_asks_nothing(chat: Chat, message: str) -> None:
    opened, *_, box, as_written = chat.page.sent(message, True, ALL, "", ME)
    assert (box, as_written, opened) == (message, False, "")
    assert chat.desk.listed(ME) == []


def test_a_message_begins_a_conversation_where_none_is_open(chat: Chat) -> None:
    opened, *_, box, as_written = chat.page.sent("Who met Bo?", False, ALL, "", ME)
    assert (box, as_written) == ("", False)
    assert [summary.id for summary in chat.desk.listed(ME)] == [opened]
    chat.page.sent("When?", True, ALL, opened, ME)
    turns = settled(chat.desk, opened, ME).turns
    assert [(turn.message, turn.as_written) for turn in turns] == [("Who met Bo?", False), ("When?", True)]


def test_news_are_what_is_being_done_then_the_answer_and_its_source_once(chat: Chat) -> None:
    go = threading.Event()
    (reply,) = chat.begun(owner=OTHER).turns[0].replies
    chat.desk._dialogue = Told({"Who met Bo?": [go, reply]}).dialogue
    mine = chat.page.sent("Who met Bo?", False, ALL, "", ME)[0]
    _, thread, known, panel, *_ = chat.page.news(mine, ME, "", 0)
    assert plain(inside(thread, "p", "pq-stage")[0]) == "Waiting for its turn …"
    assert (known, panel) == (0, gr.skip())
    go.set()
    settled(chat.desk, mine, ME)
    _, thread, known, panel, listed, generation = chat.page.news(mine, ME, "", known)
    assert plain(inside(thread, "p", "pq-text")[0]).startswith("Ada [1]")
    assert [b["data-id"] for b in buttons(listed, "choose")] == [mine]
    assert (known, inside(panel, "mark", "pq-span"), generation) == (1, ["Ada"], str(chat.index.generation))
    assert chat.page.news(mine, ME, "", known)[3] == gr.skip()


def test_news_list_what_is_searched_for(kept_chat: Chat) -> None:
    mine = kept_chat.begun("Who met Xyzzy?")
    listed = kept_chat.page.news(mine.id, ME, "xyzzy", None)[4]
    assert [b["data-id"] for b in buttons(listed, "choose")] == [mine.id]
    assert buttons(kept_chat.page.news(mine.id, ME, "nothing has this", None)[4], "choose") == []


def test_the_version_is_another_with_each_thing_to_see_and_else_the_same(chat: Chat) -> None:
    go = threading.Event()
    told = Told({"Who met Bo?": [go, Reply("a", "first")]})
    chat.desk._dialogue = told.dialogue
    mine = chat.page.sent("Who met Bo?", False, ALL, "", ME)[0]
    assert told.reached.wait(10)
    seen = [chat.page.look([mine, ME, ""])["version"]]
    assert chat.page.look([mine, ME, ""])["version"] == seen[0]
    go.set()
    settled(chat.desk, mine, ME)
    until(lambda: not chat.desk._in_turn)
    seen.append(chat.page.look([mine, ME, ""])["version"])
    chat.page.deleted(mine, ME)
    seen.append(chat.page.look([mine, ME, ""])["version"])
    assert len(set(seen)) == 3


def test_the_version_of_an_empty_page_is_another_once_questions_are_offered(
    kept_chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_chat.page._starters, "questions", lambda: ())
    before = kept_chat.page.look(["", ME, ""])["version"]
    monkeypatch.setattr(kept_chat.page._starters, "questions", lambda: ("Who?", "When?"))
    assert kept_chat.page.look(["", ME, ""])["version"] != before


def test_a_page_that_waits_is_told_what_is_done_and_how_many_questions_are_before_it(chat: Chat) -> None:
    go = threading.Event()
    messages = ["Who met a?", "Who met b?", "Who met c?", "Who met d?"]
    told = Told({message: [Stage("searching"), go, Reply("a", "a")] for message in messages})
    chat.desk._dialogue = told.dialogue
    made = [chat.page.sent(message, False, ALL, "", ME)[0] for message in messages]
    turns = [chat.desk.conversation(one, ME).turns[0].id for one in made]
    until(lambda: all(chat.desk.doing(turn) for turn in turns[:2]))
    looked = [chat.page.look([one, ME, turn]) for one, turn in zip(made, turns, strict=True)]
    assert [(one["stage"], one["ahead"]) for one in looked] == [
        ("Searching the articles …", 0),
        ("Searching the articles …", 0),
        ("Waiting for its turn, after 1 other question …", 1),
        ("Waiting for its turn, after 2 other questions …", 2),
    ]
    go.set()
    for one in made:
        settled(chat.desk, one, ME)
    until(lambda: not chat.desk._in_turn)
    assert chat.page.look([made[3], ME, turns[3]])["ahead"] == 0


def test_files_become_articles_under_their_own_names_and_leave_the_limit(chat: Chat, tmp_path: Path) -> None:
    paths, only = [tmp_path / "1.txt", tmp_path / "2.txt"], limit_to_text(Filter(sources=("AP",)))
    for path in paths:
        path.write_text(f"Cy met Di in {path.name}. " * 20, encoding="utf-8")
    names = json.dumps(["../<b> 1.txt", "two\ud800.txt"])
    mine, *_, limit, _, left = chat.page.uploaded([str(path) for path in paths], names, only, "", ME)
    (turn,) = settled(chat.desk, mine, ME).turns
    assert (limit, left, limit_to_text(turn.only)) == (only, None, only)
    assert turn.state == "done"
    assert set(turn.replies[0].added) == {"<b> 1.txt", "two\ufffd.txt"}


def test_a_citation_and_a_closest_passage_open_the_article(kept_chat: Chat) -> None:
    mine = kept_chat.begun()
    (turn,) = mine.turns
    panel, tabs = kept_chat.page.cited(at(turn, number="1"), mine.id, ME)
    assert inside(panel, "mark", "pq-span") == ["Ada"]
    assert tabs.selected == "source"
    closest, _ = kept_chat.page.closest(at(turn, number="1"), mine.id, ME)
    assert "Nobody met anybody." in plain(closest)
    assert "Closest passage, not an answer" in plain(closest)


@pytest.mark.parametrize("ending", ["md", "html", "json"])
def test_a_conversation_is_exported_under_its_title(kept_chat: Chat, ending: str) -> None:
    file = kept_chat.page.exported([kept_chat.begun().id, ME, ending])
    assert set(file) == {"name", "text"}
    assert file["name"] == f"who-met-bo.{ending}"
    assert "Ada" in file["text"]


@pytest.mark.parametrize("sort", SORTS)
def test_the_list_has_every_article_in_each_order(kept_chat: Chat, sort: str) -> None:
    html = kept_chat.page.articles.listed(*listing(sort=sort))[0]
    assert {b["data-id"] for b in buttons(html, "show")} == {"a.txt", "<b>.txt"}


def test_an_article_is_removed_and_brought_back(chat: Chat) -> None:
    events = chat.page.articles
    assert events.removed(event(id="<b>.txt")) == str(chat.index.generation)
    html = events.listed_again(0, *listing())
    assert [b["data-id"] for b in buttons(html, "restore")] == ["<b>.txt"]
    assert [b["data-id"] for b in buttons(html, "show")] == ["a.txt"]
    assert events.source_choices()["choices"] == [("AP (1)", "AP")]
    assert events.restored(event(id="<b>.txt")) == str(chat.index.generation)
    assert len(chat.index) == 2


def test_a_thumb_is_kept_and_the_same_again_takes_it_back(chat: Chat) -> None:
    mine = chat.begun()
    (turn,) = mine.turns
    down = chat.page.thumbed(at(turn, way="down"), mine.id, ME)
    assert [b["aria-pressed"] for b in buttons(down, "thumb")] == ["false", "true"]
    noted = chat.page.commented(at(turn, comment="<b>" + "x" * 2_000), mine.id, ME)
    assert plain(inside(noted, "p", "pq-small")[-1]) == "Noted: <b>" + "x" * 997
    assert "pq-small" not in chat.page.thumbed(at(turn, way="down"), mine.id, ME)


def given(chat: Chat, conversation: str) -> list[tuple[int, Feedback]]:
    return list(chat.desk.conversation(conversation, ME).turns[0].feedback)


@pytest.mark.parametrize("first", ["reason", "comment"])
def test_the_reason_and_the_comment_leave_each_other_as_they_are(kept_chat: Chat, first: str) -> None:
    mine = kept_chat.begun()
    (turn,) = mine.turns
    events = [kept_chat.page.reasoned, kept_chat.page.commented]
    for use in events if first == "reason" else reversed(events):
        use(at(turn, reason="wrong place", comment="  Bo  "), mine.id, ME)
    ((number, feedback),) = given(kept_chat, mine.id)
    assert (number, feedback.good, feedback.reason, feedback.comment) == (0, False, "wrong place", "Bo")


@pytest.mark.parametrize("reason", ["", "It is <b>", "Other", "x" * 10_000])
def test_a_reason_that_is_not_offered_changes_nothing(kept_chat: Chat, reason: str) -> None:
    mine = kept_chat.begun()
    (turn,) = mine.turns
    kept_chat.page.reasoned(at(turn, reason=reason), mine.id, ME)
    assert given(kept_chat, mine.id) == []
    kept_chat.page.reasoned(at(turn, reason="other"), mine.id, ME)
    before = given(kept_chat, mine.id)
    kept_chat.page.reasoned(at(turn, reason=reason), mine.id, ME)
    assert given(kept_chat, mine.id) == before


def test_a_conversation_is_renamed_and_deleted(chat: Chat) -> None:
    mine = chat.begun()
    toolbar, listed = chat.page.renamed(event(title="<b>North</b>"), mine.id, ME, "")
    assert plain(inside(toolbar, "h2", "pq-name")[0]) == "<b>North</b>"
    assert [b["text"] for b in buttons(listed, "choose")] == ["<b>North</b>"]
    opened, *_, panel = chat.page.deleted(mine.id, ME)
    assert (opened, panel) == ("", EMPTY_PANEL)
    assert chat.desk.listed(ME) == []


def test_a_question_is_corrected_in_the_box_and_taken_as_it_is_until_freed(kept_chat: Chat) -> None:
    question, as_written, said = kept_chat.page.corrected(event(question="Who <b>?"), ALL)
    assert (question, as_written) == ("Who <b>?", True)
    assert "exactly as written" in plain(said)
    assert kept_chat.page.freed(ALL) == (False, "")


def test_conversations_are_one_person_s_where_only_this_machine_reaches_the_chat(chat: Chat) -> None:
    page = Page(Assistant(chat.index, WordReader("Ada")), chat.desk)
    opened = page.sent("Who met Bo?", False, ALL, "", ME)[0]
    settled(chat.desk, opened)
    assert page.opened(opened, OTHER)[0] == opened
    assert page.opened(chat.foreign.id, ME)[0] == ""
    until(lambda: not page._starters.making())


def test_a_conversation_that_is_not_stored_says_so(chat: Chat) -> None:
    opened, toolbar, *_ = chat.page.begun_unstored(ME)
    assert "not stored" in plain(toolbar)
    chat.page.sent("Who met Bo?", False, ALL, opened, ME)
    settled(chat.desk, opened, ME)
    assert chat.desk.listed(ME) == []
