"""The command that sets two evaluations side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.index_commands import print_json
from qa.options import json_option

if TYPE_CHECKING:
    from qa.evaluate.compare import ChangedQuestion, Comparison, Difference, SideBySide

_CHANGED_SHOWN = 20
_CHANGES = {
    "worse": "worse in B",
    "better": "better in B",
    "other reason": "with the same score that fail for another reason in B",
}


@click.command()
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@click.option(
    "--questions",
    "shown",
    type=click.IntRange(0),
    default=_CHANGED_SHOWN,
    show_default=True,
    metavar="N",
    help="How many of the questions that became worse, better, or fail for another reason, are listed.",
)
@json_option
def compare(first: Path, second: Path, shown: int, as_json: bool) -> None:
    """Compare two evaluations.

    A and B are two report.json of pullquote eval, or their folders. Only questions that are in both count. An asterisk
    stands where the difference is beyond chance, at 5 % for the main scores together, and for the others together: a
    paired randomisation test over articles, Holm's correction.
    """
    from qa.evaluate.compare import compare as side_by_side
    from qa.evaluate.report import read_report

    found = side_by_side(read_report(first), read_report(second))
    if as_json:
        print_json(found.to_json())
        return
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(_table(found, first, second))
    for change, title in _CHANGES.items():
        changed = [one for one in found.changed if one.change == change]
        click.echo(f"\n{len(changed)} questions {title}")
        for one in changed[:shown]:
            click.echo(_changed(one))
        if len(changed) > shown:
            click.echo(f"  ... and {len(changed) - shown} more; --questions N lists more")


def _table(found: Comparison, first: Path, second: Path) -> str:
    head = f"A: {first}\nB: {second}\n{found.compared:,} questions in both; scores in per cent, MRR and nDCG too\n\n"
    columns = f"{'':<30}{'A':>7}{'B':>8}{'B - A':>9}  {'95 % interval':<18}{'p':>8}{'adjusted':>10}{'n':>8}"
    figures = ["", "Without a test", *map(_figure, found.figures)]
    return head + "\n".join([columns, *map(_line, found.differences), *figures])


def _line(one: Difference) -> str:
    found = one.difference
    between = "–" if found.low is None or found.high is None else f"[{100 * found.low:+.1f}, {100 * found.high:+.1f}]"
    star = " *" if one.significant else ""
    return (
        f"{one.metric:<30}{100 * one.first:>7.1f}{100 * one.second:>8.1f}{100 * found.value:>+9.1f}  "
        f"{between:<18}{_p(found.p):>8}{_p(one.p_adjusted):>10}{found.n:>8,}{star}"
    )


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _figure(one: SideBySide) -> str:
    times, unit = (100, "") if one.unit == "share" else (1, f"  {one.unit}")
    a, b = times * one.first, times * one.second
    return f"{one.metric:<30}{a:>7,.1f}{b:>8,.1f}{b - a:>+9,.1f}{unit}"


def _changed(one: ChangedQuestion) -> str:
    """Return a question on one line, what was read from a file without what could move the cursor."""
    if one.change == "other reason":
        became = f"{one.first_failure or 'no failure'} -> {one.second_failure or 'no failure'}"
    else:
        became = " -> ".join("none" if answer is None else repr(answer) for answer in (one.first, one.second))
    asked = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(one.question.split()))
    return f"  {one.first_score:.2f} -> {one.second_score:.2f}  {asked}  ({became})"
