"""Options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

index_option = click.option(
    "--index",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".pullquote",
    envvar="PULLQUOTE_INDEX",
    show_default=True,
    show_envvar=True,
    metavar="DIR",
    help="Folder of the index.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _number(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is not in the range 0<=x<=1.")
    return value


def answering_options(command: Command) -> Command:
    """Add the options of every command that answers questions."""
    for option in (
        click.option(
            "--passages",
            type=click.IntRange(1, 100),
            default=5,
            show_default=True,
            help="How many passages are read for a question.",
        ),
        click.option(
            "--threshold",
            type=click.FloatRange(0, 1),
            callback=_number,
            help="Confidence from which an answer is given; 0 always gives one.  [default: the reader's own]",
        ),
        click.option(
            "--reader",
            default="packaged",
            envvar="PULLQUOTE_READER",
            show_default=True,
            show_envvar=True,
            metavar="NAME",
            help="The reader: a folder with a Hugging Face question-answering checkpoint.",
        ),
        index_option,
    ):
        command = option(command)
    return command
