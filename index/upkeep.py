"""Keeping an index sound: checking, repairing, shrinking, backing up, embedding anew."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index import labels, manifest, next_passages, stories
from index.adding import batches
from index.article import Article
from index.catalog import Catalog
from index.copies import signature
from index.database import CATALOG_FILE
from index.embed import Encoder
from index.errors import AlreadyThere, UnusableIndex
from index.headings import Headed, under_headings
from index.manifest import Manifest
from index.schema import connect
from index.search.hybrid import Search
from index.verify import article_problems

_UNIT = 1e-3
_STILL_THERE = (
    "What was removed is gone from the index, but its files still hold it. Run pullquote compact when nothing else "
    "uses the index."
)


def problems(catalog: Catalog, search: Search) -> list[str]:
    """Check every offset, hash, vector and count; return a line for each problem, none if all is well."""
    found: list[str] = []
    try:
        with catalog.session():
            found += catalog.problems()
            ids = catalog.article_ids()
        for article_id in ids:
            with catalog.snapshot():
                found += article_problems(catalog, article_id, catalog.manifest.embedder.dimension)
        with catalog.snapshot():
            found += search.problems()
    except UnusableIndex as error:
        found.append(str(error))
    return found


def repair(catalog: Catalog, search: Search, encoder: Encoder) -> None:
    """Make anew what is derived from the articles: vectors that are none, hashes, names, stories, search files.

    An article's own text is nobody's to repair: one that is stored damaged stays as it is, and `problems` names it.
    """
    with catalog.snapshot():
        catalog.expect(encoder.info)
        wrong = [
            (row, passage)
            for article in _sound_articles(catalog)
            for row, passage in catalog.passages_of(article)
            if not _is_unit(catalog.vector(row), encoder.info.dimension)
        ]
        signatures = {article.id: (article, signature(article.text)) for article in _sound_articles(catalog)}
        chunking, titles = catalog.manifest.chunking, catalog.titles({passage.article_id for _, passage in wrong})
    headed = [Headed(passage.text, chunking.heading(titles[passage.article_id])) for _, passage in wrong]
    vectors = encoder.encode(under_headings(headed, chunking, encoder))
    with catalog.transaction():
        catalog.expect(encoder.info)
        for (row, passage), vector in zip(wrong, vectors, strict=True):
            catalog.put_vector(row, passage, vector)
        stories.clear(catalog.db)
        for article in _sound_articles(catalog):
            catalog.put_text_hashes(article)
            labels.put(catalog.db, article)
            known = signatures.get(article.id)
            same = known is not None and known[0].content_hash == article.content_hash
            stories.put(catalog.db, article.id, known[1] if known and same else signature(article.text))
    with catalog.snapshot():
        search.rebuild()


def shrink(catalog: Catalog, search: Search) -> None:
    """Write the database's file and the derived files anew, without what was deleted.

    Raises:
        UnusableIndex: If the database's file cannot be written anew: another process reads the old state, or writes,
            or the disk is full. The derived files are written anew all the same.
    """
    search.discard_files()
    try:
        with catalog.session():
            catalog.db.execute("VACUUM")
            busy, _, _ = catalog.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except UnusableIndex as error:
        raise UnusableIndex(f"{_STILL_THERE} ({error})") from error
    finally:
        with catalog.snapshot():
            search.write()
    if busy:
        raise UnusableIndex(f"{_STILL_THERE} (another process is reading the old state)")


def backup(catalog: Catalog, path: Path) -> None:
    """Write the database into one new file, which appears when it is whole. Derived files need no backup.

    Raises:
        AlreadyThere: If the file exists.
        UnusableIndex: If it cannot be written.
    """
    if path.exists():
        raise AlreadyThere(f"{str(path)!r} exists; a backup is written to a new file. Name another one.")
    try:
        with TemporaryDirectory(prefix=".backup-", dir=path.absolute().parent) as folder:
            temporary = Path(folder) / path.name
            with catalog.session():
                catalog.db.execute("VACUUM INTO ?", (str(temporary),))
            _publish(temporary, path)
    except OSError as error:
        raise UnusableIndex(f"The backup {str(path)!r} cannot be written: {error.strerror or error}.") from error
    except UnusableIndex as error:
        raise UnusableIndex(f"The backup {str(path)!r} could not be written. {error}") from error


def restore(path: Path, folder: Path) -> None:
    """Make an index from a backup, in a folder that has none.

    Raises:
        AlreadyThere: If the folder holds an index.
        UnusableIndex: If the backup is not there, is damaged or is not one, or the folder cannot be written.
    """
    if (folder / CATALOG_FILE).exists():
        raise AlreadyThere(f"{str(folder)!r} holds an index. Name another folder with --index, or move it away first.")
    logs = [folder / f"{CATALOG_FILE}{end}" for end in ("-wal", "-shm") if (folder / f"{CATALOG_FILE}{end}").exists()]
    if logs:
        raise AlreadyThere(
            f"{str(folder)!r} holds {logs[0].name!r}, a part of another index that would be mixed with this one. Name "
            "another folder with --index, or move it away too."
        )
    if not path.is_file():
        raise UnusableIndex(f"There is no backup at {str(path)!r}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".restore-", dir=folder) as temporary_folder:
            temporary = Path(temporary_folder) / CATALOG_FILE
            shutil.copyfile(path, temporary)
            _check_backup(temporary, path)
            _publish(temporary, folder / CATALOG_FILE)
    except OSError as error:
        raise UnusableIndex(f"The index {str(folder)!r} cannot be written: {error.strerror or error}.") from error


def embed_anew(catalog: Catalog, wanted: Manifest, encoder: Encoder) -> Iterator[int]:
    """Gather the passages of another embedder beside those in use, then put them in their place in one transaction.

    Yields how many articles are left after each batch. What was gathered before for the same manifest is used.

    Raises:
        UnusableIndex: If another process has begun to embed the articles with yet another model.
    """
    with catalog.preparation():
        if not manifest.same_passages(manifest.read(catalog.db, manifest.NEXT), wanted):
            next_passages.clear(catalog.db)
            manifest.write(catalog.db, wanted, manifest.NEXT)
    while True:
        with catalog.session():
            left = next_passages.waiting(catalog.db)
        if not left and _take_over(catalog, wanted):
            return
        for batch in batches(_articles(catalog, left)):
            _gather(catalog, batch, wanted, encoder)
            left = left[len(batch) :]
            yield len(left)


def _take_over(catalog: Catalog, wanted: Manifest) -> bool:
    """Put the gathered passages in place, unless an article has come or changed meanwhile."""
    with catalog.transaction():
        _expect_next(catalog, wanted)
        if next_passages.waiting(catalog.db):
            return False
        next_passages.take_over(catalog.db)
        manifest.write(catalog.db, replace(wanted, vectors=catalog.manifest.vectors))
        manifest.forget(catalog.db, manifest.NEXT)
        return True


def _gather(catalog: Catalog, batch: Sequence[Article], wanted: Manifest, encoder: Encoder) -> None:
    cut = [wanted.chunking.passages(article, encoder.token_spans) for article in batch]
    headings = [wanted.chunking.heading(article.title) for article in batch]
    headed = [Headed(p.text, heading) for passages, heading in zip(cut, headings, strict=True) for p in passages]
    new = list(dict.fromkeys(headed))
    vectors = dict(zip(new, encoder.encode(under_headings(new, wanted.chunking, encoder)), strict=True))
    with catalog.preparation():
        _expect_next(catalog, wanted)
        for article, passages, heading in zip(batch, cut, headings, strict=True):
            own = np.array([vectors[Headed(passage.text, heading)] for passage in passages])
            next_passages.put(catalog.db, article, heading, passages, own)


def _expect_next(catalog: Catalog, wanted: Manifest) -> None:
    if not manifest.same_passages(manifest.read(catalog.db, manifest.NEXT), wanted):
        raise UnusableIndex(
            f"Another process has begun to embed the articles with another model than {wanted.embedder.name!r}. "
            "The old vectors are in use until one of them is done; start this one again after it."
        )


def _articles(catalog: Catalog, ids: Sequence[str]) -> Iterator[Article]:
    for article_id in ids:
        with catalog.session():
            article = catalog.article(article_id)
        if article is not None:
            yield article


def _sound_articles(catalog: Catalog) -> Iterator[Article]:
    for article_id in catalog.article_ids():
        try:
            article = catalog.article(article_id)
        except UnusableIndex:
            continue
        if article is not None:
            yield article


def _is_unit(vector: bytes, dimension: int) -> bool:
    return len(vector) == 4 * dimension and abs(float(np.linalg.norm(np.frombuffer(vector, "<f4"))) - 1) <= _UNIT


def _check_backup(copied: Path, path: Path) -> None:
    try:
        db = connect(copied)
    except FileNotFoundError:
        raise UnusableIndex(f"{str(path)!r} is empty, not a backup of an index.") from None
    try:
        damage = [line for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
    except sqlite3.DatabaseError as error:
        damage = [str(error)]
    finally:
        db.close()
    if damage:
        raise UnusableIndex(f"The backup {str(path)!r} is damaged: {damage[0]}. Nothing was restored.")


def _publish(temporary: Path, path: Path) -> None:
    """Give a finished file its name, on disk before it is seen."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    descriptor = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
