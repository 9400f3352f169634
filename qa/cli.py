"""The command line. Data goes to standard output, everything else to standard error.

Exit codes: 0 ok, "not in these articles" included; 1 something is wrong with the articles, the index or the questions;
2 wrong usage; 130 interrupted. What a command needs is imported inside it, so that `--help` answers at once.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.batch_commands import batch
from qa.compare_command import compare
from qa.conversation_commands import feedback
from qa.errors import QAError
from qa.evaluate_commands import evaluate
from qa.index_commands import COMMANDS, open_index, print_json
from qa.opening import open_assistant
from qa.options import answering_options, filter_options, index_option, json_option, loading_options
from qa.testset_commands import testset

if TYPE_CHECKING:
    from index.load import LoadOptions
    from index.search.filters import Filter


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pullquote")
def cli() -> None:
    """Answers questions from your articles, in the articles' own words, and shows exactly where."""
    logging.basicConfig(level=logging.WARNING, format="pullquote: %(message)s", stream=sys.stderr)


for command in (*COMMANDS, batch, evaluate, compare, testset, feedback):
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
    with open_assistant(**options) as assistant:
        answer = assistant.ask(question)
        if as_json:
            print_json(answer.to_json())
        else:
            click.echo(answer_as_text(answer))


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
@click.option(
    "--conversations",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that conversations are kept in.  [default: conversations.sqlite in the index's folder]",
)
@filter_options
@answering_options
@loading_options
def chat(host: str, port: int, conversations: Path | None, options: LoadOptions, **answering: Any) -> None:
    """Open the chat in the browser.

    Articles can be added there too; the last options below are about these.
    """
    from qa.chat.launch import check_address, serve
    from qa.conversation.store import CONVERSATIONS_FILE

    check_address(host, port)
    with open_assistant(**answering) as assistant:
        serve(assistant, host, port, conversations or assistant.index.path / CONVERSATIONS_FILE, options)


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
