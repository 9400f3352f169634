"""Files and folders to articles: one file a format, all behind `Loader`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.errors import ArticleIndexError
from index.load.base import Failure, Loader, PassedOver
from index.load.jsonl import JsonLinesLoader
from index.load.markdown import MarkdownLoader
from index.load.text import TextLoader

__all__ = ["LOADERS", "Failure", "Loader", "PassedOver", "read_articles"]

LOADERS: tuple[Loader, ...] = (TextLoader(), MarkdownLoader(), JsonLinesLoader())


def read_articles(paths: Iterable[str | Path]) -> Iterator[Article | Failure | PassedOver]:
    """Read files, and folders with all below them, in the order of their names.

    A file's id is its path below the folder that was named, or its name where it was named itself. Hidden files and
    folders are left out. Whatever cannot be read comes as a `Failure`, and the rest goes on; so does a second
    article with the id of a first one. In a folder, a file of an unknown ending comes as `PassedOver`.
    """
    read: set[tuple[int, int]] = set()
    places: dict[str, str | None] = {}
    for found in _files(paths):
        for item in [found] if not isinstance(found, _File) else _read_once(found, read):
            if isinstance(item, Article) and item.id in places:
                place = item.location or item.id
                yield Failure(place, f"has the id {item.id!r}, as has {places[item.id]}; the first one is kept")
                continue
            if isinstance(item, Article):
                places[item.id] = item.location
            yield item


@dataclass(frozen=True)
class _File:
    """A file to read: `named` where it was named itself, rather than found in a folder."""

    path: Path
    id: str
    named: bool


def _files(paths: Iterable[str | Path]) -> Iterator[_File | Failure | PassedOver]:
    for given in paths:
        root = Path(given)
        try:
            if root.is_dir():
                yield from _files_below(root)
            elif root.exists():
                yield _File(root, root.name, named=True)
            elif "://" in str(given):
                yield Failure(str(given), "is an address; this version reads files and folders. Save the page as text.")
            else:
                yield Failure(str(given), "does not exist")
        except OSError as error:
            yield Failure(str(given), f"cannot be read: {error.strerror or error}")


def _files_below(root: Path) -> Iterator[_File | Failure | PassedOver]:
    closed: list[OSError] = []
    found: list[Path] = []
    links: list[Path] = []
    for folder, folders, names in os.walk(root, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links += [path for path in (Path(folder) / name for name in folders) if path.is_symlink()]
        found += [Path(folder) / name for name in names if not name.startswith(".")]
    yield from (_File(path, path.relative_to(root).as_posix(), named=False) for path in sorted(found))
    yield from (PassedOver(str(path)) for path in sorted(links))
    yield from (Failure(str(error.filename), f"cannot be read: {error.strerror}") for error in closed)


def _read_once(file: _File, read: set[tuple[int, int]]) -> Iterator[Article | Failure | PassedOver]:
    """Read a file unless it was read before, under this name or another."""
    try:
        status = file.path.stat()
    except OSError as error:
        yield Failure(str(file.path), f"cannot be read: {error.strerror or error}")
        return
    if (status.st_dev, status.st_ino) not in read:
        read.add((status.st_dev, status.st_ino))
        yield from _read(file)


def _read(file: _File) -> Iterator[Article | Failure | PassedOver]:
    path = file.path
    loader = next((one for one in LOADERS if path.suffix.lower() in one.suffixes), None)
    if loader is None and not file.named:
        yield PassedOver(str(path))
        return
    if loader is None:
        known = ", ".join(suffix for one in LOADERS for suffix in one.suffixes)
        yield Failure(str(path), f"has the ending {path.suffix!r}, expected one of {known}")
        return
    try:
        yield from loader.load(path, file.id)
    except ArticleIndexError as error:
        yield Failure(str(path), str(error))
    except OSError as error:
        yield Failure(str(path), f"cannot be read: {error.strerror or error}")
