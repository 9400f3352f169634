"""What a reader scores on the fitting halves of the development sets, for its run record."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from index import Article, Chunking, load_encoder
from qa.evaluate import metrics
from qa.read import Reader
from training.pools import DevelopmentSets


def right_text_figures(reader: Reader, dev: Path, most: int = 150) -> dict[str, dict[str, float]]:
    """Return EM and F1 of the span of the highest margin, over up to `most` answerable questions of each set.

    All passages of the right text are read.
    """
    encoder = load_encoder()
    asked = [pair for pool in DevelopmentSets(dev, reporting=False).right_text() for pair in pool.questions]
    scores: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, question in random.Random(1).sample(asked, len(asked)):
        golds = [gold.text for gold in question.golds]
        if not golds or len(scores[name]) == most:
            continue
        passages = Chunking().passages(Article("text", question.context), encoder.token_spans)
        texts = [passage.text for passage in passages]
        best = reader.read(question.question, texts, limit=1)
        quote = texts[best[0].text][best[0].start : best[0].end] if best else ""
        scores[name].append((metrics.exact_match(quote, golds), metrics.f1(quote, golds)))
    return {
        name: {
            "questions": len(pairs),
            "EM": round(fmean(em for em, _ in pairs), 4),
            "F1": round(fmean(f1 for _, f1 in pairs), 4),
        }
        for name, pairs in sorted(scores.items())
    }
