"""Stand-ins for the models, for unit tests: quick, and the same on every run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from index.embed import EmbedderInfo, Vectors
from qa.read import Span
from qa.read.calibration import UNCALIBRATED

_WORD = re.compile(r"\w+|[^\w\s]")


class HashEncoder:
    """Embeds a text as the normalised sum of a random vector for each of its words."""

    def __init__(self, name: str = "hash", dimension: int = 32) -> None:
        self.info = EmbedderInfo(name, f"sha256:{name}", "numpy", "float32", "sum", 256, dimension)
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        rows = [self._embed(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.info.dimension)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in _WORD.finditer(text)]

    def _embed(self, text: str) -> Vectors:
        words = [word.lower() for word in _WORD.findall(text)] or [""]
        total = np.sum([_random_vector(word, self.info.dimension) for word in words], axis=0)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


class WordReader:
    """Answers with the first place of a word that it was told, at a margin that it was told."""

    name = "word"
    threshold = 0.5
    calibration = UNCALIBRATED

    def __init__(self, word: str, margin: float = 2.0) -> None:
        self._word = word
        self._margin = margin

    def read(self, question: str, texts: Sequence[str], limit: int = 10) -> list[Span]:
        found = [(i, text.find(self._word)) for i, text in enumerate(texts)]
        return [Span(i, at, at + len(self._word), self._margin - i) for i, at in found if at >= 0][:limit]


class TableReader:
    """Answers with the words that it was told, wherever they stand, at the margin of each."""

    name = "table"
    threshold = 0.5
    calibration = UNCALIBRATED

    def __init__(self, margins: Mapping[str, float]) -> None:
        self._margins = margins

    def read(self, question: str, texts: Sequence[str], limit: int = 10) -> list[Span]:
        found = [
            Span(i, text.index(words), text.index(words) + len(words), margin)
            for i, text in enumerate(texts)
            for words, margin in self._margins.items()
            if words in text
        ]
        return sorted(found, key=lambda span: -span.margin)[:limit]


def _random_vector(word: str, dimension: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
