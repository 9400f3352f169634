"""How well a ranking finds what is relevant, by trec_eval's own code (pytrec-eval-terrier).

Van Gysel and de Rijke, "Pytrec_eval: An Extremely Fast Python Interface to trec_eval", SIGIR 2018. For nDCG relevance
has grades, and a result's gain is its grade, as trec_eval and BEIR have it; for the others it is relevant from grade 1
on. `recall@k` of a question with an answer is the share of questions that have a relevant result among the first k
(trec_eval's success; Karpukhin et al., "Dense Passage Retrieval", EMNLP 2020); of a set for retrieval alone it is the
share of a question's relevant articles that are among the first k (trec_eval's recall, as BEIR reports it; Thakur et
al., "BEIR", NeurIPS 2021). `qa.evaluate.metrics` has the same, of one grade, in plain Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

DEPTHS = (1, 3, 5, 10, 20)
DEEPEST = DEPTHS[-1]
_CUT = 10
_NEVER_FOUND = "\0"


@cache
def _measures(share: bool) -> frozenset[str]:
    return frozenset({f"{'recall' if share else 'success'}.{','.join(map(str, DEPTHS))}", f"ndcg_cut.{_CUT}"})


def scores(ranked: Sequence[str], grades: Mapping[str, int], *, share: bool = False) -> dict[str, float]:
    """Return recall@1, @3, @5, @10, @20, mrr@10 and ndcg@10 of one ranking, 0 to 1.

    Args:
        ranked: Ids, best first, each once.
        grades: How relevant each id is that is relevant, from 1; with none every score is 0.
        share: Whether recall is the share of the relevant ones, rather than whether there is one.

    >>> scores(["b", "a"], {"a": 1})["mrr@10"]
    0.5
    """
    found = _evaluate(ranked, grades, _measures(share))
    first = _evaluate(ranked[:_CUT], grades, frozenset({"recip_rank"}))
    name = "recall" if share else "success"
    return {
        **{f"recall@{depth}": found[f"{name}_{depth}"] for depth in DEPTHS},
        f"mrr@{_CUT}": first["recip_rank"],
        f"ndcg@{_CUT}": found[f"ndcg_cut_{_CUT}"],
    }


def _evaluate(ranked: Sequence[str], grades: Mapping[str, int], measures: frozenset[str]) -> dict[str, float]:
    from pytrec_eval import RelevanceEvaluator

    judged = dict(grades) or {_NEVER_FOUND: 1}
    run = {"": {id: float(-rank) for rank, id in enumerate(ranked)}}
    found: Any = RelevanceEvaluator({"": judged}, set(measures)).evaluate(run)
    return dict(found[""])
