"""Which share of a window's own "no answer" score sets back its spans (`qa.read.decode.OWN_NULL`).

    python benchmarks/run_own_null.py --data DEV_DIR [--questions 300]

Two ways of reading, in one run for every share: the right story given, all its passages read (newsqa_dev); the five
best passages of all contexts (squad2_dev, answerable questions). Scores are the F1 of the best span, always given.
Writes benchmarks/results/own_null.json.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from index import Article, Chunking, Index, load_encoder
from qa.evaluate import TestSet, articles_of, metrics, read_squad
from qa.evaluate.testset import TestQuestion
from qa.read import load_reader
from qa.read.decode import decode

ROOT = Path(__file__).parent.parent
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
Find = Callable[[TestQuestion], Sequence[str]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=300)
    arguments = parser.parse_args()
    encoder = load_encoder()

    def right_story(question: TestQuestion) -> Sequence[str]:
        return [p.text for p in Chunking().passages(Article("story", question.context), encoder.token_spans)]

    news = read_squad(arguments.data / "newsqa_dev.json.gz")
    squad = read_squad(arguments.data / "squad2_dev.json.gz")
    with tempfile.TemporaryDirectory() as folder, Index.create(folder, encoder) as index:
        index.add(articles_of(squad))

        def retrieved(question: TestQuestion) -> Sequence[str]:
            return [hit.passage.text for hit in index.search(question.question, 5)]

        result = {
            "reader": load_reader().name,
            "newsqa_dev, right story": measure(news, right_story, arguments.questions),
            "squad2_dev, five passages": measure(squad, retrieved, arguments.questions),
        }
    path = ROOT / "benchmarks/results/own_null.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def measure(testset: TestSet, find: Find, most: int) -> dict[str, float]:
    """Return the mean F1 for each share, over a sample that is the same on every run."""
    reader = load_reader()
    questions = [question for question in testset.questions if question.golds]
    questions = random.Random(1).sample(questions, min(most, len(questions)))
    totals = dict.fromkeys(SHARES, 0.0)
    for question in questions:
        texts = find(question)
        windows = reader.windows(question.question, texts)
        for share in SHARES:
            best = decode(windows, texts, limit=1, own_null=share)[0]
            quote = texts[best.text][best.start : best.end]
            totals[share] += metrics.f1(quote, [gold.text for gold in question.golds])
    scores = {f"F1 at {share}": round(total / len(questions), 4) for share, total in totals.items()}
    return {"questions": len(questions), **scores}


if __name__ == "__main__":
    main()
