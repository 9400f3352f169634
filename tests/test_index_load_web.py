from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_site import Site, running

from index import Article, Failure, read_articles
from index.errors import UnreadableAddress
from index.load.base import Limits, LoadOptions
from index.load.fetch import Page
from index.load.web import kind_of

OPTIONS = LoadOptions(Limits(private_addresses=True, seconds=20))
STORY = "The old bridge over the harbour was closed to cars on Tuesday after engineers found cracks in three pillars. "


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        yield site


def page(head: str = "", text: str = STORY * 4) -> bytes:
    head = f"<head><title>Bridge</title>{head}</head>"
    return f"<!DOCTYPE html><html>{head}<body><article><p>{text}</p></article></body></html>".encode()


def read(address: str, options: LoadOptions = OPTIONS) -> Article | Failure:
    (item,) = read_articles([address], options)
    assert isinstance(item, Article | Failure)
    return item


def article(address: str) -> Article:
    item = read(address)
    assert isinstance(item, Article), item
    return item


def reason(address: str, options: LoadOptions = OPTIONS) -> str:
    item = read(address, options)
    assert isinstance(item, Failure), item
    assert item.location == address
    return item.reason


def test_a_page_becomes_an_article(site: Site) -> None:
    site.give("/story?id=1", page(), content_type="text/html; charset=utf-8")
    found = article(site.address + "/story?id=1#part")
    assert found.text.startswith("The old bridge over the harbour")
    assert (found.title, found.source) == ("Bridge", site.address.removeprefix("http://"))
    assert found.id == found.url == site.address + "/story?id=1"
    assert (found.location, found.language) == (site.address + "/story?id=1#part", "en")


@pytest.mark.parametrize(
    ("canonical", "path"),
    [
        pytest.param("{site}/own#top", "/own", id="of the same host"),
        pytest.param("https://other.example/own", "/final", id="of another host"),
        pytest.param("{site}/", "/final", id="the front page"),
        pytest.param("ftp://127.0.0.1/own", "/final", id="no http"),
        pytest.param("http://me:secret@127.0.0.1/own", "/final", id="with a password"),
        pytest.param("http://[broken", "/final", id="broken"),
    ],
)
def test_a_page_names_its_address_where_it_may(site: Site, canonical: str, path: str) -> None:
    link = f'<link rel="canonical" href="{canonical.format(site=site.address)}">'
    site.give("/given", b"", 301, location="/final")
    site.give("/final", page(link), content_type="text/html")
    found = article(site.address + "/given")
    assert found.id == found.url == site.address + path
    assert found.location == site.address + "/given"


def test_a_latin_1_page_is_decoded_by_its_header(site: Site) -> None:
    data = page(text="Die alte Brücke über den Fluß ist gesperrt. " * 8).decode().encode("latin-1")
    found = article(site.give("/", data, content_type="text/html; charset=ISO-8859-1"))
    assert found.text.startswith("Die alte Brücke über den Fluß")
    assert found.language == "de"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        pytest.param("Grüße".encode(), "text/plain; charset=utf-8", "Grüße", id="utf-8"),
        pytest.param("Grüße\r\n".encode("cp1252"), "text/plain; charset=windows-1252", "Grüße\r\n", id="windows"),
        pytest.param("Grüße".encode(), "text/plain; charset=no-such", "Grüße", id="unknown charset"),
        pytest.param("Grüße".encode(), "text/plain; charset=us-ascii", "Grüße", id="wrong charset"),
        pytest.param(b"# A\n", "text/markdown", "# A\n", id="markdown"),
    ],
)
def test_a_text_is_kept_as_it_is(site: Site, body: bytes, content_type: str, text: str) -> None:
    assert article(site.give("/", body, content_type=content_type)).text == text


def test_a_word_file_is_read_by_its_loader(site: Site) -> None:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Type="{kind}" Target="word/document.xml"/>'
            "</Relationships>",
        )
        package.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>Minutes.</w:t></w:r></w:p></w:body></w:document>',
        )
    found = article(site.give("/minutes", file.getvalue(), content_type="application/octet-stream"))
    assert (found.text, found.id, found.location) == ("Minutes.", site.address + "/minutes", site.address + "/minutes")


def test_a_broken_pdf_is_a_failure(site: Site) -> None:
    assert "is not a PDF" in reason(site.give("/a.pdf", b"%PDF-1.4 broken", content_type="application/pdf"))


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        pytest.param(b"\x89PNG", "image/png", "has the content type 'image/png', expected a page (HTML)", id="picture"),
        pytest.param(b"{}", "application/json", "has the content type 'application/json'", id="json"),
        pytest.param(b"", "text/html", "gives nothing, expected a page", id="empty"),
        pytest.param(b" \n", "text/html", "gives nothing, expected a page", id="blank"),
        pytest.param(b"<html><body></body></html>", "text/html", "has no main text", id="no text"),
        pytest.param(b"<nitf/>", "text/xml", "is not a feed", id="other XML"),
    ],
)
def test_what_is_no_article_is_a_failure(site: Site, body: bytes, content_type: str, told: str) -> None:
    assert told in reason(site.give("/", body, content_type=content_type))


def test_failures_to_fetch_are_told_and_the_rest_goes_on(site: Site) -> None:
    lost, story = site.address + "/lost", site.give("/story", page(), content_type="text/html")
    first, second = read_articles([lost, story], OPTIONS)
    assert first == Failure(lost, "answered with the status 404 Not Found, expected 200")
    assert isinstance(second, Article)


def test_this_machine_is_not_asked_unless_allowed(site: Site) -> None:
    address = site.give("/", page(), content_type="text/html")
    assert "not a public address" in reason(address, LoadOptions())
    assert site.asked == []


def test_a_feed_gives_its_entries_and_follows_their_links(site: Site) -> None:
    site.give("/b", page(), content_type="text/html")
    items = "<item><title>A</title><link>{0}/a</link><content:encoded>Whole.</content:encoded></item>"
    items += "<item><title>B</title><link>{0}/b</link></item><item><link>{0}/feed</link></item>"
    feed = '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour</title>'
    feed += items.format(site.address) + "</channel></rss>"
    address = site.give("/feed", feed.encode(), content_type="text/html")
    whole, followed, again = read_articles([address], OPTIONS)
    assert isinstance(whole, Article)
    assert isinstance(followed, Article)
    assert (whole.text, whole.id, whole.source) == ("Whole.", site.address + "/a", "Harbour")
    assert (followed.title, followed.id, followed.source) == ("B", site.address + "/b", "Harbour")
    assert again == Failure(address, "is a feed within a feed, expected a page")


def test_a_feed_does_not_lead_to_a_private_address(tmp_path: Path) -> None:
    path = tmp_path / "feed.rss"
    path.write_text("<rss version='2.0'><channel><item><link>http://169.254.169.254/a</link></item></channel></rss>")
    (item,) = read_articles([path])
    assert isinstance(item, Failure)
    assert item.reason.startswith("is at '169.254.169.254': not a public address")


@pytest.mark.parametrize(
    ("url", "data", "content_type", "kind"),
    [
        pytest.param("/a", b"x", "text/html", "html", id="html"),
        pytest.param("/a.pdf", b"x", "", "pdf", id="ending"),
        pytest.param("/a.TXT?x=y.pdf", b"x", "application/octet-stream", "text", id="ending before the query"),
        pytest.param("/a", b"%PDF-1.7", "", "pdf", id="pdf by its beginning"),
        pytest.param("/a", b"\xef\xbb\xbf\n<!DOCTYPE HTML>", "", "html", id="html by its beginning"),
        pytest.param("/a", b"<?xml version='1.0'?><rss>", "text/plain", "feed", id="feed called text"),
        pytest.param("/a", b"<?xml version='1.0'?><html>", "application/xml", "html", id="page called XML"),
        pytest.param("/a.pdf", b"x", "text/plain", "text", id="type before ending"),
    ],
)
def test_the_kind_is_told_by_type_ending_and_beginning(url: str, data: bytes, content_type: str, kind: str) -> None:
    assert kind_of(Page(f"https://news.example{url}", data, content_type)) == kind


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(UnreadableAddress, match="has the content type ''"):
        kind_of(Page("https://news.example/a", b"x", ""))
