"""Addresses to articles: a page, a PDF, a Word file, a text, or a feed with all its entries."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from index.article import Article
from index.errors import ArticleIndexError, UnreadableAddress
from index.load.addresses import Resolver, system_resolver
from index.load.base import Failure, Loader, LoadOptions, decode
from index.load.feed import Paused, articles_of_feed, looks_like_feed
from index.load.fetch import Page, fetch
from index.load.html import article_of_page

_KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "text",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "application/xml": "feed",
    "text/xml": "feed",
}
_ENDINGS = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".md": "text", ".markdown": "text",
    ".pdf": "pdf", ".docx": "docx", ".rss": "feed", ".atom": "feed", ".xml": "feed",
}  # fmt: skip
_UNTOLD = {"", "application/octet-stream", "binary/octet-stream", "application/download", "application/force-download"}
_SNIFFED = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "docx"), (b"<!doctype html", "html"), (b"<html", "html"))


def read_address(
    address: str, options: LoadOptions, resolve: Resolver = system_resolver
) -> Iterator[Article | Failure]:
    """Fetch an http or https address and yield its article, or those of a feed's entries.

    An article's id and `url` are the address that the page names as its own, where that is of the same host, else the
    one where it was found in the end; without the fragment. Its `location` is the address as given. The pages of a
    feed's entries are fetched one at a time, a host no more often than every `index.load.feed.PAUSE` seconds.
    """
    try:
        page = fetch(address, options.limits, resolve)
        kind = kind_of(page)
        if kind != "feed":
            yield _article(page, kind, address, options)
            return
        follow = Paused(lambda link: read_entry_page(link, options, resolve))
        yield from articles_of_feed(
            page.data, page.url, address, options, follow, address=page.url, charset=page.charset
        )
    except ArticleIndexError as error:
        yield Failure(address, str(error))


def read_entry_page(address: str, options: LoadOptions, resolve: Resolver) -> Iterator[Article | Failure]:
    """Fetch the page of a feed's entry; another feed is not followed."""
    try:
        page = fetch(address, options.limits, resolve)
        kind = kind_of(page)
        if kind == "feed":
            raise UnreadableAddress("is a feed within a feed, expected a page")
        yield _article(page, kind, address, options)
    except ArticleIndexError as error:
        yield Failure(address, str(error))


def kind_of(page: Page) -> str:
    """Return "html", "text", "pdf", "docx" or "feed": by the content type, else by the ending, else by the beginning.

    A feed is known by its beginning where the server calls it something else, as many do.

    Raises:
        UnreadableAddress: If it is empty or something else.
    """
    if not page.data.strip():
        raise UnreadableAddress("gives nothing, expected a page")
    kind = _KINDS.get(page.content_type)
    if kind != "pdf" and looks_like_feed(page.data):
        return "feed"
    head = page.data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if kind == "feed" and b"<html" in head.lower():
        return "html"
    if page.content_type in _UNTOLD:
        begun = (kind for mark, kind in _SNIFFED if head[: len(mark)].lower() == mark.lower())
        kind = _ENDINGS.get(PurePosixPath(urlsplit(page.url).path).suffix.lower()) or next(begun, None)
    if kind is None:
        raise UnreadableAddress(
            f"has the content type {page.content_type!r}, expected a page (HTML), plain text, PDF, Word or a feed"
        )
    return kind


def _article(page: Page, kind: str, address: str, options: LoadOptions) -> Article:
    if kind == "html":
        article = article_of_page(page.data, page.url, address, options.limits, address=page.url, encoding=page.charset)
        url = _own_address(article.url, page.url)
        return replace(article, id=url, url=url)
    if kind == "text":
        return Article(id=page.url, text=_decoded(page, address), location=address, url=page.url)
    return _from_file(page, _binary_loader(kind), address, options)


def _own_address(named: str | None, final: str) -> str:
    """Return the address that a page names as its own, where it is of the same host and not merely the front page."""
    found = urlsplit(final)
    try:
        own = urlsplit((named or final).partition("#")[0])
        hosts = {(parts.hostname or "").removeprefix("www.") for parts in (own, found)}
    except ValueError:
        return final
    front = own.path in ("", "/") and not own.query and (found.path not in ("", "/") or found.query)
    other = len(hosts) > 1 or own.scheme not in ("http", "https") or "@" in own.netloc
    return final if front or other else own.geturl()


def _decoded(page: Page, address: str) -> str:
    try:
        data = page.data.decode(page.charset).encode() if page.charset else page.data
    except (LookupError, UnicodeError):
        data = page.data
    return decode(data, address)


def _binary_loader(kind: str) -> Loader:
    if kind == "pdf":
        from index.load.pdf import PdfLoader

        return PdfLoader()
    from index.load.docx import DocxLoader

    return DocxLoader()


def _from_file(page: Page, loader: Loader, address: str, options: LoadOptions) -> Article:
    """Read a page by the loader of its format, from a temporary file."""
    with tempfile.TemporaryDirectory(prefix="pullquote-") as folder:
        path = Path(folder) / f"page{loader.suffixes[0]}"
        path.write_bytes(page.data)
        (item,) = loader.load(path, page.url, options)
    if isinstance(item, Failure):
        raise UnreadableAddress(item.reason)
    return replace(item, id=page.url, url=page.url, location=address)
