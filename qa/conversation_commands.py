"""The command that gives out what people thought of answers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.index_commands import open_index
from qa.options import index_option

if TYPE_CHECKING:
    from qa.conversation.feedback import FeedbackSet


@click.command()
@click.option(
    "-o",
    "--output",
    "testset",
    type=click.Path(path_type=Path, allow_dash=True),
    required=True,
    help="A .json file for the test set; - for standard output.",
)
@click.option(
    "--conversations",
    "kept",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The chat's conversations.  [default: conversations.sqlite in the index's folder]",
)
@index_option
def feedback(testset: Path, kept: Path | None, folder: Path) -> None:
    """Make a test set of the chat's feedback.

    Writes SQuAD v2.0 JSON for pullquote eval: answers with a thumb up, and corrections. Every thumb down stands
    beside, in "not_right".
    """
    from qa.conversation.testset_file import check_output, write_testset

    to_output = str(testset) == "-"
    if not to_output:
        check_output(testset)
    made = rated_as_squad(kept, folder)
    if to_output:
        click.echo(json.dumps(made.document))
    else:
        write_testset(made.document, testset)
    where = "standard output" if to_output else str(testset)
    click.echo(f"{made.rows} questions, {made.not_right} thumbs down; written to {where}", err=True)
    say_left_out(made)


def rated_as_squad(kept: Path | None, folder: Path) -> FeedbackSet:
    """Return what people thought of answers, of the conversations in a file or with an index, as a test set.

    Raises:
        NoFeedback: If nobody has said anything.
    """
    from qa.conversation.feedback import squad_rows
    from qa.conversation.store import CONVERSATIONS_FILE, Conversations
    from qa.errors import NoFeedback

    with open_index(folder) as store, Conversations(kept or folder / CONVERSATIONS_FILE, create=False) as conversations:
        rated = conversations.all_feedback()
        if not rated:
            raise NoFeedback("No answer has a thumb up or down yet; they are given in the chat, below an answer.")
        return squad_rows(rated, store.find)


def say_left_out(made: FeedbackSet) -> None:
    """Say how much feedback makes no question, and why."""
    for reason, count in Counter(one.reason for one in made.left_out).items():
        click.echo(f"left out {count}: {reason}", err=True)
