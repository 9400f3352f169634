"""The development sets as collections of articles to ask, small and large: what confidence is fitted and measured on.

Every context goes into one of two halves by its hash: one to fit on, one to report on. The questions of a half are
asked of collections that hold the contexts of both, since a collection is nobody's secret.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index import Article, Index
from index.embed import EmbedderInfo, Encoder, Vectors
from qa.assistant import PASSAGES_READ
from qa.evaluate.testset import TestQuestion, read_squad

ANSWERED_SETS = ("squad2_dev", "newsqa_dev", "nq_dev")
_CONTEXTS = 1_000
_SMALL, _LARGE = 100, 2_500
_ALL_PASSAGES = 100


@dataclass(frozen=True)
class Pool:
    """Articles, and the questions to ask of them, each with the name of its set.

    Attributes:
        name: "right text" (one article), "own contexts" (all of a set), "100 articles" or "2,500 articles".
        passages: How many are read for a question: all of the right text, else as many as the product reads.
    """

    name: str
    contexts: tuple[str, ...]
    questions: tuple[tuple[str, TestQuestion], ...]
    passages: int = PASSAGES_READ

    @contextmanager
    def index(self, encoder: Encoder) -> Iterator[Index]:
        """Index the contexts, ids by hash, into a temporary folder that is removed afterwards."""
        with tempfile.TemporaryDirectory(prefix="pullquote-pool-") as folder, Index.create(folder, encoder) as index:
            index.add([Article(_hash(context)[:16], context) for context in self.contexts])
            yield index


class RememberingEncoder:
    """An encoder that embeds a text once, however many collections it is in."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}
        self._spans: dict[str, Sequence[tuple[int, int]]] = {}

    @property
    def info(self) -> EmbedderInfo:
        """What identifies the encoder."""
        return self._encoder.info

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 for each text, shape (len(texts), dimension), float32."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        rows = [self._vectors[text] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.info.dimension)

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the `(start, end)` of each token of a text."""
        if text not in self._spans:
            self._spans[text] = self._encoder.token_spans(text)
        return self._spans[text]


class DevelopmentSets:
    """The questions of one half of the development sets, and the collections to ask."""

    def __init__(self, folder: Path, *, reporting: bool) -> None:
        read = {name: read_squad(folder / f"{name}.json.gz").questions for name in ANSWERED_SETS}
        contexts = {name: sorted({q.context for q in questions}, key=_hash) for name, questions in read.items()}
        self._questions = [
            (name, q) for name, questions in read.items() for q in questions if is_reporting(q.context) == reporting
        ]
        self._squad = contexts["squad2_dev"]
        every = self._squad + contexts["newsqa_dev"] + contexts["nq_dev"]
        self._mixed = sorted(every[:_CONTEXTS], key=lambda context: _hash("mixed" + context))
        self._more = every[_CONTEXTS:_LARGE]

    def right_text(self) -> Iterator[Pool]:
        """Yield a collection for every context of every set."""
        for context in dict.fromkeys(q.context for _, q in self._questions):
            yield replace(self._pool("right text", [context]), passages=_ALL_PASSAGES)

    def own_contexts(self) -> Iterator[Pool]:
        """Yield all contexts of squad2_dev as one collection."""
        yield self._pool("own contexts", self._squad)

    def small(self) -> Iterator[Pool]:
        """Yield ten collections of a hundred articles, the sets mixed: all of squad2 and newsqa, a part of nq."""
        for at in range(0, _CONTEXTS, _SMALL):
            yield self._pool("100 articles", self._mixed[at : at + _SMALL])

    def large(self) -> Iterator[Pool]:
        """Yield the same questions over one collection of 2,500 articles."""
        asked = set(self._mixed)
        questions = tuple(pair for pair in self._questions if pair[1].context in asked)
        yield Pool("2,500 articles", (*self._mixed, *self._more), questions)

    def _pool(self, name: str, contexts: Sequence[str]) -> Pool:
        asked = set(contexts)
        return Pool(name, tuple(contexts), tuple(pair for pair in self._questions if pair[1].context in asked))


def is_reporting(context: str) -> bool:
    """Tell which half a context is in."""
    return int(_hash(context), 16) % 2 == 1


def in_share(question: TestQuestion, share: float) -> bool:
    """Tell whether a question is in a share of them, 0 to 1, the same one on every run."""
    return int(_hash(question.id), 16) % 1000 < 1000 * share


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
