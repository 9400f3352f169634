"""The extractive reader: a question and some texts to the spans that may answer it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from qa.errors import ReaderError
from qa.read.calibration import UNCALIBRATED, Calibration
from qa.read.decode import Span, Window, decode
from qa.read.weights import CARD_FILE, READER_FOLDER, load_packaged_model, read_card

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

PACKAGED_READER = "packaged"

_MAX_LENGTH = 384
_STRIDE = 128
_WINDOWS_AT_ONCE = 16


class Reader(Protocol):
    """Finds the spans of some texts that may answer a question."""

    @property
    def name(self) -> str:
        """What to call it in an answer."""
        ...

    @property
    def threshold(self) -> float:
        """The confidence from which its best span should be given as the answer."""
        ...

    def read(self, question: str, texts: Sequence[str], limit: int = 10) -> list[Span]:
        """Return up to `limit` spans that do not overlap, best first."""
        ...

    @property
    def calibration(self) -> Calibration:
        """How to tell the probability that a span of its is right."""
        ...


class TransformersReader:
    """A Hugging Face question-answering model as a `Reader`.

    Texts longer than a window are read in windows of 384 tokens that overlap by 128; a question has at most half a
    window, what is beyond is not read.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        calibration: Calibration = UNCALIBRATED,
        threshold: float = 0.5,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._name = name
        self._encoding = threading.Lock()
        self._calibration = calibration
        self._threshold = threshold
        positions = getattr(model.config, "max_position_embeddings", _MAX_LENGTH)
        self._max_length = min(_MAX_LENGTH, positions - (getattr(model.config, "pad_token_id", 0) or 0) - 1)

    @property
    def name(self) -> str:
        """What to call it in an answer."""
        return self._name

    @property
    def threshold(self) -> float:
        """The confidence from which its best span should be given as the answer."""
        return self._threshold

    @property
    def calibration(self) -> Calibration:
        """How to tell the probability that a span of its is right."""
        return self._calibration

    def read(self, question: str, texts: Sequence[str], limit: int = 10) -> list[Span]:
        """Return up to `limit` spans that do not overlap, best first; see `decode`."""
        if not texts:
            return []
        return decode(self.windows(question, texts), texts, limit)

    def windows(self, question: str, texts: Sequence[str]) -> list[Window]:
        """Return the logits of every window of every text, for `decode`."""
        return list(self._windows(question, texts))

    def _windows(self, question: str, texts: Sequence[str]) -> Iterator[Window]:
        """Read all windows of all texts, those of like length together."""
        import torch

        with self._encoding:
            encoded = self._encode(question, texts)
        order = sorted(range(len(encoded["input_ids"])), key=lambda i: len(encoded["input_ids"][i]))
        for at in range(0, len(order), _WINDOWS_AT_ONCE):
            batch = order[at : at + _WINDOWS_AT_ONCE]
            inputs = self._tokenizer.pad(
                {key: [encoded[key][i] for i in batch] for key in self._tokenizer.model_input_names},
                return_tensors="pt",
            )
            with torch.inference_mode():
                output = self._model(**inputs)
            starts, ends = output.start_logits.numpy(), output.end_logits.numpy()
            for row, i in enumerate(batch):
                yield self._window(encoded, i, starts[row], ends[row])

    def _encode(self, question: str, texts: Sequence[str]) -> Any:
        spans = self._tokenizer(question, add_special_tokens=False, return_offsets_mapping=True, verbose=False)[
            "offset_mapping"
        ]
        most = self._max_length // 2
        if len(spans) > most:
            question = question[: spans[most - 1][1]]
        return self._tokenizer(
            [question] * len(texts),
            list(texts),
            truncation="only_second",
            max_length=self._max_length,
            stride=min(_STRIDE, self._max_length // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )

    def _window(self, encoded: Any, i: int, start: Any, end: Any) -> Window:
        inside = [t for t, sequence in enumerate(encoded.sequence_ids(i)) if sequence == 1]
        null_at = encoded["input_ids"][i].index(self._tokenizer.cls_token_id)
        return Window(
            text=encoded["overflow_to_sample_mapping"][i],
            offsets=[encoded["offset_mapping"][i][t] for t in inside],
            start=start[inside].astype(np.float32),
            end=end[inside].astype(np.float32),
            null=float(start[null_at] + end[null_at]),
        )


def load_reader(name: str = PACKAGED_READER) -> TransformersReader:
    """Load the packaged reader, a folder that `training.train` wrote, or a Hugging Face question-answering checkpoint.

    A checkpoint of another make gives an answer where it prefers the span to its [CLS] token (margin 0).

    Raises:
        ReaderError: If it cannot be loaded.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    from index.packaged import packaged_model_folder

    disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = READER_FOLDER if name == PACKAGED_READER else Path(name)
    if (folder / CARD_FILE).exists():
        card = read_card(folder)
        tokenizer = AutoTokenizer.from_pretrained(packaged_model_folder(), local_files_only=True)
        return TransformersReader(load_packaged_model(folder), tokenizer, card.name, card.calibration, card.threshold)
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            name, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ReaderError(
            f"Cannot load the reader {name!r}: expected the folder of a question-answering checkpoint "
            f"that transformers can read. The library said: {error}"
        ) from error
    if report["missing_keys"]:
        missing = sorted(report["missing_keys"])[:3]
        raise ReaderError(f"{name!r} is not a question-answering checkpoint: it has no weights for {missing}.")
    if not tokenizer.is_fast:
        raise ReaderError(f"The tokenizer of {name!r} gives no offsets: expected one with a tokenizer.json.")
    if tokenizer.cls_token_id is None:
        raise ReaderError(f'The tokenizer of {name!r} has no [CLS] token, at which a reader says "no answer".')
    return TransformersReader(model.eval(), tokenizer, Path(name).name)
