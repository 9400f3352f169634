"""Markdown: one file, one article, its text the raw Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.load.base import Failure, LoadOptions, read_text

_TITLE = re.compile(r"\A\ufeff?\s*#[ \t]+(.+)")


class MarkdownLoader:
    """Reads .md. A level-one heading that opens the file is the title, and stays in the text."""

    suffixes = (".md", ".markdown")

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield the one article of the file."""
        text = read_text(path, options.limits)
        heading = _TITLE.match(text)
        title = heading[1].rstrip(" \t#\r").strip() if heading else ""
        yield Article(id=id, text=text, title=title or None, location=str(path))
