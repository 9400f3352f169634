"""Articles in the chat: added as files, addresses and texts; listed, removed, and chosen to answer from."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import web_site
from chat_page import Chat, article_text, ask, finished, running
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = (
    "<html><head><title>Windmill sold</title></head><body><article><h1>Windmill sold</h1>"
    "<p>The windmill of Oosterlee was sold to the painter Hanneke Vroom on Friday for 90,000 guilders.</p>"
    "<p>Neighbours said that the sails had not turned for thirty years, and that they hoped to see them turn.</p>"
    "<p>The council of Oosterlee is to decide in the autumn whether the mill may become a museum.</p>"
    "</article></body></html>"
)
PASTED = "\n\n".join(
    [
        "The observatory of Monte Pell was closed by astronomer Livia Contarini after a fire in its dome.",
        "Nobody was hurt. " * 10,
        "The mirror was carried down to the valley by mule, where it is kept in a chapel. " * 3,
    ]
)


@pytest.fixture(scope="module")
def chat(chat_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A chat whose articles these tests change, and which may fetch from this machine."""
    folder = tmp_path_factory.mktemp("changed")
    shutil.copytree(chat_folder, folder, dirs_exist_ok=True)
    with running(folder, "--private-addresses") as started:
        yield started


@pytest.fixture
def articles(page: Page) -> Page:
    """The page with its list of articles open."""
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator("#pq-articles [role=status]").last).to_contain_text("1 to 25 of 4")
    return page


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label).click()
    page.get_by_role("option", name=option).click()


def test_starter_questions_are_answered(page: Page) -> None:
    starter = page.locator(".pq-starter").first
    expect(starter).to_be_visible(timeout=30_000)
    question = starter.inner_text()
    starter.click()
    turn = finished(page.locator(".pq-turn").first)
    expect(turn.locator(".pq-message")).to_have_text(question)
    expect(turn.locator(".pq-answer").first).to_be_visible()


def test_uploaded_files_are_searchable_when_it_says_so_and_no_copy_stays(
    page: Page, chat: Chat, tmp_path: Path
) -> None:
    for name, text in {
        "ferry [1].txt": "The balloon Zephyrine was flown over Lake Orsa by pilot Ludek Havran on Monday.",
        "second.md": "The choir of Pontrieux was led by Maelle Kerbrat for the last time.",
        "picture.txt": "\0\1\2",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Add files").click()
    choosing.value.set_files(sorted(tmp_path.glob("*.*")))
    turn = finished(page.locator(".pq-turn").first)
    expect(turn.locator(".pq-message")).to_contain_text("ferry [1].txt")
    expect(turn.locator(".pq-remark").first).to_contain_text("Added ferry [1].txt, second.md.")
    expect(turn.locator(".pq-remark").last).to_contain_text("Not added: picture.txt is a binary file")
    answer = ask(page, "Who flew the balloon Zephyrine over Lake Orsa?")
    expect(answer.locator("strong").first).to_contain_text("Ludek Havran")
    expect(answer.locator(".pq-sources").first).to_contain_text("ferry [1].txt")
    left = [path for path in chat.temporary.rglob("*") if path.is_file() and b"Zephyrine" in path.read_bytes()]
    assert left == []


def test_a_pasted_address_becomes_an_article(page: Page) -> None:
    with web_site.running() as site:
        address = site.give("/mill", PAGE.encode(), content_type="text/html; charset=utf-8")
        turn = ask(page, f"add {address}")
    expect(turn).to_contain_text("Added Windmill sold.")
    answer = ask(page, "Who was the windmill of Oosterlee sold to?")
    expect(answer.locator("strong").first).to_contain_text("Hanneke Vroom")
    expect(answer.locator(".pq-sources").first).to_contain_text("Windmill sold")
    turn.get_by_role("button", name=re.compile("Remove again")).click()
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator("#pq-articles")).to_contain_text("Removed: Windmill sold")


def test_an_address_that_cannot_be_read_says_why(page: Page) -> None:
    with web_site.running() as site:
        turn = ask(page, site.address + "/missing")
    expect(turn).to_contain_text("404")
    expect(turn).not_to_contain_text("Added")


def test_a_pasted_text_becomes_an_article(page: Page) -> None:
    box = page.locator("#pq-question textarea")
    box.fill(PASTED)
    box.press("Enter")
    turn = finished(page.locator(".pq-turn").first)
    expect(turn.locator(".pq-remark")).to_contain_text("Added The observatory of Monte Pell")
    answer = ask(page, "Who closed the observatory of Monte Pell?")
    expect(answer.locator("strong").first).to_contain_text("Livia Contarini")
    assert article_text(page).strip() == PASTED.strip()


def test_the_list_is_searched_sorted_and_paged(articles: Page) -> None:
    page = articles
    choose(page, "Order", "Oldest date")
    expect(page.locator("#pq-articles .pq-choose").first).to_have_text("<b>Quarry</b> closes")
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("#pq-articles [role=status]").last).to_contain_text("26 to")
    page.get_by_label("Search articles").fill("trAm")
    expect(page.locator("#pq-articles .pq-choose")).to_have_text(["Tram line seven opens"])
    page.locator("#pq-articles .pq-choose").click()
    expect(page.locator("#pq-panel .pq-article")).to_contain_text("The tram line seven to Elmgate")
    expect(page.locator("#pq-panel mark")).to_have_count(0)


def test_the_list_is_filtered_by_source_and_date(articles: Page) -> None:
    page = articles
    choose(page, "Sources", "Test Wire (2)")
    page.keyboard.press("Escape")
    storm = "Storm Ada closes ports on the Grey Sea"
    expect(page.locator("#pq-articles .pq-choose")).to_have_text(
        ["Ports open again", "Storm Ada closes ports on the Grey Sea"]
    )
    page.get_by_label("Until (day, month or year)").fill("2025-11-05")
    expect(page.locator("#pq-articles .pq-choose")).to_have_text([storm])
    page.get_by_label("Until (day, month or year)").fill("yesterday")
    expect(page.locator("#pq-articles [role=alert]")).to_contain_text("yesterday")
    page.get_by_label("Until (day, month or year)").fill("1999")
    expect(page.locator("#pq-articles")).to_contain_text("No article fits.")


def test_a_removed_article_is_answered_from_again_once_it_is_brought_back(articles: Page) -> None:
    page = articles
    question = "Who was elected mayor of Ostrel?"
    page.get_by_label("Search articles").fill("Ostrel")
    expect(page.locator("#pq-articles .pq-choose")).to_have_count(1)
    page.get_by_role("button", name="Remove New mayor in Ostrel").click()
    expect(page.locator("#pq-articles")).to_contain_text("Removed: New mayor in Ostrel")
    expect(page.locator("#pq-articles")).to_contain_text("No article fits.")
    turn = ask(page, question)
    expect(turn).not_to_contain_text("Odalys Vantrease")
    page.get_by_role("tab", name="Articles").click()
    page.get_by_role("button", name="Bring back New mayor in Ostrel").click()
    expect(page.locator("#pq-articles .pq-choose")).to_have_text(["New mayor in Ostrel"])
    again = ask(page, question)
    expect(again.locator("strong").first).to_have_text("Odalys Vantrease")


def test_answers_are_limited_to_articles_and_all_searched_again(articles: Page) -> None:
    page = articles
    question = "Who was elected mayor of Kelby?"
    page.get_by_label("Search articles").fill("Lundra")
    expect(page.locator("#pq-articles .pq-choose")).to_have_count(1)
    page.get_by_role("button", name="Answer from this: New mayor in Lundra").click()
    expect(page.locator("#pq-limit")).to_contain_text("Answers only from 1 article: New mayor in Lundra")
    turn = ask(page, question)
    expect(turn).to_contain_text("Searched only 1 article: New mayor in Lundra")
    expect(turn).not_to_contain_text("Katinka")
    page.get_by_role("tab", name="Articles").click()
    page.get_by_label("Search articles").fill("Kelby")
    expect(page.locator("#pq-articles .pq-choose")).to_have_text(["New mayor in Kelby"])
    page.get_by_role("button", name="Answer only from the articles listed").click()
    expect(page.locator("#pq-limit")).to_contain_text("New mayor in Kelby")
    expect(page.locator("#pq-limit")).not_to_contain_text("Lundra")
    expect(ask(page, question).locator("strong").first).to_have_text("Katinka Vantrease")
    page.get_by_role("button", name="Search all articles").click()
    expect(page.locator("#pq-limit")).to_be_hidden()
    expect(ask(page, "Who was elected mayor of Lundra?").locator("strong").first).to_have_text("Lorcan Vantrease")


def test_progress_is_shown_while_articles_come(page: Page, tmp_path: Path) -> None:
    page.evaluate("""() => {
        window.stages = new Set();
        new MutationObserver(() => document.querySelectorAll('.pq-stage').forEach((one) => stages.add(one.textContent)))
            .observe(document.querySelector('#pq-thread'), { childList: true, subtree: true, characterData: true });
    }""")
    words = " ".join(
        f"Sentence {number} of a long story about the canal, its locks and their keepers." for number in range(300)
    )
    for number in range(6):
        (tmp_path / f"part-{number}.txt").write_text(f"Part {number}. {words}", encoding="utf-8")
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Add files").click()
    choosing.value.set_files(sorted(tmp_path.glob("*.txt")))
    finished(page.locator(".pq-turn").first)
    stages = page.evaluate("[...stages]")
    assert [one for one in stages if re.match(r"(Reading|Indexing).* of 6 done", one)], stages
