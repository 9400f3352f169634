from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Article, Failure
from index.errors import UnreadableFile
from index.load.base import Limits, LoadOptions
from index.load.feed import FeedLoader, Paused, articles_of_feed, looks_like_feed
from index.load.fragment import fragment_text

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour News &amp; Views</title><link>https://news.example/</link><language>en-gb</language>
<item><title>Bridge &lt;b&gt;closed&lt;/b&gt;</title><link>https://news.example/bridge#top</link>
<pubDate>Tue, 03 Jun 2025 10:00:00 +0200</pubDate><dc:creator>Ann Low</dc:creator>
<category>Traffic</category><category>City</category><description>The old bridge…</description>
<content:encoded><![CDATA[<p>The old <b>bridge</b> is closed.</p><script>x()</script>
<p>It has &ldquo;cracks&rdquo;.</p>]]></content:encoded></item>
<item><title>Ferry</title><link>https://news.example/ferry</link><pubDate>2025-06-02</pubDate>
<description>A ferry runs.</description></item>
<item><title>Notice</title><guid>notice-7</guid><description>&lt;p&gt;Water is off.&lt;/p&gt;</description></item>
<item><title>Only a title</title><guid>8</guid></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Hafen</title>
<entry><title type="text">1 &lt; 2</title><id>tag:news.example,2025:1</id><link href="a"/>
<published>2025-06-03T10:00:00Z</published><updated>2025-06-04T10:00:00Z</updated>
<author><name>Ann</name></author><author><name>Bo</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Eins.</p><ul><li>Zwei</li></ul></div></content></entry>
<entry><title>T</title><id>tag:news.example,2025:2</id><link href="https://news.example/b"/>
<updated>2025-06-04T10:00:00+02:00</updated><content type="text">a &lt; b
und c</content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://news.example/"><title>Old News</title></channel>
<item rdf:about="https://news.example/o"><title>O</title><link>https://news.example/o</link></item></rdf:RDF>"""

BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def page(link: str) -> Iterator[Article | Failure]:
    if link.endswith("/gone"):
        yield Failure(link, "answered with the status 404")
    else:
        yield Article(id=link, text=f"The page of {link}.", title="Page title", source="Site", location=link, url=link)


def read(feed: str | bytes, address: str | None = None, entries: int = 100) -> list[Article | Failure]:
    data = feed.encode() if isinstance(feed, str) else feed
    options = LoadOptions(Limits(feed_entries=entries))
    return list(articles_of_feed(data, "feed.rss", "/news/feed.rss", options, page, address=address))


def articles(feed: str | bytes, address: str | None = None) -> list[Article]:
    return [item for item in read(feed, address) if isinstance(item, Article)]


def test_an_entry_with_its_text_is_read_as_it_is() -> None:
    bridge = articles(RSS)[0]
    assert bridge.text == "The old bridge is closed.\nIt has “cracks”."
    assert (bridge.id, bridge.url) == ("https://news.example/bridge", "https://news.example/bridge#top")
    assert (bridge.title, bridge.source) == ("Bridge closed", "Harbour News & Views")
    assert (bridge.published, bridge.language) == ("2025-06-03T08:00:00Z", "en-gb")
    assert (bridge.authors, bridge.tags) == (("Ann Low",), ("Traffic", "City"))
    assert bridge.location == "/news/feed.rss:1"


def test_an_entry_with_a_summary_is_followed_and_completed() -> None:
    ferry = articles(RSS)[1]
    assert ferry.text == "The page of https://news.example/ferry."
    assert (ferry.title, ferry.source, ferry.published) == ("Ferry", "Harbour News & Views", "2025-06-02")


def test_an_entry_without_link_has_its_summary_or_is_a_failure() -> None:
    *_, notice, bare = read(RSS)
    assert isinstance(notice, Article)
    assert (notice.id, notice.text) == ("notice-7", "Water is off.")
    assert isinstance(bare, Failure)
    assert bare.reason == "has an entry with neither a text nor a link (its id is '8')"


def test_atom_is_read_with_relative_links_and_plain_text() -> None:
    first, second = articles(ATOM, "https://news.example/feed")
    assert (first.text, first.title, first.url) == ("Eins.\nZwei", "1 < 2", "https://news.example/a")
    assert (first.published, first.authors, first.language) == ("2025-06-03T10:00:00Z", ("Ann", "Bo"), "de")
    assert (second.text, second.published) == ("a < b\nund c", "2025-06-04T08:00:00Z")
    assert first.location == "/news/feed.rss"


def test_rss_1_is_read() -> None:
    (old,) = articles(RDF)
    assert (old.title, old.source, old.text) == ("O", "Old News", "The page of https://news.example/o.")


def test_a_link_twice_is_read_once_and_a_lost_page_is_a_failure() -> None:
    item = "<item><link>https://news.example/{}</link></item>"
    feed = f"<rss version='2.0'><channel>{item.format('a')}{item.format('a#x')}{item.format('gone')}</channel></rss>"
    first, gone = read(feed)
    assert isinstance(first, Article)
    assert gone == Failure("https://news.example/gone", "answered with the status 404")


def test_a_link_that_is_no_address_of_the_web_is_none() -> None:
    items = "".join(
        f"<item><link>{link}</link><description>Words.</description></item>" for link in ("javascript:x()", "file:///a")
    )
    found = articles(f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert [(item.id, item.url, item.text) for item in found] == [
        ("feed.rss:1", None, "Words."),
        ("feed.rss:2", None, "Words."),
    ]


def test_entries_beyond_the_limit_are_told() -> None:
    first, rest = read(RSS, entries=1)
    assert isinstance(first, Article)
    assert rest == Failure("/news/feed.rss", "has 4 entries; the first 1 are read")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_an_entity_bomb_is_refused(encoding: str) -> None:
    feed = f"{BOMB}<rss version='2.0'><channel><title>&b;</title></channel></rss>"
    with pytest.raises(UnreadableFile, match="declares XML entities"):
        read(feed.encode(encoding))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is not a feed", id="empty"),
        pytest.param(b"\x89PNG\x00\x01", "is not a feed", id="binary"),
        pytest.param(b"<html><body>x</body></html>", "is not a feed", id="a page"),
        pytest.param(b"<nitf><body>x</body></nitf>", "is not a feed", id="other XML"),
        pytest.param(b"<?xml version='1.0' encoding='u\xff'?><rss/>", "is a damaged feed", id="broken encoding"),
    ],
)
def test_what_is_no_feed_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(data)


def test_a_cut_feed_gives_what_it_holds_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    first = articles(RSS[: RSS.index("<item><title>Ferry")])[0]
    assert first.text.startswith("The old bridge")
    assert "/news/feed.rss is damaged" in caplog.text


def test_a_latin_1_feed_is_decoded() -> None:
    feed = RSS.replace("UTF-8", "ISO-8859-1").replace("…", "").replace("The old <b>", "Der <b>alte Brücke ")
    assert articles(feed.encode("latin-1"))[0].text.startswith("Der alte Brücke bridge")


def test_a_saved_feed_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    path.write_text(ATOM.replace('href="a"', 'href="https://news.example/a"'))
    first, _ = FeedLoader().load(path, "feed.atom", LoadOptions())
    assert isinstance(first, Article)
    assert (first.id, first.location) == ("https://news.example/a", f"{path}:1")


@pytest.mark.parametrize(
    ("data", "feed"),
    [
        pytest.param(RSS.encode(), True, id="rss"),
        pytest.param(ATOM.encode("utf-16"), True, id="atom in utf-16"),
        pytest.param(RDF.encode(), True, id="rss 1.0"),
        pytest.param(b"<!-- old --><atom:feed xmlns:atom='x'>", True, id="prefix"),
        pytest.param(b"<!DOCTYPE html><html><p>&lt;rss <rss></html>", False, id="page"),
        pytest.param(b"no markup", False, id="text"),
    ],
)
def test_a_feed_is_known_by_its_beginning(data: bytes, feed: bool) -> None:
    assert looks_like_feed(data) is feed


def test_one_host_is_asked_with_pauses() -> None:
    waited: list[float] = []
    follow = Paused(page, pause=30, sleep=waited.append)
    for link in ("https://a.example/1", "https://b.example/1", "https://a.example/2"):
        list(follow(link))
    assert len(waited) == 1
    assert 29 < waited[0] <= 30


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("No  markup\n here", "No markup here", id="plain"),
        pytest.param("a <b>b</b><i>c</i>", "a bc", id="inline"),
        pytest.param("<p>a<p>b", "a\nb", id="unclosed"),
        pytest.param("a<br>b<hr/>c", "a\nb\nc", id="breaks"),
        pytest.param("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc", id="list"),
        pytest.param("a<!-- x --><style>y</style>b", "ab", id="unseen"),
        pytest.param("&lt;p&gt; &amp;&nbsp;&eacute;", "<p> &\xa0é", id="entities"),
        pytest.param("<div>" * 200 + "deep", "deep", id="deep"),
        pytest.param("<!-- -->", "", id="nothing"),
    ],
)
def test_a_fragment_becomes_lines(html: str, text: str) -> None:
    assert fragment_text(html) == text
