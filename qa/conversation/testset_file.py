"""Writing a test set to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qa.errors import OutputError


def check_output(path: Path) -> None:
    """Check that a test set can go to a file, before it is made.

    Raises:
        OutputError: If it has another ending than .json, or its folder does not exist.
    """
    if path.suffix.lower() != ".json":
        raise OutputError(f"Got {str(path)!r} for the test set, expected a name that ends in .json.")
    if not path.parent.is_dir() or path.is_dir():
        raise OutputError(f"Cannot write {str(path)!r}: name a file in a folder that exists.")


def write_testset(document: dict[str, Any], path: Path) -> None:
    """Write a test set beside its file (`NAME.partial`), in whose place it is put when it is whole.

    Raises:
        OutputError: If it cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error
