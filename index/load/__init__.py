"""Files, folders and addresses to articles: one file a format, all behind `Loader`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.article import Article
from index.errors import ArticleIndexError
from index.load.base import Failure, Limits, Loader, LoadOptions, PassedOver
from index.load.compressed import is_compressed
from index.load.csv_file import CsvLoader
from index.load.docx import DocxLoader
from index.load.feed import FeedLoader
from index.load.files import File, find_files, identity
from index.load.html import HtmlLoader
from index.load.json_file import JsonLoader
from index.load.jsonl import JsonLinesLoader
from index.load.language import with_language
from index.load.markdown import MarkdownLoader
from index.load.pdf import PdfLoader
from index.load.records import parse_field_map
from index.load.text import TextLoader

__all__ = [
    "LOADERS",
    "Failure",
    "Limits",
    "LoadOptions",
    "Loader",
    "PassedOver",
    "parse_field_map",
    "read_articles",
]

LOADERS: tuple[Loader, ...] = (
    TextLoader(),
    MarkdownLoader(),
    JsonLinesLoader(),
    JsonLoader(),
    CsvLoader(),
    HtmlLoader(),
    PdfLoader(),
    DocxLoader(),
    FeedLoader(),
)

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def read_articles(
    sources: Iterable[str | Path], options: LoadOptions = LoadOptions()
) -> Iterator[Article | Failure | PassedOver]:
    """Read files, folders with all below them, and patterns such as `news/**/*.html`, in the order of their names.

    An http or https address is fetched, see `index.load.web.read_address`. An article whose source states no language
    has the one that its text tells, where that is sure.

    A file's id is its path below the folder that was named, or its name where it was named itself. Hidden files and
    folders are left out. Whatever cannot be read comes as a `Failure`, and the rest goes on; so does a second
    article with the id of a first one. In a folder, a file of an unknown ending comes as `PassedOver`.
    """
    read: set[tuple[int, int]] = set()
    places: dict[str, str | None] = {}
    for source in sources:
        for item in _read_source(source, options, read):
            if isinstance(item, Article) and item.id in places:
                place = item.location or item.id
                yield Failure(place, f"has the id {item.id!r}, as has {places[item.id]}; the first one is kept")
                continue
            if isinstance(item, Article):
                places[item.id] = item.location
                item = with_language(item)
            yield item


def _read_source(
    source: str | Path, options: LoadOptions, read: set[tuple[int, int]]
) -> Iterator[Article | Failure | PassedOver]:
    if isinstance(source, str) and _ADDRESS.match(source):
        yield from _read_address(source, options)
        return
    for found in find_files(source):
        if isinstance(found, File):
            yield from _read_once(found, options, read)
        else:
            yield found


def _read_address(address: str, options: LoadOptions) -> Iterator[Article | Failure]:
    from index.load.web import read_address

    yield from read_address(address, options)


def _read_once(
    file: File, options: LoadOptions, read: set[tuple[int, int]]
) -> Iterator[Article | Failure | PassedOver]:
    """Read a file unless it was read before, under this name or another."""
    try:
        known = identity(file)
        if known not in read:
            read.add(known)
            yield from _read_file(file, options)
    except ArticleIndexError as error:
        yield Failure(str(file.path), str(error))
    except OSError as error:
        yield Failure(str(file.path), f"cannot be read: {error.strerror or error}")


def _read_file(file: File, options: LoadOptions) -> Iterator[Article | Failure | PassedOver]:
    suffix = (Path(file.path.stem) if is_compressed(file.path) else file.path).suffix.lower()
    loader = next((one for one in LOADERS if suffix in one.suffixes), None)
    if loader is not None:
        yield from loader.load(file.path, file.id, options)
    elif file.named:
        known = ", ".join(suffix for one in LOADERS for suffix in one.suffixes)
        yield Failure(
            str(file.path), f"has the ending {suffix!r}, expected one of {known}; each may have .gz behind it"
        )
    else:
        yield PassedOver(str(file.path))
