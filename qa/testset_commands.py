"""The commands that help to write a test set."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.conversation_commands import rated_as_squad, say_left_out
from qa.index_commands import open_index
from qa.options import answering_options, filter_options, index_option

if TYPE_CHECKING:
    from index.search.filters import Filter
    from qa.evaluate.testset import TestSet
    from qa.testset import Checked


@click.group()
def testset() -> None:
    """Help to write a test set of your own.

    propose gives passages to ask about, check says what is wrong with a set, import takes over the chat's feedback.
    """


@testset.command()
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(path_type=Path),
    required=True,
    help="A .csv or .jsonl to fill in, or .json for SQuAD v2.0.",
)
@click.option(
    "-n", "--count", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many passages."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another number gives other passages.")
@filter_options
@index_option
def propose(path: Path, count: int, seed: int, only: Filter, folder: Path) -> None:
    """Choose passages to ask about.

    They are spread over sources, months and articles. Write a question to each and its answer in the passage's own
    words; a question without an answer is one that the articles do not answer. A passage can be asked about more than
    once, or not at all. A file that stands there is not replaced.
    """
    from qa.errors import OutputError
    from qa.evaluate.report import write_text
    from qa.testset import check_form, form, runs_as_formula, why_none
    from qa.testset import propose as choose

    ending = check_form(path)
    if path.exists():
        raise OutputError(f"{str(path)!r} is there already and may have been filled in; name another file.")
    with open_index(folder) as store:
        plain = (lambda article_id: not runs_as_formula(article_id)) if ending == ".csv" else (lambda article_id: True)
        chosen = choose(store, count, seed=seed, only=only, wanted=plain)
        if not chosen:
            raise OutputError(f"There is no passage to ask about: {why_none(store, only)}.")
    write_text(path, form(chosen, ending))
    articles = len({proposal.passage.article_id for proposal in chosen})
    click.echo(f"{len(chosen)} passages of {articles} articles; written to {path}", err=True)
    click.echo(f"check what you fill in: pullquote testset check {path}", err=True)


@testset.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--articles",
    type=click.Choice(["index", "from-testset"]),
    default="index",
    show_default=True,
    help="Check against the index, or the test set's own contexts.",
)
@click.option("--no-reading", is_flag=True, help="Do not ask the unanswerable questions.")
@answering_options
def check(path: Path, articles: str, no_reading: bool, **options: Any) -> None:
    """Check a test set.

    Every span against its article; questions asked twice; answers that stand in several places; questions that copy
    the article's words; unanswerable ones that are answered after all. Exits with 1 if a question cannot be used.
    """
    from qa.errors import InvalidTestSet
    from qa.evaluate import TestSet, read_testset
    from qa.evaluate.testset import shortened
    from qa.testset import lines_of_ids

    questions = read_testset(path)
    if not isinstance(questions, TestSet):
        raise InvalidTestSet(f"{str(path)!r} is for retrieval alone; there are no answers to check.")
    checked = _checked(questions, lines_of_ids(path), articles, not no_reading, options)
    for finding in checked.findings:
        click.echo(f"{finding.where or path}: {finding.kind}: question {shortened(finding.id)}: {finding.message}")
    counts = Counter(finding.kind for finding in checked.findings)
    found = ", ".join(f"{kind} {count}" for kind, count in counts.items()) or "nothing to say"
    click.echo(f"{checked.questions} questions, {checked.unanswerable} of them unanswerable: {found}", err=True)
    if checked.errors:
        sys.exit(1)


@testset.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--conversations",
    "kept",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The chat's conversations.  [default: conversations.sqlite in the index's folder]",
)
@index_option
def import_command(path: Path, kept: Path | None, folder: Path) -> None:
    """Take the chat's feedback into a test set.

    FILE is SQuAD v2.0 JSON, made if need be. What it has stays as it is, and nothing comes twice; see pullquote
    feedback for what becomes a question.
    """
    from qa.conversation.testset_file import check_output, write_testset
    from qa.evaluate.testset import read_document
    from qa.testset import merge

    check_output(path)
    document: dict[str, Any] = {"version": "v2.0", "data": []}
    if path.exists():
        document = read_document(path)
    made = rated_as_squad(kept, folder)
    merged = merge(document, made.document)
    write_testset(merged.document, path)
    click.echo(f"added {merged.added}, already there {merged.already_there}; written to {path}", err=True)
    say_left_out(made)


def _checked(
    questions: TestSet, lines: dict[str, str], articles: str, reading: bool, options: dict[str, Any]
) -> Checked:
    """Check with an assistant where there is an unanswerable question to ask it."""
    from qa.evaluate import contexts_as_index
    from qa.opening import open_assistant
    from qa.testset import check_testset

    searched = contexts_as_index(questions) if articles == "from-testset" else None
    unanswerable = any(not one.golds for one in questions.questions) or any(not one.answers for one in questions.loose)
    if not (reading and unanswerable):
        with searched or open_index(options["folder"]) as store:
            return check_testset(store, questions, where=lines)
    from tqdm import tqdm

    with (
        open_assistant(searched=searched, **options) as assistant,
        tqdm(unit=" questions", disable=None, leave=False) as bar,
    ):

        def follow(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return check_testset(assistant.index, questions, assistant=assistant, where=lines, done=follow)
