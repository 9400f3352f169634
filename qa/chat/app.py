"""The chat's page: the conversations, the one that is open, and beside it the source of an answer and the articles.

Gradio's own parts where it has them; what it has no part for (answers with citations, articles with marks, lists with
buttons) is HTML made in this package, whose buttons trigger events. What happens then is in `page.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from index.load import LOADERS
from qa.chat.article_events import SORTS
from qa.chat.page import Page

HERE = Path(__file__).parent
STYLE = HERE / "style.css"

_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_ENDINGS = [ending for loader in LOADERS for ending in loader.suffixes]


def build_app(page: Page) -> gr.Blocks:
    """Build the page; nothing is started."""
    app = gr.Blocks(
        title="Pullquote", fill_height=True, fill_width=True, analytics_enabled=False, delete_cache=(600, 3600)
    )
    with app:
        _Wiring(app, page, _Parts(page))
    app.queue(max_size=None, default_concurrency_limit=None)
    return app


def theme() -> gr.themes.Base:
    """Return the theme; its fonts are the reader's own, so that no other host is asked."""
    return gr.themes.Default(font=_FONTS, font_mono=["ui-monospace", "monospace"], primary_hue="blue")


class _Parts:
    """The components of the page, in the order in which they stand on it.

    Those at its head are never drawn. They are what the page knows: Gradio's own state would be gone with the server's
    process. At `progress` Gradio shows that an event is under way, which it would else draw 60 times a second over each
    part that the event changes; the conversation itself says what is being done.
    """

    def __init__(self, page: Page) -> None:
        self.progress = gr.HTML(visible=False)
        self.conversation = gr.Textbox(visible=False)
        self.browser = gr.Textbox(visible=False)
        self.limit = gr.Textbox(visible=False)
        self.generation = gr.Textbox(visible=False)
        self.as_written = gr.Checkbox(visible=False)
        self.replies = gr.Number(0, visible=False)
        self.names = gr.Textbox(visible=False)
        self.offset = gr.Number(0, visible=False)
        self._conversations()
        with gr.Row(elem_id="pq-columns"):
            with gr.Column(min_width=320, elem_id="pq-conversation"):
                self._conversation(page)
            with gr.Column(min_width=320, elem_id="pq-side"):
                self._side(page)

    def _conversations(self) -> None:
        with gr.Sidebar(open=False, width=260, elem_id="pq-sidebar"):
            gr.HTML("<h1>Pullquote</h1><p>Answers in your articles’ own words, with the place.</p>", elem_id="pq-head")
            self.new = gr.Button("New conversation", variant="primary", size="sm")
            self.new_unstored = gr.Button("New, not stored", size="sm")
            self.search = gr.Textbox(label="Search conversations", placeholder="A word in them", elem_id="pq-search")
            self.conversations = _html("pq-conversations", ("choose",))

    def _conversation(self, page: Page) -> None:
        def exported(wanted: Sequence[str]) -> dict[str, str]:
            return page.exported(wanted)

        def look(looking: Sequence[str]) -> dict[str, str | int]:
            return page.look(looking)

        self.toolbar = _html("pq-toolbar", ("rename", "deleted"), "toolbar.js", server=[exported])
        said = ("ask", "correct", "open", "closest", "thumb", "reason", "comment", "show", "remove", "news")
        self.thread = _html("pq-thread", said, "thread.js", server=[look])
        self.limited = _html("pq-limit", ("unlimit", "free"))
        with gr.Row(elem_id="pq-composer"):
            self.question = gr.Textbox(
                label="Question",
                show_label=False,
                placeholder="Ask a question",
                lines=1,
                max_lines=8,
                submit_btn="Ask",
                autofocus=True,
                elem_id="pq-question",
            )
            self.upload = gr.UploadButton(
                "Add files", file_count="multiple", file_types=_ENDINGS, size="sm", min_width=90, elem_id="pq-upload"
            )

    def _side(self, page: Page) -> None:
        with gr.Tabs(elem_id="pq-tabs") as self.tabs:
            with gr.Tab("Source", id="source"):
                self.panel = _html("pq-panel", ("open",), "panel.js", value=page.empty_panel)
            with gr.Tab("Articles", id="articles") as self.articles_tab:
                self._articles()

    def _articles(self) -> None:
        self.find = gr.Textbox(
            label="Search articles", placeholder="A word in title, source or author", elem_id="pq-find"
        )
        with gr.Row():
            self.sources = gr.Dropdown(label="Sources", multiselect=True, choices=[], elem_id="pq-sources")
            self.sort = gr.Dropdown(label="Order", choices=list(SORTS), value=next(iter(SORTS)), elem_id="pq-sort")
        with gr.Row():
            self.since = gr.Textbox(label="From (day, month or year)", placeholder="2025-06-30", elem_id="pq-since")
            self.until = gr.Textbox(label="Until (day, month or year)", placeholder="2025-06-30", elem_id="pq-until")
        self.limit_listed = gr.Button("Answer only from the articles listed", size="sm", elem_id="pq-limit-listed")
        self.articles = _html("pq-articles", ("show", "limit", "remove", "leaf", "restore"))


def _html(
    elem_id: str,
    actions: Sequence[str],
    script: str | None = None,
    *,
    value: str = "",
    server: Sequence[Callable[..., Any]] = (),
) -> gr.HTML:
    """Make a component whose buttons trigger the events of their names, and which runs a script of its own besides."""
    names = ", ".join(f"'{name}'" for name in actions)
    scripts = [f"const EVENTS = [{names}];", _script("actions.js"), *([_script(script)] if script else [])]
    return gr.HTML(
        value,
        elem_id=elem_id,
        js_on_load="\n".join(scripts),
        apply_default_css=False,
        server_functions=list(server),
    )


class _Wiring:
    """Says what each event does."""

    def __init__(self, app: gr.Blocks, page: Page, parts: _Parts) -> None:
        self._page = page
        self._p = p = parts
        self._who = [p.conversation, p.browser]
        self._view = [p.conversation, p.toolbar, p.thread, p.replies, p.conversations, p.limit, p.limited]
        self._source = [p.panel, p.tabs]
        self._listing = [p.find, p.sources, p.since, p.until, p.sort, p.limit]
        self._open(app)
        self._converse()
        self._show_sources()
        self._keep()
        self._choose_articles()

    def _on(self, trigger: Any, function: Any, inputs: Sequence[Any], outputs: Sequence[Any], **options: Any) -> Any:
        """Wire an event that waits for no other; of several the last one counts."""
        return trigger(
            function, list(inputs), list(outputs), show_progress="hidden", api_visibility="private",
            concurrency_limit=None, show_progress_on=self._p.progress, **{"trigger_mode": "always_last", **options},
        )  # fmt: skip

    def _turn_to(
        self, trigger: Any, function: Any, inputs: Sequence[Any], others: Sequence[Any] = (), **options: Any
    ) -> None:
        """Wire an event that changes what is open."""
        self._on(trigger, function, inputs, [*self._view, *others], **options)

    def _then_list(self, event: Any) -> None:
        """List the articles again after an event that may have changed them, at the place where the list is."""
        self._on(event.then, self._page.articles.listed_again, [self._p.offset, *self._listing], [self._p.articles])

    def _open(self, app: gr.Blocks) -> None:
        p, page = self._p, self._page
        opened = [p.browser, p.panel, p.generation]
        self._turn_to(app.load, page.opened, self._who, opened, js=_script("begin.js"))
        self._on(p.conversation.change, None, [p.conversation], [], js=_script("address.js"))
        self._turn_to(p.new.click, page.begun, [p.browser], [p.panel])
        self._turn_to(p.new_unstored.click, page.begun_unstored, [p.browser], [p.panel])
        self._turn_to(p.conversations.choose, page.chosen, [p.browser], [p.panel])
        self._turn_to(p.toolbar.deleted, page.deleted, self._who, [p.panel])

    def _converse(self) -> None:
        p, page = self._p, self._page
        sent, box = [p.question, p.as_written, p.limit, *self._who], [p.question, p.as_written]
        self._turn_to(p.question.submit, page.sent, sent, box, js=_script("sent.js"), trigger_mode="multiple")
        uploaded = [p.upload, p.names, p.limit, *self._who]
        self._turn_to(p.upload.upload, page.uploaded, uploaded, [p.upload], js=_script("uploaded.js"))
        self._turn_to(p.thread.ask, page.asked, [p.limit, *self._who])
        known = [p.toolbar, p.thread, p.replies, p.panel, p.conversations, p.generation]
        # News comes sooner without the queue, outside which an error is not shown: it is where something is done next.
        self._on(p.thread.news, page.news, [*self._who, p.search, p.replies], known, queue=False)
        correcting = self._on(p.thread.correct, page.corrected, [p.limit], [*box, p.limited])
        self._on(correcting.then, None, [], [], js=_script("focus.js"))
        self._on(p.limited.free, page.freed, [p.limit], [p.as_written, p.limited])

    def _show_sources(self) -> None:
        p, page = self._p, self._page
        self._on(p.thread.open, page.cited, self._who, self._source)
        self._on(p.panel.open, page.cited, self._who, self._source)
        self._on(p.thread.closest, page.closest, self._who, self._source)
        self._on(p.thread.show, page.shown_article, [], self._source)
        self._on(p.articles.show, page.shown_article, [], self._source)

    def _keep(self) -> None:
        p, page = self._p, self._page
        self._on(p.thread.thumb, page.thumbed, self._who, [p.thread])
        self._on(p.thread.reason, page.reasoned, self._who, [p.thread])
        self._on(p.thread.comment, page.commented, self._who, [p.thread])
        self._on(p.search.change, page.searched, [p.search, *self._who], [p.conversations])
        self._on(p.toolbar.rename, page.renamed, [*self._who, p.search], [p.toolbar, p.conversations])

    def _choose_articles(self) -> None:
        p, events = self._p, self._page.articles
        limit, chosen = [p.limit, p.limited], [p.find, p.sources, p.since, p.until]
        for part in (p.find.change, p.sources.change, p.since.change, p.until.change, p.sort.change):
            self._on(part, events.listed, self._listing, [p.articles, p.offset])
        self._on(p.articles.leaf, events.leafed, self._listing, [p.articles, p.offset])
        self._then_list(self._on(p.limit_listed.click, events.limited_to_listed, chosen, limit))
        self._then_list(self._on(p.articles.limit, events.limited_to_one, [p.limit], limit))
        self._then_list(self._on(p.limited.unlimit, events.unlimited, [], limit))
        self._on(p.articles.remove, events.removed, [], [p.generation])
        self._on(p.thread.remove, events.removed, [], [p.generation])
        self._on(p.articles.restore, events.restored, [], [p.generation])
        self._then_list(self._on(p.generation.change, events.source_choices, [], [p.sources]))


def _script(name: str) -> str:
    return (HERE / "scripts" / name).read_text(encoding="utf-8")
