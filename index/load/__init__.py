"""Files and folders to articles: one file a format, all behind `Loader`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    folders are left out. Whatever cannot be read comes as a `Failure`, and the rest goes on; in a folder, a file of
    an unknown ending comes as `PassedOver`.
    """
    for given in paths:
        root = Path(given)
        if root.is_dir():
            for path in _files_below(root):
                yield from _read(path, path.relative_to(root).as_posix(), named=False)
        elif root.exists():
            yield from _read(root, root.name, named=True)
        elif "://" in str(given):
            yield Failure(str(given), "is an address; this version reads files and folders. Save the page as text.")
        else:
            yield Failure(str(given), "does not exist")


def _files_below(root: Path) -> list[Path]:
    found = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(p.startswith(".") for p in path.relative_to(root).parts))


def _read(path: Path, id: str, *, named: bool) -> Iterator[Article | Failure | PassedOver]:
    loader = next((one for one in LOADERS if path.suffix.lower() in one.suffixes), None)
    if loader is None and not named:
        yield PassedOver(str(path))
        return
    if loader is None:
        known = ", ".join(suffix for one in LOADERS for suffix in one.suffixes)
        yield Failure(str(path), f"has the ending {path.suffix!r}, expected one of {known}")
        return
    try:
        yield from loader.load(path, id)
    except ArticleIndexError as error:
        yield Failure(str(path), str(error))
    except OSError as error:
        yield Failure(str(path), f"cannot be read: {error.strerror or error}")
