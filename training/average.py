"""Average readers that come of one another: the mean of their weights reads better than either, and costs nothing.

    python -m training.average READER_DIR READER_DIR [...] --out OUT_DIR [--shares 0.5 0.5]

Wortsman et al., "Model soups", ICML 2022. The outcome has no calibration; fit one with `training.calibrate`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from qa.read.weights import CARD_FILE, WEIGHTS_FILE, load_packaged_model
from training.train import file_sha256, write_reader, write_record


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("readers", nargs="+", type=Path)
    parser.add_argument("--shares", nargs="+", type=float, help="of each reader; without it, all the same")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    shares = arguments.shares or [1 / len(arguments.readers)] * len(arguments.readers)
    if len(shares) != len(arguments.readers) or abs(sum(shares) - 1) > 1e-6:
        parser.error(f"--shares takes {len(arguments.readers)} numbers that sum to 1, got {shares}")
    average(arguments.readers, shares, arguments.out)


def average(readers: Sequence[Path], shares: Sequence[float], out: Path) -> None:
    """Write the weighted mean of readers, and a record of what it was made of.

    Args:
        readers: Folders of readers with the same frozen parts.
        shares: The weight of each, together 1.
        out: The folder to write into.
    """
    cards = [json.loads((folder / CARD_FILE).read_text()) for folder in readers]
    model = load_packaged_model(readers[0])
    states = [load_file(folder / WEIGHTS_FILE) for folder in readers]
    mean = {
        name: torch.stack([share * state[name].float() for share, state in zip(shares, states, strict=True)]).sum(0)
        for name in states[0]
    }
    model.load_state_dict({**model.state_dict(), **mean})
    out.mkdir(parents=True, exist_ok=True)
    write_reader(model, out, max(card["trained_max_length"] for card in cards))
    made_of = [
        {"weights_sha256": file_sha256(folder / WEIGHTS_FILE), "share": share}
        for folder, share in zip(readers, shares, strict=True)
    ]
    write_record(out, {"average_of": made_of})


if __name__ == "__main__":
    main()
