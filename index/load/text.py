"""Plain text: one file, one article, no title."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.load.base import Failure, LoadOptions, read_text


class TextLoader:
    """Reads .txt."""

    suffixes = (".txt",)

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield the one article of the file."""
        yield Article(id=id, text=read_text(path, options.limits), location=str(path))
