"""Answers on the page: their stages, citations, confidence, and what is said where there is none."""

from __future__ import annotations

import re

import pytest
from chat_articles import TOWNS
from chat_page import ask, finished, in_view, send
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TRAMS = "How often does tram line seven run?"
BRIDGE = "When was the Old Mill Bridge built?"


@pytest.fixture
def page(same_page: Page) -> Page:
    return same_page


def test_stages_are_shown_and_collapse_to_what_was_read(page: Page) -> None:
    page.evaluate("""() => {
        window.stages = [];
        const look = () => document.querySelectorAll('.pq-stage').forEach((one) => stages.push(one.textContent));
        new MutationObserver(look)
            .observe(document.querySelector('#pq-thread'), { childList: true, subtree: true, characterData: true });
    }""")
    turn = ask(page, "Why did the ferry Aurelia run aground off Cape Tern?")
    work = turn.locator(".pq-work")
    expect(work.locator("summary")).to_have_text(re.compile(r"Read 5 passages in \d+\.\d s"))
    expect(work.locator("ol")).to_be_hidden()
    work.locator("summary").click()
    expect(work.locator("li").first).to_contain_text("by meaning rank 1, by words rank 1 (ferry, aurelia, aground")
    expect(page.locator(".pq-stage")).to_have_count(0)
    stages = page.evaluate("stages")
    assert set(stages) & {"Searching the articles …", "Reading 5 passages …", "Waiting for its turn …"}, stages


def test_hovering_a_citation_shows_the_quote_and_escape_hides_it(page: Page) -> None:
    turn = ask(page, TRAMS)
    cite, tip = turn.locator(".pq-cite"), turn.get_by_role("tooltip", include_hidden=True)
    expect(cite).to_have_text("[1]")
    expect(tip).to_be_hidden()
    cite.hover()
    expect(tip).to_be_visible()
    expect(tip).to_have_text("““It runs every six minutes,” said driver Otto Prahl.”")
    page.mouse.move(5, 790)
    expect(tip).to_be_hidden()
    cite.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_clicking_a_citation_opens_its_article_at_the_words(page: Page) -> None:
    turn = ask(page, TRAMS)
    ask(page, "Who was elected mayor of Kelby?")
    expect(page.locator("#pq-panel .pq-title")).to_have_text("New mayor in Kelby")
    turn.locator(".pq-cite").click()
    expect(page.locator("#pq-panel .pq-title")).to_have_text("Tram line seven opens")
    expect(page.locator("#pq-panel mark.pq-span")).to_have_text("every six minutes")
    expect(page.locator("#pq-panel .pq-facts")).to_have_text("City Post · A. Test · 9 June 2025 · characters 86-103")
    in_view(page)


def test_a_quotation_has_its_speaker(page: Page) -> None:
    turn = ask(page, TRAMS)
    expect(turn.locator(".pq-said")).to_have_text("Said by driver Otto Prahl")


def test_confidence_is_in_words_and_the_number_on_demand(page: Page) -> None:
    turn = ask(page, TRAMS)
    sure = turn.locator(".pq-sure")
    expect(sure.locator("summary")).to_have_text(re.compile("This is (very likely|probably) right"))
    expect(sure.get_by_text("Confidence 0.")).to_be_hidden()
    sure.locator("summary").click()
    expect(sure.get_by_text(re.compile(r"Confidence 0\.\d\d: .* in 100 are right"))).to_be_visible()
    ask(page, "Who was elected mayor of Kelby?")
    expect(sure.get_by_text("Confidence 0.")).to_be_visible()


def test_no_answer_says_what_was_searched_what_came_closest_and_what_to_try(page: Page) -> None:
    turn = ask(page, "What color is the moon of Endor?")
    expect(turn.locator(".pq-none")).to_have_text("Not in these articles.")
    expect(turn).to_contain_text("Searched: 45 articles, from February 2024 to 14 December 2025, 20 of them undated.")
    expect(turn).to_contain_text("Closest passages, not answers:")
    expect(turn).to_contain_text("What to try:")
    expect(turn.locator(".pq-closest li")).to_have_count(3)
    expect(page.locator("#pq-panel .pq-heading")).to_have_text("Closest passage, not an answer")
    expect(page.locator("#pq-panel mark")).to_have_count(0)
    opened = turn.locator(".pq-closest button").nth(1)
    label = opened.get_attribute("aria-label")
    opened.click()
    expect(page.locator("#pq-panel .pq-title")).to_have_text((label or "").removeprefix("Open "))
    in_view(page)


def test_differing_answers_stand_side_by_side_each_with_source_and_date(page: Page) -> None:
    turn = ask(page, BRIDGE)
    cards = turn.locator(".pq-answer")
    expect(cards).to_have_count(2)
    expect(turn).to_contain_text("The articles give different answers")
    assert sorted(cards.locator("strong").all_inner_texts()) == ["1913", "1931"]
    for number in range(2):
        expect(cards.nth(number).locator(".pq-sources li")).to_contain_text(f"[{number + 1}] stories/0")
        expect(cards.nth(number).locator(".pq-sources li")).to_contain_text("· undated ·")
    boxes = [card.bounding_box() for card in cards.all()]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1]["x"] > boxes[0]["x"] + boxes[0]["width"] - 1 or boxes[1]["y"] > boxes[0]["y"]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        pytest.param("Who opened the tram line seven?", "“last week”: the article is of 9 June 2025", id="dated"),
        pytest.param(
            "Who met the Suthrian delegation?", "“last Thursday”, “in April”: the article is undated", id="undated"
        ),
    ],
)
def test_relative_dates_stand_beside_the_date_of_the_article(page: Page, question: str, said: str) -> None:
    turn = ask(page, question)
    expect(turn.locator(".pq-date").first).to_have_text(said)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        pytest.param("hi", "Hello. What would you like to know from the articles?", id="greeting"),
        pytest.param("thanks!", "You're welcome.", id="thanks"),
        pytest.param("what can you do?", "Ask about the articles in a sentence", id="help"),
        pytest.param("summarise this", "summar", id="summary"),
    ],
)
def test_small_talk_gets_what_a_colleague_would_say(page: Page, message: str, said: str) -> None:
    turn = ask(page, message)
    expect(turn.locator(".pq-remark").first).to_contain_text(said)
    expect(turn.locator(".pq-none")).to_have_count(0)


def test_two_questions_in_one_message_get_an_answer_each(page: Page) -> None:
    turn = ask(page, "Who was elected mayor of Kelby, and who was elected mayor of Lundra?")
    expect(turn.locator(".pq-asked")).to_have_count(2)
    expect(turn.locator(".pq-answer strong").first).to_have_text("Katinka Vantrease")
    expect(turn.locator(".pq-reply").nth(1).locator("strong").first).to_have_text("Lorcan Vantrease")


def test_a_typing_error_is_read_as_what_was_meant_and_said(page: Page) -> None:
    turn = ask(page, "who led the pakistani delegaton?")
    expect(turn.locator(".pq-used")).to_contain_text("“delegaton” was read as “delegation”")
    expect(turn.locator(".pq-answer strong").first).to_contain_text("Bilawal Bhutto Zardari")


def test_a_message_too_long_fails_and_the_next_one_is_answered(page: Page) -> None:
    turn = ask(page, "who " + "x" * 400 + " " + "y" * 400 + "?")
    expect(turn).to_be_visible()
    again = ask(page, f"Who was elected mayor of {TOWNS[0]}?")
    expect(again.locator("strong").first).to_have_text("Abelone Vantrease")


def test_an_answer_is_shown_where_the_question_was_sent_before_the_page_was_ready(breaking_page: Page) -> None:
    page = breaking_page
    page.reload()
    send(page, "Who was elected mayor of Kelby?")
    turn = finished(page.locator(".pq-turn").first)
    expect(turn.locator("strong")).to_have_text("Katinka Vantrease")
