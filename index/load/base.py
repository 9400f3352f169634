"""What a loader is, and what it gives."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.article import Article
from index.errors import UnreadableFile

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 100_000_000
"""The largest file that is read as one article."""

_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


@dataclass(frozen=True)
class Failure:
    """A file or a record that did not become an article, and why."""

    location: str
    reason: str


@dataclass(frozen=True)
class PassedOver:
    """A file in a folder that no loader reads, or a link to another folder."""

    location: str


class Loader(Protocol):
    """Reads the files of one format."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The lower-case endings it reads, with their dot."""
        ...

    def load(self, path: Path, id: str) -> Iterator[Article | Failure]:
        """Yield the articles of a file, and a failure for every record that is not one.

        Args:
            path: The file.
            id: The file's own id, for a format that holds one article or gives none.

        Raises:
            OSError: If it cannot be opened.
            ArticleIndexError: If the file as a whole cannot be read.
        """
        ...


def read_text(path: Path) -> str:
    """Read a text file: in the encoding of its byte order mark, else UTF-8, else Windows-1252 with a warning.

    Line ends stay as they are.

    Raises:
        UnreadableFile: If it is larger than `MAX_FILE_BYTES` or binary.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise UnreadableFile(f"has {size:,} bytes, at most {MAX_FILE_BYTES:,} are read as one article; split it")
    return decode(path.read_bytes(), str(path))


def decode(data: bytes, location: str) -> str:
    """Decode bytes as `read_text` does; `location` is for the messages."""
    encoding = _marked(data)
    if encoding:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"begins as {encoding.upper()} but is not: {error.reason}") from None
    if b"\0" in data:
        raise UnreadableFile("is a binary file, not text (it has NUL bytes)")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        _warn(location)
        return data.decode("cp1252", errors="replace")


def read_lines(path: Path) -> Iterator[tuple[int, str | UnreadableFile]]:
    """Yield the lines of a file with their numbers from 1, decoded as `read_text` does but one at a time.

    A line keeps its end. One with NUL bytes comes as an error; in UTF-16 and UTF-32 what cannot be decoded is replaced.

    Raises:
        OSError: If the file cannot be read.
    """
    with path.open("rb") as file:
        encoding = _marked(file.read(4))
    if encoding:
        with path.open(encoding=encoding, errors="replace", newline="\n") as text:
            yield from enumerate(text, start=1)
        return
    with path.open("rb") as file:
        warned = False
        for number, line in enumerate(file, start=1):
            if b"\0" in line:
                yield number, UnreadableFile("is binary, not text (it has NUL bytes)")
                continue
            try:
                yield number, line.decode("utf-8")
            except UnicodeDecodeError:
                if not warned:
                    _warn(str(path))
                    warned = True
                yield number, line.decode("cp1252", errors="replace")


def _marked(data: bytes) -> str | None:
    """Return the encoding that a byte order mark stands for, but for UTF-8's, which is a character like any other."""
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if data.startswith(mark)), None)


def _warn(location: str) -> None:
    logger.warning("%s is not UTF-8; read as Windows-1252. Save it as UTF-8 if letters look wrong.", location)
