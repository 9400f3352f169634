"""From a query to hits: dense and lexical search, fused; near-copies once, no article ahead of all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index import stories
from index.article import Hit, Ranks
from index.catalog import Catalog, Place
from index.copies import Distinct, Folding
from index.embed import Vectors
from index.search.dense import DenseIndex
from index.search.filters import Filter, allowed_rows
from index.search.fusion import Scored, min_max_fusion
from index.search.lexical import LexicalIndex, Rows
from index.search.query import Query

CANDIDATES = 100
"""How many passages each of the dense and the lexical search gives to the fusion."""

DEEPEST = 16 * CANDIDATES
"""How many at most, where near-copies or one article crowd out the rest."""

LEXICAL_WEIGHT = 0.35
"""What BM25 weighs in the fusion; the cosine has the rest."""

PER_ARTICLE = 3
"""How many passages of one article come before those of others."""


class Search:
    """Searches one index folder. Every use stands inside a snapshot of the catalog."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._catalog = catalog
        self._dense = DenseIndex(folder, catalog)
        self._lexical = LexicalIndex(folder, catalog)
        self._filtered: tuple[int, Filter, Rows] | None = None

    def close(self) -> None:
        """Let go of the derived files. Not inside a snapshot; they are opened again when needed."""
        self._lexical.close()

    def follow(self) -> None:
        """Bring the derived files in line with the catalog; the dense one's is written where it is due."""
        if self._dense.fresh().stale or not self._dense.has_base():
            self._dense.compact()
        self._lexical.fresh()

    def write(self) -> None:
        """Write the derived files, of the present generation."""
        self._dense.compact()
        self._lexical.fresh()

    def discard_files(self) -> None:
        """Remove the derived files; the database holds all that was in them."""
        self._dense.discard_files()
        self._lexical.discard_files()

    def rebuild(self) -> None:
        """Make the derived files anew from the database alone."""
        self.discard_files()
        self._dense.rebuild()
        self._lexical.fresh()

    def problems(self) -> list[str]:
        """Compare the derived files with the database; return a line for each problem."""
        return [*self._dense.fresh().problems(), *self._lexical.problems()]

    def hybrid(self, query: Query, vector: Vectors, k: int, only: Filter, per_article: int) -> list[Hit]:
        """Return the `k` best passages that say something new, best first, equal scores by passage id.

        The dense and the lexical result, `CANDIDATES` deep or `k` if that is more, merged by `min_max_fusion`. Where
        near-copies or a single article leave fewer than `k`, both are searched deeper, to `DEEPEST`; beyond that, the
        passages of stories that have copies under a hit are passed over, corrections among them too. At most `LISTED`
        copies are listed under a hit, the best of those that were read.

        Args:
            query: Its phrases must stand in a passage.
            vector: Of the query, shape (dimension,).
            k: How many.
            only: Which articles.
            per_article: How many passages of one article come before those of others; more of it follow, behind them,
                where there are too few others among the best `DEEPEST`. 0: as many as are best.
        """
        allowed = self._allowed(query, only)
        per_article = k if len(only.articles) == 1 else per_article or k
        depth, deepest = max(k, CANDIDATES), max(k, DEEPEST)
        read: set[int] = set()
        crowd: set[int] = set()
        while True:
            dense = self._nearest(vector, depth + len(crowd), allowed)
            lexical = self._in_words(query, depth + len(crowd), allowed)
            scores = min_max_fusion([(1 - LEXICAL_WEIGHT, dense), (LEXICAL_WEIGHT, lexical)])
            places = self._catalog.places([row for row in scores if row in read or row not in crowd])
            first, behind = _parted(sorted(places, key=lambda row: (-scores[row], places[row].id)), places, per_article)
            folding = Folding(k)
            self._fold(first, folding)
            if len(folding.kept) >= k or len(dense) < depth + len(crowd):
                break
            if depth < deepest:
                depth = deepest
                continue
            more = self._crowd(folding.kept) - crowd
            if not more:
                break
            read.update(places)
            crowd |= more
        self._fold(behind, folding)
        return self._hits(folding.kept, query, vector, scores, [row for row, _ in dense], [row for row, _ in lexical])

    def words_beginning(self, prefix: str) -> dict[str, int]:
        """See `LexicalIndex.words_beginning`."""
        return self._lexical.words_beginning(prefix)

    def has_word(self, word: str) -> bool:
        """See `LexicalIndex.has_word`."""
        return self._lexical.has_word(word)

    def nearest(self, vector: Vectors, k: int, only: Filter) -> list[Hit]:
        """Return the `k` passages of the highest cosine, best first, equal ones by passage id; copies are all shown."""
        dense = self._nearest(vector, k, self._allowed(Query(""), only))
        passages = self._catalog.passages([row for row, _ in dense])
        return [
            Hit(passages[row], similarity, Ranks(rank, None), similarity)
            for rank, (row, similarity) in enumerate(dense, start=1)
        ]

    def _allowed(self, query: Query, only: Filter) -> Rows | None:
        """Return the rows that may be found, in order; None where all may."""
        rows = None
        if only:
            generation = self._catalog.generation
            if self._filtered is None or self._filtered[:2] != (generation, only):
                self._filtered = generation, only, allowed_rows(self._catalog.db, only)
            rows = self._filtered[2]
        if query.phrases:
            holding = self._lexical.rows_with(query.phrases)
            rows = holding if rows is None else np.intersect1d(rows, holding, assume_unique=True)
            if not self._lexical.in_line:
                live = self._catalog.places(rows.tolist())
                rows = rows[[row in live for row in rows.tolist()]]
        return rows

    def _nearest(self, vector: Vectors, depth: int, allowed: Rows | None) -> list[tuple[int, float]]:
        return self._in_order(self._dense.fresh().search(vector, depth, allowed), depth)

    def _in_words(self, query: Query, depth: int, allowed: Rows | None) -> list[tuple[int, float]]:
        return self._in_order(self._lexical.search(query.text, depth, allowed), depth)

    def _in_order(self, found: Scored, depth: int) -> list[tuple[int, float]]:
        """Order by score, equal ones by passage id; what is gone from the catalog is left out."""
        places = self._catalog.places([row for row, _ in found])
        live = [pair for pair in found if pair[0] in places]
        return sorted(live, key=lambda pair: (-pair[1], places[pair[0]].id))[:depth]

    def _fold(self, ranked: Sequence[int], folding: Folding) -> None:
        """Read only as many passages as it takes to find those that say something new."""
        start, end = 0, 2 * folding.limit
        while start < len(ranked) and len(folding.kept) < folding.limit:
            part = ranked[start:end]
            passages = self._catalog.passages(part)
            story_of = self._catalog.stories({passage.article_id for passage in passages.values()})
            folding.take([(row, passages[row]) for row in part], story_of)
            start, end = end, 2 * end

    def _crowd(self, found: Sequence[Distinct]) -> set[int]:
        """Return the rows of all passages of the stories that have copies."""
        crowded = self._catalog.stories({one.passage.article_id for one in found if one.copies})
        return stories.rows(self._catalog.db, set(crowded.values()))

    def _hits(
        self,
        found: Sequence[Distinct],
        query: Query,
        vector: Vectors,
        scores: Mapping[int, float],
        *rankings: Sequence[int],
    ) -> list[Hit]:
        similarities = self._dense.fetch(np.array([one.row for one in found], dtype=np.int64)) @ vector
        dense, lexical = ({row: rank for rank, row in enumerate(rows, 1)} for rows in rankings)
        headings = self._catalog.headings({one.passage.article_id for one in found})
        return [
            Hit(
                one.passage,
                scores[one.row],
                Ranks(dense.get(one.row), lexical.get(one.row)),
                float(similarity),
                tuple(one.copies),
                self._lexical.matched(query.text, one.passage.text, *headings[one.passage.article_id]),
            )
            for one, similarity in zip(found, similarities, strict=True)
        ]


def _parted(ranked: Sequence[int], places: Mapping[int, Place], per_article: int) -> tuple[list[int], list[int]]:
    """Part a ranking into each article's first passages, and those that have to wait, both in their order."""
    first: list[int] = []
    behind: list[int] = []
    seen: Counter[str] = Counter()
    for row in ranked:
        article_id = places[row].article_id
        (first if seen[article_id] < per_article else behind).append(row)
        seen[article_id] += 1
    return first, behind
