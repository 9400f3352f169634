"""Feeds: RSS and Atom, one article an entry.

feedparser parses them, in the parsers' process. An entry that brings its whole text is read as it is; one with a
summary only is followed to its page, one page after the other with a pause for each host.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.article import Article
from index.errors import ArticleIndexError, UnreadableFile
from index.load.base import Failure, LoadOptions, read_bytes
from index.load.isolate import run_limited

logger = logging.getLogger(__name__)

Follow = Callable[[str], Iterator[Article | Failure]]
"""Reads the page of an entry."""

PAUSE = 0.5
"""Seconds between two pages of one host."""

_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_ELEMENT = re.compile(rb"<[a-z]", re.IGNORECASE)
_PARTIAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_HTML = {"text/html", "application/xhtml+xml"}


class FeedLoader:
    """Reads feeds that were saved as files. Entries without their text are followed to their pages on the web."""

    suffixes = (".rss", ".atom", ".xml")

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield an article or a failure for every entry."""
        from index.load.web import read_address

        data = read_bytes(path, options.limits)
        yield from articles_of_feed(data, id, str(path), options, Paused(lambda link: read_address(link, options)))


class Paused:
    """Follows links one at a time, so that a host is asked no more often than every `pause` seconds."""

    def __init__(self, follow: Follow, pause: float = PAUSE, sleep: Callable[[float], None] = time.sleep) -> None:
        self._follow = follow
        self._pause = pause
        self._sleep = sleep
        self._next: dict[str, float] = {}

    def __call__(self, link: str) -> Iterator[Article | Failure]:
        """Read the page of a link, waiting first where its host was asked just now."""
        host = urlsplit(link).netloc.lower()
        wait = self._next.get(host, 0.0) - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        found = list(self._follow(link))
        self._next[host] = time.monotonic() + self._pause
        yield from found


@dataclass(frozen=True)
class Entry:
    """An entry of a feed, as it states itself; `text` is None where it brings no whole text, only a `summary`."""

    title: str | None
    url: str | None
    given_id: str | None
    published: str | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    language: str | None
    text: str | None
    summary: str | None


def looks_like_feed(data: bytes) -> bool:
    """Tell by its first element whether something is a feed, whatever its type is called."""
    first = _ELEMENT.search(data[:16_384].replace(b"\0", b""))
    return first is not None and _ROOT.match(first.string, first.start()) is not None


def articles_of_feed(
    data: bytes,
    fallback_id: str,
    location: str,
    options: LoadOptions,
    follow: Follow,
    *,
    address: str | None = None,
    charset: str | None = None,
) -> Iterator[Article | Failure]:
    """Yield an article or a failure for every entry, each link once.

    An entry with neither a whole text nor a link to http or https has its summary for its text.

    An article's id is the entry's link without the fragment, else the id that the feed gives it, else `fallback_id`
    and the entry's number. Its source is the feed's title.

    Args:
        data: The feed.
        fallback_id: The feed's own id.
        location: Where the feed was read from.
        options: `limits.feed_entries` holds for the entries, `limits.seconds` for parsing the feed.
        follow: Reads the page of an entry without its text.
        address: Where it was fetched; links are relative to it.
        charset: The encoding that came with it, in an HTTP header.

    Raises:
        UnreadableFile: If it is no feed, or declares XML entities, or could not be parsed within the limits.
    """
    limits = options.limits
    feed = run_limited(parse_feed, data, address, charset, limits.feed_entries, limits=limits)
    if feed["damaged"]:
        logger.warning("%s is damaged (%s); what could be read is read.", location, feed["damaged"])
    seen: set[str] = set()
    for number, fields in enumerate(feed["entries"], start=1):
        entry = Entry(**{**fields, "authors": tuple(fields["authors"]), "tags": tuple(fields["tags"])})
        id = (entry.url or "").partition("#")[0] or entry.given_id or f"{fallback_id}:{number}"
        if id not in seen:
            seen.add(id)
            place = location if address else f"{location}:{number}"
            yield from _read_entry(entry, id, place, feed["title"], follow)
    if feed["count"] > limits.feed_entries:
        yield Failure(location, f"has {feed['count']} entries; the first {limits.feed_entries} are read")


def _read_entry(
    entry: Entry, id: str, location: str, source: str | None, follow: Follow
) -> Iterator[Article | Failure]:
    text = entry.text if entry.text or entry.url else entry.summary
    if text is None and entry.url:
        for item in follow(entry.url):
            yield _completed(item, entry, source) if isinstance(item, Article) else item
        return
    try:
        yield Article(
            id=id,
            text=text or "",
            title=entry.title,
            source=source,
            location=location,
            url=entry.url,
            published=entry.published,
            authors=entry.authors,
            language=entry.language,
            tags=entry.tags,
        )
    except ArticleIndexError:
        yield Failure(location, f"has an entry with neither a text nor a link (its id is {id!r})")


def _completed(page: Article, entry: Entry, source: str | None) -> Article:
    """Put what the entry states about its page before what the page states."""
    return replace(
        page,
        title=entry.title or page.title,
        source=source or page.source,
        published=entry.published or page.published,
        authors=entry.authors or page.authors,
        language=page.language or entry.language,
        tags=entry.tags or page.tags,
    )


def parse_feed(data: bytes, address: str | None, charset: str | None, most: int) -> dict[str, Any]:
    """Parse a feed: its title and its first entries, their texts as plain text. Runs in the parsers' process.

    Raises:
        UnreadableFile: If it is no feed, or declares XML entities.
    """
    import io

    import feedparser

    _refuse_entities(data)
    headers = {"content-type": f"application/xml; charset={charset}" if charset else "application/xml"}
    if address:
        headers["content-location"] = address
    try:
        found = feedparser.parse(io.BytesIO(data), response_headers=headers)
    except ValueError as error:
        raise UnreadableFile(f"is a damaged feed, which cannot be parsed: {error}") from None
    damaged = _damage(found)
    if not found.get("version"):
        raise UnreadableFile(f"is not a feed, RSS or Atom{f' ({damaged})' if damaged else ''}")
    language = _language(found.feed.get("language"))
    return {
        "title": _plain(found.feed, "title"),
        "damaged": damaged,
        "count": len(found.entries),
        "entries": [_entry(entry, language) for entry in found.entries[:most]],
    }


def _refuse_entities(data: bytes) -> None:
    plain = data.replace(b"\0", b"")  # UTF-16 and UTF-32 too
    first = _ELEMENT.search(plain)
    if b"<!entity" in plain[: first.start() if first else None].lower():
        raise UnreadableFile("declares XML entities, which can unpack to any length; no feed needs them")


def _damage(found: Any) -> str | None:
    error = found.get("bozo_exception")
    if not found.bozo or type(error).__name__ in ("CharacterEncodingOverride", "NonXMLContentType"):
        return None
    return " ".join(str(error).split())[:200]


def _entry(entry: Any, language: str | None) -> dict[str, Any]:
    contents = [one for one in entry.get("content", ()) if one.get("value", "").strip()]
    content = next((one for one in contents if one.get("type") in _HTML | {"text/plain"}), None)
    stated = _language(content.get("language")) if content else None
    names = [author.get("name") or author.get("email") for author in entry.get("authors", ())]
    tags = [tag.get("term") or tag.get("label") for tag in entry.get("tags", ())]
    link = str(entry.get("link") or "")
    return {
        "title": _plain(entry, "title"),
        "url": link if link.partition(":")[0].lower() in ("http", "https") else None,
        "given_id": entry.get("id") or None,
        "published": _published(entry),
        "authors": [name.strip() for name in names if name and name.strip()],
        "tags": list(dict.fromkeys(tag.strip() for tag in tags if tag and tag.strip())),
        "language": stated or language,
        "text": _text(content) if content else None,
        "summary": _plain(entry, "summary"),
    }


def _published(entry: Any) -> str | None:
    """Return when an entry was published, else updated: ISO 8601 in UTC, or the date alone where no time is given."""
    for name in ("published", "updated"):
        if dict.__contains__(entry, name):
            given = str(entry[name]).strip()
            if _PARTIAL_DATE.fullmatch(given):
                return given
            if entry.get(f"{name}_parsed"):
                year, month, day, hour, minute, second, *_ = entry[f"{name}_parsed"]
                return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    return None


def _language(tag: str | None) -> str | None:
    return tag.strip().replace("_", "-") or None if tag else None


def _text(content: Any) -> str | None:
    from index.load.fragment import fragment_text

    value = str(content["value"])
    text = fragment_text(value) if content.get("type") in _HTML else value
    return text if text.strip() else None


def _plain(found: Any, name: str) -> str | None:
    """Return a title or a summary as plain text; feedparser tells whether it holds HTML."""
    from index.load.fragment import fragment_text

    value = str(found.get(name) or "")
    kind = (found.get(f"{name}_detail") or {}).get("type")
    return (fragment_text(value) if kind in _HTML else value.strip()) or None
