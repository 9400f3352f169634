"""The assistant that a command answers with: its index opened, its reader loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qa.index_commands import open_index

if TYPE_CHECKING:
    from index.search.filters import Filter
    from index.store import Index
    from qa.assistant import Assistant


@contextmanager
def open_assistant(
    folder: Path,
    reader: str,
    threshold: float | None,
    passages: int,
    searched: AbstractContextManager[Index] | None = None,
    only: Filter | None = None,
) -> Iterator[Assistant]:
    """Open the index of a folder, or the one that is given in its place, and load the reader."""
    with searched or open_index(folder) as store:
        from index.search.filters import EVERYTHING
        from qa.assistant import Assistant

        with _collector_off():
            from qa.read import load_reader

            assistant = Assistant(
                store, load_reader(reader), passages=passages, threshold=threshold, only=only or EVERYTHING
            )
            assistant.warm_up()
        yield assistant


@contextmanager
def _collector_off() -> Iterator[None]:
    """Load without the garbage collector: looking again and again at all that torch brings costs a second."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
