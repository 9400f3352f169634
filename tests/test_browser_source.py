"""The source of an answer: the whole article, exactly, with the cited words marked and within reach."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from chat_articles import AWKWARD, ROOT, long_article
from chat_page import Chat, article_text, ask, in_view
from playwright.sync_api import Page, expect

from qa.answer import Candidate
from qa.conversation.store import CONVERSATIONS_FILE, Conversations

pytestmark = pytest.mark.browser

SEED = (ROOT / "seeds/articles/us-mediation-on-kashmir.txt").read_text(encoding="utf-8")
TRAMS = "How often does tram line seven run?"
BRIDGE = "When was the Old Mill Bridge built?"


@pytest.fixture
def page(same_page: Page) -> Page:
    return same_page


@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        pytest.param("nasty", "When did the envoy Ada Lind meet Bo in Velmar?", "3 June", id="markup"),
        pytest.param("crlf", "How many passengers were brought ashore?", "58", id="crlf"),
        pytest.param(
            "nfd", "Who opened the café Zoë Müller in Brno?", "Rene\u0301e S\u030ct\u030castna\u0301", id="nfd"
        ),
        pytest.param("hebrew", "When does the summit in Haifa open?", "14 May", id="hebrew"),
        pytest.param("arabic", "When will the Qadis dam open?", "spring 2031", id="arabic"),
        pytest.param("emoji", "From where did the rocket Petrel carry satellites?", "Kourou", id="emoji"),
    ],
)
def test_the_panel_shows_the_article_exactly(page: Page, name: str, question: str, answer: str) -> None:
    ask(page, question)
    span = page.locator("#pq-panel mark.pq-span")
    expect(span).to_have_count(1)
    assert span.text_content() == answer
    assert article_text(page) == AWKWARD[name]
    assert page.title() == "Pullquote"
    expect(page.locator("#pq-panel .pq-article script, #pq-panel .pq-article img")).to_have_count(0)


def test_right_to_left_paragraphs_run_from_the_right(page: Page) -> None:
    ask(page, "When does the summit in Haifa open?")
    expect(page.locator("#pq-panel .pq-article")).to_be_visible()
    sides = page.evaluate("""() => {
        const article = document.querySelector('#pq-panel .pq-article');
        const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
        const box = article.getBoundingClientRect(), range = document.createRange(), sides = {};
        for (let node; (node = walker.nextNode());) {
            for (const [name, word] of [['hebrew', 'השיחות'], ['english', 'The envoy']]) {
                const at = node.data.indexOf(word);
                if (at < 0) continue;
                range.setStart(node, at);
                range.setEnd(node, at + word.length);
                const words = range.getBoundingClientRect();
                sides[name] = box.right - words.right < words.left - box.left ? 'right' : 'left';
            }
        }
        return sides;
    }""")
    assert sides == {"hebrew": "right", "english": "left"}


def test_a_long_article_opens_at_the_words_at_once(page: Page) -> None:
    turn = ask(page, "How many amber coins did the lighthouse keeper Bertil Oxenhielm find?")
    ask(page, "Who was elected mayor of Kelby?")
    span = page.locator("#pq-panel mark.pq-span")
    expect(span).to_have_text("Katinka Vantrease")
    began = time.monotonic()
    turn.locator(".pq-cite").first.click()
    expect(span).to_have_text("17")
    in_view(page)
    assert time.monotonic() - began < 2
    assert article_text(page) == long_article()
    assert page.evaluate("document.querySelector('#pq-panel .pq-article').scrollTop") > 10_000


def test_the_sentence_is_marked_softly_around_the_words(page: Page) -> None:
    ask(page, TRAMS)
    article = page.locator("#pq-panel .pq-article")
    sentence = "".join(article.locator("mark.pq-span, .pq-sentence").all_text_contents())
    assert sentence == "“It runs every six minutes,” said driver Otto Prahl."
    assert article.locator(".pq-span").evaluate("one => getComputedStyle(one).backgroundColor") != (
        article.locator(".pq-sentence").first.evaluate("one => getComputedStyle(one).backgroundColor")
    )


def test_citations_are_reached_by_buttons_and_keys_and_escape_goes_back(page: Page) -> None:
    turn = ask(page, BRIDGE)
    heading, span = page.locator("#pq-panel .pq-heading"), page.locator("#pq-panel mark.pq-span")
    first, second = turn.locator("strong").all_inner_texts()
    turn.locator(".pq-cite").first.click()
    expect(page.locator("#pq-panel .pq-title")).to_be_focused()
    expect(heading).to_have_text("Citation 1 of 2")
    page.get_by_role("button", name="Next citation (n)").click()
    expect(heading).to_have_text("Citation 2 of 2")
    expect(span).to_have_text(second)
    expect(page.locator("#pq-panel .pq-title")).to_be_focused()
    page.keyboard.press("n")
    expect(heading).to_have_text("Citation 1 of 2")
    expect(span).to_have_text(first)
    expect(page.locator("#pq-panel .pq-title")).to_be_focused()
    page.keyboard.press("p")
    expect(heading).to_have_text("Citation 2 of 2")
    expect(page.locator("#pq-panel .pq-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(turn.locator(".pq-cite").nth(1)).to_be_focused()


def test_other_cited_words_of_the_answer_are_marked_too(page: Page) -> None:
    turn = ask(page, "When did the Harbour Museum in Osthaven open?")
    expect(turn.locator(".pq-answer")).to_have_count(2)
    expect(page.locator("#pq-panel mark.pq-other")).to_have_text(turn.locator("strong").nth(1).inner_text())
    expect(page.locator("#pq-panel mark.pq-span")).to_have_text(turn.locator("strong").first.inner_text())
    assert "Harbour Museum" in article_text(page)


def test_overlapping_words_are_each_marked_where_they_stand(page: Page, chat: Chat) -> None:
    ask(page, TRAMS)
    page.wait_for_function("location.hash.length > 1")
    with Conversations(chat.index / CONVERSATIONS_FILE) as kept:
        (turn,) = kept.get(page.url.partition("#")[2], "").turns
        answer = turn.replies[0].answer
        assert answer is not None
        (cited,) = answer.citations
        others = [
            replace(cited, start=cited.start - 5, end=cited.start + 5, quote="runs every"),
            replace(cited, start=cited.start + 10, end=cited.end + 7, quote=" minutes,” said"),
        ]
        overlapping = tuple(Candidate(other.quote, 0.5, (other,)) for other in others)
        made = kept.create("")
        asked = kept.add_turn(made.id, "Overlapping?")
        kept.add_reply(asked.id, replace(turn.replies[0], answer=replace(answer, alternatives=overlapping)))
        kept.finish(asked.id)
    page.goto(f"{chat.address}/?again#{made.id}")
    article = page.locator("#pq-panel .pq-article")
    expect(article.locator("mark.pq-span")).to_have_text("every six minutes")
    expect(article.locator("mark.pq-other")).to_have_text(["runs ", ",” said"])
    text = article_text(page)
    for other in others:
        page.get_by_role("button", name="Next citation (n)").click()
        expect(article.locator("mark.pq-span")).to_have_text(text[other.start : other.end])
        assert article_text(page) == text


def test_an_article_with_an_address_has_a_link_to_its_words(page: Page) -> None:
    ask(page, TRAMS)
    link = page.locator("#pq-panel .pq-link a")
    expect(link).to_have_text("https://news.example/trams?line=7&x=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute(
        "href", "https://news.example/trams?line=7&x=1#:~:text=week.%20%E2%80%9CIt%20runs-,every%20six%20minutes"
    )


def test_a_fragment_of_an_address_makes_room_for_the_words(page: Page) -> None:
    ask(page, "When did the ports on the Grey Sea open again?")
    link = page.locator("#pq-panel .pq-link a")
    expect(link).to_have_attribute("href", "https://news.example/ports-open#top:~:text=opened%20again%20on-,Thursday")


def test_an_address_that_would_run_is_no_link(page: Page) -> None:
    ask(page, "Who will close the quarry at Stonefell?")
    expect(page.locator("#pq-panel .pq-title")).to_have_text("<b>Quarry</b> closes")
    expect(page.locator("#pq-panel a")).to_have_count(0)
    assert page.title() == "Pullquote"


def test_the_seed_article_is_shown_with_exactly_the_cited_dates(page: Page) -> None:
    ask(page, "When did the Pakistani delegation visit Washington and New York?")
    expect(page.locator("#pq-panel mark.pq-span")).to_have_text("May 31 to June 6")
    assert article_text(page) == SEED
