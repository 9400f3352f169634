"""The page for everybody: screen readers, the keyboard alone, small and large screens, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chat_page import Chat, ask, opened, scrolls_sideways
from playwright.sync_api import Browser, Page, ViewportSize, expect

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TRAMS = "How often does tram line seven run?"
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def page(same_page: Page) -> Iterator[Page]:
    """The module's page, light."""
    same_page.locator("#pq-question textarea").focus()
    yield same_page
    same_page.emulate_media(reduced_motion="null")
    same_page.evaluate("document.body.classList.remove('dark')")


@pytest.fixture(scope="module", params=["light", "dark"])
def phone(request: pytest.FixtureRequest, browser: Browser, chat: Chat) -> Iterator[Page]:
    """A phone whose reader has it light or dark, with an answer."""
    context = browser.new_context(viewport=PHONE, color_scheme=request.param)
    with opened(context, chat) as page:
        ask(page, TRAMS)
        yield page
    context.close()


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on the whole page, Gradio's own parts included."""
    options: Any = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:300]} {node.get('failureSummary', '')}"
        for rule in found
        for node in rule["nodes"]
    ]


def _answered(page: Page) -> None:
    turn = ask(page, TRAMS)
    turn.locator(".pq-sure summary").click()
    turn.locator(".pq-work summary").click()
    turn.locator(".pq-cite").hover()


def _differing(page: Page) -> None:
    ask(page, "When was the Old Mill Bridge built?")


def _none(page: Page) -> None:
    ask(page, "What color is the moon of Endor?")


def _menu(page: Page) -> None:
    ask(page, "hi")
    page.locator("#pq-toolbar summary").click()


def _reasons(page: Page) -> None:
    turn = ask(page, TRAMS)
    turn.get_by_role("button", name="Bad answer").click()
    expect(turn.locator(".pq-reasons")).to_be_visible()


def _articles(page: Page) -> None:
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator("#pq-articles .pq-choose").first).to_be_visible()
    page.get_by_role("button", name="Answer from this").first.click()
    expect(page.locator("#pq-limit p")).to_be_visible()


def _empty(page: Page) -> None:
    expect(page.locator(".pq-welcome")).to_be_visible()


STATES = [_empty, _answered, _differing, _none, _menu, _reasons, _articles]


@pytest.mark.parametrize("reach", STATES, ids=[state.__name__.strip("_") for state in STATES])
def test_axe_finds_no_violation_of_ours(page: Page, reach: Callable[[Page], None]) -> None:
    page.emulate_media(reduced_motion="reduce")
    reach(page)
    assert violations(page) == []
    page.evaluate("document.body.classList.add('dark')")
    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")
    assert violations(page) == []


def test_axe_finds_no_violation_of_ours_on_a_phone(phone: Page) -> None:
    assert violations(phone) == []


def test_the_page_is_as_light_or_dark_as_its_reader_has_it(phone: Page, request: pytest.FixtureRequest) -> None:
    dark = request.node.callspec.params["phone"] == "dark"
    light = """at => {
        const part = document.querySelector(at);
        let behind = part;
        const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
        const clear = one => (rgb(getComputedStyle(one).backgroundColor)[3] ?? 1) === 0;
        while (behind.parentElement && clear(behind)) behind = behind.parentElement;
        const sum = colour => rgb(colour).slice(0, 3).reduce((a, b) => a + b);
        return [sum(getComputedStyle(part).color), sum(getComputedStyle(behind).backgroundColor)];
    }"""
    for part in (".pq-text strong", ".pq-article", ".pq-message", ".pq-sources li", ".pq-name"):
        words, behind = phone.evaluate(light, part)
        assert (behind < words) is dark, part


def test_the_page_has_a_title_and_a_language(page: Page) -> None:
    assert page.title() == "Pullquote"
    assert page.evaluate("document.documentElement.lang") == "en"


def test_everything_is_done_with_the_keyboard_alone(page: Page) -> None:
    focused = page.locator(":focus")
    expect(page.locator("#pq-question textarea")).to_be_focused()
    page.keyboard.type("When was the Old Mill Bridge built?")
    page.keyboard.press("Enter")
    turn = page.locator(".pq-turn").first
    expect(turn).to_have_attribute("data-state", "done", timeout=20_000)
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if focused.get_attribute("class") == "pq-button pq-cite":
            break
    expect(turn.locator(".pq-cite").nth(1)).to_be_focused()
    outline = focused.evaluate("one => getComputedStyle(one).outlineStyle + getComputedStyle(one).outlineWidth")
    assert outline == "solid3px"
    expect(turn.locator(".pq-tip").nth(1)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#pq-panel .pq-title")).to_be_focused()
    expect(page.locator("#pq-panel .pq-heading")).to_have_text("Citation 2 of 2")
    page.keyboard.press("n")
    expect(page.locator("#pq-panel .pq-heading")).to_have_text("Citation 1 of 2")
    expect(page.locator("#pq-panel .pq-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(turn.locator(".pq-cite").first).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused.evaluate("one => one.tagName") == "TEXTAREA":
            break
    page.keyboard.type("Who was elected mayor of Kelby?")
    page.keyboard.press("Enter")
    expect(page.locator(".pq-turn").nth(1).locator("strong")).to_have_text("Katinka Vantrease", timeout=20_000)


def test_no_width_scrolls_sideways(breaking_page: Page) -> None:
    page = breaking_page
    page.set_viewport_size({"width": 360, "height": 844})
    page.reload()
    ask(page, "When was the Old Mill Bridge built?")
    ask(page, "What color is the moon of Endor?")
    for tab in ("Source", "Articles"):
        page.get_by_role("tab", name=tab).click()
        for width in (360, 390, 760, 1280, 1920, 2560):
            page.set_viewport_size({"width": width, "height": 844})
            page.wait_for_function("width => innerWidth === width", arg=width)
            assert not scrolls_sideways(page), (tab, width)
            box = page.locator("#pq-question textarea").bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width, (tab, width)
            assert box["width"] > 120, (tab, width)


def test_a_phone_shows_answer_and_source_one_below_the_other(phone: Page) -> None:
    turn = phone.locator(".pq-turn").first
    question, side = phone.locator("#pq-composer").bounding_box(), phone.locator("#pq-side").bounding_box()
    assert question is not None
    assert side is not None
    assert side["y"] >= question["y"] + question["height"]
    turn.locator(".pq-cite").click()
    expect(phone.locator("#pq-panel mark.pq-span")).to_be_in_viewport()
    phone.keyboard.press("Escape")
    expect(turn.locator(".pq-cite")).to_be_in_viewport()


def test_nothing_moves_for_who_wants_no_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    ask(page, TRAMS)
    moving = page.evaluate("""() => document.getAnimations()
        .filter(one => one.effect.getComputedTiming().endTime > 1 && one.effect.target.closest('.gradio-container'))
        .map(one => one.effect.target.outerHTML.slice(0, 100))""")
    assert moving == []


def test_a_screen_reader_is_told_of_answers_and_finds_its_way(page: Page) -> None:
    turn = ask(page, TRAMS)
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log.get_by_role("heading", name=TRAMS)).to_be_visible()
    expect(turn.get_by_role("button", name="Citation 1: open Tram line seven opens")).to_have_accessible_description(
        "““It runs every six minutes,” said driver Otto Prahl.”"
    )
    expect(page.get_by_role("region", name="Text of the article")).to_be_visible()
    expect(page.get_by_role("textbox", name="Question")).to_be_visible()
    expect(page.get_by_role("heading", name="Pullquote", level=1)).to_have_count(1)
