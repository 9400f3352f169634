"""The chat as its users meet it: a server that runs `pullquote chat`, and what is done on its page."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect

COMMAND = str(Path(sys.executable).parent / "pullquote")
ANSWER_MS = 20_000

_CONNECTION = re.compile("AbortError: signal is aborted|Connection errored out|Failed to fetch|network error|net::ERR_")
"""What Gradio and Chromium log when a page is left, or the server goes, while an answer comes."""


@dataclass
class Chat:
    """A chat's server over the articles of a folder, which can be killed and started again on the same port.

    Attributes:
        folder: The working folder, with the index in `.pullquote`.
        options: More words of the command.
    """

    folder: Path
    options: Sequence[str] = ()
    port: int = 0
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def index(self) -> Path:
        return self.folder / ".pullquote"

    @property
    def temporary(self) -> Path:
        """Where the server puts what is temporary."""
        return self.folder / "temporary"

    def start(self) -> None:
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        self.temporary.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [COMMAND, "chat", "--port", str(self.port), *self.options],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(self.temporary)},
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.startswith(f"Pullquote is open at {self.address} "), said

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End the server and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        with process:
            return process.wait(timeout=30)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another pullquote command in the folder."""
        return subprocess.run([COMMAND, *words], cwd=self.folder, check=True, capture_output=True, text=True)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Chat]:
    chat = Chat(folder, options)
    chat.start()
    try:
        yield chat
    finally:
        chat.stop(signal.SIGKILL)


@contextmanager
def opened(
    context: BrowserContext, chat: Chat, path: str = "/", *, breaking: bool = False, wait: bool = True
) -> Iterator[Page]:
    """Open a page; it must ask no other host for anything, and neither fail nor log an error.

    Where the test breaks the connection, that alone may be logged. Without `wait`, the test waits until it is there.
    """
    page = context.new_page()
    foreign: list[str] = []
    errors: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((chat.address, "data:", "blob:")) else foreign.append(r.url))
    page.on("websocket", lambda socket: foreign.append(socket.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(chat.address + path, wait_until="load" if wait else "commit")
    if wait:
        there(page)
    yield page
    page.close()
    assert not foreign, foreign
    assert not (found := [one for one in errors if not breaking or not _CONNECTION.search(one)]), found


def there(page: Page) -> None:
    """Wait until the page can be used."""
    expect(page.locator("#pq-thread .pq-thread")).to_be_visible(timeout=ANSWER_MS)


def send(page: Page, message: str) -> None:
    """Write a message and send it with the keyboard."""
    box = page.locator("#pq-question textarea")
    box.fill(message)
    box.press("Enter")


def ask(page: Page, message: str, *, times: int | None = None) -> Locator:
    """Send a message, wait for what is said in return, and return the turn."""
    before = page.locator(".pq-turn").count() if times is None else times
    send(page, message)
    turn = page.locator(".pq-turn").nth(before)
    finished(turn)
    return turn


def finished(turn: Locator) -> Locator:
    """Wait until nothing of a turn is missing."""
    expect(turn).to_have_attribute("data-state", re.compile("done|failed"), timeout=ANSWER_MS)
    return turn


def article_text(page: Page) -> str:
    """Return the text in the source panel, as it stands in the page."""
    text = page.locator("#pq-panel .pq-article").text_content()
    assert text is not None
    return text


def in_view(page: Page) -> None:
    """Wait until the words that were opened are in view, in their panel and in the window."""
    page.wait_for_function(
        """() => {
            const article = document.querySelector('#pq-panel .pq-article');
            const span = document.querySelector('#pq-panel .pq-span');
            if (!article || !span) return false;
            const outer = article.getBoundingClientRect(), inner = span.getBoundingClientRect();
            return outer.top <= inner.top && inner.bottom <= outer.bottom + 1;
        }""",
        timeout=10_000,
    )
    expect(page.locator("#pq-panel .pq-span").first).to_be_in_viewport()


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
