"""A large collection to search: real passages first, then mixtures of them, with real questions.

The real passages are those of the training contexts, cut and embedded as the product does. A mixture has the sentences
of one passage, each replaced by one of any passage with a chance of a half; its vector is the first passage's, plus
half of another's, plus noise of length 0.35, brought to length 1.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from index import Article, Chunking, Index
from index.adding import Prepared, put_all
from index.article import Passage, clean_text
from index.catalog import Catalog
from index.copies import signature
from index.embed import Encoder, Vectors

PASSAGES_AN_ARTICLE = 4
TAG = "one per cent"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_SHORTEST = 40
_TAKEN, _ADDED, _NOISE = 1.0, 0.5, 0.35
_BATCH = 2_000


@dataclass(frozen=True)
class RealPassages:
    """Passages and their vectors, shape (passages, dimension)."""

    texts: list[str]
    vectors: Vectors


def real_passages(train: Path, encoder: Encoder, count: int, work: Path) -> RealPassages:
    """Return some of the passages of the training contexts; they are kept in a folder, since they take long."""
    kept_texts, kept_vectors = work / "passages.json", work / "passages.npy"
    if not kept_texts.exists():
        kept_texts.write_text(json.dumps(_some_passages(train, encoder, count)), encoding="utf-8")
    texts = json.loads(kept_texts.read_text(encoding="utf-8"))
    if not kept_vectors.exists():
        np.save(kept_vectors, encoder.encode(texts))
    return RealPassages(texts, np.load(kept_vectors))


def _some_passages(train: Path, encoder: Encoder, count: int) -> list[str]:
    contexts: dict[str, None] = {}
    for path in sorted(train.glob("*.json.gz")):
        for group in json.loads(gzip.decompress(path.read_bytes()))["data"]:
            contexts.update((clean_text(paragraph["context"]), None) for paragraph in group["paragraphs"])
    chunking = Chunking()
    cut = (chunking.passages(Article("c", c), encoder.token_spans) for c in contexts if c.strip())
    texts = [text for text in dict.fromkeys(p.text for passages in cut for p in passages) if len(text) > _SHORTEST]
    random.Random(1).shuffle(texts)
    return texts[:count]


def mixed_vectors(real: Vectors, count: int) -> Vectors:
    """Return the real vectors, then mixtures, shape (count, dimension)."""
    made = np.empty((count, real.shape[1]), dtype=np.float32)
    made[: len(real)] = real[:count]
    rng = np.random.default_rng(1)
    for at in range(len(real), count, 50_000):
        size = min(50_000, count - at)
        numbers = np.arange(at, at + size) % len(real)
        noise = rng.standard_normal((size, real.shape[1])).astype(np.float32) / np.sqrt(real.shape[1])
        rows = _TAKEN * real[numbers] + _ADDED * real[rng.integers(len(real), size=size)] + _NOISE * noise
        made[at : at + size] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return made


def mixed_texts(real: list[str], count: int) -> Iterator[str]:
    """Yield the real passages, then mixtures."""
    rng = random.Random(1)
    sentences = [_SENTENCE_END.split(text) for text in real]
    every = [sentence for some in sentences for sentence in some]
    for number in range(count):
        own = sentences[number % len(real)]
        yield " ".join(own if number < len(real) else (s if rng.random() < 0.5 else rng.choice(every) for s in own))


def fill(index: Index, real: RealPassages, vectors: Vectors) -> None:
    """Store the collection as articles of four passages, one in a hundred tagged; nothing is embedded."""
    rng = random.Random(2)
    texts = mixed_texts(real.texts, len(vectors))
    catalog = Catalog(index.path)
    batch: list[Prepared] = []
    for at in range(0, len(vectors), PASSAGES_AN_ARTICLE):
        parts = list(islice(texts, PASSAGES_AN_ARTICLE))
        batch.append(_article(at // PASSAGES_AN_ARTICLE, parts, vectors[at : at + len(parts)], rng))
        if len(batch) == _BATCH or at + len(parts) >= len(vectors):
            with catalog.transaction():
                put_all(batch, catalog)
            batch = []
    catalog.close()


def _article(number: int, parts: list[str], vectors: Vectors, rng: random.Random) -> Prepared:
    article_id, text = f"a{number:07}", "\n\n".join(parts)
    passages = []
    start = 0
    for part in parts:
        passages.append(Passage(article_id, start, start + len(part), part))
        start += len(part) + 2
    article = Article(
        article_id,
        text,
        title=" ".join(rng.choice(parts).split()[:8]),
        published=f"{rng.randint(2005, 2025)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        tags=(TAG,) if number % 100 == 0 else (),
    )
    return Prepared(article, passages, vectors, signature(text))
