"""The articles as the chat changes them: files, addresses and pasted text come in, and articles are taken out.

Every way in is a generator: it yields a `Progress` whenever there is something to tell, and last a `Report`. What
that counts as articles, and a report as added or replaced, is committed and found by searches. Closed half-way, a
generator keeps what it has committed, and cleans up. One of them works at a time; the others wait and say so.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from index.article import Article
from index.load import Failure, LoadOptions
from index.load.addresses import Resolver, system_resolver
from index.store import Index
from qa.languages import unread_notice
from qa.shelf.report import Outcome, Progress, Report
from qa.shelf.sources import Read, Reading, Upload, numbered, read_files, read_pages, read_pasted, taken_over

_FIRST_BATCH, _LARGEST_BATCH = 10_000, 200_000
"""Characters of a commit: few at first, so that something is told soon, then twice as many each time."""

_SAY_AGAIN_SECONDS = 1.0
_DEFAULTS = LoadOptions()


@dataclass
class _Work:
    """What one generator has got so far."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    waiting: list[tuple[int, str, Article, str | None]] = field(default_factory=list)
    articles: dict[str, Article] = field(default_factory=dict)
    characters: int = 0
    batch: int = _FIRST_BATCH
    number: int = 0
    committed: int = 0

    def fail(self, failure: Failure) -> None:
        self.outcomes[self.number] = Outcome(failure.location, "failed", reason=failure.reason)
        self.number += 1

    def settle(self, name: str, article: Article, became: Literal["unchanged"]) -> None:
        self.outcomes[self.number] = Outcome(name, became, article.id, article.label)
        self.number += 1

    def put(self, name: str, article: Article, beside: str | None) -> None:
        self.waiting.append((self.number, name, article, beside))
        self.characters += len(article.text)
        self.number += 1


class Shelf:
    """Puts articles into an index and takes them out. Safe to use from several threads."""

    def __init__(
        self,
        index: Index,
        options: LoadOptions = _DEFAULTS,
        *,
        files: int = 100,
        resolve: Resolver = system_resolver,
    ) -> None:
        """Put a shelf together.

        Args:
            index: Where the articles go.
            options: The limits of every source, private addresses among them, which are refused as they stand.
            files: How many files are taken at once; those beyond are not read.
            resolve: Who looks the names of hosts up.
        """
        self._index = index
        self._options = options
        self._files = files
        self._resolve = resolve
        self._writing = threading.Lock()

    def add_files(self, uploads: Sequence[Upload]) -> Iterator[Progress | Report]:
        """Add the articles of files, of which temporary copies are given; these are deleted in every case.

        An article's id is its file's own name, with the record's number where it is one of several, unless the file
        states another. The `location` of one that states none is the same: no temporary path is kept. A name says
        little: where an article of that id has other words, the new one gets a number, "report (2).txt", and both
        stay. The same words again are the same article. An id that a file states replaces the article that has it.

        Raises:
            ArticleIndexError: If the index cannot be written; what was committed stays.
        """
        with taken_over(uploads) as copies:
            yield from self._add(read_files(copies, self._options, self._files), len(copies))

    def add_addresses(self, addresses: Sequence[str]) -> Iterator[Progress | Report]:
        """Add the articles of addresses, of a feed those of its entries; without a scheme one is taken as https.

        Files are never read, whatever is given. See `index.load.web.read_address` for ids, and `add_files` for errors.
        """
        yield from self._add(read_pages(addresses, self._options, self._resolve), len(addresses))

    def add_text(
        self, text: str, *, title: str | None = None, source: str | None = None, published: str | None = None
    ) -> Iterator[Progress | Report]:
        """Add a pasted text, exactly as it is.

        Its title is the one given, else the first line, where that is short and others follow; it stays in the text.
        Its id has the first words and a part of the text's hash: the same text again is the same article. See
        `add_files` for errors.
        """
        yield from self._add(read_pasted(text, title, source, published, self._options.limits), 1)

    def _add(self, reading: Reading, of: int) -> Iterator[Progress | Report]:
        work = _Work()
        with closing(reading), self._turn() as others_turn:
            while others_turn():
                yield Progress("waiting", None, 0, of, 0)
            done = 0
            for item in reading:
                if isinstance(item, Read):
                    self._take(item, work)
                elif isinstance(item, Failure):
                    work.fail(item)
                else:
                    done = item.done
                    yield Progress("reading", item.name, done, of, work.committed)
                if work.characters >= work.batch:
                    yield from self._commit(work, done, of)
            yield from self._commit(work, of, of)
            outcomes = tuple(work.outcomes[number] for number in sorted(work.outcomes))
            languages = [article.language for article in work.articles.values()]
            yield Report(outcomes, unread_notice(languages), len(self._index))

    @contextmanager
    def _turn(self) -> Iterator[_Turn]:
        turn = _Turn(self._writing)
        try:
            yield turn
        finally:
            turn.end()

    def _take(self, item: Read, work: _Work) -> None:
        """Give an article its id, and put it into the next batch unless it is there."""
        if item.own_name is None:
            self._take_stated(item, work)
            return
        for number in count(1):
            article_id = numbered(item.own_name, number) + item.record
            there = work.articles.get(article_id) or self._index.find(article_id)
            if there is None or there.text == item.article.text:
                break
        article = replace(item.article, id=article_id)
        beside = item.article.id if number > 1 else None
        if there is not None and replace(there, location=article.location) == article:
            work.articles[article_id] = there
            work.settle(item.name, there, "unchanged")
        else:
            work.articles[article_id] = article
            work.put(item.name, article, beside)

    def _take_stated(self, item: Read, work: _Work) -> None:
        article = item.article
        if article.id in work.articles:
            work.fail(Failure(item.name, f"has the id {article.id!r}, as has one before it; the first one is kept"))
            return
        work.articles[article.id] = article
        work.put(item.name, article, None)

    def _commit(self, work: _Work, done: int, of: int) -> Iterator[Progress]:
        if not work.waiting:
            return
        yield Progress("indexing", None, done, of, work.committed)
        added = self._index.add([article for _, _, article, _ in work.waiting])
        became: Mapping[str, Literal["added", "replaced", "unchanged"]] = {
            **dict.fromkeys(added.added, "added"),
            **dict.fromkeys(added.replaced, "replaced"),
            **dict.fromkeys(added.unchanged, "unchanged"),
        }
        for number, name, article, beside in work.waiting:
            work.outcomes[number] = Outcome(name, became[article.id], article.id, article.label, beside=beside)
        work.committed += len(work.waiting)
        work.waiting, work.characters = [], 0
        work.batch = min(2 * work.batch, _LARGEST_BATCH)
        yield Progress("indexing", None, done, of, work.committed)


class _Turn:
    """One generator's turn to write; it may be begun and ended in different threads."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._has = False
        self._asked = False

    def __call__(self) -> bool:
        """Tell whether it is another's turn; asked again, wait for a while first."""
        self._has = self._lock.acquire(timeout=_SAY_AGAIN_SECONDS if self._asked else 0)
        self._asked = True
        return not self._has

    def end(self) -> None:
        if self._has:
            self._lock.release()
            self._has = False
