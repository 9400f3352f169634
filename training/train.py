"""Train the reader: the encoder layers and the span head, over the packaged all-MiniLM-L6-v2.

    python -m training.train --data TRAIN_DIR --dev DEV_DIR --out OUT_DIR [--recipe NAME] [--seed N]
        [--start-from READER_DIR] [--precision bfloat16]

Deterministic by seed; stopped and started again it goes on from its last checkpoint. OUT_DIR gets `reader.safetensors`
and `reader.json` as the product loads them, and `run.json` with settings, data hashes, the mean loss between
checkpoints, and EM and F1 on the fitting halves of the development sets. On a processor that multiplies bfloat16 in
hardware (AMX), `--precision bfloat16` is several times as fast; weights stay in float32.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.nn.utils import clip_grad_norm_
from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

from index.packaged import PACKAGED_MODEL, PACKAGED_SHA256, packaged_model_folder
from qa.evaluate.testset import read_squad
from qa.read import load_reader
from qa.read.weights import CARD_FILE, WEIGHTS_FILE, load_packaged_model
from training.batches import make_batches
from training.examples import Mixture
from training.figures import right_text_figures
from training.losses import shared_norm_loss
from training.overlap import leaking
from training.recipes import RECIPES, Recipe

logger = logging.getLogger("training")

RECORD_FILE = "run.json"
FROZEN = ("embeddings",)


@dataclass(frozen=True)
class Settings:
    """What decides a run, beside its data."""

    recipe: str
    seed: int
    precision: str
    warmup: float = 0.03
    weight_decay: float = 0.01
    gradient_norm: float = 1.0
    attention_dropout: float = 0.0
    batch: int = 16
    max_length: int = 240
    checkpoint_every: int = 250
    cool_down: tuple[int, int] | None = None
    """From which step on, and over how many, the rate falls to 0 and the run ends, before all is learned from."""


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="everything")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start-from", type=Path, help="a reader's folder; without it, the packaged model")
    parser.add_argument("--cool-down", nargs=2, type=int, metavar=("STEP", "STEPS"), help="end early, in so many steps")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    cool_down = tuple(arguments.cool_down) if arguments.cool_down else None
    settings = Settings(arguments.recipe, arguments.seed, arguments.precision, cool_down=cool_down)
    check_overlap(arguments.data, arguments.dev)
    train(arguments.data, arguments.out, arguments.start_from, settings)
    record = json.loads((arguments.out / RECORD_FILE).read_text())
    record["figures"] = right_text_figures(load_reader(str(arguments.out)), arguments.dev)
    write_record(arguments.out, record)
    logger.info("%s", record["figures"])


def check_overlap(data: Path, dev: Path) -> None:
    """Refuse training sets that share text with a development set."""
    contexts = {folder: _contexts(folder) for folder in (data, dev)}
    for folder, found in contexts.items():
        if not found:
            raise SystemExit(f"{folder} holds no SQuAD files (*.json.gz).")
    shared = leaking(contexts[data], contexts[dev])
    if shared:
        raise SystemExit(f"{len(shared)} training contexts stand in {dev}, such as: {shared[0][:120]!r}")


def train(data: Path, out: Path, start_from: Path | None, settings: Settings) -> None:
    """Train, or go on training, and write the reader."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(packaged_model_folder(), local_files_only=True)

    def token_spans(text: str) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )["offset_mapping"]
        return spans

    recipe = RECIPES[settings.recipe]
    mixture = Mixture(data, token_spans, settings.seed)
    groups = mixture.draw(recipe.shares, recipe.elsewhere, recipe.nearest, recipe.swapped, recipe.retrieved)
    batches = list(make_batches(groups, tokenizer, settings.batch, settings.max_length, settings.seed))
    schedule = Schedule(len(batches), int(settings.warmup * len(batches)), settings.cool_down)
    batches = batches[: schedule.last]
    examples = sum(len(batch["input_ids"]) for batch in batches)
    logger.info("%d examples, %d steps", examples, len(batches))
    made_of = {
        "settings": asdict(settings),
        "recipe": asdict(recipe),
        "start_from_sha256": file_sha256(start_from / WEIGHTS_FILE) if start_from else PACKAGED_SHA256,
        "data_sha256": _hashes(data),
    }
    model = load_packaged_model(start_from) if start_from else untrained_model()
    begun_with = {**made_of, "settings": {k: v for k, v in asdict(settings).items() if k != "cool_down"}}
    run = Run(model, schedule, recipe, settings, json.dumps(begun_with))
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
    write_reader(run.model, out, settings.max_length)
    record = {**made_of, "examples": examples, "losses": run.mean_losses()}
    write_record(out, record)


@dataclass(frozen=True)
class Schedule:
    """The share of the highest rate at each step: up, then down to 0 in a straight line, sooner with a cool-down."""

    steps: int
    warmup: int
    cool_down: tuple[int, int] | None = None

    @property
    def last(self) -> int:
        """How many steps are taken."""
        return self.steps if self.cool_down is None else min(self.steps, sum(self.cool_down))

    def share(self, step: int) -> float:
        """Return the share of the highest rate, 0 to 1, for a step from 0."""
        if self.cool_down is not None and step > self.cool_down[0]:
            begins, over = self.cool_down
            return self.share(begins) * max(0.0, 1 - (step - begins) / over)
        if step < self.warmup:
            return step / max(1, self.warmup)
        return max(0.0, (self.steps - step) / max(1, self.steps - self.warmup))


class Run:
    """A model in training: its optimizer, its schedule and how far it is."""

    def __init__(self, model: Any, schedule: Schedule, recipe: Recipe, settings: Settings, made_of: str) -> None:
        self.model = model
        self.step = 0
        self.losses: list[float] = []
        self._settings = settings
        self._made_of = made_of
        self._cool_down = schedule.cool_down
        self._precision = getattr(torch, settings.precision)
        for name, parameter in model.named_parameters():
            parameter.requires_grad = not name.startswith(_frozen_prefixes())
        self._trained = [p for p in model.parameters() if p.requires_grad]
        groups = list(parameter_groups(model, recipe.rate, recipe.layer_decay))
        self._optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, schedule.share)
        model.train()
        model.set_attn_implementation("eager")  # on the CPU the faster one to learn with
        for layer in model.bert.encoder.layer:
            layer.attention.self.dropout.p = settings.attention_dropout

    def learn(self, inputs: dict[str, torch.Tensor]) -> None:
        """Take one step."""
        group = inputs["group"]
        with torch.autocast("cpu", self._precision, enabled=self._precision != torch.float32):
            output = self.model(**{name: tensor for name, tensor in inputs.items() if name != "group"})
        loss = output.loss
        if len(set(group.tolist())) < len(group):
            for logits, target in (("start_logits", "start_positions"), ("end_logits", "end_positions")):
                loss = loss + 0.5 * shared_norm_loss(
                    output[logits].float(), inputs[target], inputs["attention_mask"], group
                )
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

    def mean_losses(self) -> list[float]:
        """Return the mean loss of the steps up to each checkpoint since the one before."""
        every = self._settings.checkpoint_every
        parts = [self.losses[at : at + every] for at in range(0, len(self.losses), every)]
        return [round(sum(part) / len(part), 4) for part in parts]

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
            "cool_down": self._cool_down,
        }
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").replace(path)

    def restore(self, path: Path) -> None:
        """Go back to what `save` wrote, if it was of this very run."""
        state = torch.load(path, weights_only=True)
        cooled = self._cool_down is not None and state["step"] <= self._cool_down[0]
        if state["made_of"] != self._made_of or (state.get("cool_down") != self._cool_down and not cooled):
            raise SystemExit(f"{path} is of a run with other settings or data; name another --out or remove it.")
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        self.step, self.losses = state["step"], state["losses"]


def untrained_model() -> Any:
    """Return the packaged model with a span head of random weights."""
    folder = packaged_model_folder()
    model = BertForQuestionAnswering(BertConfig.from_json_file(str(folder / "config.json")))
    base = {f"bert.{name}": tensor for name, tensor in load_file(folder / "model.safetensors").items()}
    head = {name: tensor for name, tensor in model.state_dict().items() if name.startswith("qa_outputs.")}
    body = {name: base[name] for name in model.state_dict() if name not in head}
    model.load_state_dict({**body, **head})
    return model


def parameter_groups(model: Any, rate: float, decay: float) -> Iterator[dict[str, Any]]:
    """Yield the trained parameters by layer, each with its rate: the full one for the head and the last layer."""
    layers = model.config.num_hidden_layers
    groups: dict[int, list[Any]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            found = re.search(r"\.layer\.(\d+)\.", name)
            groups.setdefault(int(found[1]) if found else layers - 1, []).append(parameter)
    for layer, parameters in sorted(groups.items()):
        yield {"params": parameters, "lr": rate * decay ** (layers - 1 - layer)}


class Clock:
    """Estimates the time that is left."""

    def __init__(self, step: int, steps: int) -> None:
        self._began, self._first, self._steps = time.monotonic(), step, steps

    def left(self, step: int) -> str:
        """Say how long the rest takes at the pace so far."""
        pace = (time.monotonic() - self._began) / max(1, step - self._first)
        return f"{pace * (self._steps - step) / 60:.0f} minutes left"


def write_reader(model: Any, out: Path, max_length: int) -> None:
    """Write the trained layers in half precision, and the card that the product reads.

    Where the same weights stand there already, their calibration is kept.
    """
    had = json.loads((out / CARD_FILE).read_text()) if (out / CARD_FILE).exists() else {}
    state = {
        name: tensor.to(torch.float16).contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith(_frozen_prefixes())
    }
    save_file(state, out / WEIGHTS_FILE, metadata={"base": PACKAGED_MODEL})
    card = {
        "architecture": "BertForQuestionAnswering",
        "base": PACKAGED_MODEL,
        "base_sha256": PACKAGED_SHA256,
        "weights_sha256": file_sha256(out / WEIGHTS_FILE),
        "frozen": list(FROZEN),
        "trained_max_length": max_length,
        "calibration": None,
        "threshold": 0.5,
    }
    if had.get("weights_sha256") == card["weights_sha256"]:
        card = had
    (out / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n")


def write_record(out: Path, record: dict[str, Any]) -> None:
    """Write the run record."""
    (out / RECORD_FILE).write_text(json.dumps(record, indent=1) + "\n")


def _frozen_prefixes() -> tuple[str, ...]:
    return tuple(f"bert.{part}." for part in FROZEN)


def _contexts(folder: Path) -> set[str]:
    return {question.context for path in sorted(folder.glob("*.json.gz")) for question in read_squad(path).questions}


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: file_sha256(path) for path in sorted(folder.glob("*.json.gz"))}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
