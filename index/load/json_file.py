"""JSON: an article, a list of articles, or an object whose `articles` is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.article import Article, clean_text
from index.errors import InvalidArticle
from index.load.base import Failure, LoadOptions, read_text
from index.load.records import article_of, parse_json


class JsonLoader:
    """Reads .json. An article of a list without an id takes its `url`, else the file's id and its number from 1."""

    suffixes = (".json",)

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield an article or a failure for every record.

        Raises:
            InvalidArticle: If the file is not JSON, or is one record that is not an article.
        """
        content = parse_json(clean_text(read_text(path, options.limits)))
        records = _records(content, options.field_map.get("text", "text"))
        if records is None:
            yield article_of(content, id, str(path), options.field_map)
            return
        if not records:
            raise InvalidArticle("has an empty list of articles")
        for number, record in enumerate(records, start=1):
            location = f"{path}:{number}"
            try:
                yield article_of(record, f"{id}:{number}", location, options.field_map)
            except InvalidArticle as error:
                yield Failure(location, str(error))


def _records(content: Any, text: str) -> list[Any] | None:
    if isinstance(content, dict) and text not in content and isinstance(content.get("articles"), list):
        content = content["articles"]
    return content if isinstance(content, list) else None
