"""How dates, numbers and confidence are said in plain words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from index.coverage import Coverage
from index.search.filters import Filter

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?", re.ASCII)
_CONFIDENCE = (
    (0.9, "almost certainly right"),
    (0.75, "very likely right"),
    (0.6, "probably right"),
    (0.5, "more likely right than wrong"),
    (0.25, "rather unlikely to be right"),
    (0.0, "unlikely to be right"),
)


def date_in_words(published: str | None) -> str:
    """Return a date as people write it, or "undated"; what is not ISO 8601 stays as it is.

    >>> date_in_words("2025-06-09T08:00Z"), date_in_words("2025-06"), date_in_words(None)
    ('9 June 2025', 'June 2025', 'undated')
    """
    if not published:
        return "undated"
    match = _DATE.fullmatch(published)
    if not match:
        return published
    year, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return published
    if month is None:
        return year
    named = f"{_MONTHS[int(month) - 1]} {year}"
    return named if day is None else f"{int(day)} {named}"


def count_in_words(number: int, what: str) -> str:
    """Return a number and what it counts.

    >>> count_in_words(1, "article"), count_in_words(20_000, "article")
    ('1 article', '20,000 articles')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def confidence_in_words(probability: float) -> str:
    """Return a confidence in words.

    >>> confidence_in_words(0.8)
    'very likely right'
    """
    return next(words for least, words in _CONFIDENCE if probability >= least)


def coverage_in_words(searched: Coverage) -> str:
    """Say how many articles there are, and of which dates.

    >>> coverage_in_words(Coverage(3, 1, "2024-01", "2025-06-09"))
    '3 articles, from January 2024 to 9 June 2025, 1 of them undated'
    """
    said = count_in_words(searched.articles, "article")
    if searched.earliest is None:
        return f"{said}, undated" if searched.articles else said
    if searched.earliest == searched.latest:
        said += f", of {date_in_words(searched.earliest)}"
    else:
        said += f", from {date_in_words(searched.earliest)} to {date_in_words(searched.latest)}"
    return f"{said}, {searched.undated:,} of them undated" if searched.undated else said


def limit_in_words(only: Filter, labels: Sequence[str] = ()) -> str:
    """Say what answers are limited to; "" where a filter leaves nothing out.

    Args:
        only: The filter.
        labels: What the articles that it names are called.

    >>> limit_in_words(Filter(since="2025-06", sources=("Reuters", "AP")))
    'articles from Reuters or AP, since June 2025'
    """
    if not only:
        return ""
    names = list(labels or only.articles)
    parts = [f"{count_in_words(len(names), 'article')}: {_some(names)}" if names else "articles"]
    if only.sources:
        parts[-1] += f" from {_either(only.sources)}"
    if only.authors:
        parts[-1] += f" by {_either(only.authors)}"
    if only.tags:
        parts[-1] += f" tagged {_either(only.tags)}"
    if only.since:
        parts.append(f"since {date_in_words(only.since)}")
    if only.until:
        parts.append(f"until {date_in_words(only.until)}")
    return ", ".join(parts)


def shortened(text: str, most: int = 280) -> str:
    """Return a text, cut at a word where it is longer than `most` characters; white space around it does not count.

    >>> shortened("The envoy met the minister.", 12)
    'The envoy …'
    """
    if len(text) <= most:
        return text
    text = text.strip()
    return text if len(text) <= most else text[:most].rsplit(None, 1)[0] + " …"


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _some(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")
