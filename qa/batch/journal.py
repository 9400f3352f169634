"""The answers of a run that is not at its end, kept beside the file they are for so that the run can go on.

The first line says what the answers are to: the file of questions, the index, the options. Each line after it is a row.
A chunk of rows is written, flushed and synced at once. After a kill the rows of the last whole chunk stand; what is
behind them is cut off, so that chunks are the same ones however often a run was stopped.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from qa.batch.result import Outcomes, Record
from qa.errors import OutputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_FORMAT = "pullquote-batch"
_VERSION = 1
_BEGINNING = f'{{"format": "{_FORMAT}"'.encode()


class Journal:
    """Rows of answers in a file; a context manager. One process at a time may have it."""

    def __init__(self, path: Path, file: IO[bytes], total: int, chunk: int) -> None:
        self.path = path
        self.done = 0
        self.counts: Counter[Outcomes] = Counter()
        self._file = file
        self._total = total
        self._chunk = chunk

    @classmethod
    def open(cls, path: Path, about: Mapping[str, Any], total: int, chunk: int, *, restart: bool = False) -> Journal:
        """Take up a journal, or begin one.

        Args:
            path: Its file.
            about: What the answers are to, by what a user calls it; JSON-ready.
            total: How many rows there will be.
            chunk: How many rows are appended at a time.
            restart: Leave out what is there.

        Raises:
            OutputError: If what is there is none, or is about something else, saying what.
            OSError: If it cannot be read or written.
        """
        file = path.open("r+b" if path.exists() else "w+b")
        try:
            journal = cls(path, file, total, chunk)
            about = {**about, "rows in a chunk": chunk}
            head = file.readline()
            if restart or (not head.endswith(b"\n") and _BEGINNING.startswith(head[: len(_BEGINNING)])):
                journal._begin(about)
            else:
                journal._check(head, about)
                journal._take_up(len(head))
        except BaseException:
            file.close()
            raise
        return journal

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def append(self, records: Sequence[Record]) -> None:
        """Add the next rows: a chunk of them, or the last ones. They are on the disk when this returns."""
        lines = [_line(number, record) for number, record in enumerate(records, start=self.done + 1)]
        self._file.write(b"".join(lines))
        self._sync()
        self.done += len(records)
        self.counts.update(record.kind for record in records)

    def records(self) -> Iterator[Record]:
        """Yield all rows, in order, each equal to what was appended."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                yield _record(line)

    def remove(self) -> None:
        """Delete the file."""
        self._file.close()
        self.path.unlink()

    def _begin(self, about: Mapping[str, Any]) -> None:
        self._file.seek(0)
        self._file.truncate()
        header = {"format": _FORMAT, "version": _VERSION, "about": dict(about)}
        self._file.write(json.dumps(header).encode() + b"\n")
        self._sync()
        sync_folder(self.path.parent)

    def _check(self, head: bytes, about: Mapping[str, Any]) -> None:
        try:
            header = json.loads(head)
            known = header["format"] == _FORMAT and header["version"] == _VERSION
            was = dict(header["about"])
        except (ValueError, KeyError, TypeError):
            known, was = False, {}
        if not known:
            raise OutputError(
                f"{str(self.path)!r} stands in the way and is not of a run of this version that was stopped. Delete "
                "it, or give --restart to begin in its place."
            )
        now = json.loads(json.dumps(about))
        changed = [
            f"{name} (was {_shown(was.get(name))}, is {_shown(now.get(name))})"
            for name in dict.fromkeys((*was, *now))
            if was.get(name) != now.get(name)
        ]
        if changed:
            raise OutputError(
                f"{str(self.path)!r} has the answers of a run that was stopped, and since then changed: "
                f"{'; '.join(changed)}. Put it back as it was to go on, or give --restart to begin again."
            )

    def _take_up(self, offset: int) -> None:
        """Count the rows of whole chunks, and cut off what is behind them."""
        kept, counts = offset, Counter[Outcomes]()
        for number, line in enumerate(self._file, start=1):
            kind = _kind(line, number)
            if kind is None:
                break
            offset += len(line)
            counts[kind] += 1
            if number % self._chunk == 0 or number == self._total:
                kept, self.done, self.counts = offset, number, counts.copy()
        self._file.seek(kept)
        self._file.truncate()
        self._sync()

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a new or renamed file's name to the disk, where the system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(number: int, record: Record) -> bytes:
    row: dict[str, Any] = {"row": number, "kind": record.kind}
    if record.answer is None:
        row["error"] = record.error
    else:
        row["answer"] = asdict(record.answer)
    return json.dumps(row).encode() + b"\n"


def _kind(line: bytes, number: int) -> Outcomes | None:
    """Return what a line counts as; None if it is not the whole line of the row of that number."""
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    if not isinstance(row, dict) or row.get("row") != number:
        return None
    kind: Outcomes | None = row.get("kind")
    return kind


def _record(line: bytes) -> Record:
    row = json.loads(line)
    if "answer" not in row:
        return Record(None, row["error"])
    return Record(_adapter().validate_python(row["answer"]))


def _shown(value: Any) -> str:
    text = str(value) if not isinstance(value, str) else value
    return text.removeprefix("sha256:")[:60] or "none"


@cache
def _adapter() -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    from qa.answer import Answer

    return TypeAdapter(Answer)
