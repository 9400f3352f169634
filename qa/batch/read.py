"""Files of questions, whatever their format: found, counted, read a row at a time."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, get_args

from index.errors import UnreadableFile
from index.load.compressed import is_compressed
from qa.batch.limits import MAX_COLUMNS
from qa.batch.lines import read_json_lines, read_plain
from qa.batch.question import FORMATS, Format, Layout, Question, Source
from qa.batch.table import read_table
from qa.batch.workbook import read_workbook
from qa.errors import InvalidBatch

_READERS: dict[Format, Callable[[Source, Layout], Iterator[Question]]] = {
    "txt": read_plain,
    "csv": read_table,
    "tsv": read_table,
    "jsonl": read_json_lines,
    "xlsx": read_workbook,
}


@dataclass(frozen=True)
class Survey:
    """What a file of questions holds.

    Attributes:
        questions: How many rows.
        columns: The names of the columns beside the questions, `id` included, in the order in which they first come;
            more than `MAX_COLUMNS` are not listed on.
        digest: "sha256:" and the hex digest of the file's bytes.
        repeated: How many rows have an id that an earlier one has.
        first_repeated: Where the first of them is, and its id.
    """

    questions: int
    columns: tuple[str, ...]
    digest: str
    repeated: int = 0
    first_repeated: str = ""


def find_source(path: Path, layout: Layout = Layout()) -> Source:
    """Tell how a file of questions is read.

    Raises:
        InvalidBatch: If neither its ending nor the layout says so, or it is a folder.
    """
    inner = Path(path.stem) if is_compressed(path) else path
    ending = layout.format or inner.suffix.lower().removeprefix(".")
    known = next((known for known in get_args(Format) if known == ending), None)
    if _is_folder(path):
        raise InvalidBatch(f"Got the folder {str(path)!r} as the file of questions, expected a file.")
    if known is None:
        names = ", ".join(f".{name}" for name in FORMATS)
        raise InvalidBatch(
            f"Got {str(path)!r} as the file of questions, expected one that ends in {names}, or --format."
        )
    return Source(path, str(path), known)


@contextmanager
def spooled(file: IO[bytes], source: Source) -> Iterator[Source]:
    """Copy a stream, such as standard input or a pipe, to a temporary file, since it is read more than once.

    Args:
        file: The stream.
        source: What it is called and how it is read; its path's ending says whether it is packed.
    """
    with tempfile.TemporaryDirectory(prefix="pullquote-") as folder:
        path = Path(folder) / f"questions.{source.format}{'.gz' if is_compressed(source.path) else ''}"
        try:
            with path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError as error:
            raise InvalidBatch(f"Cannot copy {source.name} to {folder!r}: {error.strerror or error}.") from error
        yield replace(source, path=path)


def read_questions(source: Path | Source, layout: Layout = Layout()) -> Iterator[Question]:
    """Yield the rows of a file of questions in order, one at a time.

    Blank rows are left out; one that cannot be read comes with its error.

    Raises:
        InvalidBatch: If the file cannot be read, has another ending, or has no column of questions.
    """
    found = find_source(source, layout) if isinstance(source, Path) else source
    try:
        yield from _READERS[found.format](found, layout)
    except OSError as error:
        raise InvalidBatch(f"Cannot read {found.name!r}: {error.strerror or error}.") from error
    except UnreadableFile as error:
        raise InvalidBatch(f"{found.name} {error}.") from error


def survey(source: Path | Source, layout: Layout = Layout()) -> Survey:
    """Read a file of questions once, before the models are loaded; in constant memory.

    Raises:
        InvalidBatch: If it has no question that can be read, or see `read_questions`.
    """
    found = find_source(source, layout) if isinstance(source, Path) else source
    columns: dict[str, None] = {}
    total, first_error, readable, repeated, first_repeated = 0, None, False, 0, ""
    with closing(sqlite3.connect("")) as ids:  # a database of its own in a temporary file
        ids.execute("CREATE TABLE seen (id PRIMARY KEY) WITHOUT ROWID")
        for row in read_questions(found, layout):
            total += 1
            readable = readable or row.text is not None
            first_error = first_error or row.error
            if len(columns) <= MAX_COLUMNS:
                columns.update(dict.fromkeys(("id", *row.columns) if row.id is not None else row.columns))
            if row.id not in (None, "") and not _is_new(ids, row):
                first_repeated = first_repeated or f"{row.location} has {row.id!r}"
                repeated += 1
    if not total:
        raise InvalidBatch(f"{found.name!r} has no questions.")
    if not readable:
        raise InvalidBatch(f"{found.name!r} has no question that can be read; the first row: {first_error}.")
    return Survey(total, tuple(columns), digest(found), repeated, first_repeated)


def digest(source: Source) -> str:
    """Return "sha256:" and the hex digest of a file's bytes."""
    try:
        with source.path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise InvalidBatch(f"Cannot read {source.name!r}: {error.strerror or error}.") from error


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise InvalidBatch(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error


def _is_new(ids: sqlite3.Connection, row: Question) -> bool:
    key = json.dumps(row.id, default=str)
    return bool(ids.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount)
