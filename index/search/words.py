"""Text to the words that are searched: folded, stemmed, the telling ones of a query. By tantivy's analyzers."""

from __future__ import annotations

import re

import tantivy

STOP_WORDS = frozenset(
    "a an and are as at be been but by did do does for from had has have he her his how i in is it its me my of on "
    "or our she that the their them they this to was we were what when where which who whom whose why will with "
    "would you your".split()
)
"""English words that are left out of a query, unless it has no others."""

_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")


def folding() -> tantivy.TextAnalyzer:
    """Return what cuts text into words of letters and digits, without accents, in lower case."""
    return _analyzer().build()


def stemming() -> tantivy.TextAnalyzer:
    """Return what does as `folding` and takes the words' endings off (Snowball's English stemmer)."""
    return _analyzer().filter(tantivy.Filter.stemmer("english")).build()


def telling_words(query: str) -> list[str]:
    """Return the words of a query that tell something, folded, each once.

    >>> telling_words("Who met the Delegation?")
    ['met', 'delegation']
    """
    words = list(dict.fromkeys(folding().analyze(query)))
    return [word for word in words if word not in STOP_WORDS] or words


def date_words(published: str | None) -> str:
    """Return a date's month and year as a query would name them; the day is left out, since numbers are common.

    >>> date_words("2025-06-07T10:00"), date_words("2025"), date_words(None)
    ('June 2025', '2025', '')
    """
    match = _DATE.match(published or "")
    if not match:
        return ""
    year, month = match.groups()
    return f"{_MONTHS[int(month) - 1]} {year}" if month and 1 <= int(month) <= 12 else year


def _analyzer() -> tantivy.TextAnalyzerBuilder:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.lowercase())
