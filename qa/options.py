"""Options that several commands share."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click

_MEGABYTE = 1_000_000

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


_FILTER_OPTIONS = (
    click.option("--since", metavar="DATE", help="Only articles from this day on: YYYY, YYYY-MM or YYYY-MM-DD."),
    click.option("--until", metavar="DATE", help="Only articles up to this day, month or year."),
    click.option("--source", "sources", multiple=True, metavar="NAME", help="Only articles of this publisher."),
    click.option("--author", "authors", multiple=True, metavar="NAME", help="Only articles by this author."),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only articles with this tag."),
    click.option("--article", "articles", multiple=True, metavar="ID", help="Only this article."),
)


def filter_options(command: Command) -> Command:
    """Add the options that say which articles are searched; the command gets them as one `only` of the type `Filter`.

    Given several times, one of the values will do.
    """

    @functools.wraps(command)
    def with_filter(
        since: str | None,
        until: str | None,
        sources: tuple[str, ...],
        authors: tuple[str, ...],
        tags: tuple[str, ...],
        articles: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        from index.errors import InvalidFilter
        from index.search.filters import Filter

        try:
            only = Filter(since, until, sources, authors, tags, articles)
        except InvalidFilter as error:
            raise click.UsageError(str(error)) from error
        return command(only=only, **rest)

    decorated: Any = with_filter
    for option in reversed(_FILTER_OPTIONS):
        decorated = option(decorated)
    return cast(Command, decorated)


_LOADING_OPTIONS = (
    click.option(
        "--map",
        "field_map",
        metavar="FIELD=NAME,...",
        help="What the fields of .json, .jsonl and .csv files are called there, such as text=body,title=headline.",
    ),
    click.option(
        "--max-file",
        type=click.IntRange(1),
        default=100,
        show_default=True,
        metavar="MB",
        help="The largest file that is read as one article.",
    ),
    click.option(
        "--max-page",
        type=click.IntRange(1),
        default=20,
        show_default=True,
        metavar="MB",
        help="The most that is fetched from an address.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0.1, 3600),
        default=60,
        show_default=True,
        metavar="SECONDS",
        help="How long a file is parsed, or an address fetched, at most.",
    ),
    click.option(
        "--redirects",
        type=click.IntRange(0, 20),
        default=5,
        show_default=True,
        help="How many redirects of an address are followed.",
    ),
    click.option(
        "--private-addresses",
        "private",
        is_flag=True,
        help="Also fetch from this machine and from private networks.",
    ),
)


def loading_options(command: Command) -> Command:
    """Add the options of a command that reads articles; it gets them as one `options` of the type `LoadOptions`."""

    @functools.wraps(command)
    def with_options(
        field_map: str | None, max_file: int, max_page: int, timeout: float, redirects: int, private: bool, **rest: Any
    ) -> Any:
        from index.load import Limits, LoadOptions, parse_field_map

        limits = Limits(
            file_bytes=max_file * _MEGABYTE,
            page_bytes=max_page * _MEGABYTE,
            seconds=timeout,
            redirects=redirects,
            private_addresses=private,
        )
        return command(options=LoadOptions(limits, parse_field_map(field_map) if field_map else {}), **rest)

    decorated: Any = with_options
    for option in _LOADING_OPTIONS:
        decorated = option(decorated)
    return cast(Command, decorated)
