"""The command line. Data goes to standard output, everything else to standard error.

Exit codes: 0 ok, "not in these articles" included; 1 something is wrong with the articles, the index or the questions;
2 wrong usage; 130 interrupted. What a command needs is imported inside it, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.errors import QAError
from qa.index_commands import COMMANDS, open_index, print_json
from qa.options import answering_options, filter_options, index_option, json_option

if TYPE_CHECKING:
    from index.search.filters import Filter
    from index.store import Index
    from qa.assistant import Assistant


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pullquote")
def cli() -> None:
    """Answers questions from your articles, in the articles' own words, and shows exactly where."""
    logging.basicConfig(level=logging.WARNING, format="pullquote: %(message)s", stream=sys.stderr)


for command in COMMANDS:
    cli.add_command(command)


@cli.command()
@click.argument("query")
@click.option("-k", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many passages.")
@click.option(
    "--per-article",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="How many passages of one article come before those of others; 0: as many as are best.",
)
@json_option
@filter_options
@index_option
def search(query: str, k: int, per_article: int, as_json: bool, only: Filter, folder: Path) -> None:
    """Find passages, without answering.

    What stands in double quotes must stand in a passage, word by word. Each passage comes with the reason why.
    """
    from index.article import hit_article_ids
    from qa.answer import FoundPassage
    from qa.question import check_question
    from qa.render import passage_as_text

    checked = check_question(query)
    with open_index(folder) as store:
        hits = store.search(checked, k, only=only, per_article=per_article)
        titles = store.titles(hit_article_ids(hits))
        found = [FoundPassage.of(hit, titles) for hit in hits if hit.passage.article_id in titles]
    if not found:
        click.echo(
            "No passage found: the index is empty, the filters leave none, or the quoted words stand in none.", err=True
        )
    for number, passage in enumerate(found, start=1):
        if as_json:
            print_json(asdict(passage))
        else:
            click.echo(passage_as_text(number, passage))


@cli.command()
@click.argument("question")
@json_option
@filter_options
@answering_options
def ask(question: str, as_json: bool, **options: Any) -> None:
    """Answer a question, with its source."""
    from qa.question import check_question
    from qa.render import answer_as_text

    check_question(question)
    with _assistant(**options) as assistant:
        answer = assistant.ask(question)
        if as_json:
            print_json(answer.to_json())
        else:
            click.echo(answer_as_text(answer))


@cli.command()
@click.argument("questions", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "answers", type=click.Path(path_type=Path), required=True, help="A .jsonl file for the answers."
)
@filter_options
@answering_options
def batch(questions: Path, answers: Path, **options: Any) -> None:
    """Answer a file of questions.

    A .txt has one a line, a .jsonl has {"question", "id"} a line.
    """
    from tqdm import tqdm

    from qa.batch import check_files, run_batch

    total = check_files(questions, answers)
    with _assistant(**options) as assistant, tqdm(total=total, unit=" questions", disable=None, leave=False) as bar:
        outcome = run_batch(assistant, questions, answers, lambda _: bar.update())
    click.echo(
        f"answered {outcome.answered}, not in these articles {outcome.not_in_articles}, errors {outcome.errors}; "
        f"written to {answers}",
        err=True,
    )
    if outcome.errors:
        sys.exit(1)


@cli.command("eval")
@click.argument("testset", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "report_folder", type=click.Path(path_type=Path), required=True, help="Folder of the report."
)
@click.option(
    "--articles",
    type=click.Choice(["index", "from-testset"]),
    default="index",
    show_default=True,
    help="Search the index, or the test set's own contexts.",
)
@answering_options
def eval_command(testset: Path, report_folder: Path, articles: str, **options: Any) -> None:
    """Evaluate against a test set in SQuAD JSON.

    Retrieval, answers and citations.
    """
    from tqdm import tqdm

    from qa.evaluate import as_table, contexts_as_index, evaluate, make_folder, read_squad, write_report

    questions = read_squad(testset)
    make_folder(report_folder)
    searched = contexts_as_index(questions) if articles == "from-testset" else None
    with (
        _assistant(searched=searched, **options) as assistant,
        tqdm(total=len(questions.questions), unit=" questions", disable=None, leave=False) as bar,
    ):
        report = evaluate(assistant, questions, lambda _: bar.update())
        path = write_report(report, report_folder, testset=str(testset), articles=articles, assistant=assistant)
    click.echo(as_table(report))
    for skipped in report.skipped:
        click.echo(f"skipped: question {skipped.id}: {skipped.reason}", err=True)
    click.echo(f"written to {path}", err=True)


@cli.command("export-reader")
@click.argument("checkpoint", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
def export_reader(checkpoint: Path) -> None:
    """Write the reader for other programs.

    It becomes a Hugging Face question-answering checkpoint.
    """
    from qa.read.weights import export_checkpoint

    export_checkpoint(checkpoint)
    click.echo(f"written to {checkpoint}")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True, help="Port to listen on.")
@filter_options
@answering_options
def chat(host: str, port: int, **options: Any) -> None:
    """Open the chat in the browser."""
    from qa.chat.launch import check_address, serve

    check_address(host, port)
    with _assistant(**options) as assistant:
        serve(assistant, host, port)


def main() -> None:
    """Run the command line; every expected failure is one line on standard error."""
    from index.errors import ArticleIndexError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (ArticleIndexError, QAError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        click.echo(
            "Stopped. Articles and answers that were finished before are kept; the same command goes on.", err=True
        )
        sys.exit(130)


@contextmanager
def _assistant(
    folder: Path,
    reader: str,
    threshold: float | None,
    passages: int,
    searched: AbstractContextManager[Index] | None = None,
    only: Filter | None = None,
) -> Iterator[Assistant]:
    """Open the index of a folder, or the one that is given in its place, and load the reader."""
    with searched or open_index(folder) as store:
        from index.search.filters import EVERYTHING
        from qa.assistant import Assistant

        with _collector_off():
            from qa.read import load_reader

            assistant = Assistant(
                store, load_reader(reader), passages=passages, threshold=threshold, only=only or EVERYTHING
            )
            assistant.warm_up()
        yield assistant


@contextmanager
def _collector_off() -> Iterator[None]:
    """Load without the garbage collector: looking again and again at all that torch brings costs a second."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
