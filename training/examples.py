"""Training examples from SQuAD-format sets: passages as the product cuts them, and questions without an answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from index.article import Article
from index.chunk import Chunking, TokenSpans
from qa.evaluate.testset import GoldSpan, TestQuestion, read_squad
from training.near_misses import Names, words
from training.retrieved import RetrievedNegatives, holds_gold

_PASSAGE_TOKENS = (100, 200)
_SHORT_CHARACTERS = 300
_NO_QUESTION_MARK = 0.25


@dataclass(frozen=True)
class Example:
    """A question over a passage; `start == end == 0` where the passage does not answer it."""

    question: str
    passage: str
    start: int
    end: int


Group = Sequence[Example]
"""Passages for one question that are learned from together: at most one of them answers it."""


@dataclass(frozen=True)
class Share:
    """How many questions of a source go into a mixture; a source is the start of its files' names.

    More than the source has are taken by going through it again, each time with its passages cut anew.
    """

    source: str
    questions: int


class Mixture:
    """Draws examples from a folder of sets, the same ones for the same seed."""

    def __init__(self, folder: Path, token_spans: TokenSpans, seed: int) -> None:
        self._folder = folder
        self._token_spans = lru_cache(maxsize=None)(token_spans)
        self._random = random.Random(seed)

    def draw(
        self, shares: Sequence[Share], elsewhere: int = 0, nearest: int = 0, swapped: int = 0, retrieved: int = 0
    ) -> list[Group]:
        """Return a shuffled mixture.

        Args:
            shares: Questions with their own passage, as the sets have them.
            elsewhere: How many questions get another passage of the same story, one without a gold answer.
            nearest: How many get the most alike passage of another story of their source, without a gold answer.
            swapped: How many get a name or a number swapped for one of the same kind that their passage does not hold.
            retrieved: How many passages that the retriever finds in their source stand beside each question's own,
                in one group with it.
        """
        sources: list[list[TestQuestion]] = []
        lookalikes: dict[str, str] = {}
        for share in shares:
            questions = [self._in_company(q, found) for found in [self._read(share.source)] for q in found]
            sources.append(self._repeat(questions, share.questions))
            lookalikes |= _lookalikes(questions, nearest > 0)
        drawn = [question for questions in sources for question in questions]
        names = Names([question.context for question in drawn])
        groups = [group for questions in sources for group in self._groups(questions, retrieved)]
        made = self._first(drawn, self._elsewhere, elsewhere)
        made += self._first(drawn, lambda q: self._nearest(q, lookalikes), nearest)
        made += self._first(drawn, lambda q: self._swapped(q, names), swapped)
        groups += [[example] for example in made]
        self._random.shuffle(groups)
        return [self._as_typed(group) for group in groups]

    def _groups(self, questions: Sequence[TestQuestion], retrieved: int) -> Iterator[Group]:
        """Yield each question's own passage with as many retrieved ones, questions of one source at a time."""
        beside: list[list[str]] = [[] for _ in questions]
        if retrieved:
            negatives = RetrievedNegatives(questions, self._passages)
            beside = negatives.of(questions, retrieved, self._random)
        for question, texts in zip(questions, beside, strict=True):
            own = self._own(question)
            if own is not None:
                yield [own, *(Example(question.question, text, 0, 0) for text in texts)]

    def _read(self, source: str) -> list[TestQuestion]:
        paths = sorted(self._folder.glob(f"{source}*.json.gz"))
        if not paths:
            raise FileNotFoundError(f"{self._folder} has no set whose name begins with {source!r}")
        return [question for path in paths for question in read_squad(path).questions]

    def _in_company(self, question: TestQuestion, others: Sequence[TestQuestion]) -> TestQuestion:
        """Set a context of a sentence or two between others of its source, so that there is something to choose."""
        if len(question.context) >= _SHORT_CHARACTERS:
            return question
        company = [q.context for q in self._random.sample(others, min(3, len(others)))]
        company = [c for c in company if c != question.context and len(c) < _SHORT_CHARACTERS]
        before = "".join(c + "\n" for c in company[: self._random.randint(0, len(company))])
        after = "".join("\n" + c for c in company[before.count("\n") :])
        golds = tuple(GoldSpan(g.text, g.start + len(before), g.end + len(before)) for g in question.golds)
        return replace(question, context=before + question.context + after, golds=golds)

    def _repeat(self, questions: list[TestQuestion], count: int) -> list[TestQuestion]:
        whole, rest = divmod(count, len(questions))
        return questions * whole + self._random.sample(questions, rest)

    def _first(
        self, questions: Sequence[TestQuestion], make: Callable[[TestQuestion], Example | None], count: int
    ) -> list[Example]:
        """Return what the first `count` questions, in a random order, that can be used give."""
        made: list[Example] = []
        for question in self._random.sample(questions, len(questions)):
            if len(made) == count:
                break
            example = make(question)
            if example is not None:
                made.append(example)
        return made

    def _passages(self, context: str) -> list[tuple[int, int]]:
        most = self._random.randint(*_PASSAGE_TOKENS)
        cut = Chunking(most).passages(Article("context", context), self._token_spans)
        return [(passage.start, passage.end) for passage in cut]

    def _own(self, question: TestQuestion) -> Example | None:
        passages = self._passages(question.context)
        if not question.golds:
            start, end = self._random.choice(passages)
            return Example(question.question, question.context[start:end], 0, 0)
        gold = _median(question.golds)
        for start, end in passages:
            if start <= gold.start and gold.end <= end:
                text = question.context[start:end]
                return Example(question.question, text, gold.start - start, gold.end - start)
        return None

    def _elsewhere(self, question: TestQuestion) -> Example | None:
        texts = [question.context[start:end] for start, end in self._passages(question.context)]
        others = [text for text in texts if not holds_gold(text, question)]
        if not question.golds or not others:
            return None
        asked = words(question.question)
        alike = max(others, key=lambda text: len(asked & words(text)))
        return Example(question.question, alike, 0, 0)

    def _nearest(self, question: TestQuestion, lookalikes: dict[str, str]) -> Example | None:
        context = lookalikes.get(question.question)
        if context is None or not question.golds or holds_gold(context, question):
            return None
        asked = words(question.question)
        texts = [context[start:end] for start, end in self._passages(context)]
        return Example(question.question, max(texts, key=lambda text: len(asked & words(text))), 0, 0)

    def _swapped(self, question: TestQuestion, names: Names) -> Example | None:
        own = self._own(question)
        if own is None or own.start == own.end:
            return None
        asked = names.swap(question.question, own.passage, question.context, self._random)
        return None if asked is None else Example(asked, own.passage, 0, 0)

    def _as_typed(self, group: Group) -> Group:
        """Leave out some question marks, as people who type into a search box do."""
        if self._random.random() < _NO_QUESTION_MARK:
            return [replace(example, question=example.question.rstrip(" ?")) for example in group]
        return group


def _lookalikes(questions: Sequence[TestQuestion], wanted: bool) -> dict[str, str]:
    """Return for each question the context of another one that shares most with it, by TF-IDF."""
    contexts = list(dict.fromkeys(question.context for question in questions))
    if not wanted or len(contexts) < 2:
        return {}
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    rows = vectorizer.fit_transform(contexts)
    place = {context: at for at, context in enumerate(contexts)}
    found: dict[str, str] = {}
    for at in range(0, len(questions), 500):
        part = questions[at : at + 500]
        likeness = (vectorizer.transform([q.question for q in part]) @ rows.T).toarray()
        likeness[range(len(part)), [place[q.context] for q in part]] = -1
        best = likeness.argmax(axis=1)
        found |= {q.question: contexts[i] for q, i in zip(part, best, strict=True)}
    return found


def _median(golds: Sequence[GoldSpan]) -> GoldSpan:
    """Return the gold of median length: annotators differ in how much they mark."""
    return sorted(golds, key=lambda gold: (gold.end - gold.start, gold.start))[(len(golds) - 1) // 2]
