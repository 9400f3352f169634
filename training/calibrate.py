"""Fit a reader's confidence on the fitting halves of the development sets.

    python -m training.calibrate --dev DEV_DIR --reader READER_DIR [--similarity-weight 8]

Asks the questions of the right text alone, of squad2_dev's own contexts, of 100 and of 2,500 articles, fits a logistic
regression of "the best answer is right" (F1 of at least 0.5 with a gold answer) on its evidence, and writes
`calibration` and `threshold` into the reader's `reader.json`. The weight of the cosine in the ranking is chosen before,
with `benchmarks/run_ranking.py`.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
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

THRESHOLD = 0.5
"""An answer is given where it is more likely right than wrong."""
SIMILARITY_WEIGHT = 8.0
"""Chosen for the packaged reader from benchmarks/results/ranking.json."""

logger = logging.getLogger("training")


@dataclass(frozen=True)
class Outcome:
    """The best answer to a question: what spoke for it, and whether it was right."""

    pool: str
    evidence: Evidence
    right: bool


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
    card |= {"calibration": asdict(calibration), "threshold": THRESHOLD}
    (arguments.reader / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n")
    logger.info("%s", calibration)


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
                yield Outcome(pool.name, best.evidence, bool(golds) and metrics.f1(quote, golds) >= 0.5)


def fit(outcomes: Sequence[Outcome], similarity_weight: float) -> Calibration:
    """Fit the calibration, its numbers to four digits."""
    inputs = np.array([as_inputs(outcome.evidence) for outcome in outcomes])
    model = LogisticRegression(C=100, max_iter=1000).fit(inputs, [outcome.right for outcome in outcomes])
    numbers = [round(float(number), 4) for number in (model.intercept_[0], *model.coef_[0])]
    return Calibration(similarity_weight, *numbers)


if __name__ == "__main__":
    main()
