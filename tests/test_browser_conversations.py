"""Conversations: follow-ups, and that work is kept, found again, given out and deleted."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_page import Chat, article_text, ask, finished, opened, running, send
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser

KELBY = "Who was elected mayor of Kelby?"
SLOW = " ".join(f"Who was elected mayor of {town}?" for town in ("Arvik", "Bolmen", "Calder"))


@pytest.fixture(scope="module")
def chat(chat_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A chat of this module's own, which its tests stop and start again."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(chat_folder, folder, dirs_exist_ok=True)
    with running(folder) as started:
        yield started


@pytest.fixture(scope="module")
def module_page(context: BrowserContext, chat: Chat) -> Iterator[Page]:
    """A page that stays open while its server is stopped."""
    with opened(context, chat, breaking=True) as page:
        yield page


@pytest.fixture
def page(same_page: Page) -> Page:
    return same_page


def in_any_file(chat: Chat, words: str) -> list[str]:
    """Return the files of the chat that have some words in their bytes."""
    files = [path for folder in (chat.index, chat.temporary) for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if words.encode() in path.read_bytes()]


def menu(page: Page) -> None:
    page.locator("#pq-toolbar summary").click()


def test_a_follow_up_is_completed_shown_and_can_be_corrected(page: Page) -> None:
    ask(page, "Who led the Pakistani delegation?")
    second = ask(page, "When did he visit Washington?")
    used = second.locator(".pq-used q")
    expect(used).to_contain_text("Bilawal Bhutto Zardari")
    expect(second.locator("strong").first).to_have_text("May 31 to June 6")
    third = ask(page, "And the Indian one?")
    expect(third.locator(".pq-used q")).to_contain_text("Indian")
    second.get_by_role("button", name="Change the question that was searched").click()
    box = page.locator("#pq-question textarea")
    expect(box).to_have_value(used.inner_text())
    expect(box).to_be_focused()
    expect(page.locator("#pq-limit")).to_contain_text("searched exactly as written")
    fourth = ask(page, "When did he visit Washington?")
    expect(fourth.locator(".pq-used")).to_have_count(0)
    expect(page.locator("#pq-limit")).to_be_hidden()


def test_a_conversation_is_there_after_a_reload_in_the_middle_of_an_answer(breaking_page: Page) -> None:
    page = breaking_page
    send(page, SLOW)
    expect(page.locator(".pq-turn")).to_have_count(1)
    page.wait_for_function("location.hash.length > 1")
    page.reload()
    turn = finished(page.locator(".pq-turn").first)
    expect(turn.locator(".pq-reply")).to_have_count(3)
    expect(turn.locator("strong").last).to_have_text("Cordula Vantrease")


def test_a_lost_connection_loses_no_answer(breaking_page: Page) -> None:
    page = breaking_page
    send(page, SLOW)
    expect(page.locator(".pq-turn")).to_have_count(1)
    page.wait_for_function("location.hash.length > 1")
    page.context.set_offline(True)
    page.context.set_offline(False)
    page.reload()
    expect(finished(page.locator(".pq-turn").first).locator("strong").last).to_have_text("Cordula Vantrease")


def test_an_open_page_goes_on_by_itself_when_the_connection_is_back(breaking_page: Page) -> None:
    page = breaking_page
    send(page, SLOW)
    turn = page.locator(".pq-turn")
    expect(turn).to_have_count(1)
    page.context.set_offline(True)
    page.wait_for_timeout(1_500)
    expect(turn).to_have_attribute("data-state", "waiting")
    page.context.set_offline(False)
    expect(finished(turn).locator("strong").last).to_have_text("Cordula Vantrease")
    expect(turn.locator(".pq-reply")).to_have_count(3)


def test_an_answer_stays_in_the_conversation_that_was_left(page: Page) -> None:
    send(page, SLOW)
    expect(page.locator(".pq-turn")).to_have_count(1)
    page.get_by_role("button", name="New conversation", exact=True).click()
    expect(page.locator(".pq-welcome")).to_be_visible()
    other = ask(page, KELBY, times=0)
    expect(other.locator("strong")).to_have_text("Katinka Vantrease")
    expect(page.locator(".pq-turn")).to_have_count(1)
    page.locator("#pq-conversations .pq-choose", has_text="Who was elected mayor of Arvik?").first.click()
    expect(page.locator(".pq-turn")).to_contain_text("Cordula Vantrease", timeout=20_000)


def test_an_answer_comes_as_soon_in_the_next_conversation(page: Page) -> None:
    done = page.locator(".pq-turn[data-state=done]")
    for _ in range(2):
        send(page, KELBY)
        expect(done).to_have_count(1, timeout=4_000)
        page.get_by_role("button", name="New conversation", exact=True).click()
        expect(page.locator(".pq-welcome")).to_be_visible()


def test_a_draft_outlives_a_reload(breaking_page: Page) -> None:
    page = breaking_page
    page.locator("#pq-question textarea").press_sequentially("Half a quest")
    page.reload()
    expect(page.locator("#pq-question textarea")).to_have_value("Half a quest")


def test_conversations_are_renamed_searched_and_really_deleted(page: Page, chat: Chat) -> None:
    ask(page, "Where is the zanzibarite quarry of Quibblethwaite?")
    ask_twice = page.locator("#pq-conversations .pq-choose")
    menu(page)
    page.get_by_label("Title").fill("Perplexicon <b>notes</b>")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator(".pq-name")).to_have_text("Perplexicon <b>notes</b>")
    expect(ask_twice.first).to_have_text("Perplexicon <b>notes</b>")
    page.get_by_label("Search conversations").fill("quibblethwaite")
    expect(ask_twice).to_have_count(1)
    page.get_by_label("Search conversations").fill("no such word")
    expect(page.locator("#pq-conversations")).to_contain_text("No conversation has “no such word” in it.")
    page.get_by_label("Search conversations").fill("")
    assert in_any_file(chat, "Quibblethwaite")
    page.once("dialog", lambda dialog: dialog.accept())
    menu(page)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".pq-welcome")).to_be_visible()
    expect(page.get_by_text("Perplexicon")).to_have_count(0)
    assert in_any_file(chat, "Quibblethwaite") == []
    assert in_any_file(chat, "Perplexicon") == []


def test_deleting_can_be_thought_better_of(page: Page) -> None:
    ask(page, KELBY)
    page.once("dialog", lambda dialog: dialog.dismiss())
    menu(page)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".pq-turn")).to_have_count(1)


def test_the_exports_have_the_citations(page: Page, tmp_path: Path) -> None:
    ask(page, "How often does tram line seven run?")
    texts = {}
    menu(page)
    for ending, name in (("md", "Markdown"), ("html", "HTML"), ("json", "JSON")):
        with page.expect_download() as saving:
            page.get_by_role("button", name=f"Export as {name}").click()
        assert saving.value.suggested_filename == f"how-often-does-tram-line-seven-run.{ending}"
        saving.value.save_as(tmp_path / ending)
        texts[ending] = (tmp_path / ending).read_text(encoding="utf-8")
    (annotation,) = json.loads(texts["json"])["annotations"]
    quote, position = annotation["target"]["selector"]
    assert (quote["type"], quote["exact"]) == ("TextQuoteSelector", "every six minutes")
    assert article_text(page)[position["start"] : position["end"]] == "every six minutes"
    for text in texts.values():
        assert "every six minutes" in text
        assert "https://news.example/trams?line=7" in text
    sub = page.context.new_page()
    sub.set_content(texts["html"])
    expect(sub.locator("body")).to_contain_text("Tram line seven opens")
    sub.close()


def test_copying_takes_the_citation_along(page: Page) -> None:
    turn = ask(page, "How often does tram line seven run?")
    turn.get_by_role("button", name="Copy the answer with its source").click()
    expect(turn.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == (
        "every six minutes\n\n““It runs every six minutes,” said driver Otto Prahl.”\n"
        "Tram line seven opens, City Post, 9 June 2025, https://news.example/trams?line=7&x=1"
    )
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.pq-text strong'))")
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == copied


def test_thumbs_are_kept_with_their_reason_and_become_rows(page: Page, chat: Chat, tmp_path: Path) -> None:
    turn = ask(page, KELBY)
    good = turn.get_by_role("button", name="Good answer")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    second = ask(page, "When did the envoy Ada Lind meet Bo in Velmar?")
    second.get_by_role("button", name="Bad answer").click()
    second.get_by_role("button", name="wrong place").click()
    expect(second.get_by_role("button", name="wrong place")).to_have_attribute("aria-pressed", "true")
    third = ask(page, "What color is the moon of Endor?")
    third.get_by_role("button", name="Bad answer").click()
    third.get_by_role("textbox").fill("<i>red</i>")
    third.get_by_role("textbox").press("Enter")
    expect(third).to_contain_text("Noted: <i>red</i>")
    page.reload()
    expect(page.locator(".pq-turn").first.get_by_role("button", name="Good answer")).to_have_attribute(
        "aria-pressed", "true"
    )
    chat.run("feedback", "-o", str(tmp_path / "rows.json"))
    made = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    (row,) = [qa for group in made["data"] for paragraph in group["paragraphs"] for qa in paragraph["qas"]]
    assert row["question"] == KELBY
    assert [answer["text"] for answer in row["answers"]] == ["Katinka Vantrease"]
    assert {(one["reason"], one["comment"]) for one in made["not_right"]} == {
        ("wrong place", None), (None, "<i>red</i>")
    }  # fmt: skip


def test_a_kept_citation_says_when_its_article_changed_or_went(page: Page, chat: Chat, tmp_path: Path) -> None:
    turns = {name: ask(page, f"Who was elected mayor of {name}?") for name in ("Rastow", "Selwyn", "Tarnby")}
    cited = turns["Rastow"].locator(".pq-sources li")
    expect(cited).to_contain_text("found word for word")
    new = {
        "mayor-Rastow": "It rained. The town of Rastow elected Roderic Vantrease as its mayor on Sunday.",
        "mayor-Selwyn": "The town of Selwyn elected nobody on Sunday.",
    }
    lines = [json.dumps({"id": name, "title": "Changed", "text": text}) for name, text in new.items()]
    (tmp_path / "changed.jsonl").write_text("\n".join(lines), encoding="utf-8")
    chat.run("index", str(tmp_path / "changed.jsonl"))
    page.get_by_role("tab", name="Articles").click()
    page.get_by_label("Search articles").fill("Tarnby")
    page.get_by_role("button", name="Remove New mayor in Tarnby").click()
    expect(page.locator("#pq-articles")).to_contain_text("Removed: New mayor in Tarnby")
    page.reload()
    expect(cited).to_contain_text("found word for word in the article, which has changed since")
    expect(turns["Selwyn"].locator(".pq-sources")).to_contain_text("these words are not in it any more")
    expect(turns["Tarnby"].locator(".pq-sources")).to_contain_text("the article was removed")
    turns["Rastow"].locator(".pq-cite").click()
    expect(page.locator("#pq-panel .pq-note")).to_contain_text("was found in it again")
    expect(page.locator("#pq-panel mark.pq-span")).to_have_text("Roderic Vantrease")
    turns["Selwyn"].locator(".pq-cite").click()
    expect(page.locator("#pq-panel .pq-note")).to_contain_text("does not stand in it any more")
    expect(page.locator("#pq-panel mark")).to_have_count(0)
    turns["Tarnby"].locator(".pq-cite").click()
    expect(page.locator("#pq-panel .pq-note")).to_contain_text("not among the articles any more")
    expect(page.locator("#pq-panel blockquote")).to_have_text("Thaddeus Vantrease")


def test_everything_stored_outlives_a_killed_server_and_nothing_else(context: BrowserContext, chat: Chat) -> None:
    with opened(context, chat, breaking=True) as page:
        page.get_by_role("button", name="New, not stored").click()
        expect(page.locator(".pq-unstored")).to_be_visible()
        ask(page, "Is Quodlibetarian Quixotry in the articles?")
        assert in_any_file(chat, "Quodlibetarian") == []
        expect(page.locator("#pq-conversations")).not_to_contain_text("Quodlibetarian")
        page.get_by_role("button", name="New conversation", exact=True).click()
        expect(page.locator(".pq-welcome")).to_be_visible()
        ask(page, KELBY)
        send(page, SLOW)
        expect(page.locator(".pq-turn")).to_have_count(2)
        kept = re.sub(".*#", "/#", page.url)
        chat.stop(signal.SIGKILL)
        page.goto("about:blank")
    chat.start()
    with opened(context, chat, kept) as page:
        expect(page.locator(".pq-turn").first.locator("strong")).to_have_text("Katinka Vantrease")
        turn = finished(page.locator(".pq-turn").nth(1))
        expect(turn.locator(".pq-reply")).to_have_count(3)
        expect(turn.locator("strong").last).to_have_text("Cordula Vantrease")
        expect(page.locator("#pq-conversations")).not_to_contain_text("Quodlibetarian")
    assert in_any_file(chat, "Quodlibetarian") == []
