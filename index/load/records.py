"""Records of JSON and CSV to articles, and the names that their fields have."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from index.article import Article, clean_text
from index.errors import InvalidArticle, InvalidFieldMap

_MAX_VALUES = 5_000_000
_MAX_DEPTH = 100
_LISTED = 20


def parse_field_map(text: str) -> dict[str, str]:
    """Parse `text=body,title=headline`: an article's field, and the name that it has in the files.

    Raises:
        InvalidFieldMap: If a part is not `FIELD=NAME`, names no field of an article, or comes twice.
    """
    mapped: dict[str, str] = {}
    for part in text.split(","):
        name, equals, given = (piece.strip() for piece in part.partition("="))
        if not (name and equals and given):
            raise InvalidFieldMap(
                f"The map has the part {part!r}, expected FIELD=NAME, as in text=body,title=headline."
            )
        if name not in FIELDS:
            raise InvalidFieldMap(f"The map names the field {name!r}; an article has {', '.join(FIELDS)}.")
        if name in mapped:
            raise InvalidFieldMap(f"The map has the field {name!r} twice, as {mapped[name]!r} and as {given!r}.")
        mapped[name] = given
    return mapped


def parse_json(text: str) -> Any:
    """Parse JSON.

    Raises:
        InvalidArticle: If it is not JSON, or of so many values that they would fill the memory.
    """
    if len(text) > _MAX_VALUES and sum(text.count(mark) for mark in ",[{") > _MAX_VALUES:
        raise InvalidArticle(f"has more than {_MAX_VALUES:,} values, the most that is read as one record; split it")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidArticle(f"is not JSON: {error}") from None


def article_of(
    record: Any, fallback_id: str, location: str, field_map: Mapping[str, str], *, keep_unknown: bool = False
) -> Article:
    """Make an article of a record of JSON; its id is its own, else its `url` without the fragment, else the one given.

    Fields that are not an article's become `metadata` where there is a map, or `keep_unknown`.

    Raises:
        InvalidArticle: If it has no text, a field of another kind than an article's, or an unknown one not kept.
    """
    if not isinstance(record, dict):
        raise InvalidArticle(f"is a JSON {type(record).__name__}, expected an object with a field 'text'")
    own, others = _renamed(record, field_map)
    if "text" not in own:
        name = field_map.get("text", "text")
        raise InvalidArticle(
            f"has no field {name!r}; its fields are {listed(record)}. Name the text's with --map text=NAME"
        )
    if others and not (field_map or keep_unknown):
        raise InvalidArticle(
            f"has the unknown fields {listed(sorted(others))}; an article has "
            f"{', '.join(FIELDS)}. Put fields of your own into 'metadata', or name them with --map."
        )
    fields = {name: FIELDS[name](field_map.get(name, name), value) for name, value in own.items() if value is not None}
    if others:
        fields["metadata"] = {**_object("fields", others), **fields.get("metadata", {})}
    fields.pop("content_hash", None)
    url = fields.get("url")
    fields.setdefault("location", location)
    fields.setdefault("id", url.partition("#")[0] if url else fallback_id)
    return Article(**fields)


def listed(names: Iterable[str]) -> str:
    """List names for a message, the first twenty of them.

    >>> listed(["id", "body"])
    "'id', 'body'"
    """
    first = [reprlib.repr(name) for name in islice(names, _LISTED + 1)]
    return ", ".join([*first[:_LISTED], "..."] if len(first) > _LISTED else first) or "none"


def _renamed(record: dict[str, Any], field_map: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a record into the article's fields, under their names there, and the others.

    A field that is mapped has its value from the name it is mapped to and from no other.
    """
    own = {name: record[given] for name, given in field_map.items() if given in record}
    used = set(field_map.values())
    rest = {name: value for name, value in record.items() if name not in used}
    own |= {name: value for name, value in rest.items() if name in FIELDS and name not in field_map}
    return own, {name: value for name, value in rest.items() if name not in FIELDS or name in field_map}


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
        raise InvalidArticle(f"has {name!r} as {reprlib.repr(value)}, expected a list of whole numbers")
    return tuple(value)


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidArticle(f"has {name!r} as {type(value).__name__}, expected an object")
    level: list[Any] = [value]
    for _ in range(_MAX_DEPTH):
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
        level = [part for part in level if isinstance(part, dict | list)]
    if level:
        raise InvalidArticle(f"has {name!r} nested deeper than {_MAX_DEPTH} levels, the most that is kept")
    cleaned: dict[str, Any] = json.loads(clean_text(json.dumps(value, ensure_ascii=False)))
    return cleaned


FIELDS: dict[str, Callable[[str, Any], Any]] = {
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
"""An article's fields as a file can give them, with what checks a value."""
