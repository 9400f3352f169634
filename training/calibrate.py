"""Fit a reader's confidence and its threshold on the fitting halves of the development sets.

    python -m training.calibrate --dev DEV_DIR --reader READER_DIR [--similarity-weight 8]

Asks the questions of the right text alone, of squad2_dev's own contexts, of 100 and of 2,500 articles, fits a logistic
regression of "the best answer is right" (F1 of at least 0.5 with a gold answer) on its evidence, and writes
`calibration` and `threshold` into the reader's `reader.json`. The weight of the cosine in the ranking is chosen before,
with `benchmarks/run_ranking.py`. The threshold is the one at which F1 over the questions of squad2_dev, its own
contexts searched, is highest: that of the answer where one is given, 1 or 0 where none is.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from index import load_encoder
from qa.evaluate import metrics
from qa.question import check_question
from qa.read import Reader, load_reader
from qa.read.calibration import Calibration, Evidence, as_inputs
from qa.read.weights import CARD_FILE
from qa.weigh import read_answers
from training.pools import DevelopmentSets, Pool, RememberingEncoder

SIMILARITY_WEIGHT = 8.0
"""Chosen for the packaged reader from benchmarks/results/ranking.json."""

logger = logging.getLogger("training")


@dataclass(frozen=True)
class Outcome:
    """The best answer to a question: what spoke for it, and its F1."""

    pool: str
    evidence: Evidence
    f1: float
    answerable: bool

    @property
    def right(self) -> bool:
        """Whether the answer counts as right."""
        return self.answerable and self.f1 >= 0.5


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--similarity-weight", type=float, default=SIMILARITY_WEIGHT)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    card = json.loads((arguments.reader / CARD_FILE).read_text())
    card["calibration"] = asdict(Calibration(similarity_weight=arguments.similarity_weight))
    (arguments.reader / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n")
    reader, encoder = load_reader(str(arguments.reader)), RememberingEncoder(load_encoder())
    sets = DevelopmentSets(arguments.dev, reporting=False)
    outcomes: list[Outcome] = []
    for pools in (sets.right_text(), sets.own_contexts(), sets.small(), sets.large()):
        for pool in pools:
            outcomes += ask(pool, reader, encoder)
        logger.info("%d questions asked, the last of %s", len(outcomes), outcomes[-1].pool)
    calibration = fit(outcomes, arguments.similarity_weight)
    own = [outcome for outcome in outcomes if outcome.pool == "own contexts"]
    threshold = best_threshold([(calibration.probability(o.evidence), o.f1, o.answerable) for o in own])
    card |= {"calibration": asdict(calibration), "threshold": math.floor(1000 * threshold) / 1000}
    (arguments.reader / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n")
    logger.info("%s, threshold %.3f", calibration, card["threshold"])


def ask(pool: Pool, reader: Reader, encoder: RememberingEncoder) -> Iterator[Outcome]:
    """Yield the outcome of each question of a pool that has a best answer."""
    if not pool.questions:
        return
    with pool.index(encoder) as index:
        for _, question in pool.questions:
            asked = check_question(question.question)
            answers = read_answers(reader, asked, index.search(asked, pool.passages), len(index))
            golds = [gold.text for gold in question.golds]
            if answers:
                best = answers[0][0]
                quote = best.hit.passage.text[best.start : best.end]
                yield Outcome(pool.name, best.evidence, metrics.f1(quote, golds), bool(golds))


def fit(outcomes: Sequence[Outcome], similarity_weight: float) -> Calibration:
    """Fit the calibration, its numbers to four digits."""
    inputs = np.array([as_inputs(outcome.evidence) for outcome in outcomes])
    model = LogisticRegression(C=100, max_iter=1000).fit(inputs, [outcome.right for outcome in outcomes])
    numbers = [round(float(number), 4) for number in (model.intercept_[0], *model.coef_[0])]
    return Calibration(similarity_weight, *numbers)


def best_threshold(answers: Sequence[tuple[float, float, bool]]) -> float:
    """Return the confidence from which answers are best given.

    Args:
        answers: Of each question the confidence, the F1 of the best answer, and whether there is one to be found.
            Refusing scores 0 where there is and 1 where there is not; the highest mean wins, the lowest threshold of
            equal ones.

    >>> best_threshold([(0.9, 1.0, True), (0.6, 0.5, True), (0.4, 0.0, False)])
    0.6
    """
    score = best = float(sum(not answerable for _, _, answerable in answers))
    threshold = 1.0
    for confidence, tied in groupby(sorted(answers, reverse=True), key=lambda answer: answer[0]):
        score += sum(f1 if answerable else -1.0 for _, f1, answerable in tied)
        if score >= best:
            best, threshold = score, confidence
    return threshold


if __name__ == "__main__":
    main()
