from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import hostile
import pytest
from loading import DATA, article, expected, failure

from index.load.docx import parse_docx
from index.load.pdf import join_lines


@pytest.mark.parametrize("row", expected("pdfs"))
def test_a_pdf_gives_its_text_and_its_pages(row: dict[str, Any]) -> None:
    loaded = article(DATA / "pdfs" / row["file"])
    assert (loaded.title, list(loaded.authors)) == (row["title"], row["authors"])
    assert loaded.pages is not None
    assert len(loaded.pages) == row["pages"]
    assert loaded.text.index(row["first"]) < loaded.text.index(row["last"])
    assert loaded.text.index(row["last"]) >= loaded.pages[-1]
    assert (loaded.published, loaded.metadata["created"][:2]) == (None, "20")


def test_lines_of_a_pdf_become_paragraphs() -> None:
    wide = "A line of the usual width goes"
    page = f"Heading\r\n{wide}\r\non in the next, and a word is hyphen\ufffe\r\nated.\r\n\r\nAnother begins"
    assert join_lines(page) == f"Heading\n{wide} on in the next, and a word is hyphenated.\n\nAnother begins"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is not a PDF", id="empty"),
        pytest.param(b"Hello", "is not a PDF", id="text"),
        pytest.param(
            hostile.pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page>>"),
            "has 1 pages and no text on them: it may be scanned",
            id="no text",
        ),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    assert reason in failure(path).reason


def test_a_protected_pdf_says_so(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"), encrypt="secret")
    canvas.drawString(72, 720, "Nobody reads this.")
    canvas.save()
    assert "is protected by a password; save a copy without one" in failure(tmp_path / "a.pdf").reason


def test_a_word_document_is_read_in_order(tmp_path: Path) -> None:
    written = docx.Document()
    written.core_properties.title, written.core_properties.author = "A title", "Ann Lee; Bo Ray"
    written.add_heading("Heading", 1)
    written.add_paragraph("Before the table.\tTab")
    table = written.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left\nbelow", "right"
    written.add_paragraph("After it.").add_run(" And more.")
    written.save(str(tmp_path / "a.docx"))
    loaded = article(tmp_path / "a.docx")
    assert loaded.text == "Heading\nBefore the table.\tTab\nleft below\tright\nAfter it. And more."
    assert (loaded.title, loaded.authors) == ("A title", ("Ann Lee", "Bo Ray"))
    assert "created" in loaded.metadata


def test_word_insertions_are_read_and_deletions_are_not() -> None:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        f"<w:document {w}><w:body><w:p><w:pPr><w:pStyle w:val='Title'/><w:tabs><w:tab/></w:tabs></w:pPr>"
        "<w:r><w:t>Kept</w:t></w:r><w:ins><w:r><w:t> new</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText> old</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t> moved</w:t></w:r></w:moveFrom></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "</w:body></w:document>"
    )
    found = parse_docx(hostile.docx(body), 1_000_000)
    assert (found["text"], found["title"]) == ("Kept new\nIn a control", "Kept new")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"no zip", "is not a Word document", id="no package"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is protected by a password, or a .doc of old", id="ole"),
        pytest.param(hostile.docx("<document/>"), "has no text", id="no text"),
        pytest.param(hostile.docx("<document>"), "word/document.xml", id="broken xml"),
    ],
)
def test_a_word_document_that_cannot_be_read_says_why(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    assert reason in failure(path).reason
