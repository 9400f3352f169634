"""A reader's tokenizer: a question and some texts to windows of tokens, and those to tensors."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

MAX_LENGTH = 384
_INPUTS = ("input_ids", "token_type_ids", "attention_mask")


class ReaderTokenizer:
    """Cuts and pads for a reader. Safe to use from several threads."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        null_id: int,
        fill_id: int,
        length: int = MAX_LENGTH,
        inputs: Sequence[str] = _INPUTS,
    ) -> None:
        """Put a tokenizer together.

        Args:
            tokenizer: Neither cuts nor pads by itself. It is left as it is.
            null_id: Of the token at which the reader says "no answer".
            fill_id: Of the token that fills up short rows.
            length: The most tokens of a window, question and special tokens counted.
            inputs: What the model wants to be given, of "input_ids", "token_type_ids" and "attention_mask".
        """
        self.null_id = null_id
        self._fill_id = fill_id
        self._inputs = inputs
        self._most_asked = length // 2
        self._questions = tokenizer
        self._pairs = copy.deepcopy(tokenizer)
        self._pairs.enable_truncation(length, stride=length // 4, strategy="only_second")

    @classmethod
    def packaged(cls) -> ReaderTokenizer:
        """Return the packaged model's.

        Raises:
            ModelError: If it is not installed.
        """
        from index.bert import packaged_tokenizer

        tokenizer = packaged_tokenizer()
        (null_id,), (fill_id,) = (tokenizer.encode(t, add_special_tokens=False).ids for t in ("[CLS]", "[PAD]"))
        return cls(tokenizer, null_id, fill_id)

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase, length: int) -> ReaderTokenizer:
        """Take over a fast tokenizer of transformers that has a [CLS] token, for windows of this length."""
        plain = copy.deepcopy(tokenizer.backend_tokenizer)
        plain.no_truncation()
        plain.no_padding()
        inputs = [name for name in _INPUTS if name in tokenizer.model_input_names]
        return cls(plain, tokenizer.cls_token_id, tokenizer.pad_token_id or 0, length, inputs)

    def windows(self, question: str, texts: Sequence[str]) -> list[tuple[int, Encoding]]:
        """Return each window of each text behind the question, with the index of its text.

        A question has at most half of a window, what is beyond is left out. The windows of a long text overlap.
        """
        asked = self._questions.encode(question, add_special_tokens=False).offsets
        if len(asked) > self._most_asked:
            question = question[: asked[self._most_asked - 1][1]]
        encodings = self._pairs.encode_batch([(question, text) for text in texts])
        return [
            (number, window)
            for number, encoding in enumerate(encodings)
            for window in (encoding, *encoding.overflowing)
        ]

    def tensors(self, windows: Sequence[Encoding]) -> dict[str, Tensor]:
        """Return windows as the model's inputs, each of shape (windows, longest)."""
        from index.bert import padded

        every = {
            "input_ids": padded([window.ids for window in windows], self._fill_id),
            "token_type_ids": padded([window.type_ids for window in windows]),
            "attention_mask": padded([window.attention_mask for window in windows]),
        }
        return {name: every[name] for name in self._inputs}
