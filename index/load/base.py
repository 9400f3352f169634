"""What a loader is, what it is given, and what it gives; and text files, decoded."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, AnyStr, Protocol

from index.article import Article
from index.errors import UnreadableFile
from index.load.compressed import open_file

logger = logging.getLogger(__name__)

BINARY = "is binary, not text (it has NUL bytes)"
"""What is said of a line or a row."""

_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


@dataclass(frozen=True)
class Failure:
    """A source or a record that did not become an article, and why."""

    location: str
    reason: str


@dataclass(frozen=True)
class PassedOver:
    """A file in a folder that no loader reads, or a link to another folder."""

    location: str


@dataclass(frozen=True)
class Limits:
    """How much one source may take; what takes more is a failure.

    Attributes:
        file_bytes: The largest file that is read as one article, and the longest record of a file of several.
        page_bytes: The most that an address may give.
        unpacked_bytes: The most that a compressed file may unpack to.
        seconds: Wall-clock time in which a source is parsed, and in which an address is fetched.
        memory_bytes: The address space of the process that parses HTML, PDF and Word files; macOS does not hold it.
        redirects: How many redirects of an address are followed.
        private_addresses: Whether addresses of this machine and of private networks are fetched.
        feed_entries: How many entries of a feed are read, from its beginning.
    """

    file_bytes: int = 100_000_000
    page_bytes: int = 20_000_000
    unpacked_bytes: int = 400_000_000
    seconds: float = 60.0
    memory_bytes: int = 1_000_000_000
    redirects: int = 5
    private_addresses: bool = False
    feed_entries: int = 100


@dataclass(frozen=True)
class LoadOptions:
    """What holds for all sources of one reading.

    Attributes:
        limits: How much each may take.
        field_map: An article's field to its name in .json, .jsonl, .csv and .tsv files, see `parse_field_map`.
            Where it is not empty, a file's fields that are neither mapped nor an article's become `metadata`.
    """

    limits: Limits = Limits()
    field_map: Mapping[str, str] = field(default_factory=dict)


class Loader(Protocol):
    """Reads the files of one format."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The lower-case endings it reads, with their dot; each is also read with .gz behind it."""
        ...

    def load(self, path: Path, id: str, options: LoadOptions) -> Iterator[Article | Failure]:
        """Yield the articles of a file, and a failure for every record that is not one.

        Args:
            path: The file, absolute; it becomes the `location` of what it gives.
            id: The file's own id, for a format that holds one article or gives none.
            options: What holds for all sources.

        Raises:
            OSError: If it cannot be opened.
            ArticleIndexError: If the file as a whole cannot be read.
        """
        ...


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Read a whole file, unpacked where it ends in .gz.

    Raises:
        OSError: If it cannot be opened.
        UnreadableFile: If it has more than `limits.file_bytes` bytes; no more than those are read.
    """
    size = path.stat().st_size
    if size <= limits.file_bytes:
        with open_file(path, limits.unpacked_bytes) as file:
            data = file.read(limits.file_bytes + 1)
        if len(data) <= limits.file_bytes:
            return data
    has = f"has {size:,} bytes" if size > limits.file_bytes else "has more bytes than it may when read to its end"
    raise UnreadableFile(f"{has}, at most {limits.file_bytes:,} are read as one article; split it")


def read_text(path: Path, limits: Limits) -> str:
    """Read a text file: in the encoding of its byte order mark, else UTF-8, else Windows-1252 with a warning.

    Line ends stay as they are.

    Raises:
        OSError: If it cannot be opened.
        UnreadableFile: If it is larger than `limits.file_bytes` or binary.
    """
    return decode(read_bytes(path, limits), str(path))


def decode(data: bytes, location: str) -> str:
    """Decode bytes as `read_text` does; `location` is for the messages."""
    encoding = marked_encoding(data)
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
        warn_of_encoding(location)
        return data.decode("cp1252", errors="replace")


def read_lines(
    path: Path, limits: Limits = Limits(), *, name: str | None = None, warn: bool = True, binary: bool = False
) -> Iterator[tuple[int, str | UnreadableFile]]:
    """Yield the lines of a file with their numbers from 1, decoded as `read_text` does but one at a time.

    A line keeps its end. One with NUL bytes, or of more than `limits.file_bytes`, comes as an error; in UTF-16 and
    UTF-32 what cannot be decoded is replaced.

    Args:
        path: The file.
        limits: How long a line may be, and how much a packed file may unpack to.
        name: What it is called in the warning of the first line that is not UTF-8; without one by its path.
        warn: Whether there is such a warning.
        binary: Whether lines with NUL bytes come like others.

    Raises:
        OSError: If the file cannot be read.
        UnreadableFile: If it ends in .gz and cannot be unpacked within the limits.
    """
    with open_file(path, limits.unpacked_bytes) as file:
        encoding = marked_encoding(file.read(4))
    with open_file(path, limits.unpacked_bytes) as file:
        if encoding:
            text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n")
            yield from _bounded_lines(text, "\n", limits.file_bytes)
            return
        for number, line in _bounded_lines(file, b"\n", limits.file_bytes):
            if isinstance(line, UnreadableFile):
                yield number, line
                continue
            if b"\0" in line and not binary:
                yield number, UnreadableFile(BINARY)
                continue
            try:
                yield number, line.decode("utf-8")
            except UnicodeDecodeError:
                if warn:
                    warn_of_encoding(f"{name or path}:{number}")
                    warn = False
                yield number, line.decode("cp1252", errors="replace")


def _bounded_lines(file: IO[AnyStr], end: AnyStr, limit: int) -> Iterator[tuple[int, AnyStr | UnreadableFile]]:
    number = 0
    while line := file.readline(limit + 1):
        number += 1
        if len(line) <= limit:
            yield number, line
            continue
        while line and not line.endswith(end):
            line = file.readline(limit)
        yield number, UnreadableFile(f"is longer than {limit:,} bytes, the most that is read as one record; split it")


def marked_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte order mark stands for, but for UTF-8's, which is a character like any other."""
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if data.startswith(mark)), None)


def warn_of_encoding(location: str) -> None:
    """Say that a text is not UTF-8 and was read as Windows-1252."""
    logger.warning("%s is not UTF-8; read as Windows-1252. Save it as UTF-8 if letters look wrong.", location)
