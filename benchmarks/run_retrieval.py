"""Which search finds the right passages: dense, three engines of BM25, and ways to merge them.

    python -m benchmarks.run_retrieval --data DEV_DIR

The contexts of squad2_dev and nq_dev are the articles, cut as the product cuts them, with their titles and without; the
questions are those with an answer, and a passage is relevant if it holds a whole gold span of its question's context.
The default shows near-copies of one story as one hit, which is relevant if one of them is. Intervals are 95 %
percentiles of 1,000 bootstrap samples of contexts. Needs the `bench` group. Writes benchmarks/results/retrieval.json.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from index import Article, Chunking, Index, load_encoder
from index.catalog import Catalog
from index.embed import Encoder, Vectors
from index.search.fusion import Scored, min_max_fusion
from index.search.hybrid import CANDIDATES, LEXICAL_WEIGHT
from index.search.lexical import LexicalIndex
from index.search.words import telling_words
from qa.evaluate import metrics
from qa.evaluate.testset import TestQuestion, read_squad

ROOT = Path(__file__).parent.parent
SETS = ("squad2_dev", "nq_dev")
WEIGHTS = (0.2, 0.3, 0.35, 0.4, 0.5)
DEPTH = 10
Ranking = Callable[[TestQuestion], Sequence[Sequence[str]]]
"""The passage ids of each hit, best first."""


class Collection:
    """The contexts of a set as an index, and every way to search it; a way gives passage ids, best first."""

    def __init__(self, questions: Sequence[TestQuestion], index: Index, vectors: dict[str, Vectors]) -> None:
        self.index = index
        self._vectors = vectors
        self.passages = {p.id: p for article in index.articles() for p in index.passages(article)}
        self._ids = list(self.passages)
        titles = index.titles(index.ids())
        texts = [f"{titles[p.article_id] or ''}\n{p.text}" for p in self.passages.values()]
        self._fts5 = sqlite3.connect(":memory:")
        self._fts5.execute("CREATE VIRTUAL TABLE t USING fts5 (text, tokenize = 'porter unicode61')")
        self._fts5.executemany("INSERT INTO t (rowid, text) VALUES (?, ?)", enumerate(texts))
        self._stemmer = Stemmer.Stemmer("english")
        self._bm25s = bm25s.BM25()
        self._bm25s.index(bm25s.tokenize(texts, stemmer=self._stemmer, show_progress=False), show_progress=False)
        catalog = Catalog(index.path)
        lexical = LexicalIndex(index.path, catalog)
        with catalog.snapshot():
            rows = {row: passage.id for a in index.articles() for row, passage in catalog.passages_of(a)}
            self._words = {
                q.id: [(self._ids.index(rows[row]), score) for row, score in lexical.search(q.question, CANDIDATES)]
                for q in questions
            }
        catalog.close()
        at = {passage_id: number for number, passage_id in enumerate(self._ids)}
        self._near = {
            q.id: [(at[hit.passage.id], hit.score) for hit in index.nearest(vectors[q.question], CANDIDATES)]
            for q in questions
        }

    def ways(self) -> Iterator[tuple[str, Ranking]]:
        yield "dense", lambda q: self._best(dict(self._near[q.id]))
        yield "BM25, tantivy", lambda q: self._best(dict(self._words[q.id]))
        yield "BM25, SQLite FTS5", lambda q: self._best(dict(self._by_fts5(q)))
        yield "BM25, bm25s", lambda q: self._best(dict(self._by_bm25s(q)))
        yield "reciprocal rank fusion, k = 60", lambda q: self._best(rrf([self._near[q.id], self._words[q.id]]))
        for weight in WEIGHTS:
            yield (
                f"min-max, BM25 weighs {weight}",
                lambda q, weight=weight: self._best(  # type: ignore[misc]
                    min_max_fusion([(1 - weight, self._near[q.id]), (weight, self._words[q.id])])
                ),
            )
        yield "the default (Index.search)", self._by_default

    def relevant(self, question: TestQuestion, context_id: str) -> set[str]:
        return {
            p.id
            for p in self.passages.values()
            if p.article_id == context_id and any(p.start <= g.start and g.end <= p.end for g in question.golds)
        }

    def _best(self, scores: dict[int, float]) -> list[tuple[str]]:
        return [(self._ids[n],) for n in sorted(scores, key=lambda n: (-scores[n], self._ids[n]))[:DEPTH]]

    def _by_default(self, question: TestQuestion) -> list[list[str]]:
        hits = self.index.search_embedded(question.question, self._vectors[question.question], DEPTH)
        return [[passage.id for passage in (hit.passage, *hit.copies)] for hit in hits]

    def _by_fts5(self, question: TestQuestion) -> Scored:
        match = " OR ".join(f'"{word}"' for word in telling_words(question.question))
        sql = "SELECT rowid, -bm25(t) FROM t WHERE t MATCH ? ORDER BY 2 DESC LIMIT ?"
        return self._fts5.execute(sql, (match, CANDIDATES)).fetchall()

    def _by_bm25s(self, question: TestQuestion) -> Scored:
        words = " ".join(telling_words(question.question))
        tokens = bm25s.tokenize(words, stopwords=[], stemmer=self._stemmer, show_progress=False)
        found, scores = self._bm25s.retrieve(tokens, k=min(CANDIDATES, len(self._ids)), show_progress=False)
        return [(int(n), float(s)) for n, s in zip(found[0], scores[0], strict=True) if s > 0]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    encoder = load_encoder()
    result: dict[str, Any] = {"candidates": CANDIDATES, "lexical_weight": LEXICAL_WEIGHT, "sets": {}}
    for name in SETS:
        questions = [q for q in read_squad(arguments.data / f"{name}.json.gz").questions if q.golds]
        asked = list(dict.fromkeys(q.question for q in questions))
        vectors = dict(zip(asked, encoder.encode(asked), strict=True))
        contexts = {q.context: q.title for q in read_squad(arguments.data / f"{name}.json.gz").questions}
        result["sets"][name] = {"questions": len(questions), "contexts": len(contexts)}
        for titled in (True, False):
            with indexed(contexts, encoder, titled) as index:
                table = measured(Collection(questions, index, vectors), questions, list(contexts))
            result["sets"][name]["with titles" if titled else "without titles"] = table
            for way, row in table.items():
                print(f"{name:11} {'titles' if titled else 'none':7} {way:34}", *(f"{v[0]:.3f}" for v in row.values()))
    path = ROOT / "benchmarks/results/retrieval.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


@contextmanager
def indexed(contexts: dict[str, str], encoder: Encoder, titled: bool) -> Iterator[Index]:
    with tempfile.TemporaryDirectory() as folder, Index.create(folder, encoder, Chunking(titled=titled)) as index:
        index.add(
            Article(f"{number:05}", context, title=title.replace("_", " ") if titled else None)
            for number, (context, title) in enumerate(contexts.items())
        )
        yield index


def measured(
    collection: Collection, questions: Sequence[TestQuestion], contexts: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    ids = {context: f"{number:05}" for number, context in enumerate(contexts)}
    clusters = np.array([contexts.index(q.context) for q in questions])
    relevant = [collection.relevant(q, ids[q.context]) for q in questions]
    table = {}
    for way, ranking in collection.ways():
        rows = [scores(ranking(q), wanted) for q, wanted in zip(questions, relevant, strict=True)]
        table[way] = {
            name: [round(value, 4) for value in interval(np.array([row[name] for row in rows]), clusters)]
            for name in rows[0]
        }
    return table


def scores(found: Sequence[Sequence[str]], relevant: set[str]) -> dict[str, float]:
    hits = [not relevant.isdisjoint(passages) for passages in found]
    return {
        "recall@1": metrics.recall(hits, 1),
        "recall@5": metrics.recall(hits, 5),
        "recall@10": metrics.recall(hits, 10),
        "mrr@10": metrics.reciprocal_rank(hits, 10),
        "ndcg@10": metrics.ndcg(hits, len(relevant), 10),
    }


def interval(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return the mean, and the 2.5th and 97.5th percentile of the means of resampled clusters."""
    random = np.random.default_rng(0)
    sums, counts = np.bincount(clusters, values), np.bincount(clusters)
    sums, counts = sums[counts > 0], counts[counts > 0]
    drawn = random.integers(len(sums), size=(1000, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return float(values.mean()), float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))


def rrf(lists: Sequence[Scored], k: int = 60) -> dict[int, float]:
    """Reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009."""
    fused: dict[int, float] = {}
    for items in lists:
        for rank, (item, _) in enumerate(items, start=1):
            fused[item] = fused.get(item, 0.0) + 1 / (k + rank)
    return fused


if __name__ == "__main__":
    main()
