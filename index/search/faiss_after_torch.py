"""FAISS, imported after torch: in the other order two OpenMP libraries crash on macOS. Import it from here only."""

from __future__ import annotations

import torch  # noqa: F401  isort: skip
import faiss

__all__ = ["faiss"]
