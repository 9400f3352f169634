"""The chat's page: a conversation, and beside it the source of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import ArticleIndexError, UnknownArticle
from qa.answer import Answer, Citation
from qa.assistant import Assistant, Stage
from qa.chat.messages import answer_message, done_title, escape_markdown, stage_title
from qa.chat.panel import CHANGED_PANEL, EMPTY_PANEL, SCROLL_TO_SPAN, cited_panel, closest_panel
from qa.errors import QAError

STYLE = Path(__file__).parent / "style.css"

_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
Update = tuple[list[gr.ChatMessage], str]


def build_app(assistant: Assistant) -> gr.Blocks:
    """Build the page; nothing is started."""
    app = gr.Blocks(title="Pullquote", fill_height=True, fill_width=True, analytics_enabled=False)
    with app:
        panel = gr.HTML(EMPTY_PANEL, elem_id="pq-panel", js_on_load=SCROLL_TO_SPAN, render=False)
        gr.HTML("<h1>Pullquote</h1><p>Answers in your articles' own words, with the place.</p>", elem_id="pq-head")
        with gr.Row(elem_id="pq-columns"):
            with gr.Column(scale=3, min_width=320, elem_id="pq-conversation"):
                gr.ChatInterface(
                    _respond(assistant),
                    chatbot=gr.Chatbot(
                        elem_id="pq-chat",
                        label="Conversation",
                        show_label=False,
                        height="100%",
                        latex_delimiters=[],
                        feedback_options=None,
                        buttons=["copy"],
                        placeholder="Ask about the articles, in a sentence.",
                    ),
                    textbox=gr.Textbox(
                        placeholder="Who met whom, when, where, why …",
                        label="Question",
                        show_label=False,
                        elem_id="pq-question",
                        submit_btn=True,
                        stop_btn=True,
                        autofocus=True,
                    ),
                    additional_outputs=[panel],
                    api_name="ask",
                    concurrency_limit=2,
                    save_history=False,
                    fill_height=True,
                )
            with gr.Column(scale=4, min_width=320, elem_id="pq-source"):
                panel.render()  # type: ignore[no-untyped-call]
    app.queue(max_size=64)
    return app


def theme() -> gr.themes.Base:
    """Return the theme; its fonts are the reader's own, so that no other host is asked."""
    return gr.themes.Default(font=_FONTS, font_mono=["ui-monospace", "monospace"], primary_hue="blue")


def _respond(assistant: Assistant) -> Any:
    """Return the function that answers a message: a generator of the messages and the panel so far."""

    def respond(message: str, history: list[Any]) -> Iterator[Update]:
        """Answer a question about the articles."""
        try:
            for step in assistant.stream(message):
                if isinstance(step, Stage):
                    yield [_thought(stage_title(step), "pending")], EMPTY_PANEL
                else:
                    yield _final(step), _panel(assistant, step)
        except (QAError, ArticleIndexError) as error:
            yield [gr.ChatMessage(f"This could not be answered. {escape_markdown(str(error))}")], EMPTY_PANEL

    return respond


def _final(answer: Answer) -> list[gr.ChatMessage]:
    return [_thought(done_title(answer), "done"), gr.ChatMessage(answer_message(answer))]


def _thought(title: str, status: Any) -> gr.ChatMessage:
    return gr.ChatMessage("", metadata={"title": title, "status": status})


def _panel(assistant: Assistant, answer: Answer) -> str:
    """Return the source panel of an answer; an article that has changed or gone since it was read is not marked."""
    shown = answer.citations[0] if answer.citations else answer.passages[0] if answer.passages else None
    if shown is None:
        return EMPTY_PANEL
    try:
        article = assistant.index.article(shown.article_id)
    except UnknownArticle:
        return CHANGED_PANEL
    if article.text[shown.start : shown.end] != (shown.quote if isinstance(shown, Citation) else shown.text):
        return CHANGED_PANEL
    return cited_panel(article, shown) if isinstance(shown, Citation) else closest_panel(article, shown)
