"""From a query to hits: dense and lexical ranking, fused, near-copies shown once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from index import stories
from index.article import Hit, Ranks
from index.catalog import Catalog
from index.copies import Distinct, Folding
from index.dense import DenseIndex
from index.embed import Vectors
from index.fusion import reciprocal_rank_fusion

CANDIDATES = 100
"""How many passages each of the dense and the lexical search gives to the fusion."""

DEEPEST = 16 * CANDIDATES
"""How many at most, where near-copies crowd out the rest."""


class Search:
    """Searches one index folder. Every use stands inside a snapshot of the catalog."""

    def __init__(self, catalog: Catalog, dense: DenseIndex) -> None:
        self._catalog = catalog
        self._dense = dense

    def hybrid(self, query: str, vector: Vectors, k: int) -> list[Hit]:
        """Return the `k` best passages that say something new, best first, equal scores by passage id.

        The dense and the lexical ranking, `CANDIDATES` deep or `k` if that is more, merged by reciprocal rank fusion.
        Where near-copies leave fewer than `k`, both are searched deeper, to `DEEPEST`; beyond that, the passages of
        stories that have copies under a hit are passed over, corrections among them too. At most `LISTED` copies are
        listed under a hit, the best of those that were read.
        """
        depth, deepest = max(k, CANDIDATES), max(k, DEEPEST)
        read: set[int] = set()
        crowd: set[int] = set()
        while True:
            dense = self._nearest(vector, depth + len(crowd))
            lexical = self._catalog.search(query, depth + len(crowd))
            scores = reciprocal_rank_fusion([[row for row, _ in dense], lexical])
            ids = self._catalog.passage_ids([row for row in scores if row in read or row not in crowd])
            found = self._distinct(sorted(ids, key=lambda row: (-scores[row], ids[row])), k)
            if len(found) >= k or len(dense) < depth + len(crowd):
                break
            if depth < deepest:
                depth = deepest
                continue
            more = self._crowd(found) - crowd
            if not more:
                break
            read.update(ids)
            crowd |= more
        return self._hits(found, vector, scores, [row for row, _ in dense], lexical)

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
        folding = Folding(k)
        start, end = 0, 2 * k
        while start < len(ranked) and len(folding.kept) < k:
            part = ranked[start:end]
            passages = self._catalog.passages(part)
            story_of = self._catalog.stories({passage.article_id for passage in passages.values()})
            folding.take([(row, passages[row]) for row in part], story_of)
            start, end = end, 2 * end
        return folding.kept

    def _crowd(self, found: Sequence[Distinct]) -> set[int]:
        """Return the rows of all passages of the stories that have copies."""
        crowded = self._catalog.stories({one.passage.article_id for one in found if one.copies})
        return stories.rows(self._catalog.db, set(crowded.values()))

    def _hits(
        self, found: Sequence[Distinct], vector: Vectors, scores: Mapping[int, float], *rankings: Sequence[int]
    ) -> list[Hit]:
        similarities = self._dense.fetch(np.array([one.row for one in found], dtype=np.int64)) @ vector
        dense, lexical = ({row: rank for rank, row in enumerate(rows, 1)} for rows in rankings)
        return [
            Hit(
                one.passage,
                scores[one.row],
                Ranks(dense.get(one.row), lexical.get(one.row)),
                float(similarity),
                tuple(one.copies),
            )
            for one, similarity in zip(found, similarities, strict=True)
        ]
