"""Word documents: one file, one article, its text the paragraphs and the rows of tables, one a line."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.article import Article
from index.errors import UnreadableFile
from index.load.base import Failure, LoadOptions, read_bytes
from index.load.isolate import run_limited

if TYPE_CHECKING:
    from lxml.etree import _Element

_OLD_WORD = b"\xd0\xcf\x11\xe0"
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_LEFT_OUT = {"pPr", "rPr", "del", "moveFrom", "Fallback", "tblPr", "trPr", "tcPr", "sectPr"}


class DocxLoader:
    """Reads .docx. Title and authors are those of its properties, the title else its paragraph styled "Title".

    Insertions are read as accepted and deletions left out; so are headers, footers, notes and comments. The dates of
    its properties, which say when the file was made, become `metadata`.
    """

    suffixes = (".docx",)

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield the one article of the file."""
        limits = options.limits
        found = run_limited(parse_docx, read_bytes(path, limits), limits.unpacked_bytes, limits=limits)
        yield Article(
            id=id,
            text=found["text"],
            title=found["title"],
            location=str(path),
            authors=tuple(found["authors"]),
            metadata=found["dates"],
        )


def parse_docx(data: bytes, most: int) -> dict[str, Any]:
    """Parse a Word document that unpacks to at most `most` bytes. Runs in the parsers' process.

    Raises:
        UnreadableFile: If it is no Word document, is protected by a password, has no text, or unpacks to too much.
    """
    if data.startswith(_OLD_WORD):
        raise UnreadableFile("is protected by a password, or a .doc of old; save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(entry.file_size for entry in package.infolist())
            if size > most:
                raise UnreadableFile(f"unpacks to {size:,} bytes, at most {most:,} are read")
            parts = _parts(package)
            body = _parse(package, parts.get("officeDocument", "word/document.xml"))
            core = _parse(package, parts["core-properties"]) if parts.get("core-properties") else None
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"is not a Word document that can be read: {error}") from None
    lines = list(_lines(body))
    text = "\n".join(line for line in lines if line.strip())
    if not text:
        raise UnreadableFile("has no text")
    properties = (
        {_name(child): (child.text or "").strip() for child in core if _name(child)} if core is not None else {}
    )
    return {
        "text": text,
        "title": properties.get("title") or _styled_title(body),
        "authors": [name.strip() for name in properties.get("creator", "").split(";") if name.strip()],
        "dates": {name: properties[name] for name in ("created", "modified") if properties.get(name)},
    }


def _parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Map the last word of a relation's type to the part it points to."""
    relations = _parse(package, "_rels/.rels")
    return {
        posixpath.basename(relation.get("Type", "")): posixpath.normpath(relation.get("Target", "").lstrip("/"))
        for relation in relations
        if _name(relation) == "Relationship"
    }


def _parse(package: zipfile.ZipFile, part: str) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(package.read(part), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(f"is not a Word document that can be read: {part}: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile(f"is not a Word document that can be read: {part} declares a document type")
    return root


def _lines(element: _Element) -> Iterator[str]:
    """Yield the paragraphs and the rows of tables below an element, in order; a row's cells are parted by tabs."""
    for child in element:
        name = _name(child)
        if name == "p":
            yield "".join(_runs(child))
        elif name == "tr":
            cells = (cell for cell in child.iter() if _name(cell) == "tc" and _row_of(cell) is child)
            yield "\t".join(" ".join(" ".join(_lines(cell)).split()) for cell in cells)
        elif name not in _LEFT_OUT:
            yield from _lines(child)


def _row_of(cell: _Element) -> _Element | None:
    return next((above for above in cell.iterancestors() if _name(above) == "tr"), None)


def _runs(element: _Element) -> Iterator[str]:
    """Yield the text of a paragraph piece by piece; the paragraphs of a text box in it stand on lines of their own."""
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _MARKS:
            yield _MARKS[name]
        elif name == "p":
            yield "\n"
            yield from _runs(child)
            yield "\n"
        elif name not in _LEFT_OUT:
            yield from _runs(child)


def _styled_title(body: _Element) -> str | None:
    for paragraph in body.iter():
        if _name(paragraph) == "pStyle" and any(value == "Title" for value in paragraph.values()):
            above = next((one for one in paragraph.iterancestors() if _name(one) == "p"), None)
            return "".join(_runs(above)).strip() or None if above is not None else None
    return None


def _name(element: _Element) -> str:
    """Return an element's name without its namespace, of which there are two; "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
