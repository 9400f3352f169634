"""What a reader learns from several passages of one question at once."""

from __future__ import annotations

import torch
from torch import Tensor


def shared_norm_loss(logits: Tensor, target: Tensor, mask: Tensor, group: Tensor) -> Tensor:
    """Return the mean over groups of the cross entropy of the right token among all tokens of all passages of a group.

    The shared normalisation of Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension", ACL
    2018, section 3.3, with one "no answer" a group: each passage's logits count from that of its [CLS], as
    `qa.read.decode` compares them, and "no answer" is 0. Of a group of one passage it is the ordinary cross entropy.

    Args:
        logits: Of the start or the end, shape (passages, tokens); [CLS] is at 0.
        target: The right token of each passage, 0 where it has none, shape (passages,).
        mask: 1 where there is a token, shape (passages, tokens).
        group: Which group each passage is of, shape (passages,).

    >>> logits = torch.tensor([[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]])
    >>> ones, target = torch.ones(2, 3), torch.tensor([2, 0])
    >>> together = shared_norm_loss(logits, target, ones, torch.tensor([7, 7]))
    >>> round(float(together), 4)  # log(e^0 + e^1 + e^3 + e^0 + e^0) - 3
    0.2505
    """
    margins = (logits - logits[:, :1]).masked_fill(mask == 0, -torch.inf)
    losses = []
    for one in set(group.tolist()):
        rows = margins[group == one]
        right = target[group == one]
        null = rows.new_zeros(1)
        every = torch.cat([null, rows[:, 1:].reshape(-1)])
        answered = right > 0
        best = rows[answered, right[answered]] if answered.any() else null
        losses.append(every.logsumexp(0) - best.logsumexp(0))
    return torch.stack(losses).mean()
