"""The command that answers a file of questions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.options import answering_options, filter_options

if TYPE_CHECKING:
    from qa.batch import Format, Layout, Outcome, Source, Survey

_FORMATS: tuple[Format, ...] = ("txt", "csv", "tsv", "jsonl", "xlsx")


@click.command()
@click.argument("questions", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "answers",
    type=click.Path(path_type=Path),
    required=True,
    help="The file for the answers: .jsonl, .csv, .xlsx or .html.",
)
@click.option(
    "--question",
    "column",
    metavar="COLUMN",
    help="The column or field that has the questions.  [default: question, else a table's only one]",
)
@click.option("--format", type=click.Choice(_FORMATS), help="How QUESTIONS is read.  [default: by its ending]")
@click.option(
    "--filter-columns",
    metavar="FIELD=COLUMN,...",
    help="The columns that say which articles a row asks of: since, until, source, author, tag, article.",
)
@click.option("--restart", is_flag=True, help="Begin anew, whatever a run that was stopped has done.")
@filter_options
@answering_options
def batch(
    questions: Path,
    answers: Path,
    column: str | None,
    format: str | None,
    filter_columns: str | None,
    restart: bool,
    **options: Any,
) -> None:
    """Answer a file of questions.

    Reads .txt (a question a line), .csv, .tsv, .jsonl and .xlsx; all but .xlsx also with .gz behind it; - is standard
    input. Other columns come back as they are, as input_NAME where an answer has one of that name. A row that cannot be
    asked gives a row with an error.

    A row says which articles it asks of in the columns of --filter-columns, or a line of .jsonl in its field filter,
    such as {"since": "2025-06", "source": "Reuters"}.

    Stopped half-way, it keeps what it has answered; the same command goes on.
    """
    from qa.batch import Layout, check_files, parse_filter_columns, run_batch
    from qa.batch.progress import BatchProgress
    from qa.opening import open_assistant

    chosen: Format | None = next((known for known in _FORMATS if known == format), None)
    layout = Layout(column, chosen, parse_filter_columns(filter_columns) if filter_columns else {})
    with _source(questions, layout) as source:
        found = check_files(source, answers, layout)
        _say_of(found)
        progress = BatchProgress(found.questions)
        try:
            with open_assistant(**options) as assistant, progress:
                outcome = run_batch(
                    assistant, source, answers, progress, layout=layout, surveyed=found, restart=restart
                )
        except KeyboardInterrupt:
            after = "" if progress.done is None else f" after {progress.done:,} of {found.questions:,} questions"
            click.echo(f"Stopped{after}; the same command goes on{' there' if after else ''}.", err=True)
            sys.exit(130)
    _report(outcome, answers)
    if outcome.errors:
        sys.exit(1)


@contextmanager
def _source(questions: Path, layout: Layout) -> Iterator[Source]:
    from qa.batch import Source, find_source, spooled

    if str(questions) == "-":
        if layout.format is None:
            raise click.UsageError("Standard input has no ending that says how it is read; name it with --format.")
        with spooled(sys.stdin.buffer, Source(questions, "standard input", layout.format)) as source:
            yield source
        return
    source = find_source(questions, layout)
    if questions.is_fifo():
        with questions.open("rb") as pipe, spooled(pipe, source) as copy:
            yield copy
    else:
        yield source


def _say_of(found: Survey) -> None:
    if found.repeated:
        click.echo(
            f"ids that come more than once: {found.repeated:,} rows, the first of them {found.first_repeated}; the "
            "answers are in the order of the questions",
            err=True,
        )


def _report(outcome: Outcome, answers: Path) -> None:
    click.echo(
        f"answered {outcome.answered}, not in these articles {outcome.not_in_articles}, errors {outcome.errors}; "
        f"written to {answers}",
        err=True,
    )
    if outcome.cut:
        click.echo(
            f"cut {outcome.cut:,} cells: a .xlsx holds at most 32,767 characters in one; a .jsonl or .csv has all",
            err=True,
        )
    if outcome.index_changed:
        click.echo("The index changed meanwhile; index_generation in a .jsonl says what each answer is to.", err=True)
