"""The command line. Data goes to standard output, everything else to standard error.

Exit codes: 0 ok, "not in these articles" included; 1 something is wrong with the articles, the index or the questions;
2 wrong usage; 130 interrupted. What a command needs is imported inside it, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import json
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
from qa.options import answering_options, index_option, json_option

if TYPE_CHECKING:
    from index.store import Index
    from qa.assistant import Assistant


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pullquote")
def cli() -> None:
    """Answers questions from your articles, in the articles' own words, and shows exactly where."""
    logging.basicConfig(level=logging.WARNING, format="pullquote: %(message)s", stream=sys.stderr)


@cli.command("index")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--embedder",
    metavar="NAME",
    envvar="PULLQUOTE_EMBEDDER",
    show_envvar=True,
    help="A sentence-transformers model, for a new index.  [default: the packaged all-MiniLM-L6-v2]",
)
@index_option
def index_command(paths: tuple[str, ...], embedder: str | None, folder: Path) -> None:
    """Add and update articles: files or folders of .txt, .md and .jsonl."""
    from tqdm import tqdm

    from index.article import Article
    from index.load import Failure, PassedOver, read_articles
    from index.store import Added

    failures: list[Failure] = []
    passed_over: list[PassedOver] = []

    def articles() -> Iterator[Article]:
        for item in read_articles(paths):
            if isinstance(item, Article):
                yield item
            elif isinstance(item, Failure):
                failures.append(item)
                click.echo(f"not indexed: {item.location} {item.reason}", err=True)
            else:
                passed_over.append(item)

    total = Added()
    with _open_or_create(folder, embedder) as store, tqdm(unit=" articles", disable=None, leave=False) as bar:
        for report in store.add_each(articles()):
            total += report
            bar.update(len(report.added) + len(report.replaced) + len(report.unchanged))
        held = len(store)
    if passed_over:
        click.echo(
            f"passed over: {len(passed_over)} files that are not .txt, .md or .jsonl, or links to folders", err=True
        )
    click.echo(
        f"added {len(total.added)}, replaced {len(total.replaced)}, unchanged {len(total.unchanged)}, "
        f"failed {len(failures)}; the index in {folder} holds {held} articles"
    )
    if failures:
        sys.exit(1)


@cli.command("list")
@json_option
@index_option
def list_command(folder: Path, as_json: bool) -> None:
    """List the articles: id, title, date and number of characters."""
    with _open(folder) as store:
        for article in store.articles():
            if as_json:
                fields = asdict(article)
                fields["characters"] = len(fields.pop("text"))
                _print_json(fields)
            else:
                cells = (article.id, article.title or "untitled", article.published or "undated", len(article.text))
                click.echo("\t".join(map(str, cells)))


@cli.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@index_option
def remove(ids: tuple[str, ...], folder: Path) -> None:
    """Remove articles by their ids: all of those named, or none if one is unknown."""
    from index.article import clean_text

    with _open(folder) as store:
        store.remove([clean_text(article_id) for article_id in ids])
        click.echo(f"removed {len(set(ids))}; the index in {folder} holds {len(store)} articles")


@cli.command()
@json_option
@index_option
def info(folder: Path, as_json: bool) -> None:
    """Describe the index: what it holds and what it was built with."""
    with _open(folder) as store:
        described = store.info()
    if as_json:
        _print_json(asdict(described))
        return
    embedder = described.manifest.embedder
    for name, value in (
        ("index", described.path),
        ("articles", described.counts.articles),
        ("passages", described.counts.passages),
        ("generation", described.generation),
        ("format", described.format),
        ("size", f"{described.bytes / 1e6:.1f} MB"),
        ("embedder", f"{embedder.name} ({embedder.dimension} dimensions, {embedder.backend}, {embedder.precision})"),
        ("passage", f"at most {described.manifest.chunking.max_tokens} tokens"),
    ):
        click.echo(f"{name:<12}{value}")


@cli.command()
@index_option
def verify(folder: Path) -> None:
    """Check every offset, hash, vector and count; exit 1 if something is wrong."""
    with _open(folder) as store:
        problems = store.verify()
        held = len(store)
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(f"ok: {held} articles")


@cli.command()
@click.argument("query")
@click.option("-k", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many passages.")
@json_option
@index_option
def search(query: str, k: int, as_json: bool, folder: Path) -> None:
    """Find passages, without answering."""
    from qa.answer import FoundPassage
    from qa.question import check_question
    from qa.render import passage_as_text

    checked = check_question(query)
    with _open(folder) as store:
        hits = store.search(checked, k)
        found = [FoundPassage.of(hit, store.article(hit.passage.article_id)) for hit in hits]
    for number, passage in enumerate(found, start=1):
        if as_json:
            _print_json(asdict(passage))
        else:
            click.echo(passage_as_text(number, passage))


@cli.command()
@click.argument("question")
@json_option
@answering_options
def ask(question: str, as_json: bool, **options: Any) -> None:
    """Answer a question, with its source."""
    from qa.question import check_question
    from qa.render import answer_as_text

    check_question(question)
    with _assistant(**options) as assistant:
        answer = assistant.ask(question)
        if as_json:
            _print_json(answer.to_json())
        else:
            click.echo(answer_as_text(answer))


@cli.command()
@click.argument("questions", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "answers", type=click.Path(path_type=Path), required=True, help="A .jsonl file for the answers."
)
@answering_options
def batch(questions: Path, answers: Path, **options: Any) -> None:
    """Answer a file of questions: .txt with one a line, or .jsonl with {"question", "id"} a line."""
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
    """Evaluate retrieval, answers and citations against a test set in SQuAD JSON."""
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
    """Write the packaged reader as a Hugging Face question-answering checkpoint, for other programs."""
    from qa.read.weights import export_checkpoint

    export_checkpoint(checkpoint)
    click.echo(f"written to {checkpoint}")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True, help="Port to listen on.")
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
        click.echo("Stopped. Articles and answers that were finished before are kept.", err=True)
        sys.exit(130)


def _open(folder: Path) -> Index:
    from index.store import Index

    return Index.open(folder)


def _open_or_create(folder: Path, embedder: str | None) -> Index:
    """Open the index of a folder without loading its embedder, or make one."""
    from index.embed import load_encoder
    from index.errors import IndexNotFound
    from index.store import Index

    try:
        return Index.open(folder, load_encoder(embedder) if embedder else None)
    except IndexNotFound:
        return Index.create(folder, load_encoder(embedder) if embedder else load_encoder())


@contextmanager
def _assistant(
    folder: Path,
    reader: str,
    threshold: float | None,
    passages: int,
    searched: AbstractContextManager[Index] | None = None,
) -> Iterator[Assistant]:
    """Open the index of a folder, or the one that is given in its place, and load the reader."""
    with searched or _open(folder) as store:
        from qa.assistant import Assistant

        with _collector_off():
            from qa.read import load_reader

            assistant = Assistant(store, load_reader(reader), passages=passages, threshold=threshold)
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


def _print_json(value: Any) -> None:
    readable = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not readable))
