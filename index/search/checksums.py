"""The checksums that tantivy writes at the end of its files and never looks at again."""

from __future__ import annotations

import json
import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path

_MAGIC = (1337).to_bytes(4, "little")
_TAIL = 8


def damaged_files(folder: Path) -> list[str]:
    """Return the names of the files whose content is not what their checksum says, in order.

    A file without a checksum is left out: another process may be writing it; one that is torn tantivy does not open.
    """
    return [path.name for path in sorted(folder.glob("*.*")) if _is_damaged(path)]


def _is_damaged(path: Path) -> bool:
    try:
        if path.stat().st_size <= _TAIL:
            return False
        return _differs(path)
    except FileNotFoundError:
        return False


def _differs(path: Path) -> bool:
    """Read the footer, which is JSON, then its length and four bytes that are always the same."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data, memoryview(data) as view:
        if view[-4:] != _MAGIC:
            return False
        end = len(view) - _TAIL - int.from_bytes(view[-_TAIL:-4], "little")
        try:
            footer = json.loads(bytes(view[max(0, end) : -_TAIL]))
            return bool(zlib.crc32(view[:end]) != footer["crc"])
        except (ValueError, KeyError):
            return True
