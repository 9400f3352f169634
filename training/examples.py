"""Training examples from SQuAD-format sets: passages as the product cuts them, and questions without an answer."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.chunk import Chunking, TokenSpans
from qa.evaluate.testset import GoldSpan, TestQuestion, read_squad

_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][a-z]+(?: [A-Z][a-z]+)*\b")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_PASSAGE_TOKENS = (100, 200)


@dataclass(frozen=True)
class Example:
    """A question over a passage; `start == end == 0` where the passage does not answer it."""

    question: str
    passage: str
    start: int
    end: int


@dataclass(frozen=True)
class Share:
    """How much of a source goes into a mixture; a source is the start of its files' names."""

    source: str
    most: int


class Mixture:
    """Draws examples from a folder of sets, the same ones for the same seed."""

    def __init__(self, folder: Path, token_spans: TokenSpans, seed: int) -> None:
        self._folder = folder
        self._token_spans = token_spans
        self._random = random.Random(seed)

    def draw(self, shares: Sequence[Share], elsewhere: int, swapped: int) -> list[Example]:
        """Return a shuffled mixture.

        Args:
            shares: Questions with their own passage, as the sets have them.
            elsewhere: How many questions get another passage of the same story, one without a gold answer.
            swapped: How many questions get a name or a number swapped for one that their passage does not hold.
        """
        questions: list[TestQuestion] = []
        for share in shares:
            found = list(self._read(share.source))
            if not found:
                raise FileNotFoundError(f"{self._folder} has no set whose name begins with {share.source!r}")
            questions += self._sample(found, share.most)
        examples = list(self._each(questions, self._own))
        examples += self._first(questions, self._elsewhere, elsewhere)
        names = [name for q in questions for name in _NAME.findall(q.context)]
        examples += self._first(questions, lambda q: self._swapped(q, names), swapped)
        self._random.shuffle(examples)
        return examples

    def _read(self, source: str) -> Iterator[TestQuestion]:
        for path in sorted(self._folder.glob(f"{source}*.json.gz")):
            yield from read_squad(path).questions

    def _sample(self, questions: list[TestQuestion], most: int) -> list[TestQuestion]:
        return questions if len(questions) <= most else self._random.sample(questions, most)

    def _each(
        self, questions: Sequence[TestQuestion], make: Callable[[TestQuestion], Example | None]
    ) -> Iterator[Example]:
        for question in questions:
            example = make(question)
            if example is not None:
                yield example

    def _first(
        self, questions: Sequence[TestQuestion], make: Callable[[TestQuestion], Example | None], count: int
    ) -> list[Example]:
        """Return what the first `count` questions, in a random order, that can be used give."""
        made: list[Example] = []
        for example in self._each(self._random.sample(questions, len(questions)), make):
            if len(made) == count:
                break
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
        others = [t for t in texts if not any(gold.text.lower() in t.lower() for gold in question.golds)]
        if not question.golds or not others:
            return None
        return Example(question.question, self._random.choice(others), 0, 0)

    def _swapped(self, question: TestQuestion, names: Sequence[str]) -> Example | None:
        own = self._own(question)
        found = list(_NAME.finditer(question.question)) or list(_NUMBER.finditer(question.question))
        if own is None or own.start == own.end or not found:
            return None
        match = self._random.choice(found)
        other = str(self._random.randint(2, 2000)) if match[0][0].isdigit() else self._random.choice(names)
        if other.lower() in question.context.lower():
            return None
        asked = question.question[: match.start()] + other + question.question[match.end() :]
        return Example(asked, own.passage, 0, 0)


def _median(golds: Sequence[GoldSpan]) -> GoldSpan:
    """Return the gold of median length: annotators differ in how much they mark."""
    return sorted(golds, key=lambda gold: (gold.end - gold.start, gold.start))[(len(golds) - 1) // 2]
