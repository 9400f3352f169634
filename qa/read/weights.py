"""The packaged reader: trained layers stored here, laid over the packaged all-MiniLM-L6-v2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.packaged import PACKAGED_SHA256, check_sha256, packaged_model_folder
from qa.errors import ReaderError
from qa.read.calibration import UNCALIBRATED, Calibration

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

READER_FOLDER = Path(__file__).parent / "weights"
CARD_FILE = "reader.json"
WEIGHTS_FILE = "reader.safetensors"
_BERT = "bert."
_UNREAD = ("embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias")


@dataclass(frozen=True)
class ReaderCard:
    """What `reader.json` says of a set of weights.

    Attributes:
        base_sha256: Of the base's model.safetensors.
        weights_sha256: Of reader.safetensors.
        frozen: Parts of the base that were not trained, under its own names.
        calibration: From evidence to confidence; the reader's own odds where the card has none.
        threshold: The confidence from which an answer is given; 0.5 where the card has none.
    """

    base_sha256: str
    weights_sha256: str
    frozen: tuple[str, ...]
    calibration: Calibration
    threshold: float

    @property
    def name(self) -> str:
        """The reader's name, with enough of its checksum to tell two apart."""
        return f"pullquote-reader-{self.weights_sha256[:12]}"


def read_card(folder: Path = READER_FOLDER) -> ReaderCard:
    """Read a folder's `reader.json`.

    Raises:
        ReaderError: If it is missing, not JSON, or for another base than the packaged model.
    """
    path = folder / CARD_FILE
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        card = ReaderCard(
            base_sha256=fields["base_sha256"],
            weights_sha256=fields["weights_sha256"],
            frozen=tuple(fields["frozen"]),
            calibration=_calibration(fields.get("calibration")),
            threshold=_share(fields.get("threshold", 0.5)),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReaderError(
            f"Cannot read the reader's card {str(path)!r}: {error!r}. Install Pullquote again."
        ) from error
    if card.base_sha256 != PACKAGED_SHA256:
        raise ReaderError(
            f"{str(path)!r} is for a base with the sha256 {card.base_sha256}, expected {PACKAGED_SHA256}."
        )
    return card


def _calibration(values: Mapping[str, float] | None) -> Calibration:
    return UNCALIBRATED if values is None else Calibration.from_json(values)


def _share(value: float) -> float:
    if not 0 <= float(value) <= 1:
        raise ValueError(f"a threshold is from 0 to 1, got {value!r}")
    return float(value)


@dataclass(frozen=True)
class SpanLogits:
    """For each token of each row, how well an answer would begin and end there; each of shape (rows, tokens)."""

    start_logits: Tensor
    end_logits: Tensor


class PackagedModel:
    """The packaged reader in float32, in torch alone: the logits of `load_packaged_model`, sooner."""

    def __init__(self, folder: Path = READER_FOLDER) -> None:
        """Read the weights.

        Raises:
            ReaderError: If they are damaged, or their names are not exactly those of the trained layers.
        """
        from index.bert import Bert, Sizes

        weights = _read_weights(folder)
        sizes = Sizes.read(packaged_model_folder() / "config.json")
        self._bert = Bert({name.removeprefix(_BERT): tensor for name, tensor in weights.items()}, sizes)
        self._weight, self._bias = weights["qa_outputs.weight"], weights["qa_outputs.bias"]

    def __call__(self, **inputs: Tensor) -> SpanLogits:
        """Return the logits for input_ids, token_type_ids and attention_mask, each (rows, tokens)."""
        start, end = (self._bert(**inputs) @ self._weight.T + self._bias).unbind(-1)
        return SpanLogits(start, end)


def load_packaged_model(folder: Path = READER_FOLDER) -> PreTrainedModel:
    """Build the packaged reader as transformers' model, in float32 and evaluation mode: to train or export it.

    Raises:
        ReaderError: If the weights are damaged, or their names are not exactly those of the trained layers.
    """
    from transformers import BertConfig, BertForQuestionAnswering

    weights = _read_weights(folder)
    model = BertForQuestionAnswering(BertConfig.from_json_file(str(packaged_model_folder() / "config.json")))
    model.load_state_dict(dict(weights), strict=True)
    model.eval()  # type: ignore[no-untyped-call]
    return model


def export_checkpoint(folder: Path, source: Path = READER_FOLDER) -> None:
    """Write the whole packaged reader as a Hugging Face question-answering checkpoint, for other programs.

    The checkpoint is a `BertForQuestionAnswering` in float32 with its tokenizer. Calibration and threshold are
    Pullquote's own and do not go along.

    Args:
        folder: Made if need be; must be empty.
        source: The reader's folder.

    Raises:
        ReaderError: If the reader is damaged, or the folder is not empty or cannot be written.
    """
    from transformers import AutoTokenizer

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ReaderError(f"{str(folder)!r} is not empty. Name a new or an empty folder.")
        model = load_packaged_model(source)
        model.save_pretrained(folder)
        AutoTokenizer.from_pretrained(packaged_model_folder(), local_files_only=True).save_pretrained(folder)
    except OSError as error:
        raise ReaderError(f"Cannot write a checkpoint to {str(folder)!r}: {error.strerror or error}.") from error


def _read_weights(folder: Path) -> dict[str, Tensor]:
    """Read the trained parameters of a folder and take the frozen ones from the base, all in float32.

    Raises:
        ReaderError: If a file is damaged, or one parameter of the trained layers is missing or left over.
    """
    import torch
    from safetensors.torch import load_file

    from index.bert import packaged_weights

    card = read_card(folder)
    try:
        check_sha256(folder / WEIGHTS_FILE, card.weights_sha256)
        base = {f"{_BERT}{name}": tensor for name, tensor in packaged_weights().items() if name not in _UNREAD}
    except ModelError as error:
        raise ReaderError(str(error)) from error
    trained = load_file(folder / WEIGHTS_FILE)
    prefixes = tuple(f"{_BERT}{part}." for part in card.frozen)
    frozen = {name: tensor for name, tensor in base.items() if name.startswith(prefixes)}
    expected = {*base, "qa_outputs.weight", "qa_outputs.bias"} - frozen.keys()
    if trained.keys() != expected:
        odd = sorted(trained.keys() ^ expected)
        raise ReaderError(
            f"The reader's weights do not fit: {len(odd)} names are missing or unknown, such as {odd[:3]}."
        )
    return {name: tensor.to(torch.float32) for name, tensor in {**frozen, **trained}.items()}
