from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loading import DATA, article, expected, failure

from index.load.html import decode_page, parse_page

BOILERPLATE = (
    "store and read information",
    "Council to decide",
    "About time too",
    "Podcasts",
    "Advertisement",
    "Your advertisement",
    "newsletter",
    "All rights reserved",
)


@pytest.mark.parametrize("row", expected("pages"))
def test_a_page_gives_its_article_and_nothing_around_it(row: dict[str, Any]) -> None:
    page = article(DATA / "pages" / row["file"])
    assert (page.title, page.published, page.url) == (row["title"], row["published"], row["url"])
    assert page.id == (row["url"] or row["file"])
    assert row["first"] in page.text
    assert row["last"] in page.text[page.text.index(row["first"]) :]
    assert not [words for words in BOILERPLATE if words in page.text]


def test_a_pages_text_is_trafilaturas_to_the_letter() -> None:
    import trafilatura

    path = DATA / "pages" / "microdata.html"
    assert article(path).text == trafilatura.extract(path.read_text(encoding="utf-8"), include_comments=False)


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        pytest.param("<meta charset=windows-1251>мост".encode("cp1251"), None, "мост", id="declared"),
        pytest.param("<meta charset=windows-1251>мост".encode(), None, "мост", id="changed to utf-8 since"),
        pytest.param(b"<meta charset='iso-8859-1'>\x93q\x94", None, "“q”", id="latin-1 stands for windows-1252"),
        pytest.param("мост".encode("koi8-r"), "koi8-r", "мост", id="from the header"),
        pytest.param(b"<meta charset=hex>caf\xe9", None, "café", id="a codec that is no text's"),
        pytest.param(b"<meta charset=utf-16>caf\xe9", None, "café", id="utf-16, which it cannot be"),
        pytest.param("\ufeff<p>é".encode("utf-16-le"), None, "é", id="byte order mark"),
        pytest.param("é ".encode() + b"\xff", "utf-8", "é \ufffd", id="one bad byte"),
    ],
)
def test_a_page_is_decoded_as_browsers_do(data: bytes, encoding: str | None, text: str) -> None:
    assert decode_page(data, encoding).endswith(text)


def test_a_page_without_an_address_takes_the_one_it_was_fetched_from() -> None:
    page = (DATA / "pages" / "plain.htm").read_bytes()
    assert parse_page(page, "https://news.example/a", None)["url"] == "https://news.example/a"


@pytest.mark.parametrize("data", [b"", b" \n", b"\x89PNG\r\n\x1a\n\0\0", b"<nav><a href=/>Home</a></nav>"])
def test_a_page_without_a_text_is_a_failure(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(data)
    assert failure(path).location == str(path)


@pytest.mark.parametrize(
    ("attribute", "language"),
    [('lang="de-AT"', "de-AT"), ('xml:lang="fr"', "fr"), ('lang="{{ locale }}"', "en"), ("", "en")],
    ids=["lang", "xml:lang", "no language", "none"],
)
def test_a_page_is_in_the_language_that_it_states(tmp_path: Path, attribute: str, language: str) -> None:
    text = "The council voted on Tuesday to rebuild the wall of the old harbour before the winter storms come again. "
    page = tmp_path / "page.html"
    page.write_text(f"<html {attribute}><body><article><p>{text * 3}</p><p>{text * 3}</p></article></body></html>")
    assert article(page).language == language
