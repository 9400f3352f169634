"""Passages that share most with a question but do not answer it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from qa.evaluate.testset import TestQuestion

_LOOKED_AT = 20
_CLOSEST = 4
_AT_ONCE = 500

Ranges = Sequence[tuple[int, int]]


class RetrievedNegatives:
    """The passages of a set's contexts, to be searched by TF-IDF.

    Hard negatives as in Karpukhin et al., "Dense Passage Retrieval", EMNLP 2020, section 3.2.
    """

    def __init__(self, questions: Sequence[TestQuestion], passages: Callable[[str], Ranges]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._passages = [
            (context, context[start:end])
            for context in dict.fromkeys(question.context for question in questions)
            for start, end in passages(context)
        ]
        self._vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
        self._rows = self._vectorizer.fit_transform([text for _, text in self._passages])

    def of(self, questions: Sequence[TestQuestion], count: int, rng: random.Random) -> list[list[str]]:
        """Return up to `count` passages for each question, drawn from the closest four that do not hold a gold answer.

        For a question without gold answers, the passages of its own context are left out.
        """
        found: list[list[str]] = []
        for at in range(0, len(questions), _AT_ONCE):
            part = questions[at : at + _AT_ONCE]
            likeness = (self._vectorizer.transform([q.question for q in part]) @ self._rows.T).toarray()
            nearest = (-likeness).argsort(axis=1, kind="stable")[:, :_LOOKED_AT]
            for question, row in zip(part, nearest.tolist(), strict=True):
                close = [self._passages[i] for i in row]
                wrong = [text for context, text in close if not _may_answer(question, context, text)][:_CLOSEST]
                found.append(rng.sample(wrong, min(count, len(wrong))))
        return found


def holds_gold(text: str, question: TestQuestion) -> bool:
    """Tell whether a text holds a gold answer's words, in whatever case."""
    return any(gold.text.lower() in text.lower() for gold in question.golds)


def _may_answer(question: TestQuestion, context: str, text: str) -> bool:
    return holds_gold(text, question) if question.golds else context == question.context
