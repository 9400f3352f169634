"""From a query to hits: dense and lexical ranking, fused, near-copies shown once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.article import Hit, Passage, Ranks
from index.catalog import Catalog
from index.copies import Distinct, collapse
from index.dense import DenseIndex
from index.embed import Vectors
from index.fusion import reciprocal_rank_fusion

CANDIDATES = 100
"""How many passages each of the dense and the lexical search gives to the fusion."""


class Search:
    """Searches one index folder. Every use stands inside a snapshot of the catalog."""

    def __init__(self, catalog: Catalog, dense: DenseIndex) -> None:
        self._catalog = catalog
        self._dense = dense

    def hybrid(self, query: str, vector: Vectors, k: int) -> list[Hit]:
        """Return the `k` best passages that say something new, best first, equal scores by passage id.

        The dense and the lexical ranking, `CANDIDATES` deep or `k` if that is more, merged by reciprocal rank fusion.
        Where near-copies leave fewer than `k`, both are searched deeper.
        """
        depth = max(k, CANDIDATES)
        while True:
            dense = self._nearest(vector, depth)
            lexical = self._catalog.search(query, depth)
            scores = reciprocal_rank_fusion([[row for row, _ in dense], lexical])
            ids = self._catalog.passage_ids(list(scores))
            ranked = sorted(ids, key=lambda row: (-scores[row], ids[row]))
            found = self._distinct(ranked, k)
            if len(found) >= k or len(dense) < depth:
                break
            depth *= 4
        similarities = self._dense.fetch(np.array([one.row for one in found], dtype=np.int64)) @ vector
        places = [{row: rank for rank, row in enumerate(rows, 1)} for rows in ([row for row, _ in dense], lexical)]
        return [
            Hit(
                one.passage,
                scores[one.row],
                Ranks(places[0].get(one.row), places[1].get(one.row)),
                float(similarity),
                tuple(one.copies),
            )
            for one, similarity in zip(found, similarities, strict=True)
        ]

    def nearest(self, vector: Vectors, k: int) -> list[Hit]:
        """Return the `k` passages of the highest cosine, best first, equal ones by passage id; copies are all shown."""
        dense = self._nearest(vector, k)
        passages = self._catalog.passages([row for row, _ in dense])
        return [
            Hit(passages[row], similarity, Ranks(rank, None), similarity)
            for rank, (row, similarity) in enumerate(dense, start=1)
        ]

    def _nearest(self, vector: Vectors, depth: int) -> list[tuple[int, float]]:
        found = self._dense.fresh().search(vector, depth)
        ids = self._catalog.passage_ids([row for row, _ in found])
        found.sort(key=lambda pair: (-pair[1], ids[pair[0]]))
        return found[:depth]

    def _distinct(self, ranked: Sequence[int], k: int) -> list[Distinct]:
        """Read only as many passages as it takes to find `k` that say something new."""
        read = min(len(ranked), 2 * k)
        while True:
            passages: dict[int, Passage] = self._catalog.passages(ranked[:read])
            stories = self._catalog.stories({passage.article_id for passage in passages.values()})
            found = collapse([(row, passages[row]) for row in ranked[:read]], stories, k)
            if len(found) >= k or read == len(ranked):
                return found
            read = min(len(ranked), 2 * read)
