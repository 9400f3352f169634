"""Train the reader: encoder layers 1 to 5 and the span head, over the packaged all-MiniLM-L6-v2.

    python -m training.train --data TRAIN_DIR --dev DEV_DIR --out OUT_DIR --recipe NAME [--start-from READER_DIR]

Deterministic by seed; stopped and started again it goes on from its last checkpoint. OUT_DIR gets `reader.safetensors`
and `reader.json` as the product loads them, and `run.json` with settings, data hashes and losses.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch.nn.utils import clip_grad_norm_
from transformers import AutoTokenizer, get_linear_schedule_with_warmup

from index.packaged import PACKAGED_MODEL, PACKAGED_SHA256, packaged_model_folder
from qa.evaluate.testset import read_squad
from qa.read.weights import READER_FOLDER, load_packaged_model
from training.examples import Example, Mixture
from training.overlap import leaking
from training.recipes import RECIPES

logger = logging.getLogger("training")

FROZEN = ("embeddings", "encoder.layer.0")


@dataclass(frozen=True)
class Settings:
    """What decides a run, beside its data."""

    recipe: str
    seed: int
    warmup: float = 0.03
    weight_decay: float = 0.01
    gradient_norm: float = 1.0
    batch: int = 16
    max_length: int = 240
    checkpoint_every: int = 100


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start-from", type=Path, default=READER_FOLDER)
    parser.add_argument("--recipe", choices=sorted(RECIPES), required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    settings = Settings(arguments.recipe, arguments.seed)
    check_overlap(arguments.data, arguments.dev)
    train(arguments.data, arguments.out, arguments.start_from, settings)


def check_overlap(data: Path, dev: Path) -> None:
    """Refuse training sets that share text with a development set."""
    contexts = {folder: _contexts(folder) for folder in (data, dev)}
    for folder, found in contexts.items():
        if not found:
            raise SystemExit(f"{folder} holds no SQuAD files (*.json.gz).")
    shared = leaking(contexts[data], contexts[dev])
    if shared:
        raise SystemExit(f"{len(shared)} training contexts stand in {dev}, such as: {shared[0][:120]!r}")


def train(data: Path, out: Path, start_from: Path, settings: Settings) -> None:
    """Train, or go on training, and write the reader."""
    torch.manual_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(packaged_model_folder(), local_files_only=True)

    def token_spans(text: str) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )["offset_mapping"]
        return spans

    recipe = RECIPES[settings.recipe]
    examples = Mixture(data, token_spans, settings.seed).draw(recipe.shares, recipe.elsewhere, recipe.swapped)
    batches = list(make_batches(examples, tokenizer, settings))
    logger.info("%d examples, %d steps", len(examples), len(batches))
    made_of = {
        "settings": asdict(settings),
        "recipe": asdict(recipe),
        "start_from_sha256": _sha256(start_from / "reader.safetensors"),
        "data_sha256": _hashes(data),
    }
    run = Run(load_packaged_model(start_from), len(batches), recipe.rate, settings, json.dumps(made_of))
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        run.restore(checkpoint)
        logger.info("going on from step %d", run.step)
    clock = Clock(run.step, len(batches))
    for inputs in batches[run.step :]:
        run.learn(inputs)
        if run.step % settings.checkpoint_every == 0 or run.step == len(batches):
            run.save(checkpoint)
            logger.info("step %d of %d, loss %.3f, %s", run.step, len(batches), run.recent_loss(), clock.left(run.step))
    write_reader(run.model, out, settings)
    record = {**made_of, "examples": len(examples), "losses": run.losses}
    (out / "run.json").write_text(json.dumps(record, indent=1) + "\n")


class Run:
    """A model in training: its optimizer, its schedule and how far it is."""

    def __init__(self, model: Any, steps: int, rate: float, settings: Settings, made_of: str) -> None:
        self.model = model
        self.step = 0
        self.losses: list[float] = []
        self._settings = settings
        self._made_of = made_of
        for name, parameter in model.named_parameters():
            parameter.requires_grad = not name.startswith(tuple(f"bert.{part}." for part in FROZEN))
        self._trained = [p for p in model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(self._trained, lr=rate, weight_decay=settings.weight_decay)
        warmup = int(settings.warmup * steps)
        self._schedule = get_linear_schedule_with_warmup(self._optimizer, warmup, steps)  # type: ignore[no-untyped-call]
        model.train()

    def learn(self, inputs: dict[str, torch.Tensor]) -> None:
        """Take one step."""
        loss = self.model(**inputs).loss
        loss.backward()
        clip_grad_norm_(self._trained, self._settings.gradient_norm)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        self.losses.append(loss.item())
        self.step += 1

    def recent_loss(self) -> float:
        """Return the mean loss since about the last checkpoint."""
        recent = self.losses[-self._settings.checkpoint_every :]
        return sum(recent) / len(recent)

    def save(self, path: Path) -> None:
        """Write everything that is needed to go on."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "random": torch.get_rng_state(),
            "step": self.step,
            "losses": self.losses,
            "made_of": self._made_of,
        }
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").replace(path)

    def restore(self, path: Path) -> None:
        """Go back to what `save` wrote, if it was of this very run."""
        state = torch.load(path, weights_only=True)
        if state["made_of"] != self._made_of:
            raise SystemExit(f"{path} is of a run with other settings or data; name another --out or remove it.")
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        self.step, self.losses = state["step"], state["losses"]


class Clock:
    """Estimates the time that is left."""

    def __init__(self, step: int, steps: int) -> None:
        self._began, self._first, self._steps = time.monotonic(), step, steps

    def left(self, step: int) -> str:
        """Say how long the rest takes at the pace so far."""
        pace = (time.monotonic() - self._began) / max(1, step - self._first)
        return f"{pace * (self._steps - step) / 60:.0f} minutes left"


def make_batches(examples: Sequence[Example], tokenizer: Any, settings: Settings) -> Iterator[dict[str, torch.Tensor]]:
    """Yield batches of examples of like length, in a random order."""
    encoded = tokenizer(
        [e.question for e in examples],
        [e.passage for e in examples],
        truncation="only_second",
        max_length=settings.max_length,
        return_offsets_mapping=True,
    )
    order = list(range(len(examples)))
    shuffle = random.Random(settings.seed)
    shuffle.shuffle(order)
    pool = 50 * settings.batch
    groups: list[list[int]] = []
    for at in range(0, len(order), pool):
        part = sorted(order[at : at + pool], key=lambda i: len(encoded["input_ids"][i]))
        groups += [part[j : j + settings.batch] for j in range(0, len(part), settings.batch)]
    shuffle.shuffle(groups)
    for group in groups:
        inputs = tokenizer.pad(
            {key: [encoded[key][i] for i in group] for key in tokenizer.model_input_names}, return_tensors="pt"
        )
        targets = [_target(examples[i], encoded, i) for i in group]
        yield {
            **inputs,
            "start_positions": torch.tensor([start for start, _ in targets]),
            "end_positions": torch.tensor([end for _, end in targets]),
        }


def _target(example: Example, encoded: Any, i: int) -> tuple[int, int]:
    """Return the first and last token of the answer; [CLS], at 0, where there is none or it was cut off."""
    if example.start == example.end:
        return 0, 0
    offsets, sequence = encoded["offset_mapping"][i], encoded.sequence_ids(i)
    inside = [
        t for t, (start, end) in enumerate(offsets) if sequence[t] == 1 and start < example.end and end > example.start
    ]
    whole = bool(inside) and offsets[inside[-1]][1] >= example.end
    return (inside[0], inside[-1]) if whole else (0, 0)


def write_reader(model: Any, out: Path, settings: Settings) -> None:
    """Write the trained layers in half precision, and the card that the product reads."""
    frozen = tuple(f"bert.{part}." for part in FROZEN)
    state = {
        name: tensor.to(torch.float16).contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith(frozen)
    }
    save_file(state, out / "reader.safetensors", metadata={"base": PACKAGED_MODEL})
    card = {
        "architecture": "BertForQuestionAnswering",
        "base": PACKAGED_MODEL,
        "base_sha256": PACKAGED_SHA256,
        "weights_sha256": _sha256(out / "reader.safetensors"),
        "frozen": list(FROZEN),
        "trained_max_length": settings.max_length,
        "null_threshold": 0.0,
        "calibration": None,
    }
    (out / "reader.json").write_text(json.dumps(card, indent=2) + "\n")


def _contexts(folder: Path) -> set[str]:
    return {question.context for path in sorted(folder.glob("*.json.gz")) for question in read_squad(path).questions}


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: _sha256(path) for path in sorted(folder.glob("*.json.gz"))}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
