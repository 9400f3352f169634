"""PDF: one file, one article, its text that of the pages, lines joined to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.article import Article, clean_text
from index.errors import UnreadableFile
from index.load.base import Failure, LoadOptions, read_bytes
from index.load.isolate import run_limited

_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")
_NO_TITLE = re.compile(r"untitled.*|microsoft (word|powerpoint) - .*|.*\.[a-z]{1,4}x?|[\d\W_]*", re.IGNORECASE)
_FULL = 0.75
"""The part of its page's widest lines from which on a line is taken to go on in the next one."""


class PdfLoader:
    """Reads .pdf. The title and the authors are those of its document information, its dates become `metadata`."""

    suffixes = (".pdf",)

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield the one article of the file."""
        limits = options.limits
        found = run_limited(parse_pdf, read_bytes(path, limits), limits.file_bytes, limits=limits)
        starts, text = [], ""
        for page in found["pages"]:
            starts.append(len(text))
            text += clean_text(page) + "\n"
        yield Article(
            id=id,
            text=text,
            title=found["title"],
            location=str(path),
            authors=tuple(found["authors"]),
            metadata=found["dates"],
            pages=tuple(starts),
        )


def parse_pdf(data: bytes, most: int) -> dict[str, Any]:
    """Parse a PDF: the text of its pages, of at most `most` characters. Runs in the parsers' process.

    Raises:
        UnreadableFile: If it is no PDF, is protected by a password, has no text, or has too much.
    """
    import pypdfium2
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    try:
        with pypdfium2.PdfDocument(data) as document:
            pages: list[str] = []
            for number in range(len(document)):
                pages.append(_page_text(document, number))
                most -= len(pages[-1])
                if most < 0:
                    raise UnreadableFile("has more text than is read as one article; split it")
            information = document.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise UnreadableFile("is protected by a password; save a copy without one") from None
        raise UnreadableFile(f"is not a PDF that can be read: {error}") from None
    if not any(map(str.strip, pages)):
        raise UnreadableFile(
            f"has {len(pages)} pages and no text on them: it may be scanned. Put its text in by OCR, as ocrmypdf does."
        )
    title = information["Title"].strip()
    dates = {"created": _date(information["CreationDate"]), "modified": _date(information["ModDate"])}
    return {
        "pages": pages,
        "title": None if _NO_TITLE.fullmatch(title) else title,
        "authors": [name.strip() for name in information["Author"].split(";") if name.strip()],
        "dates": {name: date for name, date in dates.items() if date},
    }


def _page_text(document: Any, number: int) -> str:
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            return join_lines(text_page.get_text_range())
        finally:
            text_page.close()
    finally:
        page.close()


def join_lines(text: str) -> str:
    r"""Join the lines of a page to paragraphs: a line about as wide as the widest goes on in the next one.

    U+FFFE, by which PDFium marks a word that was hyphenated at a line's end, is left out together with the line's end.

    >>> join_lines("The harbour wall was\r\nrepaired on Mon\ufffe\r\nday.\r\nLater")
    'The harbour wall was repaired on Monday.\nLater'
    """
    lines = [line.rstrip() for line in re.sub("\ufffe[\r\n]*", "\ufffe\n", text).splitlines()]
    widths = sorted(len(line) for line in lines if line)
    full = _FULL * widths[len(widths) * 9 // 10] if widths else 0
    joined = ""
    for line in lines:
        if line.endswith("\ufffe"):
            joined += line[:-1]
        else:
            joined += line + (" " if len(line) >= full and line else "\n")
    return joined.rstrip().replace("\ufffe", "")


def _date(text: str) -> str | None:
    found = _DATE.match(text)
    return "-".join(part for part in found.groups() if part) if found else None
