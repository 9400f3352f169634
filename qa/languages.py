"""What is said of articles in languages that the packaged models do not read."""

from __future__ import annotations

from collections.abc import Iterable

from index.load.language import unread_languages


def unread_notice(languages: Iterable[str | None]) -> str | None:
    """Count the articles that the packaged models do not read, in a sentence; None where they read all.

    Args:
        languages: Each article's `language`; see `index.load.language.unread_languages`.

    >>> unread_notice(["en", "de", "de", None])[:25]
    "not English: 2 in 'de'. T"
    """
    unread = unread_languages(languages)
    if not unread:
        return None
    counts = ", ".join(f"{count} in {language!r}" for language, count in unread.items())
    return (
        f"not English: {counts}. They are stored exactly; the packaged models read English and answer from them badly."
    )
