"""Examples to batches of token ids and targets."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from training.examples import Example, Group


def make_batches(
    groups: Sequence[Group], tokenizer: Any, most: int, max_length: int, seed: int
) -> Iterator[dict[str, torch.Tensor]]:
    """Yield batches of whole groups of like length, in a random order.

    Args:
        groups: What is learned from together.
        tokenizer: The model's.
        most: The most examples in a batch, unless a group alone has more.
        max_length: The most tokens of an example; its passage is cut off there.
        seed: Of the order.

    Yields:
        Inputs of the model, each of shape (examples, tokens), targets and the number of each example's group, each of
        shape (examples,).
    """
    examples = [example for group in groups for example in group]
    encoded = tokenizer(
        [e.question for e in examples],
        [e.passage for e in examples],
        truncation="only_second",
        max_length=max_length,
        return_offsets_mapping=True,
    )
    lengths = [len(ids) for ids in encoded["input_ids"]]
    members: list[range] = []
    for group in groups:
        first = members[-1].stop if members else 0
        members.append(range(first, first + len(group)))
    order = list(range(len(groups)))
    shuffle = random.Random(seed)
    shuffle.shuffle(order)
    pool = 50 * most
    batches: list[list[int]] = []
    for at in range(0, len(order), pool):
        alike = sorted(order[at : at + pool], key=lambda g: max(lengths[i] for i in members[g]))
        batches += _packed(alike, members, most)
    shuffle.shuffle(batches)
    for batch in batches:
        rows = [i for group in batch for i in members[group]]
        inputs = tokenizer.pad(
            {key: [encoded[key][i] for i in rows] for key in tokenizer.model_input_names}, return_tensors="pt"
        )
        targets = [_target(examples[i], encoded, i) for i in rows]
        yield {
            **inputs,
            "start_positions": torch.tensor([start for start, _ in targets]),
            "end_positions": torch.tensor([end for _, end in targets]),
            "group": torch.tensor([group for group in batch for _ in members[group]]),
        }


def _packed(groups: Sequence[int], members: Sequence[range], most: int) -> Iterator[list[int]]:
    """Yield whole groups together, up to `most` examples, or one larger group."""
    batch: list[int] = []
    size = 0
    for group in groups:
        if batch and size + len(members[group]) > most:
            yield batch
            batch, size = [], 0
        batch.append(group)
        size += len(members[group])
    if batch:
        yield batch


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
