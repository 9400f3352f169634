"""Runs the pullquote command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "pullquote")
Done = subprocess.CompletedProcess[str]


class Run:
    """Runs commands in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Done:
        variables = {**os.environ, **changes(environment)}
        return subprocess.run(
            [COMMAND, *arguments], cwd=self.folder, input=stdin, capture_output=True, text=True, check=False,
            timeout=120, env={name: value for name, value in variables.items() if value is not None},
        )  # fmt: skip


def changes(environment: Mapping[str, str]) -> dict[str, str | None]:
    """What a command's environment differs in from the test's: Pullquote's own variables are only those given."""
    return {**dict.fromkeys(name for name in os.environ if name.startswith("PULLQUOTE_")), **environment}
