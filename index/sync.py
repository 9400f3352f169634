"""Which articles of an index are gone from the folders they came from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path


def gone(
    locations: Mapping[str, str | None], folders: Iterable[str | Path], read: Collection[str], failed: Iterable[str]
) -> list[str]:
    """Return the ids of the articles that came from one of the folders and are not there any more, in order.

    What could not be read is not gone: neither a file nor a folder that failed, nor a folder that is not there, as a
    drive that is not mounted.

    Args:
        locations: Where each article of the index was read from: a file's absolute path, with `:LINE` for a record.
        folders: The folders that were read, each with all below it.
        read: The ids of all articles that were read, changed or not.
        failed: The paths that could not be read.
    """
    roots = [os.path.abspath(folder) for folder in folders if Path(folder).is_dir()]
    unread = [os.path.abspath(path) for path in failed]

    def is_gone(location: str | None) -> bool:
        if location is None or not any(_below(location, root) for root in roots):
            return False
        return not any(location == path or location.startswith(f"{path}:") or _below(location, path) for path in unread)

    return sorted(i for i, location in locations.items() if i not in read and is_gone(location))


def _below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)
