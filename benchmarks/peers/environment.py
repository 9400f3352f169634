"""A virtual environment for each tool, with the versions of its `requirements.txt`."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.peers.tools import HERE, Tool

ROOT = HERE.parent.parent
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
}


class ToolFailed(Exception):
    """A tool could not be installed or run; the message says why, without the paths of this machine."""


def installed(tool: Tool, folder: Path) -> Path:
    """Return the Python of a tool's environment, which is made anew if its pins have changed.

    Pullquote is also installed again if its code has changed.

    Raises:
        ToolFailed: If pip cannot install what is pinned.
    """
    place = folder / tool.name
    python, mark = place / "bin/python", place / "installed"
    own = tool.name == "pullquote"
    pins = digest([tool.requirements, *([ROOT / "requirements.lock", ROOT / "pyproject.toml"] if own else [])])
    wanted = f"{pins} {digest(_code()) if own else ''}"
    there = mark.read_text(encoding="utf-8") if mark.exists() else ""
    if not there.startswith(pins):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
    if there != wanted:
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*install, "--requirement", tool.requirements.name], cwd=tool.requirements.parent)
        mark.write_text(wanted, encoding="utf-8")
    return python


def run(command: Sequence[str], cwd: Path | None = None) -> None:
    """Run a command in a session of its own, offline but for pip, with one thread of each library for each core.

    Raises:
        ToolFailed: If it fails; with the last line that it said.
    """
    threads = str(os.cpu_count())
    environment = {**os.environ, **OFFLINE, "OMP_NUM_THREADS": threads, "RAYON_NUM_THREADS": threads}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if done.returncode:
        raise ToolFailed(reason(done.stderr) or f"It ended with exit status {done.returncode}.")


def reason(said: str) -> str:
    r"""Return the last line of what a command said, its paths cut to the names of the files.

    >>> reason("Traceback ...\nOSError: /tmp/models/reader is no folder\n")
    'OSError: reader is no folder'
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return re.sub(r"/\S*/", "", lines[-1]) if lines else ""


def size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of the contents of files, in their order."""
    contents = hashlib.sha256()
    for path in paths:
        contents.update(hashlib.sha256(path.read_bytes()).digest())
    return contents.hexdigest()


def _code() -> list[Path]:
    return [path for package in ("index", "qa") for path in sorted((ROOT / package).rglob("*.py"))]
