from __future__ import annotations

import csv
import gzip
import html
import json
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from index import Article, Chunking, read_articles
from index.article import clean_text

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
ANY_JSON = st.text(min_size=1)
WORDS = st.lists(st.text(st.sampled_from("abcdefgh éüßñ.,!?-"), min_size=1, max_size=60), min_size=1, max_size=30).map(
    lambda paragraphs: "\n".join(paragraphs)
)


def write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def write_json(path: Path, text: str) -> None:
    path.write_text(json.dumps([{"text": text}]))


def write_json_plainly(path: Path, text: str) -> None:
    path.write_text(json.dumps({"text": text}, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")


def write_lines(path: Path, text: str) -> None:
    path.write_text(json.dumps({"text": text}) + "\n")


def write_csv(path: Path, text: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["title", "text"], ["T", text]])


def write_tsv(path: Path, text: str) -> None:
    with path.open("w", newline="", encoding="utf-16") as file:
        csv.writer(file, delimiter="\t").writerows([["text", "title"], [text, "T"]])


def write_html(path: Path, text: str) -> None:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
    path.write_text(f"<html><body><article><h1>T</h1>{paragraphs}</article></body></html>", encoding="utf-8")


def write_pdf(path: Path, text: str) -> None:
    canvas = Canvas(str(path))
    for line in text.splitlines():
        canvas.drawString(72, 720, line)
        canvas.showPage()
    canvas.save()


def write_docx(path: Path, text: str) -> None:
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(path))


def load(path: Path) -> Article | None:
    """Read the one article of a file; None where it has none, as an empty text."""
    (item,) = read_articles([path])
    return item if isinstance(item, Article) else None


def check_passages(article: Article) -> None:
    for passage in Chunking().passages(article):
        assert article.text[passage.start : passage.end] == passage.text


def check_packed(path: Path, article: Article | None) -> None:
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    other = load(packed)
    assert (other and (other.text, other.title, other.pages)) == (
        article and (article.text, article.title, article.pages)
    )


@pytest.mark.parametrize(
    ("name", "write"), [("a.txt", write_text), ("a.md", write_text), ("a.csv", write_csv), ("a.tsv", write_tsv)]
)
@given(text=ANY)
def test_a_text_is_kept_code_point_for_code_point(
    tmp_path: Path, name: str, write: Callable[[Path, str], None], text: str
) -> None:
    write(tmp_path / name, text)
    article = load(tmp_path / name)
    check_packed(tmp_path / name, article)
    assert (article.text if article else "") == (clean_text(text) if clean_text(text).strip() else "")
    if article:
        check_passages(article)


@pytest.mark.parametrize(("name", "write"), [("a.json", write_json), ("a.jsonl", write_lines)], ids=["json", "jsonl"])
@given(text=ANY_JSON)
def test_a_text_in_json_is_kept_but_for_lone_surrogates(
    tmp_path: Path, name: str, write: Callable[[Path, str], None], text: str
) -> None:
    write(tmp_path / name, text)
    article = load(tmp_path / name)
    check_packed(tmp_path / name, article)
    assert (article.text if article else "") == (clean_text(text) if clean_text(text).strip() else "")
    if article:
        check_passages(article)


@given(text=ANY)
def test_a_text_in_json_that_is_not_escaped_is_kept(tmp_path: Path, text: str) -> None:
    write_json_plainly(tmp_path / "a.json", text)
    article = load(tmp_path / "a.json")
    assert (article.text if article else "") == (clean_text(text) if clean_text(text).strip() else "")


@pytest.mark.parametrize(("name", "write"), [("a.html", write_html), ("a.pdf", write_pdf), ("a.docx", write_docx)])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=WORDS)
def test_the_passages_of_a_document_are_ranges_of_its_text(
    tmp_path: Path, name: str, write: Callable[[Path, str], None], text: str
) -> None:
    write(tmp_path / name, text)
    article = load(tmp_path / name)
    check_packed(tmp_path / name, article)
    if article:
        check_passages(article)
        assert all(0 <= start < len(article.text) for start in article.pages or ())


@given(lines=st.lists(st.text(st.sampled_from("abcdefgh."), min_size=1, max_size=40), min_size=1, max_size=8))
@settings(max_examples=20)
def test_every_page_of_a_pdf_begins_at_its_offset(tmp_path: Path, lines: list[str]) -> None:
    write_pdf(tmp_path / "a.pdf", "\n".join(lines))
    article = load(tmp_path / "a.pdf")
    assert article is not None
    assert article.pages is not None
    assert len(article.pages) == len(lines)
    for start, line in zip(article.pages, lines, strict=True):
        assert article.text[start:].startswith(line)


@given(lines=st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), min_size=1, max_size=8))
@settings(max_examples=20)
def test_the_paragraphs_of_a_word_document_are_its_lines(tmp_path: Path, lines: list[str]) -> None:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    article = load(tmp_path / "a.docx")
    assert article is not None
    assert article.text == "\n".join(lines)
