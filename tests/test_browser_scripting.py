"""Cross-site scripting: whatever a text, a name, an address or a person says shows as written, and nothing of it runs.

The payloads of `data/scripting.json` are put into every field of articles and of a conversation that stands in the
chat's database when it starts, so that one page shows them all; the ways in that a browser has are taken by some.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from chat_page import Chat, ask, opened, running
from conversing import answered, citation
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from index import Article, Index
from index.embed import Encoder
from index.search.filters import Filter
from qa.bidi import close_bidi
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Feedback, Reply

pytestmark = pytest.mark.browser

CORPUS: dict[str, str] = {
    one["name"]: one["payload"]
    for one in json.loads((Path(__file__).parent / "data" / "scripting.json").read_text(encoding="utf-8"))
}
PAYLOADS = list(CORPUS.values())
TYPED = [CORPUS[name] for name in ("quote and tag", "handlebars", "template literal")]

HALVES = {"first half": PAYLOADS[: len(PAYLOADS) // 2], "second half": PAYLOADS[len(PAYLOADS) // 2 :]}
"""The payloads of two conversations, since the page shows only the last turns of a long one."""

OURS = "#pq-toolbar, #pq-thread, #pq-panel, #pq-articles, #pq-conversations, #pq-limit"
HARMLESS = set(
    "DIV SECTION H2 H3 P SPAN STRONG BUTTON UL OL LI DETAILS SUMMARY BLOCKQUOTE Q BDI EM MARK NAV FORM LABEL "
    "INPUT A".split()
)

LOOK = """(ours) => {
    const parts = [...document.querySelectorAll(ours)];
    const all = parts.flatMap((part) => [...part.querySelectorAll('[class^="pq-"], [class^="pq-"] *')]);
    return {
        ran: window.__ran || null,
        tags: [...new Set(all.map((one) => one.tagName))],
        handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on')),
        styles: all.flatMap((one) => one.getAttributeNames()).filter((name) => name === 'style'),
        links: all.filter((one) => one.tagName === 'A').map((one) => one.protocol),
        base: document.baseURI,
        all: all.length,
    };
}"""


def parsed(text: str) -> str:
    """A text as a browser has it: HTML cannot hold a NUL."""
    return text.replace("\0", "\ufffd")


def folded(text: str) -> str:
    return " ".join(parsed(text).split())


def article(number: int, payload: str) -> Article:
    return Article(
        f"{number:03} {payload}", f"The envoy Ada Lind met {payload} on 3 June in Velmar. {payload} {number}",
        title=payload, source=payload, authors=(payload,), published=payload,
        url=payload if number % 2 else f"https://example.com/{payload}",
    )  # fmt: skip


ARTICLES = [article(number, payload) for number, payload in enumerate(PAYLOADS)]


@dataclass(frozen=True)
class Attacked:
    """A chat over hostile articles, and the ids of the conversations in which everybody says the payloads."""

    chat: Chat
    halves: dict[str, str]


def converse(store: Conversations, one: str, payload: str) -> None:
    """Let everybody say a payload: the person, the assistant, and the article."""
    number = PAYLOADS.index(payload)
    cited = ARTICLES[number]
    spoken = replace(citation(cited, f"{payload} on 3 June"), speaker=payload)
    answer = answered(cited, f"{payload} on 3 June", f"{payload} {number}", question=payload)
    answer = replace(answer, citations=(spoken,), passages=(replace(answer.passages[0], matched=(payload,)),))
    turn = store.add_turn(one, payload, only=Filter(tags=(payload,)))
    store.add_reply(turn.id, Reply(payload, payload, answer, True, ((payload, payload),)))
    store.add_reply(turn.id, Reply(payload, answer=answered(cited, question=payload)))
    store.fail(turn.id, payload)
    store.put_feedback(turn.id, 0, Feedback(False, None, payload, "2026-11-24T12:00:00+00:00"))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("attacked")
    with Index.create(folder / ".pullquote", encoder) as index:
        gone = [replace(one, id=f"gone {one.id}", text=f"{one.text} gone") for one in ARTICLES[:50]]
        index.add([*ARTICLES, *gone])
        index.remove([one.id for one in gone])
    with Conversations(folder / ".pullquote" / CONVERSATIONS_FILE) as store:
        halves = {half: store.create("").id for half in HALVES}
        for half, payloads in HALVES.items():
            for payload in payloads:
                converse(store, halves[half], payload)
        files = store.add_turn(halves["second half"], "", files=PAYLOADS)
        store.add_reply(files.id, Reply("", "\n\n".join(PAYLOADS), added=(PAYLOADS[0],)))
        store.finish(files.id)
        last = store.add_turn(halves["second half"], "limit", only=Filter(tags=tuple(PAYLOADS)))
        store.finish(last.id)
        for payload in PAYLOADS[:90]:
            listed = store.create("").id
            store.finish(store.add_turn(listed, "x").id)
            store.rename(listed, "", payload)
    with running(folder) as chat:
        yield Attacked(chat, halves)


@contextmanager
def unharmed(context: BrowserContext, attacked: Attacked) -> Iterator[Page]:
    """Open the hostile conversation; nothing may run, be asked for, be gone to or be made of what it says."""
    dialogs: list[str] = []
    with opened(context, attacked.chat, f"/#{attacked.halves['first half']}") as page:
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        page.set_default_timeout(6_000)
        expect(page.locator(".pq-turn")).to_have_count(len(HALVES["first half"]))
        yield page
        seen = page.evaluate(LOOK, OURS)
        assert seen["ran"] is None
        assert len(page.frames) == 1
        assert set(seen["tags"]) <= HARMLESS
        assert (seen["handlers"], seen["styles"]) == ([], [])
        assert set(seen["links"]) <= {"https:"}
        assert seen["base"].startswith(attacked.chat.address)
        assert seen["all"] > 100
        assert page.title() == "Pullquote"
        assert page.url.startswith(attacked.chat.address)
    assert dialogs == []


@pytest.fixture(scope="module")
def page(browser: Browser, attacked: Attacked) -> Iterator[Page]:
    """One page for all tests here, looked through when they are done."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    with unharmed(context, attacked) as page:
        yield page
    context.close()


def turn_to(page: Page, attacked: Attacked, half: str) -> None:
    """Open one of the hostile conversations from the list."""
    page.locator(f"#pq-conversations [data-id='{attacked.halves[half]}']").click()
    more = 2 if half == "second half" else 0
    expect(page.locator(".pq-turn")).to_have_count(len(HALVES[half]) + more)


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.evaluate("(s) => [...document.querySelectorAll(s)].map((one) => one.textContent)", selector)
    return found


def menu(page: Page) -> None:
    """Open what can be done with the conversation."""
    page.locator("#pq-toolbar details").evaluate("(one) => { one.open = true; }")


def test_the_corpus_is_large_enough() -> None:
    assert len(set(PAYLOADS)) == len(CORPUS) >= 60


@pytest.mark.parametrize("half", HALVES)
def test_what_is_said_in_a_conversation_shows_as_written(page: Page, attacked: Attacked, half: str) -> None:
    turn_to(page, attacked, half)
    turns = page.evaluate("""() => [...document.querySelectorAll('.pq-turn')].map((turn) => {
        const text = (selector) => [...turn.querySelectorAll(selector)].map((one) => one.textContent);
        return {
            message: text('.pq-message'), asked: text('.pq-asked'), remark: text('.pq-remark'),
            used: text('.pq-used q'),
            read: text('.pq-used bdi'), answers: text('.pq-text strong'), tips: text('.pq-tip'),
            said: text('.pq-said em'),
            facts: text('.pq-sources bdi'), limit: text('.pq-message + .pq-small'), failed: text('.pq-failed p'),
            noted: text('.pq-reply > .pq-small').filter((one) => one.startsWith('Noted')),
            closest: text('.pq-closest li > span'),
            copied: [...turn.querySelectorAll('[data-copy]')].map((one) => one.dataset.copy.split('\\n\\n“')[0]),
            again: [...turn.querySelectorAll('.pq-failed button')].map((one) => one.dataset.question),
        };
    })""")
    for turn, payload in zip(turns, HALVES[half], strict=False):
        shown, one, number = parsed(payload), folded(payload), PAYLOADS.index(payload)
        answers = [f"{shown} on 3 June", f"{shown} {number}"]
        assert turn["message"] == turn["again"] == [shown]
        assert turn["asked"] == [shown, shown]
        assert (turn["remark"], turn["used"], turn["read"]) == ([shown], [shown], [shown, shown])
        assert turn["answers"] == answers
        assert turn["copied"] == [close_bidi(answer) for answer in answers]
        assert turn["said"] == [shown]
        assert all(one.startswith("“") and one.endswith("”") for one in turn["tips"])
        assert turn["facts"][:3] == [one, one, one]
        assert turn["limit"] == [f"Searched only articles tagged {shown}"]
        assert turn["failed"] == [f"This did not work. {shown}"]
        assert turn["noted"] == [f"Noted: {shown}"]
        assert turn["closest"] == [shown]
    if half == "second half":
        assert turns[-2]["remark"] == [parsed(payload) for payload in PAYLOADS]


@pytest.mark.parametrize("half", HALVES)
def test_each_article_shows_as_written_in_the_panel(page: Page, attacked: Attacked, half: str) -> None:
    turn_to(page, attacked, half)
    cited = [ARTICLES[PAYLOADS.index(payload)] for payload in HALVES[half]]
    shown: list[list[str]] = page.evaluate(
        """async (expected) => {
            const text = (selector) => [...document.querySelectorAll(`#pq-panel ${selector}`)]
                .map((one) => one.textContent).join('|');
            const found = [];
            for (const [number, words] of expected.entries()) {
                document.querySelectorAll('.pq-turn')[number].querySelector('.pq-cite').click();
                for (let i = 0; i < 100 && text('.pq-article') !== words; i += 1) {
                    await new Promise((done) => setTimeout(done, 10));
                }
                found.push(['.pq-title', '.pq-article', '.pq-span', '.pq-facts', '.pq-link'].map(text));
            }
            return found;
        }""",
        [parsed(one.text) for one in cited],
    )
    for (title, text, span, facts, link), one, payload in zip(shown, cited, HALVES[half], strict=True):
        said = parsed(payload)
        assert (title, text, span) == (said, parsed(one.text), f"{said} on 3 June")
        assert facts.startswith(f"{said} · {said} · {said} · characters ")
        assert link in ("", parsed(one.url or ""))
    assert any(link for *_, link in shown)


def test_the_lists_and_the_limit_show_as_written(page: Page, attacked: Attacked) -> None:
    turn_to(page, attacked, "second half")
    names = set(texts(page, "#pq-conversations [data-do=choose]"))
    assert {folded(payload) for payload in PAYLOADS[:90]} <= names
    assert all(parsed(payload) in texts(page, "#pq-limit bdi")[0] for payload in PAYLOADS)
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator("#pq-articles [data-do=show]")).to_have_count(25)
    assert set(texts(page, "#pq-articles span[dir=auto]")) == {parsed(payload) for payload in PAYLOADS[:50]}
    listed, facts = [], []
    for last in range(25, len(PAYLOADS) + 25, 25):
        expect(page.locator("#pq-articles .pq-small[role=status]")).to_contain_text(
            f" to {min(last, len(PAYLOADS))} of "
        )
        listed += texts(page, "#pq-articles [data-do=show]")
        facts += texts(page, "#pq-articles .pq-list[aria-label=Articles] bdi")
        if last < len(PAYLOADS):
            page.get_by_role("button", name="Next page").click()
    assert sorted(listed) == sorted(map(parsed, PAYLOADS))
    assert sorted(facts) == sorted([*map(parsed, PAYLOADS)] * 3)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("ending", ["html", "md", "json"])
def test_nothing_runs_in_an_export(
    page: Page, browser: Browser, attacked: Attacked, ending: str, half: str, tmp_path: Path
) -> None:
    turn_to(page, attacked, half)
    menu(page)
    with page.expect_download() as download:
        page.locator(f"#pq-toolbar [data-ending={ending}]").click()
    path = tmp_path / f"export.{ending}"
    download.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    if ending == "json":
        exported: Any = json.loads(text)
        said = json.dumps(exported, ensure_ascii=False)
        assert all(json.dumps(payload, ensure_ascii=False)[1:-1] in said for payload in HALVES[half])
        return
    if ending == "md":
        path = tmp_path / "rendered.html"
        path.write_text(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))
    context = browser.new_context()
    requests: list[str] = []
    with context.new_page() as read:
        read.on("request", lambda request: requests.append(request.url))
        read.on("dialog", lambda dialog: requests.append(dialog.message))
        read.goto(path.as_uri())
        assert read.evaluate("[window.__ran, window.frames.length]") == [None, 0]
        assert read.evaluate("[...document.links].every((a) => ['https:', 'http:'].includes(a.protocol))")
        tags = read.evaluate("[...new Set([...document.body.querySelectorAll('*')].map((one) => one.tagName))]")
        assert set(tags) <= HARMLESS | {"MAIN", "H1", "ARTICLE", "BR"}
        body = read.evaluate("document.body.textContent")
        assert all(
            folded(close_bidi(payload)).replace("\x1b", "\ufffd").replace("\x01", "\ufffd") in folded(body)
            for payload in HALVES[half]
        )
    assert requests == [path.as_uri()]
    context.close()


def test_what_is_typed_shows_as_written(page: Page) -> None:
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".pq-turn")).to_have_count(0)
    for payload in TYPED:
        turn = ask(page, payload)
        assert turn.locator(".pq-message").text_content() == payload
        menu(page)
        page.locator("#pq-toolbar input[name=title]").fill(payload)
        page.locator("#pq-toolbar").get_by_role("button", name="Rename").click()
        expect(page.locator("#pq-toolbar .pq-name")).to_have_text(payload)
        page.locator("#pq-search textarea").fill(payload)
        expect(page.locator("#pq-conversations [data-do=choose]").first).to_have_text(payload)
        page.get_by_role("tab", name="Articles").click()
        page.locator("#pq-find textarea").fill(payload)
        expect(page.locator("#pq-articles [data-do=show]").first).to_have_text(payload)
    page.locator("#pq-since textarea").fill(TYPED[0])
    expect(page.locator("#pq-articles [role=alert]")).to_contain_text(repr(TYPED[0]))


def test_a_comment_shows_as_written(page: Page) -> None:
    page.get_by_role("button", name="Bad answer").first.click()
    page.locator("input[name=comment]").fill(TYPED[0])
    page.locator("input[name=comment]").press("Enter")
    expect(page.get_by_text(f"Noted: {TYPED[0]}")).to_be_visible()


def test_uploaded_files_show_under_their_own_names(page: Page) -> None:
    names = ["' onclick=window.__ran=1 x='.txt", "&lt;b&gt;.txt", "<img src=x onerror=window.__ran=1>{{7*7}}.txt"]
    before = page.locator(".pq-turn").count()
    files: list[FilePayload] = [
        {"name": name, "mimeType": "text/plain", "buffer": f"{name} met the envoy in Velmar.".encode()}
        for name in names
    ]
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").click()
    chooser.value.set_files(files)
    turn = page.locator(".pq-turn").nth(before)
    expect(turn).to_have_attribute("data-state", "done", timeout=20_000)
    assert turn.locator(".pq-message").text_content() == f"Add {', '.join(names)}"
    assert turn.locator(".pq-remark").first.text_content() == f"Added {', '.join(names)}."


def test_an_error_shows_as_written(page: Page) -> None:
    page.get_by_role("tab", name="Articles").click()
    page.locator("#pq-since textarea").fill("")
    expect(page.locator("#pq-articles [data-do=restore]").first).to_be_visible()
    page.evaluate(
        """async (payloads) => {
            window.toasts = new Set();
            const look = () => document.querySelectorAll('[data-testid=toast-text]').forEach(
                (one) => toasts.add(one.textContent));
            for (const payload of payloads) {
                const before = toasts.size, button = document.querySelector('#pq-articles [data-do=restore]');
                button.dataset.id = payload;
                button.click();
                for (let i = 0; i < 100 && toasts.size === before; i += 1) {
                    await new Promise((done) => setTimeout(done, 10));
                    look();
                }
            }
        }""",
        PAYLOADS,
    )
    assert page.locator("[data-testid=toast-text] *").count() == 0
    toasts: list[str] = page.evaluate("[...toasts]")
    for payload in PAYLOADS:
        assert any(repr(payload) in toast for toast in toasts), payload
