"""What the browser tests share: one Chromium, and one chat over many articles."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_articles import write_articles
from chat_page import Chat, opened, running
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZE: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for a module's tests; Playwright's event loop would be in the way of other modules' own."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "the browser tests need Chromium: install the package chromium, or run make test"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def chat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and their index, to be copied where a test changes them."""
    folder = tmp_path_factory.mktemp("chat")
    (folder / "articles").mkdir()
    write_articles(folder / "articles")
    Chat(folder).run("index", "articles")
    return folder


@pytest.fixture(scope="session")
def chat(chat_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A chat whose articles no test changes."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(chat_folder, folder, dirs_exist_ok=True)
    with running(folder) as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser's memory for all pages; what is loaded once is not loaded again."""
    context = browser.new_context(viewport=SIZE, permissions=["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, chat: Chat) -> Iterator[Page]:
    """A page of the chat, with no conversation open."""
    with opened(context, chat) as page:
        yield page


@pytest.fixture
def breaking_page(browser: Browser, chat: Chat) -> Iterator[Page]:
    """The same in a browser of its own, for a test that leaves it while an answer comes, or takes the connection."""
    context = browser.new_context(viewport=SIZE)
    with opened(context, chat, breaking=True) as page:
        yield page
    context.close()


@pytest.fixture(scope="module")
def module_page(context: BrowserContext, chat: Chat) -> Iterator[Page]:
    """One page for a module's tests, which is quicker; it remembers what they opened and chose."""
    with opened(context, chat) as page:
        yield page


@pytest.fixture
def same_page(module_page: Page) -> Page:
    """The module's page, with no conversation open."""
    module_page.get_by_role("tab", name="Source").click()
    module_page.get_by_role("button", name="New conversation", exact=True).click()
    expect(module_page.locator(".pq-welcome")).to_be_visible()
    expect(module_page.locator("#pq-panel .pq-empty")).to_be_visible()
    return module_page
