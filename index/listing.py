"""A page of the list of articles, for people who look through it: searched, sorted, filtered. No text is read."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from index.labels import folded
from index.search.filters import Filter, dated

Order = Literal["title", "date", "source", "added"]
"""By the label, the date that is stated, the source, or the order in which articles came."""

_SHOWN = "id, title, source, published, authors, language"
_ARTICLES = "articles a INDEXED BY articles_listed"
"""An SQL index has all that is shown: in the table the title stands behind the text."""

_MARKS = re.compile("[\u0300-\u036f]+")


@dataclass(frozen=True)
class ArticleSummary:
    """An article without its text; see `index.article.Article` for the fields."""

    id: str
    title: str | None
    source: str | None
    published: str | None
    authors: tuple[str, ...]
    language: str | None

    @property
    def label(self) -> str:
        """What to call the article where people read: its title, else its id."""
        return self.title or self.id


@dataclass(frozen=True)
class Listing:
    """A page of a list of articles; `total` is how many the whole list has."""

    total: int
    articles: tuple[ArticleSummary, ...]


class ListedArticles:
    """Lists an index's articles. What a search or an order needs is made when it is first asked for in a generation.

    It takes some 300 bytes an article, and thrice that while it is made. For one thread at a time.
    """

    def __init__(self) -> None:
        self._generation = -1
        self._ids: list[str] = []
        self._rows: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._orders: dict[tuple[Order, bool], NDArray[np.int64]] = {}
        self._words: list[str] = []

    def page(
        self,
        db: sqlite3.Connection,
        generation: int,
        search: str,
        by: Order,
        descending: bool,
        only: Filter,
        offset: int,
        limit: int,
    ) -> Listing:
        """See `Index.listing`. Inside a snapshot, whose generation is given."""
        if by not in get_args(Order):
            raise ValueError(f"Got the order {by!r}, expected one of {', '.join(get_args(Order))}.")
        if offset < 0 or limit < 0:
            raise ValueError(f"Got the offset {offset} and the limit {limit}, expected neither below 0.")
        self._follow(db, generation)
        positions = self._order(db, by, descending)
        positions = positions[self._wanted(db, search, only)[positions]]
        ids = [self._ids[at] for at in positions[offset : offset + limit].tolist()]
        return Listing(len(positions), _summaries(db, ids))

    def _follow(self, db: sqlite3.Connection, generation: int) -> None:
        if generation == self._generation:
            return
        self._ids = [article_id for (article_id,) in db.execute(f"SELECT id FROM {_ARTICLES} ORDER BY id")]
        rows = (row for (row,) in db.execute(f"SELECT rowid FROM {_ARTICLES} ORDER BY id"))
        self._rows = np.fromiter(rows, dtype=np.int64, count=len(self._ids))
        self._orders, self._words, self._generation = {}, [], generation

    def _order(self, db: sqlite3.Connection, by: Order, descending: bool) -> NDArray[np.int64]:
        """Return the positions of all ids in an order; equal ones by id, those that lack what it is by at the end."""
        if (by, descending) not in self._orders:
            keys = self._keys(db, by)
            have = [at for at, key in enumerate(keys) if key]
            lack = [at for at, key in enumerate(keys) if not key]
            have.sort(key=keys.__getitem__, reverse=descending)
            self._orders[by, descending] = np.array(have + lack, dtype=np.int64)
        return self._orders[by, descending]

    def _keys(self, db: sqlite3.Connection, by: Order) -> Sequence[Any]:
        """Return what each article is sorted by, in the order of the ids; something false where it has none."""
        if by == "added":
            rows: list[int] = self._rows.tolist()
            return rows
        if by in ("title", "source"):
            column = "coalesce(nullif(title, ''), id)" if by == "title" else "coalesce(source, '')"
            return _foldings(
                [value.strip() for (value,) in db.execute(f"SELECT {column} FROM {_ARTICLES} ORDER BY id")]
            )
        has_date, shapes = dated()
        found = db.execute(f"SELECT CASE WHEN {has_date} THEN published END FROM {_ARTICLES} ORDER BY id", shapes)
        return [date for (date,) in found]

    def _wanted(self, db: sqlite3.Connection, search: str, only: Filter) -> NDArray[np.bool_]:
        """Tell of each id whether its article is let through by the filter and has all words."""
        wanted = np.ones(len(self._ids), dtype=np.bool_)
        if only:
            condition, values = only.condition()
            allowed = db.execute(f"SELECT a.rowid FROM {_ARTICLES} WHERE {condition}", values)
            wanted &= np.isin(self._rows, np.fromiter((row for (row,) in allowed), dtype=np.int64))
        words = _foldings([search])[0].split()
        if words and not self._words:
            self._words = _described(db)
        for word in words:
            wanted &= np.fromiter((word in line for line in self._words), dtype=np.bool_, count=len(wanted))
        return wanted


def sources(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """See `Index.sources`."""
    found = db.execute(f"SELECT source, count(*) FROM {_ARTICLES} WHERE source IS NOT NULL GROUP BY source")
    spellings: dict[str, Counter[str]] = {}
    for source, count in found:
        if folded(source):
            spellings.setdefault(folded(source), Counter())[source] = count
    ordered = (spellings[name] for name in sorted(spellings))
    return [(min(some, key=lambda name: (-some[name], name)).strip(), some.total()) for some in ordered]


def removed(db: sqlite3.Connection, offset: int, limit: int) -> Listing:
    """See `Index.removed_listing`."""
    (total,) = db.execute("SELECT count(*) FROM removed_articles").fetchone()
    found = db.execute(f"SELECT {_SHOWN} FROM removed_articles ORDER BY rowid DESC LIMIT ? OFFSET ?", (limit, offset))
    return Listing(total, tuple(map(_summary, found)))


def _summaries(db: sqlite3.Connection, ids: Sequence[str]) -> tuple[ArticleSummary, ...]:
    """Return the summaries of ids in their order."""
    statement = f"SELECT {_SHOWN} FROM {_ARTICLES} WHERE id = ?"
    return tuple(_summary(db.execute(statement, (article_id,)).fetchone()) for article_id in ids)


def _summary(row: Sequence[Any]) -> ArticleSummary:
    article_id, title, source, published, authors, language = row
    return ArticleSummary(article_id, title, source, published, _authors(authors), language)


def _authors(stored: str) -> tuple[str, ...]:
    """Return the names as stored; none where they are stored damaged, which `Index.verify` tells."""
    if stored == "[]":
        return ()
    try:
        return tuple(map(str, json.loads(stored)))
    except (ValueError, TypeError):
        return ()


def _described(db: sqlite3.Connection) -> list[str]:
    """Return what each article is found by, folded, in the order of the ids."""
    found = db.execute(f"SELECT id, title, source, authors FROM {_ARTICLES} ORDER BY id")
    return _foldings(
        ["\t".join((id, title or "", source or "", _names(authors))) for id, title, source, authors in found]
    )


def _names(stored: str) -> str:
    """Return stored authors to be searched; reading the JSON of each would take longer than all else."""
    return "\t".join(_authors(stored)) if "\\" in stored else stored[2:-2].replace('", "', "\t")


def _foldings(texts: Sequence[str]) -> list[str]:
    r"""Return texts as they are compared: without case, accents and line ends. All at once, since it is much faster.

    >>> _foldings(["Zürich\nSTRASSE", "straße"])
    ['zurich strasse', 'strasse']
    """
    if not texts:
        return []
    joined = "\n".join([text.replace("\n", " ") for text in texts])
    if not joined.isascii():
        joined = _MARKS.sub("", unicodedata.normalize("NFKD", joined).casefold())
    return joined.lower().split("\n")
