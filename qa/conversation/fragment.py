"""Links that open a page at a quote. Pure.

The syntax is that of URL Fragment Text Directives (https://wicg.github.io/scroll-to-text-fragment/#syntax):
`#:~:text=[prefix-,]start[,end][,-suffix]`, each part percent-encoded, with `-`, `,` and `&` too. A browser that
does not know it, or does not find the words, opens the page all the same.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from qa.answer import Citation
from qa.cite import CONTEXT

_LONG = 300
"""Code points from which a quote is given by its first and last words; Chromium's own links do the same."""

_SHORT = 20
"""Code points below which a quote gets words of its context, since it is likely to stand in a page twice; likewise."""

_EDGE_WORDS = 5
_CONTEXT_WORDS = 3

_KEPT = "%/:=?&#~+!$,;'@()*[]"
"""What stands in an address unencoded, beside letters, digits and `-._`."""


def text_fragment(citation: Citation) -> str:
    """Return the fragment that opens a page at a citation's quote, with its `#`.

    A quote that is long or spans paragraphs is given by its first and last words, since one part must stand in one
    block of the page; a short one has whole words of its context beside it, as far as they stand on the same line.

    >>> from qa.answer import Citation
    >>> text_fragment(Citation("a", "a:0-9", None, None, None, None, None, 6, 16, "22-24 June", "met on ", ".", 0, 17,
    ...                        "sha256:", "verified", "unchecked"))
    '#:~:text=met%20on-,22%2D24%20June'
    """
    lines = [line for line in citation.quote.splitlines() if line.strip()] or [citation.quote]
    first, last = lines[0].split(), lines[-1].split()
    if len(lines) == 1 and (len(citation.quote) <= _LONG or len(first) < 2 * _EDGE_WORDS):
        parts = [_encoded(first)]
    else:
        parts = [_encoded(first[:_EDGE_WORDS]), _encoded(last[-_EDGE_WORDS:])]
    if len(citation.quote) < _SHORT:
        before, after = _before(citation.prefix), _after(citation.suffix)
        parts = [f"{_encoded(before)}-"] * bool(before) + parts + [f"-{_encoded(after)}"] * bool(after)
    return "#:~:text=" + ",".join(parts)


def web_address(url: str | None) -> str | None:
    """Return an address of the web, percent-encoded so that it can do nothing but be followed; None for any other.

    >>> web_address("https://example.com/a b")
    >>> web_address("https://example.com/ü<")
    'https://example.com/%C3%BC%3C'
    """
    if url is None or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return quote(url, safe=_KEPT) if parts.scheme in ("http", "https") and parts.hostname else None


def source_link(citation: Citation) -> str | None:
    """Return the address of a citation's article, at its quote; None where it has none of the web."""
    address = web_address(citation.url)
    if address is None:
        return None
    fragment = text_fragment(citation)
    return address + (fragment[1:] if "#" in address else fragment)


def _before(prefix: str) -> list[str]:
    """Return the last whole words before a quote; the first one of a full prefix may be cut."""
    line = prefix.splitlines()[-1] if prefix and not prefix.endswith(("\n", "\r")) else ""
    words = line.split()
    if len(prefix) == CONTEXT and line == prefix:
        words = words[1:]
    return words[-_CONTEXT_WORDS:] if line[-1:].isspace() else []


def _after(suffix: str) -> list[str]:
    """Return the first whole words after a quote; the last one of a full suffix may be cut."""
    line = suffix.splitlines()[0] if suffix else ""
    words = line.split()
    if len(suffix) == CONTEXT and line == suffix:
        words = words[:-1]
    return words[:_CONTEXT_WORDS] if line[:1].isspace() else []


def _encoded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
