"""Mixtures to train on, by name: a reader names the one that made it."""

from __future__ import annotations

from dataclasses import dataclass

from training.examples import Share


@dataclass(frozen=True)
class Recipe:
    """A mixture and what is done with it.

    Attributes:
        shares: Questions with their own passage.
        elsewhere: How many get another passage of the same story, without a gold answer.
        nearest: How many get the most alike passage of another story, without a gold answer.
        swapped: How many get a name or a number swapped for another that their passage does not hold.
        retrieved: How many retrieved passages without a gold answer are learned from together with each own one.
        rate: The highest learning rate, that of the last layer; it rises over 3% of the steps and falls to 0.
        layer_decay: What the rate is multiplied by from each layer to the one below it.
    """

    shares: tuple[Share, ...]
    elsewhere: int
    nearest: int
    swapped: int
    rate: float
    layer_decay: float
    retrieved: int = 0


RECIPES = {
    "everything": Recipe(
        shares=(
            Share("squad2_train", 14_400),
            Share("squad_flaneval_train", 12_000),
            Share("squadshifts_new_wiki", 23_000),
            Share("squadshifts_reddit", 19_000),
            Share("squadshifts_amazon", 9_700),
            Share("newsqa_train", 7_200),
            Share("qamr_paragraphs", 33_000),
            Share("qadiscourse", 4_000),
            Share("fairytaleqa", 4_000),
            Share("tweetqa", 3_000),
            Share("policyqa", 2_000),
            Share("friendsqa", 1_500),
            Share("covidqa", 1_000),
            Share("multispanqa", 599),
            Share("cs224n", 997),
            Share("robustqa", 756),
            Share("trecqa", 526),
            Share("ester", 485),
        ),
        elsewhere=20_000,
        nearest=16_000,
        swapped=28_000,
        rate=3e-4,
        layer_decay=0.9,
    ),
    "together": Recipe(
        shares=(
            Share("squad2_train", 4_800),
            Share("squad_flaneval_train", 3_987),
            Share("squadshifts_new_wiki", 7_719),
            Share("squadshifts_reddit", 4_500),
            Share("squadshifts_amazon", 1_500),
            Share("newsqa_train", 3_600),
            Share("qamr_paragraphs", 6_500),
            Share("qadiscourse", 1_000),
            Share("fairytaleqa", 1_500),
            Share("tweetqa", 800),
            Share("policyqa", 500),
            Share("friendsqa", 500),
            Share("covidqa", 1_360),
            Share("multispanqa", 300),
            Share("robustqa", 300),
            Share("trecqa", 300),
            Share("ester", 300),
        ),
        elsewhere=0,
        nearest=0,
        swapped=7_000,
        rate=1.5e-4,
        layer_decay=0.9,
        retrieved=1,
    ),
}
