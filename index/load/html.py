"""Web pages: one file, one article, its text the page's main text as trafilatura finds it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.article import Article
from index.errors import UnreadableFile
from index.load.base import Failure, Limits, LoadOptions, marked_encoding, read_bytes
from index.load.isolate import run_limited

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HEAD_BYTES = 4096
_TEXT_OF_A_CELL = 150
_DECLARED = re.compile(
    rb"""<\?xml[^>]{1,200}?encoding=["']([\w.:-]+)|<meta[^>]{1,400}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_SUPERSETS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874", "gb2312": "gb18030"}
_KNOWN = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-[rut]|mac-\w+|gbk|gb18030|hz|big5\w*|euc_\w+|shift_jis\w*|iso2022_jp\w*|johab"
)


class HtmlLoader:
    """Reads .html. The id is the page's canonical address without the fragment, else the file's id."""

    suffixes = (".html", ".htm", ".xhtml")

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield the one article of the page."""
        yield article_of_page(read_bytes(path, options.limits), id, str(path), options.limits)


def article_of_page(
    data: bytes,
    fallback_id: str,
    location: str,
    limits: Limits,
    *,
    address: str | None = None,
    encoding: str | None = None,
) -> Article:
    """Make an article of a page's bytes, in the parsers' process.

    Args:
        data: The page.
        fallback_id: The article's id where the page tells no address of its own.
        location: Where it was read from.
        limits: `seconds` and `memory_bytes` are held.
        address: Where it was fetched, taken as its address where it tells none.
        encoding: The one that came with it, in an HTTP header.

    Raises:
        UnreadableFile: If it is no page, has no main text, or could not be parsed within the limits.
    """
    page = run_limited(parse_page, data, address, encoding, limits=limits)
    url = page["url"]
    return Article(
        id=url.partition("#")[0] if url else fallback_id,
        text=page["text"],
        title=page["title"],
        source=page["source"],
        location=location,
        url=url,
        published=page["published"],
        language=page["language"],
        authors=tuple(page["authors"]),
    )


def parse_page(data: bytes, address: str | None, encoding: str | None) -> dict[str, Any]:
    """Parse a page: its main text, without comments, and what it says of itself. Runs in the parsers' process.

    The date is the one of publication that the page's markup or address gives; none is guessed from its text.

    Raises:
        UnreadableFile: If it is no page or has no main text.
    """
    import trafilatura
    from trafilatura.settings import Document

    text = decode_page(data, encoding)
    tree = trafilatura.load_html(_XML_DECLARATION.sub("", text))
    if tree is None:
        raise UnreadableFile("is not HTML")
    language = tree.get("lang") or tree.get("xml:lang") or ""
    _unwrap_layout(tree)
    found = trafilatura.bare_extraction(
        tree,
        url=address,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if not isinstance(found, Document) or not found.text or not found.text.strip():
        raise UnreadableFile("has no main text that could be told from its menus and advertisements")
    authors = [name.strip() for name in (found.author or "").split(";")]
    return {
        "text": found.text,
        "title": found.title or None,
        "source": found.sitename or None,
        "url": found.url or None,
        "published": found.date or None,
        "language": language.strip() if _LANGUAGE.fullmatch(language.strip()) else None,
        "authors": [name for name in authors if name],
    }


def _unwrap_layout(tree: HtmlElement) -> None:
    """Make divisions of the tables that lay out a page, those with a whole text in a cell: rows would come of them."""
    for table in list(tree.iter("table")):
        own = [part for part in table.iter("tbody", "tr", "td") if next(part.iterancestors("table"), None) is table]
        texts = (len(part.text_content()) for part in own if part.tag == "td")
        if any(length >= _TEXT_OF_A_CELL for length in texts) or table.find(".//h1") is not None:
            for part in (table, *own):
                part.tag = "div"


def decode_page(data: bytes, encoding: str | None = None) -> str:
    """Decode a page: by its byte order mark, else as UTF-8, else as declared, else as Windows-1252.

    UTF-8 goes before what is declared, since many a saved page was changed to UTF-8 and declares what it was; a text
    in another encoding is not valid UTF-8 by chance. What cannot be decoded is replaced.
    """
    marked = marked_encoding(data)
    if marked:
        return data.decode(marked, errors="replace")
    if not data.isascii():
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    return data.decode(_codec(encoding or _declared(data)) or "cp1252", errors="replace")


def _declared(data: bytes) -> str:
    found = _DECLARED.search(data[:_HEAD_BYTES])
    return (found[1] or found[2]).decode("ascii") if found else ""


def _codec(label: str) -> str | None:
    """Return the codec that browsers take for a label; None where they would know none, or one that is no text's."""
    try:
        name = codecs.lookup(label.strip()).name
    except LookupError:
        return None
    name = _SUPERSETS.get(name, name)
    return name if _KNOWN.fullmatch(name) else None
