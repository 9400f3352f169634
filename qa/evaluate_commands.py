"""The command that evaluates."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.options import answering_options

if TYPE_CHECKING:
    from index.store import Index
    from qa.evaluate import EvaluationReport, Progress, RetrievalSet, TestSet, What
    from qa.evaluate.testset import Skipped

_SKIPPED_SHOWN = 20


@click.command("eval")
@click.argument("testset", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "report_folder", type=click.Path(path_type=Path), required=True, help="Folder of the report."
)
@click.option(
    "--articles",
    type=click.Choice(["index", "from-testset"]),
    default="index",
    show_default=True,
    help="Search the index, or the test set's own contexts (of a BEIR folder, its corpus).",
)
@click.option(
    "--robustness",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    metavar="N",
    help="How many questions, drawn at random, are also asked with typing errors and in lower case.",
)
@click.option(
    "--fail-under",
    "gates",
    multiple=True,
    metavar="NAME=VALUE",
    help="Exit with 1 if a score is below this, such as f1=0.7 or recall@5=0.9; may be given several times.",
)
@click.option(
    "--predictions",
    "predictions_folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Also write predictions.json and na_prob.json for the official SQuAD script.",
)
@answering_options
def evaluate(
    testset: Path,
    report_folder: Path,
    articles: str,
    robustness: int,
    gates: tuple[str, ...],
    predictions_folder: Path | None,
    **options: Any,
) -> None:
    """Evaluate against a test set: retrieval, answers, refusals, citations, robustness and cost.

    TESTSET is SQuAD v1.1 or v2.0 (.json); a table (.jsonl, .csv, .tsv) with question, answer and article, where an
    answer is looked up in the article with that id and an empty one means that the question is unanswerable; each also
    with .gz behind it; or, for retrieval alone, a folder as BEIR has them.
    """
    from qa.evaluate import What, read_testset
    from qa.evaluate.gate import parse_gates, shortfalls
    from qa.evaluate.predictions import check_predictions, write_predictions
    from qa.evaluate.report import as_table, make_folder, write_report
    from qa.evaluate.testset import shortened

    least = parse_gates(gates)
    questions = read_testset(testset)
    make_folder(report_folder)
    if predictions_folder is not None:
        check_predictions(questions)
        make_folder(predictions_folder)
    what = What(testset.name, articles, robustness)
    report = _evaluated(questions, what, options)
    path = write_report(report, report_folder)
    click.echo(as_table(report))
    for skipped in report.skipped[:_SKIPPED_SHOWN]:
        place = f" ({skipped.where})" if skipped.where else ""
        click.echo(f"skipped: {shortened(skipped.id)}: {skipped.reason}{place}", err=True)
    if len(report.skipped) > _SKIPPED_SHOWN:
        click.echo(f"skipped: {len(report.skipped) - _SKIPPED_SHOWN:,} more, which the report names", err=True)
    click.echo(f"written to {path}", err=True)
    if predictions_folder is not None:
        write_predictions(report, predictions_folder)
        click.echo(f"predictions written to {predictions_folder}", err=True)
    missed = shortfalls(report, least)
    for line in missed:
        click.echo(f"fell short: {line}", err=True)
    if missed:
        sys.exit(1)


def _evaluated(questions: TestSet | RetrievalSet, what: What, options: dict[str, Any]) -> EvaluationReport:
    from qa.evaluate import TestSet, contexts_as_index, corpus_as_index, evaluate, evaluate_retrieval
    from qa.opening import open_assistant

    skipped: list[Skipped] = []
    searched: AbstractContextManager[Index] | None = None
    if what.articles == "from-testset":
        if isinstance(questions, TestSet):
            searched = contexts_as_index(questions)
        else:
            searched = corpus_as_index(questions, skipped)
        click.echo("indexing the test set's articles", err=True)
    with open_assistant(searched=searched, **options) as assistant, _progress() as progress:
        if isinstance(questions, TestSet):
            return evaluate(assistant, questions, progress, what)
        return evaluate_retrieval(assistant, questions, progress, what, skipped)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Give what shows how far it is: a bar on a terminal, now and then a plain line elsewhere."""
    from qa.batch.progress import BatchProgress

    shown: list[BatchProgress] = []

    def follow(done: int, total: int) -> None:
        if not shown:
            shown.append(BatchProgress(total))
        shown[0](done)

    try:
        yield follow
    finally:
        for bar in shown:
            bar.__exit__(None, None, None)
