"""Which articles of an index are gone from the folders they came from."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.article import clean_text

_RECORD = re.compile(r"(.+):\d+", re.DOTALL)
_REPLACED = "\ufffd"


@dataclass(frozen=True)
class Gone:
    """What came of comparing an index with the folders that were read.

    Attributes:
        ids: The articles that are gone, in order.
        left_by_folder: The folders, as they were named, that gave no article in this run, and how many articles of the
            index came from each; a drive may not be mounted, so those are left alone.
        unread: How many other articles are left alone since their file or their folder could not be read in full.
    """

    ids: list[str] = field(default_factory=list)
    left_by_folder: dict[str, int] = field(default_factory=dict)
    unread: int = 0

    def left_alone(self) -> list[str]:
        """Return a line for all that was left alone, and why."""
        lines = [
            f"left alone: articles from {folder}, which gave none in this run ({count} in the index); is a drive not "
            "mounted? pullquote remove takes them away all the same"
            for folder, count in self.left_by_folder.items()
        ]
        if self.unread:
            lines.append(
                "left alone: articles whose file or folder was not indexed, or not in full "
                f"({self.unread} that may still be there)"
            )
        return lines


def is_there(path: str) -> bool:
    """Tell whether there is a file, or a link, of that name; where that cannot be told, there may be."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


def gone(
    locations: Mapping[str, str | None],
    folders: Iterable[str | Path],
    read: Mapping[str, str | None],
    failed: Iterable[str],
    is_there: Callable[[str], bool] = is_there,
) -> Gone:
    """Find the articles that came from one of the folders and are not there any more.

    An article that was not read is gone when its file does not exist, or when the file was read in full and its record
    is in there no more. A file that exists under this name takes nothing away, whatever id its article has by now. So
    does one that failed, or of which a record failed, which may be any; and so does a folder that gave no article.

    Args:
        locations: Where each article of the index was read from: a file's absolute path, with `:NUMBER` for a record.
        folders: What was read; of that, each folder takes along all below it.
        read: All articles that were read, changed or not, and where.
        failed: The paths, records and addresses that could not be read.
        is_there: Tells whether there is a file of a name.
    """
    places = [location for location in read.values() if location is not None]
    files = {_file(location) for location in places}
    named_by_place = {location for id, location in read.items() if _is_named_by_place(id, location)}
    fruitful = {folder for location in places for folder in _folders(location)}
    roots = {_absolute(folder): str(folder) for folder in folders}
    failures = set(failed)
    unreadable = {path for one in failures for path in (_absolute(one), _file(_absolute(one)))}
    failures |= {one.partition("#")[0] for one in failures}

    ids: list[str] = []
    left = Counter[str]()
    unread = 0
    for id, location in sorted(locations.items()):
        above = set(_folders(location)) if location is not None else set[str]()
        within = [root for root in roots if root in above]
        if location is None or id in read or not within:
            continue
        empty = [root for root in within if root not in fruitful]
        if empty:
            left[roots[empty[0]]] += 1
        elif id in failures or not unreadable.isdisjoint(above | {location, _file(location)}):
            unread += 1
        elif location in named_by_place and _is_named_by_place(id, location):
            continue
        elif _is_gone(location, files, is_there):
            ids.append(id)
    return Gone(ids, dict(left), unread)


def _is_gone(location: str, files: set[str], is_there: Callable[[str], bool]) -> bool:
    if is_there(location):
        return False
    file = _file(location)
    if file != location and file in files:
        return True
    # A name that is not UTF-8 is stored with letters replaced, so that its file cannot be looked for.
    return _REPLACED not in location and not is_there(file)


def _is_named_by_place(id: str, location: str | None) -> bool:
    """Tell whether an id is only the end of the place; the same article has another when a folder above is read."""
    return location is not None and location.endswith(os.sep + id)


def _absolute(path: str | Path) -> str:
    """Return a path as an article's location holds it."""
    return clean_text(os.path.abspath(path))


def _file(location: str) -> str:
    """Return the file of a record, or the location itself."""
    found = _RECORD.fullmatch(location)
    return found[1] if found else location


def _folders(path: str) -> Iterator[str]:
    """Yield all folders that a path is below."""
    above = os.path.dirname(path)
    while above != path:
        yield above
        path, above = above, os.path.dirname(above)
