"""Files, and files packed by gzip, opened alike."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

from index.errors import UnreadableFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def is_compressed(path: Path) -> bool:
    """Tell by its ending whether a file is packed by gzip."""
    return path.suffix.lower() == ".gz"


def open_file(path: Path, unpacked_bytes: int) -> IO[bytes]:
    """Open a file for reading bytes; one that ends in .gz is unpacked while it is read.

    Reading from a packed file raises UnreadableFile where it is damaged, and where it has given `unpacked_bytes`.

    Raises:
        OSError: If it cannot be opened.
    """
    if not is_compressed(path):
        return path.open("rb")
    return io.BufferedReader(_Unpacked(gzip.GzipFile(path, "rb"), unpacked_bytes), 1 << 16)


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a gzip file, up to a limit."""

    def __init__(self, file: gzip.GzipFile, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._left = limit

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Unpack the next bytes into a buffer."""
        try:
            data = self._file.read(min(len(memoryview(buffer)), self._left + 1))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UnreadableFile(f"ends in .gz but cannot be unpacked: {error}") from None
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableFile(f"unpacks to more than {self._limit:,} bytes, the most that is read; split it")
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the packed file."""
        self._file.close()
        super().close()
