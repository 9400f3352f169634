"""What the reader answers where the right passage is given, and need not be found."""

from __future__ import annotations

from collections.abc import Sequence

from index.article import Article, Hit, Passage, Ranks
from index.embed import Vectors
from index.store import Index
from qa.assistant import Assistant
from qa.evaluate.near_copies import holds
from qa.evaluate.placing import Placed, Span
from qa.weigh import read_answers


class RightPassages:
    """The passages of the articles that questions belong to; the last article is kept, for the next question of it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._article: Article | None = None
        self._passages: list[Passage] = []

    def article(self, article_id: str) -> Article:
        """Return an article.

        Raises:
            UnknownArticle: If it was removed meanwhile.
        """
        if self._article is None or self._article.id != article_id:
            self._article = self._index.article(article_id)
            self._passages = self._index.passages(self._article)
        return self._article

    def relevant(self, question: Placed) -> list[Passage]:
        """Return the passages that hold a whole gold span."""
        return [passage for passage in self._of(question) if holds((passage,), question.article_id, question.spans)]

    def right(self, question: Placed) -> list[Passage]:
        """Return the passages to give: those that hold a gold span, else those that share a character with one.

        For an unanswerable question these are the passages of its context, and none where it has no article.
        """
        if question.spans:
            return self.relevant(question) or _touching(self._of(question), question.spans)
        return _touching(self._of(question), [question.context]) if question.context else []

    def _of(self, question: Placed) -> list[Passage]:
        if not question.article_id:
            return []
        self.article(question.article_id)
        return self._passages


def read_right(
    assistant: Assistant, question: Placed, passages: Sequence[Passage], vector: Vectors
) -> tuple[str, float] | None:
    """Return the best span in some passages of one article, and its confidence; None where nothing is found.

    Args:
        assistant: Whose reader reads them.
        question: What is asked.
        passages: What is read, all of it.
        vector: The question's, shape (dimension,).
    """
    vectors = assistant.index.vectors(passages)
    hits = [
        Hit(passage, 0.0, Ranks(None, None), float(vectors[passage.id] @ vector))
        for passage in passages
        if passage.id in vectors
    ]
    answers = read_answers(assistant.reader, question.used, hits, articles=1) if hits else []
    if not answers:
        return None
    best = answers[0][0]
    return best.hit.passage.text[best.start : best.end], assistant.reader.calibration.probability(best.evidence)


def _touching(passages: Sequence[Passage], spans: Sequence[Span]) -> list[Passage]:
    return [passage for passage in passages if any(passage.start < end and start < passage.end for start, end in spans)]
