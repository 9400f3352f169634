"""Runs the pullquote command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "pullquote")
Done = subprocess.CompletedProcess[str]


class Run:
    """Runs commands in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, **environment: str) -> Done:
        return subprocess.run(
            [COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=120,
            env={**{k: v for k, v in os.environ.items() if not k.startswith("PULLQUOTE_")}, **environment},
        )  # fmt: skip
