"""An order in which the first few of many stand for all. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TypeVar

Item = TypeVar("Item")


def spread(items: Sequence[Item], keys: Sequence[tuple[str, ...]], seed: int) -> list[Item]:
    """Return items in an order whose beginning is spread over their groups.

    The groups of the first part of a key take turns, whatever their size; within each those of the second part, and so
    on. What comes first within a group, and which group begins, is chance: the same for the same seed and items.

    Args:
        items: In any order that is the same each time.
        keys: The groups of each, all equally long.
        seed: Of the chance.

    Raises:
        ValueError: If there are not as many keys as items.

    >>> spread(["a1", "a2", "a3", "b1"], [("a",), ("a",), ("a",), ("b",)], seed=1)[:2]
    ['a2', 'b1']
    """
    return list(_turns(list(zip(items, keys, strict=True)), 0, random.Random(seed)))


def _turns(pairs: list[tuple[Item, tuple[str, ...]]], depth: int, chance: random.Random) -> Iterator[Item]:
    if not pairs or depth == len(pairs[0][1]):
        chance.shuffle(pairs)
        yield from (item for item, _ in pairs)
        return
    groups: dict[str, list[tuple[Item, tuple[str, ...]]]] = {}
    for pair in pairs:
        groups.setdefault(pair[1][depth], []).append(pair)
    ordered = [list(_turns(groups[name], depth + 1, chance)) for name in sorted(groups)]
    chance.shuffle(ordered)
    missing = object()
    for turn in zip_longest(*ordered, fillvalue=missing):
        yield from (item for item in turn if item is not missing)  # type: ignore[misc]
