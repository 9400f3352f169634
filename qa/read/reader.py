"""The extractive reader: a question and some texts to the spans that may answer it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from qa.errors import ReaderError
from qa.read.calibration import UNCALIBRATED, Calibration
from qa.read.decode import Span, Window, decode
from qa.read.tokens import MAX_LENGTH, ReaderTokenizer
from qa.read.weights import CARD_FILE, READER_FOLDER, PackagedModel, read_card

if TYPE_CHECKING:
    from tokenizers import Encoding
    from transformers import PreTrainedModel

PACKAGED_READER = "packaged"

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

    Texts longer than a window are read in windows of 384 tokens that overlap by 96; a question has at most half a
    window, what is beyond is not read.
    """

    def __init__(
        self,
        model: Callable[..., Any],
        tokenizer: ReaderTokenizer,
        name: str,
        calibration: Calibration = UNCALIBRATED,
        threshold: float = 0.5,
    ) -> None:
        """Put a reader together.

        Args:
            model: Gives `start_logits` and `end_logits`, each (windows, tokens), for the tokenizer's tensors.
            tokenizer: The model's own.
            name: What to call it in an answer.
            calibration: From evidence to confidence.
            threshold: The confidence from which an answer is given.
        """
        self._model = model
        self._tokenizer = tokenizer
        self._name = name
        self._calibration = calibration
        self._threshold = threshold

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
        """Read all windows of all texts, those of like length together.

        Where torch has one thread, one by one: a batch gains nothing there, and filling up its rows costs.
        """
        import torch

        windows = self._tokenizer.windows(question, texts)
        windows.sort(key=lambda window: len(window[1]))
        at_once = 1 if torch.get_num_threads() == 1 else _WINDOWS_AT_ONCE
        for at in range(0, len(windows), at_once):
            batch = windows[at : at + at_once]
            with torch.inference_mode():
                output = self._model(**self._tokenizer.tensors([window for _, window in batch]))
            starts, ends = output.start_logits.numpy(), output.end_logits.numpy()
            for (text, window), start, end in zip(batch, starts, ends, strict=True):
                yield self._window(text, window, start, end)

    def _window(self, text: int, window: Encoding, start: Any, end: Any) -> Window:
        inside = [t for t, sequence in enumerate(window.sequence_ids) if sequence == 1]
        null_at = window.ids.index(self._tokenizer.null_id)
        return Window(
            text=text,
            offsets=[window.offsets[t] for t in inside],
            start=start[inside].astype(np.float32),
            end=end[inside].astype(np.float32),
            null=float(start[null_at] + end[null_at]),
        )


def load_reader(name: str = PACKAGED_READER) -> TransformersReader:
    """Load the packaged reader, a folder that `training.train` wrote, or a Hugging Face question-answering checkpoint.

    A checkpoint of another make gives an answer where it prefers the span to its [CLS] token (margin 0). It is called
    by its folder and a checksum of its weights.

    Raises:
        ReaderError: If it cannot be loaded.
    """
    folder = READER_FOLDER if name == PACKAGED_READER else Path(name)
    if (folder / CARD_FILE).exists():
        card, model = read_card(folder), PackagedModel(folder)
        return TransformersReader(model, ReaderTokenizer.packaged(), card.name, card.calibration, card.threshold)
    return _load_checkpoint(name)


def _load_checkpoint(name: str) -> TransformersReader:
    """Load a Hugging Face question-answering checkpoint.

    Raises:
        ReaderError: If it cannot be loaded, or is none.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
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
    positions = getattr(model.config, "max_position_embeddings", MAX_LENGTH)
    most = min(MAX_LENGTH, positions - (getattr(model.config, "pad_token_id", 0) or 0) - 1)
    called = f"{Path(name).name}-{_checksum(model)}"
    return TransformersReader(model.eval(), ReaderTokenizer.of(tokenizer, most), called)


def _checksum(model: PreTrainedModel) -> str:
    """Return the first 12 hex digits of the SHA-256 of a model's parameters, by which checkpoints are told apart."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy())
    return digest.hexdigest()[:12]
