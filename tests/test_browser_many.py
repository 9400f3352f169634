"""Many at once: each answer in its own tab, in a time that grows no faster than the number of tabs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

import pytest
from chat_articles import MAYORS, TOWNS
from chat_page import ANSWER_MS, Chat, opened, send, there
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser


def _wait_for(page: Page, answers: int) -> None:
    """Wait until so many are there; `expect`, and in a tab that is not in front a frame, would come too seldom."""
    page.wait_for_function(
        "answers => document.querySelectorAll('.pq-turn[data-state=done]').length === answers",
        arg=answers,
        polling=20,
        timeout=ANSWER_MS,
    )


def _seconds_of_one(context: BrowserContext, chat: Chat) -> float:
    """Return what a question takes in the only tab there is, the middle one of three."""
    taken = []
    with opened(context, chat) as page:
        for answers, town in enumerate(TOWNS[:3], start=1):
            began = time.monotonic()
            send(page, f"Who was elected mayor of {town} on Sunday?")
            _wait_for(page, answers)
            taken.append(time.monotonic() - began)
    return sorted(taken)[1]


def _asked_at_once(pages: Sequence[Page]) -> float:
    """Ask of each page a question of its own, and return the seconds until all are answered."""
    began = time.monotonic()
    for page, town in zip(pages, TOWNS, strict=True):
        send(page, f"Who was elected mayor of {town}?")
    for page in pages:
        _wait_for(page, 1)
    return time.monotonic() - began


def test_twenty_tabs_ask_at_once_and_each_gets_its_own_answer(context: BrowserContext, chat: Chat) -> None:
    before = _seconds_of_one(context, chat)
    with ExitStack() as tabs:
        pages = [tabs.enter_context(opened(context, chat, wait=False)) for _ in TOWNS]
        for page in pages:
            there(page)
        pages[-1].wait_for_load_state("networkidle")
        taken = _asked_at_once(pages)
        for page, town, mayor in zip(pages, TOWNS, MAYORS, strict=True):
            expect(page.locator(".pq-turn")).to_have_count(1)
            expect(page.locator(".pq-message")).to_have_text(f"Who was elected mayor of {town}?")
            expect(page.locator(".pq-answer strong")).to_have_text(f"{mayor} Vantrease")
            expect(page.locator("#pq-panel .pq-title")).to_have_text(f"New mayor in {town}")
            said = page.locator("#pq-thread").inner_text() + page.locator("#pq-panel").inner_text()
            assert [other for other in MAYORS if other in said] == [mayor]
    alone = (before + _seconds_of_one(context, chat)) / 2
    assert taken <= 20 * alone, f"20 tabs took {taken:.1f} s, a lone question {alone:.2f} s"
