"""The chat in a real browser: headless Chromium, driven by Playwright, against a real server and the real models."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "pullquote")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NASTY = "The envoy Ada Lind met <script>document.title='run'</script> **Bo** {{7*7}} ${7*7} &amp; on 3 June in Velmar."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat over the seed article and one full of markup, started as its users start it."""
    folder = tmp_path_factory.mktemp("chat")
    shutil.copytree(ROOT / "seeds" / "articles", folder / "articles")
    (folder / "articles" / "nasty.txt").write_text(NASTY, encoding="utf-8")
    subprocess.run([COMMAND, "index", "articles"], cwd=folder, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [COMMAND, "chat", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().startswith(f"Pullquote is open at http://127.0.0.1:{port} ")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "the browser tests need Chromium: install the package chromium, or run make test"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The chat's page; the test fails if it asks another host for anything, or logs an error."""
    size = getattr(request, "param", (1280, 800))
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    foreign: list[str] = []
    errors: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else foreign.append(r.url))
    page.on("websocket", lambda socket: foreign.append(socket.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    yield page
    page.close()
    assert foreign == []
    assert errors == []


def ask(page: Page, question: str) -> None:
    box = page.locator("#pq-question textarea")
    box.fill(question)
    box.press("Enter")


SIZES = pytest.mark.parametrize("page", [(1280, 800), (390, 844)], ids=["desktop", "phone"], indirect=True)


@SIZES
def test_a_question_is_answered_beside_its_source(page: Page) -> None:
    ask(page, "who met the Indian delegation?")
    mark = page.locator("#pq-panel mark")
    expect(mark).to_contain_text("Deputy Secretary Landau", timeout=20_000)
    chat = page.locator("#pq-chat")
    expect(chat).to_contain_text(mark.inner_text())
    expect(chat).to_contain_text("[1] us-mediation-on-kashmir.txt · undated · characters")
    expect(page.locator("#pq-panel")).to_contain_text("us-mediation-on-kashmir.txt")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    question, heading = page.locator("#pq-question").bounding_box(), page.locator(".pq-heading").bounding_box()
    assert question is not None
    assert heading is not None
    apart = heading["y"] >= question["y"] + question["height"] or heading["x"] >= question["x"] + question["width"]
    assert apart, "the source lies under the question"


@SIZES
def test_the_cited_span_is_scrolled_into_view(page: Page) -> None:
    ask(page, "When is the United Nations General Assembly session?")
    expect(page.locator("#pq-panel mark")).to_contain_text("September", timeout=20_000)
    seen = """() => {
        const text = document.querySelector('#pq-panel .pq-text').getBoundingClientRect();
        const mark = document.querySelector('#pq-panel mark').getBoundingClientRect();
        return text.top <= mark.top && mark.bottom <= text.bottom;
    }"""
    page.wait_for_function(seen, timeout=10_000)
    expect(page.locator("#pq-panel mark")).to_be_in_viewport()


def test_the_highlight_is_the_answer_of_the_chat(page: Page) -> None:
    ask(page, "who met the Pakistani delegation?")
    mark = page.locator("#pq-panel mark")
    expect(mark).to_have_count(1, timeout=20_000)
    expect(page.locator("#pq-chat strong").first).to_have_text(mark.inner_text())


def test_the_stages_are_shown(page: Page) -> None:
    ask(page, "When did the Pakistani delegation visit Washington and New York?")
    expect(page.locator("#pq-chat")).to_contain_text("Read 5 passages in", timeout=20_000)


def test_the_highlight_is_exactly_the_span(page: Page) -> None:
    ask(page, "When did the Pakistani delegation visit Washington and New York?")
    expect(page.locator("#pq-panel mark")).to_have_text("May 31 to June 6", timeout=20_000)
    source = (ROOT / "seeds/articles/us-mediation-on-kashmir.txt").read_text(encoding="utf-8")
    assert page.locator("#pq-panel .pq-text").text_content() == source


def test_not_in_the_articles_shows_the_closest_passage_unmarked(page: Page) -> None:
    ask(page, "hi")
    expect(page.locator("#pq-chat")).to_contain_text("Not in these articles.", timeout=20_000)
    expect(page.locator("#pq-panel")).to_contain_text("Closest passage, not an answer")
    expect(page.locator("#pq-panel mark")).to_have_count(0)


def test_markup_in_an_article_is_shown_as_written(page: Page) -> None:
    ask(page, "When did the envoy Ada Lind meet Bo in Velmar?")
    expect(page.locator("#pq-panel mark")).to_have_text("3 June", timeout=20_000)
    assert page.locator("#pq-panel .pq-text").text_content() == NASTY
    assert page.title() == "Pullquote"


def test_a_question_too_long_is_refused_and_the_next_one_answered(page: Page) -> None:
    ask(page, "x" * 10_000)
    expect(page.locator("#pq-chat")).to_contain_text("This could not be answered.", timeout=20_000)
    ask(page, "When did the Pakistani delegation visit Washington and New York?")
    expect(page.locator("#pq-panel mark")).to_have_text("May 31 to June 6", timeout=20_000)
