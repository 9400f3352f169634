"""From what speaks for a span to the probability that it is right. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

LEAD_CAP = 10.0
"""The most that a lead counts, and the lead of a span without a rival."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for a span as the answer.

    Attributes:
        margin: The reader's score of it less that of "no answer".
        similarity: The cosine of question and passage, as embedded.
        lead: How far its strength is above that of the best span with other words, at most `LEAD_CAP`; negative for
            a span that is not the best.
        articles: How many articles were searched.
    """

    margin: float
    similarity: float
    lead: float
    articles: int


@dataclass(frozen=True)
class Calibration:
    """A logistic regression over the evidence; the number of articles counts by its decimal logarithm.

    Platt, "Probabilistic Outputs for Support Vector Machines", 1999, with more than one input. The default is the
    reader's own odds of the span against "no answer".

    Attributes:
        similarity_weight: What a cosine of 1 between question and passage is worth, in the reader's logits, when spans
            are ranked; not part of the regression.
    """

    similarity_weight: float = 0.0
    bias: float = 0.0
    margin: float = 1.0
    similarity: float = 0.0
    lead: float = 0.0
    articles: float = 0.0

    def probability(self, evidence: Evidence) -> float:
        """Return the probability, 0 to 1, that the span is right: its F1 with a gold answer is at least 0.5."""
        odds = self.bias + sum(weight * value for weight, value in zip(self.weights, as_inputs(evidence), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-700.0, min(700.0, odds))))

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights of `as_inputs`, in its order."""
        return self.margin, self.similarity, self.lead, self.articles

    @classmethod
    def from_json(cls, values: Mapping[str, float]) -> Calibration:
        """Read what `dataclasses.asdict` gave.

        Raises:
            ValueError: If a name is missing or unknown, or a value is not a finite number.
        """
        names = {field.name for field in fields(cls)}
        if set(values) != names:
            raise ValueError(f"a calibration has {sorted(names)}, got {sorted(values)}")
        numbers = {name: float(value) for name, value in values.items()}
        if not all(math.isfinite(number) for number in numbers.values()):
            raise ValueError(f"a calibration has finite numbers, got {dict(values)}")
        return cls(**numbers)


UNCALIBRATED = Calibration()
"""What is used for a checkpoint of another make."""


def as_inputs(evidence: Evidence) -> tuple[float, ...]:
    """Return the evidence as the inputs of the regression."""
    return evidence.margin, evidence.similarity, evidence.lead, math.log10(max(1, evidence.articles))
