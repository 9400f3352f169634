"""What can be wrong with a stored article and its passages."""

from __future__ import annotations

import numpy as np

from index.catalog import Catalog
from index.errors import UnusableIndex


def article_problems(catalog: Catalog, article_id: str, dimension: int) -> list[str]:
    """Check an article's hash, its passages' offsets and their vectors; return a line for each problem.

    The passages must lie in the text in order, leave out no visible character, and have vectors of length 1.
    """
    try:
        article = catalog.article(article_id)
        if article is None:
            return []
        passages = catalog.passages_of(article)
        vectors = catalog.vectors(np.array([row for row, _ in passages], dtype=np.int64), dimension)
    except UnusableIndex as error:
        return [f"article {article_id!r}: {error}"]
    problems = []
    covered = 0
    for (_, passage), length in zip(passages, np.linalg.norm(vectors, axis=1), strict=True):
        if not covered <= passage.start < passage.end <= len(article.text):
            problems.append(
                f"passage {passage.id!r}: outside the article's {len(article.text)} characters, or overlaps"
            )
        if article.text[covered : passage.start].strip():
            problems.append(f"article {article_id!r}: characters {covered}-{passage.start} are in no passage")
        if not abs(length - 1) <= 1e-3:
            problems.append(f"passage {passage.id!r}: its vector has the length {length:.4f}, expected 1")
        covered = max(covered, passage.end)
    if article.text[covered:].strip():
        problems.append(f"article {article_id!r}: characters {covered}-{len(article.text)} are in no passage")
    return problems
