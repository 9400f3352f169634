"""Markdown: one file, one article, its text the raw Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.load.base import Failure, read_text

_TITLE = re.compile(r"\A\ufeff?\s*#[ \t]+(.+?)[ \t#\r]*$", re.MULTILINE)


class MarkdownLoader:
    """Reads .md. A level-one heading that opens the file is the title, and stays in the text."""

    suffixes = (".md", ".markdown")

    def load(self, path: Path, id: str) -> Iterator[Article | Failure]:
        """Yield the one article of the file."""
        text = read_text(path)
        heading = _TITLE.match(text)
        yield Article(id=id, text=text, title=heading[1].strip() if heading else None, location=str(path))
