"""The reader on the reporting halves of the development sets: answers, abstention, confidence.

    python -m benchmarks.run_reader --data DEV_DIR [--reader packaged] [--rows FILE]

Every question is asked four times, of the right text alone (all its passages read), of all contexts of its set
(squad2_dev), of 100 and of 2,500 articles (five passages read), each time through the product's whole way. Beside it
stands what would be answered without a reader: the sentence nearest by embedding, and the best one by BM25.

Writes benchmarks/results/NAME.json and, for the packaged reader, docs/reliability.svg. With `--rows`, every question
with its answer goes to a file, which is for reading and not for publishing: the sets are others' work.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import Any

from index import load_encoder
from index.sentences import sentence_spans
from qa import Assistant, load_reader
from qa.evaluate import QuestionResult, TestSet, What, evaluate, metrics
from qa.question import QUESTION_TYPES, question_type
from qa.read import PACKAGED_READER, Reader
from training.pools import DevelopmentSets, Pool, RememberingEncoder

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Asked:
    """A question, where it was asked, and what the reader and the two baselines answered."""

    pool: str
    set: str
    row: QuestionResult
    nearest_sentence: str | None
    bm25_sentence: str | None

    @property
    def right(self) -> bool:
        return self.row.answerable and (self.row.f1 or 0.0) >= 0.5


Group = Sequence[Asked]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", default=PACKAGED_READER)
    parser.add_argument("--rows", type=Path)
    arguments = parser.parse_args()
    reader, encoder = load_reader(arguments.reader), RememberingEncoder(load_encoder())
    sets = DevelopmentSets(arguments.data, reporting=True)
    asked: list[Asked] = []
    for pool in chain(sets.right_text(), sets.own_contexts(), sets.small(), sets.large()):
        asked += ask(pool, reader, encoder)
    if arguments.rows:
        lines = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in asked]
        arguments.rows.write_text("".join(lines), encoding="utf-8")
    result = report(asked, reader)
    path = ROOT / f"benchmarks/results/{reader.name}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if arguments.reader == PACKAGED_READER:
        draw_reliability(asked, ROOT / "docs/reliability.svg")
    print(json.dumps(result, indent=2))


def ask(pool: Pool, reader: Reader, encoder: RememberingEncoder) -> Iterator[Asked]:
    """Ask the questions of a pool; an answer is always given, whatever its confidence."""
    if not pool.questions:
        return
    names = {question.id: name for name, question in pool.questions}
    questions = tuple(question for _, question in pool.questions)
    with pool.index(encoder) as index:
        assistant = Assistant(index, reader, passages=pool.passages, threshold=0.0)
        rows = evaluate(assistant, TestSet(questions, ()), what=What(robustness=0)).questions
    sentences = best_sentences(pool, encoder) if pool.name in ("right text", "own contexts") else {}
    for row in rows:
        yield Asked(pool.name, names[row.id], row, *sentences.get(row.id, (None, None)))


def best_sentences(pool: Pool, encoder: RememberingEncoder) -> dict[str, tuple[str | None, str | None]]:
    """Return for each question the sentence nearest to it by embedding, and the best one by BM25."""
    sentences = dict.fromkeys(text[s:e] for text in pool.contexts for s, e in sentence_spans(text))
    found: dict[str, tuple[str | None, str | None]] = {}
    with Pool("sentences", tuple(sentences), ()).index(encoder) as index:
        for _, question in pool.questions:
            hits = index.search(question.question, 200)
            nearest = next((hit.passage.text for hit in hits if hit.ranks.dense == 1), None)
            found[question.id] = nearest, next((hit.passage.text for hit in hits if hit.ranks.lexical == 1), None)
    return found


def report(asked: Group, reader: Reader) -> dict[str, Any]:
    """Return all figures, shares and F1 from 0 to 1."""
    places: defaultdict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in asked:
        places[one.pool, one.set].append(one)
    return {
        "reader": reader.name,
        "threshold": reader.threshold,
        "answers": {f"{name}, {pool}": answers(group, reader.threshold) for (pool, name), group in places.items()},
        "confidence": {
            pool: {
                "all": confidence([one for one in asked if one.pool == pool]),
                **{name: confidence(group) for (place, name), group in places.items() if place == pool},
            }
            for pool in dict.fromkeys(one.pool for one in asked)
        },
    }


def answers(group: Group, threshold: float) -> dict[str, Any]:
    """Return the scores of one set in one pool: an answer always given, and given at the threshold."""
    answerable = [one for one in group if one.row.answerable]
    unanswerable = [one for one in group if not one.row.answerable]
    given = [one for one in group if one.row.confidence >= threshold]
    scores: dict[str, Any] = {
        "answerable": len(answerable),
        "unanswerable": len(unanswerable),
        "span always given": span_scores(answerable),
        "at the threshold": {
            "F1 of the answerable": mean(
                answerable, lambda one: (one.row.f1 or 0.0) if one.row.confidence >= threshold else 0
            ),
            "answerable that are answered": mean(answerable, lambda one: one.row.confidence >= threshold),
            "unanswerable that are refused": mean(unanswerable, lambda one: one.row.confidence < threshold),
            "precision of given answers": mean(given, lambda one: one.right),
        },
        "always refused, F1 of all": mean(group, lambda one: not one.row.answerable),
        "never refused, F1 of all": mean(group, lambda one: (one.row.f1 or 0.0) if one.row.answerable else 0),
        "at the threshold, F1 of all": mean(group, lambda one: f1_at(one, threshold)),
        "never refused, precision of given answers": mean(group, lambda one: one.right),
        "by question type": {
            kind: span_scores(part)
            for kind in QUESTION_TYPES
            if (part := [one for one in answerable if question_type(one.row.question) == kind])
        },
    }
    if group[0].nearest_sentence is not None:
        for name in ("nearest_sentence", "bm25_sentence"):
            quotes = {one.row.id: getattr(one, name) or "" for one in answerable}
            scores[name.replace("_", " ")] = {
                "F1": mean(answerable, lambda one, q=quotes: metrics.f1(q[one.row.id], one.row.golds)),  # type: ignore[misc]
                "EM": mean(answerable, lambda one, q=quotes: metrics.exact_match(q[one.row.id], one.row.golds)),  # type: ignore[misc]
            }
    return scores


def f1_at(one: Asked, threshold: float) -> float:
    if one.row.confidence < threshold:
        return float(not one.row.answerable)
    return (one.row.f1 or 0.0) if one.row.answerable else 0.0


def span_scores(group: Group) -> dict[str, Any]:
    return {
        "n": len(group),
        "F1": mean(group, lambda one: one.row.f1 or 0.0),
        "EM": mean(group, lambda one: one.row.em or 0.0),
    }


def confidence(group: Group) -> dict[str, Any]:
    confidences, right = [one.row.confidence for one in group], [one.right for one in group]
    return {
        "n": len(group),
        "right": mean(group, lambda one: one.right),
        "mean confidence": round(fmean(confidences), 4),
        "expected calibration error": round(metrics.expected_calibration_error(confidences, right), 4),
        "Brier score": round(metrics.brier(confidences, right), 4),
    }


def mean(group: Group, score: Callable[[Asked], float]) -> float | None:
    return round(fmean(map(score, group)), 4) if group else None


def draw_reliability(asked: Group, path: Path) -> None:
    """Draw, for each pool, the share of right answers over their mean confidence, ten bins of equal mass."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "pullquote"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    for pool in dict.fromkeys(one.pool for one in asked):
        group = [one for one in asked if one.pool == pool]
        bins = metrics.reliability([one.row.confidence for one in group], [one.right for one in group])
        axes.plot(
            [p for p, _, _ in bins], [r for _, r, _ in bins], marker="o", label=f"{pool} ({len(group)} questions)"
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share of right answers (F1 at least 0.5)")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
