"""JSON lines: one article a line, with the Article's field names; only `text` is required."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.article import Article, clean_text
from index.errors import InvalidArticle, UnreadableFile
from index.load.base import Failure, read_lines


class JsonLinesLoader:
    """Reads .jsonl. An article without an id takes its `url`, else the file's id and its line number."""

    suffixes = (".jsonl",)

    def load(self, path: Path, id: str) -> Iterator[Article | Failure]:
        """Yield an article or a failure for every line that is not blank."""
        for number, line in read_lines(path):
            location = f"{path}:{number}"
            if isinstance(line, UnreadableFile):
                yield Failure(location, str(line))
                continue
            text = clean_text(line)
            if text.strip():
                try:
                    yield _article(text, f"{id}:{number}", location)
                except InvalidArticle as error:
                    yield Failure(location, str(error))


def _article(line: str, fallback_id: str, location: str) -> Article:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidArticle(f"is not JSON: {error}") from None
    if not isinstance(record, dict):
        raise InvalidArticle(f"is a JSON {type(record).__name__}, expected an object with a field 'text'")
    if "text" not in record:
        raise InvalidArticle(f"has no field 'text'; its fields are {', '.join(map(repr, record)) or 'none'}")
    unknown = record.keys() - _FIELDS.keys()
    if unknown:
        raise InvalidArticle(
            f"has the unknown fields {', '.join(map(repr, sorted(unknown)))}; an article has "
            f"{', '.join(_FIELDS)}. Put fields of your own into 'metadata'."
        )
    fields = {name: _FIELDS[name](name, value) for name, value in record.items() if value is not None}
    fields.pop("content_hash", None)
    url = fields.get("url")
    fields.setdefault("location", location)
    fields.setdefault("id", url.partition("#")[0] if url else fallback_id)
    return Article(**fields)


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidArticle(f"has {name!r} as {type(value).__name__}, expected a string")
    return value


def _identifier(name: str, value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _string(name, value)


def _strings(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise InvalidArticle(f"has {name!r} as {type(value).__name__}, expected a list of strings")
    return tuple(_string(name, item) for item in value)


def _numbers(name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise InvalidArticle(f"has {name!r} as {value!r}, expected a list of whole numbers")
    return tuple(value)


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidArticle(f"has {name!r} as {type(value).__name__}, expected an object")
    cleaned: dict[str, Any] = json.loads(clean_text(json.dumps(value, ensure_ascii=False)))
    return cleaned


_FIELDS: dict[str, Callable[[str, Any], Any]] = {
    "id": _identifier,
    "text": _string,
    "title": _string,
    "source": _string,
    "location": _string,
    "url": _string,
    "published": _string,
    "authors": _strings,
    "language": _string,
    "tags": _strings,
    "metadata": _object,
    "content_hash": _string,
    "pages": _numbers,
}
