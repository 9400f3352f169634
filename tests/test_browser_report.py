"""The report's page in a browser: sorted, filtered, opened, marked; nothing runs and nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from evaluation_reports import TEXT, passage, question, report, retrieval_report, searched, unanswerable
from playwright.sync_api import Browser, Page, expect

from qa.evaluate.report import write_report

pytestmark = pytest.mark.browser

PAYLOADS = [
    one["payload"] for one in json.loads((Path(__file__).parent / "data" / "scripting.json").read_text("utf-8"))
]
HOSTILE = "".join(PAYLOADS[:60])
WIDE = "\U0001f600 "


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report with 2,655 questions, some of them hostile, and one whose passage has wide letters before its spans."""
    folder = tmp_path_factory.mktemp("report")
    moved = passage(WIDE * 3 + TEXT, start=15)
    special = question("wide", 0.3, retrieved=(moved, passage(article="b.txt", relevant=False)), confidence=0.99)
    attack = [question(f"attack {n}", question=f"x {payload}", given=payload, article_id="b.txt", title=payload,
                       retrieved=(passage(HOSTILE, article="b.txt"),))
              for n, payload in enumerate(PAYLOADS)]  # fmt: skip
    plain = [question(f"plain {n}", 0.5 + n / 6000, confidence=n / 3000) for n in range(2650 - len(attack))]
    rows = [special, *attack, unanswerable("no", "June"), *plain, unanswerable("refused"), *map(unanswerable, "yz")]
    write_report(report(rows, test_set=PAYLOADS[0]), folder)
    return (folder / "report.html").as_uri()


@pytest.fixture
def shown(browser: Browser, address: str) -> Iterator[Page]:
    with_page = browser.new_context(viewport={"width": 1280, "height": 900})
    page = with_page.new_page()
    errors: list[str] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(address)
    yield page
    assert page.evaluate("window.__ran") is None
    with_page.close()
    assert (asked, errors) == ([address], [])


def rows(page: Page) -> list[str]:
    return page.locator("#questions tbody .open").all_text_contents()


def test_many_questions_are_shown_a_hundred_at_a_time(shown: Page) -> None:
    expect(shown.get_by_role("status")).to_have_text("2,655 of 2,655 questions")
    assert len(rows(shown)) == 100
    shown.get_by_role("button", name="Show 100 more").press("Enter")
    assert len(rows(shown)) == 200
    expect(shown.locator("#questions .open").nth(100)).to_be_focused()


def test_a_click_on_a_column_sorts_and_another_turns_round(shown: Page) -> None:
    button = shown.get_by_role("button", name="Confidence")
    button.click()
    assert "plain 0" in rows(shown)[0]
    button.press("Enter")
    assert "wide" in rows(shown)[0]
    expect(shown.get_by_role("columnheader", name="Confidence")).to_have_attribute("aria-sort", "descending")
    shown.get_by_role("button", name="Given").click()
    expect(shown.locator("th[aria-sort]")).to_have_count(1)


@pytest.mark.parametrize(
    ("outcome", "kind", "words", "count"),
    [
        pytest.param("should have been refused", "", "", 1, id="outcome"),
        pytest.param("failed", "", "", 2, id="failed"),
        pytest.param("", "who", "", 4, id="type"),
        pytest.param("", "", "WIDE  ada", 1, id="words"),
        pytest.param("right", "who", "no such", 0, id="none"),
    ],
)
def test_filters_leave_what_is_asked_for(shown: Page, outcome: str, kind: str, words: str, count: int) -> None:
    shown.get_by_label("Outcome").select_option(outcome)
    shown.get_by_label("Type").select_option(kind)
    shown.get_by_label("Words").fill(words)
    expect(shown.get_by_role("status")).to_have_text(f"{count} of 2,655 questions")
    assert len(rows(shown)) == count


def test_a_row_opens_to_its_passages_with_exact_marks(shown: Page) -> None:
    shown.get_by_label("Words").fill("wide")
    row = shown.locator("#questions .open").first
    row.press("Enter")
    expect(row).to_have_attribute("aria-expanded", "true")
    detail = shown.locator(".detail")
    expect(detail.locator(".reason")).to_contain_text("Retrieved but not read")
    first = detail.locator("blockquote").first
    assert first.text_content() == WIDE * 3 + TEXT
    marks = first.locator("mark").evaluate_all("all => all.map(one => [one.textContent, one.className])")
    shifted = (WIDE * 3 + TEXT)[6:]
    assert marks == [[shifted[:2], "gold"], [shifted[2:6], "both"], [shifted[6:11], "gold"]]
    expect(detail.locator("details").nth(1).locator("mark")).to_have_count(0)
    row.press("Enter")
    expect(detail).to_have_count(0)


def test_hostile_texts_show_as_they_are_written(shown: Page) -> None:
    for number in (0, 40, len(PAYLOADS) - 1):
        shown.get_by_label("Words").fill(f"attack {number}")
        row = shown.locator("#questions .open").first
        row.click()
        expected = PAYLOADS[number].replace("\r\n", "\n").replace("\r", "\n")
        facts = shown.locator(".detail dd bdi").all_text_contents()
        assert expected in [fact.replace("\r\n", "\n").replace("\r", "\n") for fact in facts]
        assert shown.locator(".detail blockquote").text_content() == HOSTILE
        expect(shown.locator(".detail blockquote *:not(mark)")).to_have_count(0)
        row.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 2200])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(shown: Page, scheme: Any, width: int) -> None:
    shown.emulate_media(color_scheme=scheme)
    shown.set_viewport_size({"width": width, "height": 900})
    shown.get_by_label("Words").fill("wide")
    shown.locator("#questions .open").first.click()
    found = Axe().run(shown).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert not shown.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_narrow_table_breaks_no_word(shown: Page) -> None:
    lines = """cells => cells.map(cell => {
        const words = document.createRange();
        words.selectNodeContents(cell);
        return [cell.textContent, new Set([...words.getClientRects()].map(box => box.top)).size];
    })"""
    for width in (360, 1280):
        shown.set_viewport_size({"width": width, "height": 900})
        cells = shown.locator(
            ".scores tbody th, #questions td.number, #questions td:nth-child(2), #questions th button, "
            "#questions tr:not(.detail) > td:last-child"
        ).evaluate_all(lines)
        assert len(cells) > 20
        assert [(text, count) for text, count in cells if count > len(text.split())] == []


def test_a_set_for_retrieval_alone_has_its_own_columns_and_outcomes(browser: Browser, tmp_path: Path) -> None:
    rows = [searched("1", {"d1": 1, "d2": 2}), *(searched(str(n), {"d3": 1}, found=False) for n in range(2, 5))]
    write_report(retrieval_report(rows), tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    heads = page.locator("#questions thead button").all_text_contents()
    assert heads == ["Query", "Type", "Relevant article", "Score", "Outcome"]
    cells = page.locator("#questions tbody tr").first.locator("td").all_text_contents()
    assert cells[1:] == ["who", "d2 and 1 more", "1.00", "searched"]
    page.locator(".open").first.click()
    detail = page.locator(".detail")
    expect(detail.locator("dd").first).to_have_text("d2 · d1")
    expect(detail).not_to_contain_text("nanswerable")
    for outcome in ("not retrieved", "failed"):
        page.get_by_label("Outcome").select_option(outcome)
        expect(page.get_by_role("status")).to_have_text("3 of 4 questions")
    page.close()


def test_what_was_not_found_and_what_says_the_same_are_shown(browser: Browser, tmp_path: Path) -> None:
    copied = replace(passage(article="b.txt", relevant=False), same_in=("c.txt", "d.txt"))
    row = question("1", 0.0, retrieved=(copied,), missed=passage(), cited=None, best_span_cited=None)
    write_report(report([row]), tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    page.locator(".open").click()
    expect(page.locator(".detail summary").nth(0)).to_have_text("1. Talks (not relevant) the same in c.txt, d.txt")
    expect(page.locator(".detail summary").nth(1)).to_have_text("Talks (right, and not found)")
    expect(page.locator(".detail details").nth(1).locator("mark")).to_have_text("9 June 2025")
    page.close()
