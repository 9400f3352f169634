"""The reader on the development sets, the right text given, and in open retrieval.

    python benchmarks/run_reader.py --data DEV_DIR [--reader packaged] [--questions 500]

- newsqa_dev: all passages of the right story are read, the best span is always given.
- squad2_dev: the right paragraph is read; span always given, and with "no answer" allowed at the shipped threshold.
- squad2_dev, open: the product's whole way over all its contexts, five passages read.
- nq_dev: the right context is read, the best span is always given.

Writes benchmarks/results/NAME.json.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from index import Article, Chunking, Index, load_encoder
from qa import Assistant, load_reader
from qa.evaluate import Mean, TestSet, articles_of, evaluate, metrics, read_squad
from qa.evaluate.testset import TestQuestion
from qa.read import Reader

ROOT = Path(__file__).parent.parent
Texts = Callable[[TestQuestion], Sequence[str]]
Scores = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", default="packaged")
    parser.add_argument("--questions", type=int, default=500)
    arguments = parser.parse_args()
    reader, encoder = load_reader(arguments.reader), load_encoder()
    sets = {name: sample(arguments.data, name, arguments.questions) for name in ("newsqa_dev", "squad2_dev", "nq_dev")}

    def passages(question: TestQuestion) -> Sequence[str]:
        return [p.text for p in Chunking().passages(Article("text", question.context), encoder.token_spans)]

    result: dict[str, object] = {
        "reader": reader.name,
        **{f"{name}, right text": right_text(reader, testset, passages) for name, testset in sets.items()},
    }
    with tempfile.TemporaryDirectory() as folder, Index.create(folder, encoder) as index:
        index.add(articles_of(read_squad(arguments.data / "squad2_dev.json.gz")))
        report = evaluate(Assistant(index, reader), sets["squad2_dev"])
        result["squad2_dev, open, at the threshold"] = summary(report.answers)
        report = evaluate(Assistant(index, reader, threshold=0.0), sets["squad2_dev"])
        result["squad2_dev, open, span always given"] = summary(report.answers)
    path = ROOT / f"benchmarks/results/{reader.name}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def sample(data: Path, name: str, most: int) -> TestSet:
    """Return the same questions of a set on every run."""
    testset = read_squad(data / f"{name}.json.gz")
    questions = testset.questions
    if len(questions) > most:
        questions = tuple(random.Random(1).sample(questions, most))
    return TestSet(questions, testset.skipped)


def right_text(reader: Reader, testset: TestSet, texts: Texts) -> Scores:
    """Score the best span of the right text, given always and given at the reader's threshold."""
    always: list[tuple[float, float]] = []
    allowed: list[float] = []
    refused: list[float] = []
    for question in testset.questions:
        read = texts(question)
        best = reader.read(question.question, read, limit=1)[0]
        quote = read[best.text][best.start : best.end]
        given = reader.confidence(best.margin) >= reader.threshold
        golds = [gold.text for gold in question.golds]
        if golds:
            always.append((metrics.f1(quote, golds), metrics.exact_match(quote, golds)))
            allowed.append(metrics.f1(quote if given else "", golds))
        else:
            refused.append(float(not given))
    scores = {
        "answerable": len(always),
        "F1": mean([f1 for f1, _ in always]),
        "EM": mean([em for _, em in always]),
        "F1 at the threshold": mean(allowed),
    }
    return {**scores, "unanswerable": len(refused), "refused": mean(refused)} if refused else scores


def summary(answers: dict[str, dict[str, Mean]]) -> Scores:
    f1 = answers["f1"]
    return {
        "answerable": f1["answerable"].n,
        "F1": round(f1["answerable"].value or 0.0, 4),
        "EM": round(answers["em"]["answerable"].value or 0.0, 4),
        "unanswerable": f1["unanswerable"].n,
        "refused": round(f1["unanswerable"].value or 0.0, 4),
    }


def mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


if __name__ == "__main__":
    main()
