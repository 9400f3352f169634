"""How long people wait in the chat: over many articles, and when many ask at once.

    python -m benchmarks.run_chat --index FOLDER [--tabs 20]

FOLDER holds an index, such as `python -m benchmarks.many_articles --articles 20000 --index FOLDER` makes. Chromium is
driven by Playwright, one server answers. Measured: the first contentful paint, and when a question can be typed; a key
in the question, until the next frame is drawn; other words in the search for articles, until the list is another one;
opening an article and a citation, until the panel shows it; a lone question, and one in each of many tabs at once,
until its answer stands there. The tabs are those of one browser: each browser context would have a process of its own,
twenty of which keep one core busy with empty pages. Conversations are kept in a temporary folder. Writes
benchmarks/results/chat.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from benchmarks.many_articles import make_article

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "pullquote")
SIZE: ViewportSize = {"width": 1280, "height": 900}
QUESTION = "#pq-question textarea"
DONE = "number => document.querySelectorAll('.pq-turn[data-state=\"done\"]').length >= number"
POLL = 20
"""Milliseconds between two looks; a tab that is not in front has a frame a second only."""
CHANGES = """selector => {
  window.changed = 0;
  const note = () => { window.changed = performance.now(); };
  const all = {subtree: true, childList: true, characterData: true};
  new MutationObserver(note).observe(document.querySelector(selector), all);
}"""
TYPED = """async ([selector, count]) => {
  const box = document.querySelector(selector), took = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    box.value += 'a';
    box.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 0)));
    took.push(performance.now() - began);
  }
  return took;
}"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--tabs", type=int, default=20)
    arguments = parser.parse_args()
    with _server(arguments.index) as address, sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport=SIZE)
        result = {
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}",
            "articles": _articles(arguments.index),
            "opening": _opening(browser, address),
            "typing_ms": _typing(context, address),
            "list_ms": _list(context, address),
            "open_article_ms": _open_articles(context, address),
            "open_citation_ms": _open_citations(context, address),
            "tabs": _tabs(context, address, arguments.tabs),
        }
        browser.close()
    (ROOT / "benchmarks/results/chat.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


@contextmanager
def _server(index: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        kept = str(Path(folder) / "conversations.sqlite")
        command = [COMMAND, "chat", "--port", str(port), "--index", str(index), "--conversations", kept]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert "is open" in server.stdout.readline()
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def _articles(index: Path) -> int:
    shown = subprocess.run(
        [COMMAND, "info", "--json", "--index", str(index)], check=True, capture_output=True, text=True
    )
    return int(json.loads(shown.stdout)["counts"]["articles"])


def _opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".pq-welcome")
    return page


def _opening(browser: Browser, address: str) -> dict[str, dict[str, float]]:
    paint, ready = [], []
    for _ in range(6):
        page = browser.new_page(viewport=SIZE)
        began = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_selector(QUESTION)
        ready.append(1000 * (time.perf_counter() - began))
        page.wait_for_selector(".pq-welcome")
        paint.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        page.close()
    return {"first_contentful_paint_ms": summary(paint), "ready_ms": summary(ready)}


def _typing(context: BrowserContext, address: str) -> dict[str, float]:
    page = _opened(context, address)
    took = page.evaluate(TYPED, [QUESTION, 50])
    page.close()
    return summary(took)


def _list(context: BrowserContext, address: str) -> dict[str, float]:
    page = _opened(context, address)
    _show_articles(page)
    page.evaluate(CHANGES, "#pq-articles")
    took = [
        _until_changed(page, f"() => {_TYPE.format(word=json.dumps(word))}")
        for word in ("flood", "flood 1", "harbour", "strike", "zzz", "court", "a court", "election", "fire", "storm")
    ]
    page.close()
    return summary(took)


_TYPE = (
    "{{ const box = document.querySelector('#pq-find textarea, #pq-find input'); box.value = {word}; "
    "box.dispatchEvent(new Event('input', {{bubbles: true}})); }}"
)


def _open_articles(context: BrowserContext, address: str) -> dict[str, float]:
    page = _opened(context, address)
    _show_articles(page)
    page.evaluate(CHANGES, "#pq-panel")
    took = []
    for number in range(15):
        _show_articles(page)
        took.append(
            _until_changed(page, f"() => document.querySelectorAll('#pq-articles [data-do=show]')[{number}].click()")
        )
        page.wait_for_selector("#pq-panel", state="visible")
        page.wait_for_timeout(200)
    page.close()
    return summary(took)


def _open_citations(context: BrowserContext, address: str) -> dict[str, float]:
    page = _opened(context, address)
    for number in range(10):
        _ask(page, make_article(number).question)
        page.wait_for_function(DONE, arg=number + 1)
    page.evaluate(CHANGES, "#pq-panel")
    links = "document.querySelectorAll('#pq-thread .pq-cite, #pq-thread [data-do=closest]')"
    took = [_until_changed(page, f"() => {links}[{number}].click()") for number in range(15)]
    page.close()
    return summary(took)


def _tabs(context: BrowserContext, address: str, tabs: int) -> dict[str, float | int]:
    lone = []
    for number in range(5):
        page = _opened(context, address)
        began = time.perf_counter()
        _ask(page, make_article(100 + number).question)
        page.wait_for_function(DONE, arg=1, polling=POLL)
        lone.append(time.perf_counter() - began)
        page.close()
    pages = [_opened(context, address) for _ in range(tabs)]
    questions = [f"{make_article(200 + number).question[:-1]} in tab{number}?" for number in range(tabs)]
    began = time.perf_counter()
    for page, question in zip(pages, questions, strict=True):
        _ask(page, question)
    for page in pages:
        page.wait_for_function(DONE, arg=1, polling=POLL, timeout=120_000)
    all_done = time.perf_counter() - began
    own = sum(
        question in page.inner_text("#pq-thread") and page.inner_text("#pq-thread").count(" in tab") == 1
        for page, question in zip(pages, questions, strict=True)
    )
    for page in pages:
        page.close()
    alone = statistics.median(lone)
    return {"tabs": tabs, "own_answer": own, "lone_s": alone, "all_s": all_done, "ratio": all_done / alone}


def _show_articles(page: Page) -> None:
    page.get_by_role("tab", name="Articles").click()
    page.wait_for_selector("#pq-articles ul[aria-label=Articles] li")


def _ask(page: Page, question: str) -> None:
    page.fill(QUESTION, question)
    page.press(QUESTION, "Enter")


def _until_changed(page: Page, action: str) -> float:
    """Return the milliseconds from an action until the observed component is another."""
    began = page.evaluate(f"() => {{ const began = performance.now(); ({action})(); return began; }}")
    page.wait_for_function("began => window.changed > began", arg=began, polling=10)
    return float(page.evaluate("began => window.changed - began", began))


def summary(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 1), "max": round(max(values), 1), "n": len(values)}


if __name__ == "__main__":
    main()
