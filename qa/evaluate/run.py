"""One evaluation of retrieval, answers, abstention, citations, robustness and cost."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from index.article import hit_article_ids
from index.errors import UnknownArticle
from qa.assistant import Assistant
from qa.errors import InvalidQuestion, InvalidTestSet
from qa.evaluate import aggregate
from qa.evaluate.asking import Asker, articles_found, retrieved_passage, search
from qa.evaluate.beir import Query, RetrievalSet
from qa.evaluate.bootstrap import RESAMPLES, SEED
from qa.evaluate.near_copies import grades_at
from qa.evaluate.placing import place
from qa.evaluate.question_result import QuestionResult, RetrievedPassage
from qa.evaluate.report_data import SCHEMA_VERSION, Cost, EvaluationReport, Settings
from qa.evaluate.retrieval import scores
from qa.evaluate.testset import Skipped, TestSet, shortened
from qa.question import check_question, question_type

ROBUSTNESS = 200
"""How many questions are also asked with typing errors and in lower case."""

Progress = Callable[[int, int], None]
"""Called with how many questions are done, of how many; at first with 0. One of the sample counts twice."""


@dataclass(frozen=True)
class What:
    """What is evaluated, for the report.

    Attributes:
        test_set: Its name.
        articles: "index" or "from-testset".
        robustness: How many questions, drawn at random, are also asked with typing errors and in lower case.
        seed: Of that sample, and of the typing errors.
    """

    test_set: str = ""
    articles: str = "index"
    robustness: int = ROBUSTNESS
    seed: int = SEED


def evaluate(
    assistant: Assistant, testset: TestSet, progress: Progress = lambda done, total: None, what: What = What()
) -> EvaluationReport:
    """Ask every question of a test set and score what comes back.

    A passage is relevant if it, or a near-copy listed under it, holds a whole gold span in the right article. A
    question that has no place in the index is skipped and reported, see `qa.evaluate.placing`. Questions are asked one
    at a time, so that the times are those of a user; the reader also reads the right passage alone. A sample is asked
    with typing errors and in lower case, as they are: nothing corrects them.

    Args:
        assistant: Over the articles.
        testset: The questions.
        progress: Called after each question.
        what: What is evaluated, and how large the sample is.

    Raises:
        InvalidTestSet: If no question has a place in the index.
    """
    began = time.perf_counter()
    placed, skipped = place(assistant.index, testset)
    if not placed:
        first = skipped[len(testset.skipped)]
        raise InvalidTestSet(
            f"None of the {len(testset):,} questions can be asked of this index; the first because {first.reason} "
            f"(question {shortened(first.id)}, {first.where}). Index the articles of the set, or search its own "
            "(--articles from-testset)."
        )
    sample = set(Random(what.seed).sample(range(len(placed)), min(what.robustness, len(placed))))
    total = len(placed) + len(sample)
    asker = Asker(assistant, own_contexts=what.articles == "from-testset")
    done, results = 0, list[QuestionResult]()
    progress(done, total)
    for number, question in enumerate(placed):
        try:
            result = asker.ask(question)
        except UnknownArticle:
            skipped.append(Skipped(question.id, "its article was removed from the index meanwhile"))
            continue
        done += 1
        progress(done, total)
        if number in sample:
            result = replace(result, robust=asker.ask_otherwise(question, result, what.seed))
            done += 1
            progress(done, total)
        results.append(result)
    return EvaluationReport(
        schema_version=SCHEMA_VERSION,
        test_set=what.test_set,
        task="answers",
        articles=what.articles,
        settings=_settings(assistant, what, len(sample)),
        retrieval_by_passage=aggregate.retrieval(results, lambda one: one.retrieval_by_passage),
        retrieval_by_article=aggregate.retrieval(results, lambda one: one.retrieval_by_article),
        answers=aggregate.answers(results),
        losses=aggregate.losses(results),
        abstention=aggregate.abstention(results),
        calibration=aggregate.calibration(results),
        citations=aggregate.citations(results),
        robustness=aggregate.robustness(results),
        cost=_cost(results, began),
        questions=tuple(results),
        skipped=tuple(skipped),
    )


def evaluate_retrieval(
    assistant: Assistant,
    queries: RetrievalSet,
    progress: Progress = lambda done, total: None,
    what: What = What(),
    skipped: Sequence[Skipped] = (),
) -> EvaluationReport:
    """Search for every query of a set that has no answers, and score the articles that are found.

    The ids of the articles are those of the set's corpus. The rank of an article is that of its best passage.

    Args:
        assistant: Over the articles; its reader is not used.
        queries: The queries.
        progress: Called after each.
        what: What is evaluated.
        skipped: Articles of the corpus that could not be used.

    Raises:
        InvalidTestSet: If none of the relevant articles is in the index.
    """
    began = time.perf_counter()
    wanted = {article_id for query in queries.queries for article_id in query.relevant}
    if not assistant.index.titles(wanted):
        raise InvalidTestSet(
            f"None of the {len(wanted):,} relevant articles, such as {min(wanted)!r}, is in this index. Index the "
            "corpus under its own ids, or search it directly (--articles from-testset)."
        )
    left_out = [*queries.skipped, *skipped]
    results: list[QuestionResult] = []
    progress(0, len(queries))
    for done, query in enumerate(queries.queries, start=1):
        try:
            results.append(_searched(assistant, query))
        except InvalidQuestion as error:
            left_out.append(Skipped(query.id, str(error)))
        progress(done, len(queries))
    return EvaluationReport(
        schema_version=SCHEMA_VERSION,
        test_set=what.test_set,
        task="retrieval",
        articles=what.articles,
        settings=_settings(assistant, what, 0),
        retrieval_by_passage={},
        retrieval_by_article=aggregate.retrieval(results, lambda one: one.retrieval_by_article),
        answers={},
        losses={},
        abstention=None,
        calibration=None,
        citations={},
        robustness={},
        cost=_cost(results, began),
        questions=tuple(results),
        skipped=tuple(left_out),
    )


def _searched(assistant: Assistant, query: Query) -> QuestionResult:
    used = check_question(query.text)
    watch = _Laps()
    vector = assistant.index.encoder.encode([used])[0]
    watch.lap("embed")
    hits = search(assistant, used, vector, per_article=1)
    watch.lap("search")
    titles = assistant.index.titles(hit_article_ids(hits))
    places = articles_found(hits)
    retrieved: tuple[RetrievedPassage, ...] = tuple(
        retrieved_passage(hit, titles, bool(hit_article_ids([hit]) & query.relevant)) for hit in hits
    )
    return QuestionResult(
        id=query.id,
        question=query.text,
        question_type=question_type(used),
        article_id=min(query.relevant),
        title=titles.get(min(query.relevant)),
        cluster=min(query.relevant),
        golds=(),
        spans=(),
        relevant=dict(query.grades),
        answerable=False,
        retrieved=retrieved,
        missed=None,
        right_passage_read=None,
        given=None,
        cited=None,
        confidence=0.0,
        best_span=None,
        best_span_cited=None,
        em=None,
        f1=None,
        em_best_span=None,
        f1_best_span=None,
        em_right_passage=None,
        f1_right_passage=None,
        given_right_passage=None,
        f1_right_passage_given=None,
        citation_precision=None,
        citation_recall=None,
        citation_accurate=None,
        citation_right_article=None,
        found_word_for_word=None,
        failure=None if any(one.relevant for one in retrieved) else "not retrieved",
        retrieval_by_passage={},
        retrieval_by_article=scores([place[0] for place in places], grades_at(query.grades, places), share=True),
        robust={},
        timings_ms=watch.laps(),
    )


def _settings(assistant: Assistant, what: What, sample: int) -> Settings:
    counts = assistant.index.info().counts
    return Settings(
        embedder=assistant.index.manifest.embedder.name,
        reader=assistant.reader.name,
        threshold=assistant.threshold,
        passages_read=assistant.passages,
        searched_articles=counts.articles,
        searched_passages=counts.passages,
        robustness=sample,
        resamples=RESAMPLES,
        seed=what.seed,
    )


def _cost(results: Sequence[QuestionResult], began: float) -> Cost:
    asking = sum(one.timings_ms["total"] for one in results) / 1000
    return Cost(
        ms=aggregate.stage_times(results),
        questions_per_second=len(results) / asking if asking else None,
        peak_memory_bytes=_peak_memory(),
        seconds=time.perf_counter() - began,
    )


def _peak_memory() -> int:
    """Return the most memory that this process has had resident; macOS counts bytes, Linux kilobytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _Laps:
    """Milliseconds between one moment and the next, by name, and their total."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round(1000 * (now - self._last), 3)
        self._last = now

    def laps(self) -> dict[str, float]:
        return {**self._laps, "total": round(sum(self._laps.values()), 3)}
