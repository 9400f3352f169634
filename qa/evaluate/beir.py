"""Test sets for retrieval alone, as BEIR has them: a folder with corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv.

Thakur et al., "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models", NeurIPS 2021.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import Article, clean_text
from index.errors import InvalidArticle, UnreadableFile
from index.load.base import read_lines
from qa.errors import InvalidTestSet
from qa.evaluate.testset import SAME_ID, Skipped, shortened

_HEADER = ["query-id", "corpus-id", "score"]
_SAME_ARTICLE = "has the id of an article before it"
_HIGHEST_GRADE = 1000
"""Of a judgement; trec_eval makes a table as long as the highest."""


@dataclass(frozen=True)
class Query:
    """A query, and how relevant each article is that is relevant to it, from 1, by its id."""

    id: str
    text: str
    grades: dict[str, int]

    @property
    def relevant(self) -> frozenset[str]:
        """The ids of the articles that are relevant."""
        return frozenset(self.grades)


@dataclass(frozen=True)
class RetrievalSet:
    """The queries that have a relevant article, the file of the articles, and the rows that could not be used."""

    queries: tuple[Query, ...]
    corpus: Path
    skipped: tuple[Skipped, ...]

    def __len__(self) -> int:
        return len(self.queries)


def is_beir(path: Path) -> bool:
    """Tell whether a path is a BEIR folder, or a file of one's qrels."""
    return path.is_dir() or (path.suffix.lower() == ".tsv" and path.parent.name == "qrels")


def read_beir(path: Path) -> RetrievalSet:
    """Read a BEIR folder with its qrels/test.tsv, or the one that is there; or the one that is named.

    A judgement above 0 makes an article relevant, and is its grade; of two of one article the last counts. Queries
    without one are left out, as BEIR does; a query whose relevant articles are not in the corpus stays.

    Raises:
        InvalidTestSet: If a file is missing or cannot be read, or no query is left.
    """
    folder, judgements = (path, _judgements_of(path)) if path.is_dir() else (path.parent.parent, path)
    corpus = _file(folder, "corpus.jsonl")
    skipped: list[Skipped] = []
    try:
        graded = _graded(judgements, skipped)
        queries = _queries(_file(folder, "queries.jsonl"), graded, skipped)
    except OSError as error:
        raise InvalidTestSet(f"Cannot read {error.filename!r}: {error.strerror or error}.") from error
    if not queries:
        raise InvalidTestSet(
            f"{str(folder)!r} has no query with a relevant article in {judgements.name!r}; {len(skipped)} rows were "
            "skipped."
        )
    return RetrievalSet(tuple(queries), corpus, tuple(skipped))


def corpus_of(path: Path) -> Iterator[Article | Skipped]:
    """Yield the articles of a corpus.jsonl (`_id`, `title`, `text`) one by one, and what is none.

    Of articles with the same id the first is one.

    Raises:
        InvalidTestSet: If it cannot be read.
    """
    seen = set[str]()
    try:
        for where, row in _rows(path):
            if isinstance(row, Skipped):
                yield row
                continue
            title = str(row.get("title") or "") or None
            try:
                article = Article(id=str(row["_id"]), text=str(row.get("text") or ""), title=title)
            except InvalidArticle as error:
                yield Skipped(str(row["_id"]), str(error), where)
                continue
            if article.id in seen:
                yield Skipped(article.id, _SAME_ARTICLE, where)
            else:
                seen.add(article.id)
                yield article
    except OSError as error:
        raise InvalidTestSet(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error


def _judgements_of(folder: Path) -> Path:
    found = sorted((folder / "qrels").glob("*.tsv"))
    test = [path for path in found if path.name == "test.tsv"] or found
    if len(test) == 1:
        return test[0]
    if not found:
        raise InvalidTestSet(
            f"{str(folder)!r} is a folder without qrels/*.tsv. Expected a test set's file, or a BEIR folder with "
            "corpus.jsonl, queries.jsonl and qrels/test.tsv."
        )
    names = ", ".join(path.name for path in found)
    raise InvalidTestSet(f"{str(folder / 'qrels')!r} has {names}, and no test.tsv; name the file to use.")


def _file(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise InvalidTestSet(f"{str(folder)!r} has no {name}, which a BEIR folder has.")


def _graded(path: Path, skipped: list[Skipped]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for number, line in read_lines(path):
        where = f"{path}:{number}"
        cells = [] if isinstance(line, UnreadableFile) else clean_text(line).rstrip("\r\n").split("\t")
        if cells == _HEADER or cells == [""]:
            continue
        try:
            query, article, score = cells
            judged = int(score)
            if judged > _HIGHEST_GRADE:
                raise ValueError(judged)
        except ValueError:
            got = str(line) if isinstance(line, UnreadableFile) else f"is {shortened(cells)}"
            expected = f"a query's id, an article's and a whole number up to {_HIGHEST_GRADE}, parted by tabs"
            reason = f"{got}, expected {expected}"
            skipped.append(Skipped(cells[0] if cells else "", reason, where))
            continue
        found.setdefault(query, {})[article] = judged
    relevant = {query: {id: grade for id, grade in grades.items() if grade > 0} for query, grades in found.items()}
    return {query: grades for query, grades in relevant.items() if grades}


def _queries(path: Path, graded: dict[str, dict[str, int]], skipped: list[Skipped]) -> list[Query]:
    found: dict[str, Query] = {}
    for where, row in _rows(path):
        if isinstance(row, Skipped):
            skipped.append(row)
            continue
        query_id, text = str(row["_id"]), row.get("text")
        if query_id not in graded:
            continue
        if not isinstance(text, str) or not text.strip():
            skipped.append(Skipped(query_id, f"has 'text' as {shortened(text)}, expected a string", where))
        elif query_id in found:
            skipped.append(Skipped(query_id, SAME_ID, where))
        else:
            found[query_id] = Query(query_id, clean_text(text), graded[query_id])
    missing = sorted(set(graded) - set(found) - {one.id for one in skipped})
    skipped += [Skipped(query_id, f"is judged, but not in {path.name}", str(path)) for query_id in missing]
    return list(found.values())


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any] | Skipped]]:
    for number, line in read_lines(path):
        where = f"{path}:{number}"
        if isinstance(line, UnreadableFile):
            yield where, Skipped("", str(line), where)
        elif line.strip():
            try:
                row = json.loads(clean_text(line))
            except (ValueError, RecursionError) as error:
                yield where, Skipped("", f"is not JSON: {error}", where)
                continue
            usable = isinstance(row, dict) and isinstance(row.get("_id"), (str, int))
            yield where, row if usable else Skipped("", "is no object with '_id'", where)
