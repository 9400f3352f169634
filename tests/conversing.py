"""Answers and conversations for tests, cited as the assistant cites."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.article import Article, Passage, Ranks
from index.coverage import Coverage
from qa.answer import SCHEMA_VERSION, Answer, Candidate, Citation, FoundPassage, Models, Timings
from qa.cite import cite
from qa.conversation.anchor import Anchored
from qa.conversation.store import Conversations
from qa.conversation.turn import Conversation, Reply, Turn

HERRING = Article(
    "north.txt", "The northern minister met the envoy on 9 June. They spoke about herring.",
    title="North", source="The Gazette", url="https://example.com/north", published="2025-06-10",
)  # fmt: skip


def citation(article: Article, quote: str) -> Citation:
    at = article.text.index(quote)
    return cite(article, Passage(article.id, 0, len(article.text), article.text), at, at + len(quote))


def answered(article: Article, *quotes: str, question: str = "Whom did the minister meet?") -> Answer:
    """An answer in the words of an article, the others beside it; without a quote, that there is none."""
    candidates = [Candidate(quote, 0.75, (citation(article, quote),)) for quote in quotes]
    text = article.text
    return Answer(
        schema_version=SCHEMA_VERSION,
        question=question,
        question_used=question,
        text=quotes[0] if quotes else None,
        kind="extracted" if quotes else "none",
        reason=None if quotes else "below_threshold",
        confidence=0.75 if quotes else 0.125,
        threshold=0.5,
        citations=candidates[0].citations if candidates else (),
        alternatives=tuple(candidates[1:]),
        passages=(
            FoundPassage(
                f"{article.id}:0-{len(text)}", article.id, article.title, 0, len(text), text, 0.5, Ranks(1, None)
            ),
        ),
        searched=Coverage(3, 1, "2024-01", "2025-06-10"),
        index_generation=7,
        models=Models("hash", "word"),
        timings_ms=Timings(1.0, 2.0, 3.5, 4.0, 10.5),
    )  # fmt: skip


def conversation(*replies: Reply, title: str = "North", message: str = "Whom did the minister meet?") -> Conversation:
    turn = Turn("t1", message, asked_at="2026-11-24T14:56:00.000+00:00", state="done", replies=replies)
    return Conversation("c1", title, turn.asked_at, turn.asked_at, True, (turn,))


def here(cited: Citation) -> Anchored:
    return Anchored("here", cited.start, cited.end)


def ticking(start: datetime = datetime(2026, 11, 24, tzinfo=UTC)) -> Iterator[datetime]:
    """Moments a second apart."""
    while True:
        yield start
        start += timedelta(seconds=1)


def opened(path: Path | None) -> Conversations:
    times = ticking()
    return Conversations(path, clock=lambda: next(times))


def begun(kept: Conversations, message: str, owner: str = "me") -> str:
    """Begin a conversation with a message; return its id."""
    conversation = kept.create(owner)
    kept.add_turn(conversation.id, message)
    return conversation.id


def titles(kept: Conversations, search: str = "", owner: str = "me") -> list[str]:
    return [summary.title for summary in kept.listed(owner, search)]
