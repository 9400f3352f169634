"""Pullquote, as its README has it, with its own defaults and the models that come with it."""

from __future__ import annotations

from typing import Any

from index import Article, Index, load_encoder
from qa import Answer, Assistant, load_reader


class Peer:
    def __init__(self, embedder: str, reader: str, folder: str) -> None:
        self.articles = Index.create(folder, load_encoder())
        loaded = load_reader()
        self.assistant = Assistant(self.articles, loaded)
        self.insistent = Assistant(self.articles, loaded, threshold=0.0)

    def index(self, articles: list[dict[str, str]]) -> None:
        self.articles.add(Article(article["id"], article["text"]) for article in articles)

    def search(self, question: str, k: int) -> list[str]:
        return [hit.passage.article_id for hit in self.articles.search(question, k)]

    def ask(self, question: str) -> dict[str, Any]:
        return shown(self.assistant.ask(question))

    def insist(self, question: str) -> dict[str, Any]:
        return shown(self.insistent.ask(question))


def shown(answer: Answer) -> dict[str, Any]:
    if answer.text is None:
        return {"text": None}
    place = answer.citations[0]
    return {"text": answer.text, "article": place.article_id, "start": place.start, "end": place.end}
