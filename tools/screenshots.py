"""Make the pictures of the chat in docs/, over seeds/articles: 390, 1280 and 1920 pixels wide, light and dark.

.venv/bin/python tools/screenshots.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from browser import find
from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).parent / "pullquote")
PORT = 7897
SIZES = ((390, 844), (1280, 800), (1920, 1080))
TALKS = {
    "chat-conversation": (
        "Who is the Indian foreign minister?",
        "Who led the Pakistani delegation?",
        "When did he visit Washington?",
    ),
    "chat": ("Who led the Pakistani delegation?",),
}


def talk(browser: Browser, questions: Sequence[str]) -> str:
    """Ask some questions in a conversation, and return its address."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{PORT}")
    expect(page.locator(".pq-starter").first).to_be_visible(timeout=30_000)
    for number, question in enumerate(questions):
        box = page.locator("#pq-question textarea")
        box.fill(question)
        box.press("Enter")
        expect(page.locator(".pq-turn").nth(number)).to_have_attribute("data-state", "done", timeout=30_000)
    address = page.url
    page.close()
    return address


def take(browser: Browser, address: str, width: int, height: int, scheme: str, path: Path) -> None:
    """Take a picture of a conversation; of the whole page where the source stands below it."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
    page.goto(address)
    expect(page.locator("#pq-panel .pq-span")).to_be_visible(timeout=30_000)
    expect(page.locator(".pq-answer").last).to_be_in_viewport()
    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")
    page.screenshot(path=path, full_page=width < 860)
    page.close()
    print(f"written to {path.relative_to(ROOT)}")


def main() -> None:
    chromium = find()
    if chromium is None:
        sys.exit("pullquote: Chromium is needed; see tools/browser.py.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        subprocess.run([COMMAND, "index", str(ROOT / "seeds" / "articles")], cwd=folder, check=True)
        chat = [COMMAND, "chat", "--port", str(PORT)]
        with subprocess.Popen(chat, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                assert "is open at" in server.stdout.readline()
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                talks = {name: talk(browser, questions) for name, questions in TALKS.items()}
                for (width, height), scheme, (name, address) in product(SIZES, ("light", "dark"), talks.items()):
                    take(browser, address, width, height, scheme, ROOT / "docs" / f"{name}-{width}-{scheme}.png")
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
