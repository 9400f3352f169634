"""JSON lines: one article a line, with the Article's field names; only `text` is required."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from index.article import Article, clean_text
from index.errors import InvalidArticle, UnreadableFile
from index.load.base import Failure, LoadOptions, read_lines
from index.load.records import article_of, parse_json


class JsonLinesLoader:
    """Reads .jsonl. An article without an id takes its `url`, else the file's id and its line number."""

    suffixes = (".jsonl",)

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield an article or a failure for every line that is not blank.

        Raises:
            UnreadableFile: If all are blank.
        """
        empty = True
        for number, line in read_lines(path, options.limits):
            location = f"{path}:{number}"
            if isinstance(line, UnreadableFile):
                empty = False
                yield Failure(location, str(line))
                continue
            text = clean_text(line)
            if text.strip():
                empty = False
                try:
                    yield article_of(parse_json(text), f"{id}:{number}", location, options.field_map)
                except InvalidArticle as error:
                    yield Failure(location, str(error))
        if empty:
            raise UnreadableFile("has no line that is not blank")
