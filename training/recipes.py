"""Mixtures that were trained on, by name: a reader names the ones that made it."""

from __future__ import annotations

from dataclasses import dataclass

from training.examples import Share


@dataclass(frozen=True)
class Recipe:
    """A mixture and what is done with it.

    Attributes:
        shares: Questions with their own passage.
        elsewhere: How many get another passage of the same story, without a gold answer.
        swapped: How many get a name or a number swapped for one that their passage does not hold.
        rate: The highest learning rate; it rises over 3% of the steps and falls to 0.
    """

    shares: tuple[Share, ...]
    elsewhere: int
    swapped: int
    rate: float


RECIPES = {
    "broad": Recipe(
        shares=(
            Share("squad2_train", 3600),
            Share("squad_flaneval_train", 3987),
            Share("squadshifts_new_wiki", 4000),
            Share("squadshifts_reddit", 3500),
            Share("squadshifts_amazon", 1000),
            Share("newsqa_train", 1447),
            Share("qamr_paragraphs", 3500),
            Share("multispanqa", 400),
        ),
        elsewhere=1600,
        swapped=1600,
        rate=1.5e-4,
    ),
    "who-did-what": Recipe(
        shares=(
            Share("qamr_paragraphs", 9000),
            Share("squad2_train", 3600),
            Share("squad_flaneval_train", 2000),
            Share("squadshifts_new_wiki", 2500),
            Share("squadshifts_reddit", 2000),
            Share("newsqa_train", 1447),
        ),
        elsewhere=1600,
        swapped=1600,
        rate=1e-4,
    ),
}
