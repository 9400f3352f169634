"""What the source panel shows: where a citation stands in its article today."""

from __future__ import annotations

from index.store import Index
from qa.answer import Answer, Citation
from qa.chat.panel import EMPTY_PANEL, Marks, Position, article_panel, missing_panel
from qa.conversation.anchor import Anchored, anchor
from qa.conversation.turn import Turn

_KNOWN = 10_000

MOVED = "The article has changed since it was quoted. The quote was found in it again."
CHANGED = "The article has changed since it was quoted. The quote does not stand in it any more."


class Source:
    """Looks up what answers cite, in the articles as they are now. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._anchored: tuple[int, dict[Citation, Anchored]] = (-1, {})

    def anchored(self, citation: Citation) -> Anchored:
        """Tell where a kept citation stands now; each is looked up once in a generation."""
        generation = self._index.generation
        if self._anchored[0] != generation or len(self._anchored[1]) > _KNOWN:
            self._anchored = (generation, {})
        known = self._anchored[1]
        if citation not in known:
            known[citation] = anchor(citation, self._index.find(citation.article_id))
        return known[citation]

    def cited(self, turn: Turn, reply: int, number: int) -> str:
        """Return the panel of a citation, `number` from 1, of a turn's reply; an empty one where there is none."""
        citations = _answer_citations(turn, reply)
        if not 1 <= number <= len(citations):
            return EMPTY_PANEL
        citation = citations[number - 1]
        article = self._index.find(citation.article_id)
        if article is None:
            return missing_panel(citation.label, citation.quote)
        position = Position(turn.id, reply, number, len(citations))
        place = anchor(citation, article)
        if place.start is None or place.end is None:
            return article_panel(article, Marks(None), position, note=CHANGED)
        others = [anchor(other, article) for other in citations if other.article_id == article.id]
        marks = Marks(
            (place.start, place.end),
            (citation.sentence_start, citation.sentence_end) if place.state == "here" else None,
            tuple((other.start, other.end) for other in others if other.start is not None and other.end is not None),
        )
        return article_panel(article, marks, position, citation, note=MOVED if place.state == "moved" else "")

    def closest(self, turn: Turn, reply: int, number: int) -> str:
        """Return the panel of a passage that was read, `number` from 0; it is not marked as an answer."""
        answer = _answer(turn, reply)
        if answer is None or not 0 <= number < len(answer.passages):
            return EMPTY_PANEL
        passage = answer.passages[number]
        article = self._index.find(passage.article_id)
        if article is None:
            return missing_panel(passage.label, passage.text)
        if article.text[passage.start : passage.end] != passage.text:
            return article_panel(article, Marks(None), note=CHANGED)
        return article_panel(article, Marks((passage.start, passage.end), answer=False))

    def whole(self, article_id: str) -> str:
        """Return the panel of an article, with nothing marked."""
        article = self._index.find(article_id)
        return EMPTY_PANEL if article is None else article_panel(article, Marks(None))


def _answer(turn: Turn, reply: int) -> Answer | None:
    return turn.replies[reply].answer if 0 <= reply < len(turn.replies) else None


def _answer_citations(turn: Turn, reply: int) -> tuple[Citation, ...]:
    answer = _answer(turn, reply)
    return answer.all_citations if answer else ()
