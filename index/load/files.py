"""Finding files: those named, those in folders, those that a pattern matches."""

from __future__ import annotations

import fnmatch
import glob
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.load.base import Failure, PassedOver


@dataclass(frozen=True)
class File:
    """A file to read.

    Attributes:
        path: Where it is, absolute.
        id: Its path below the folder that was named, or its name.
        named: Whether it was named itself, rather than found in a folder or by a pattern.
    """

    path: Path
    id: str
    named: bool


def find_files(source: str | Path) -> Iterator[File | Failure | PassedOver]:
    """Find the files of a path or of a pattern such as `news/**/*.html`, in the order of their names.

    In a pattern, `**` stands for any number of folders. Hidden files and folders are left out, and links to folders
    are not followed. A pattern matches files only; their ids are their paths below its first part that is no pattern.
    """
    given = str(source)
    path = Path(os.path.abspath(given))
    try:
        if path.is_dir():
            yield from _below(path, lambda _: True)
        elif os.path.lexists(path):
            yield File(path, path.name, named=True)
        elif glob.has_magic(given):
            yield from _matching(given)
        else:
            path.lstat()
    except FileNotFoundError:
        yield Failure(given, "does not exist")
    except (OSError, ValueError) as error:
        yield Failure(given, f"cannot be read: {getattr(error, 'strerror', None) or error}")


def identity(file: File) -> tuple[int, int]:
    """Return what tells a file from others, whatever its name.

    Raises:
        OSError: If there is no such file, or it is no file: a pipe or a device, which may never end.
    """
    status = file.path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is not a regular file")
    return status.st_dev, status.st_ino


def _matching(given: str) -> Iterator[File | Failure | PassedOver]:
    parts = Path(given).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    root = Path(os.path.abspath(Path(*parts[:fixed])))
    found = list(_below(root, lambda id: _matches(tuple(id.split("/")), parts[fixed:]))) if root.is_dir() else []
    if not any(isinstance(item, File) for item in found):
        yield Failure(given, f"matches no file below {root}")
    yield from found


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern or not parts:
        return not parts and all(part == "**" for part in pattern)
    if pattern[0] == "**":
        return _matches(parts, pattern[1:]) or _matches(parts[1:], pattern)
    return fnmatch.fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _below(root: Path, wanted: Callable[[str], bool]) -> Iterator[File | Failure | PassedOver]:
    closed: list[OSError] = []
    found: list[Path] = []
    links: list[Path] = []
    for folder, folders, names in os.walk(root, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links += [path for path in (Path(folder) / name for name in folders) if path.is_symlink()]
        found += [Path(folder) / name for name in names if not name.startswith(".")]
    relative = ((path, path.relative_to(root).as_posix()) for path in sorted(found))
    yield from (File(path, id, named=False) for path, id in relative if wanted(id))
    yield from (PassedOver(str(path)) for path in sorted(links))
    yield from (Failure(str(error.filename), f"cannot be read: {error.strerror}") for error in closed)
