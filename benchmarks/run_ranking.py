"""How the scores of reader and retriever are put together: `OWN_NULL` and `SIMILARITY_WEIGHT`.

    python -m benchmarks.run_ranking --data DEV_DIR [--reader packaged] [--share 0.5]

F1 of the best answer, always given, over the answerable questions of the fitting halves of the development sets (or a
share of them), for the right text alone, squad2_dev's own contexts, and 100 and 2,500 articles. Every setting is
scored on the same logits. Writes benchmarks/results/ranking.json.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from itertools import chain, product
from pathlib import Path
from statistics import fmean

from index import load_encoder
from qa.evaluate import metrics
from qa.read import load_reader
from qa.read.decode import decode
from training.pools import DevelopmentSets, RememberingEncoder, in_share

ROOT = Path(__file__).parent.parent
OWN_NULLS = (0.0, 0.25, 0.5, 0.75, 1.0)
SIMILARITY_WEIGHTS = (0.0, 2.0, 4.0, 6.0, 8.0, 12.0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", default="packaged")
    parser.add_argument("--share", type=float, default=1.0)
    arguments = parser.parse_args()
    reader, encoder = load_reader(arguments.reader), RememberingEncoder(load_encoder())
    sets = DevelopmentSets(arguments.data, reporting=False)
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for pool in chain(sets.right_text(), sets.own_contexts(), sets.small(), sets.large()):
        with pool.index(encoder) as index:
            for name, question in pool.questions:
                if not question.golds or not in_share(question, arguments.share):
                    continue
                hits = index.search(question.question, pool.passages)
                texts = [hit.passage.text for hit in hits]
                windows = reader.windows(question.question, texts)
                golds = [gold.text for gold in question.golds]
                for own_null in OWN_NULLS:
                    spans = decode(windows, texts, 20, own_null)
                    quotes = [texts[span.text][span.start : span.end] for span in spans]
                    f1s = [metrics.f1(quote, golds) for quote in quotes]
                    for weight in SIMILARITY_WEIGHTS:
                        strengths = [span.margin + weight * hits[span.text].similarity for span in spans]
                        f1 = f1s[strengths.index(max(strengths))] if strengths else 0.0
                        scores[f"{own_null} {weight} {pool.name}, {name}"].append(f1)
    kinds = sorted({key.split(" ", 2)[2] for key in scores})
    table = [
        {"own_null": own_null, "similarity_weight": weight}
        | {kind: round(fmean(scores[f"{own_null} {weight} {kind}"]), 4) for kind in kinds}
        for own_null, weight in product(OWN_NULLS, SIMILARITY_WEIGHTS)
    ]
    counts = {kind: len(scores[f"0.0 0.0 {kind}"]) for kind in kinds}
    path = ROOT / "benchmarks/results/ranking.json"
    path.write_text(json.dumps({"reader": reader.name, "questions": counts, "F1": table}, indent=1) + "\n")
    for row in table:
        print(*row.values(), f"mean {fmean(row[kind] for kind in kinds):.4f}")


if __name__ == "__main__":
    main()
