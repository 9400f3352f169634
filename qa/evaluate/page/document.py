"""An evaluation as one page of HTML that needs no other file and no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from qa.bidi import close_bidi
from qa.evaluate.page.plots import calibration_plot, losses_plot, risk_coverage_plot
from qa.evaluate.page.rows import SHOWN_PASSAGES, embedded_rows
from qa.evaluate.report_data import EvaluationReport, Task
from qa.evaluate.summary import Section, facts, failures_of, sections
from qa.question import QUESTION_TYPES

_COLUMNS: dict[Task, tuple[tuple[str, str, str], ...]] = {
    "answers": (
        ("question", "Question", ""),
        ("type", "Type", "broad-only"),
        ("golds", "Right answer", "broad-only"),
        ("given", "Given", "broad-only"),
        ("score", "Score", "number"),
        ("confidence", "Confidence", "number broad-only"),
        ("failure", "Outcome", ""),
    ),
    "retrieval": (
        ("question", "Query", ""),
        ("type", "Type", "broad-only"),
        ("golds", "Relevant article", "broad-only"),
        ("score", "Score", "number"),
        ("failure", "Outcome", ""),
    ),
}
_NOTES: dict[Task, str] = {
    "answers": (
        f"The score is F1 of the answer given. A row opens to the first {SHOWN_PASSAGES} passages, and behind them the "
        "first relevant one, the one that holds what is cited, and the right one where it was not found. Marked are "
        '<mark class="gold">the right answer</mark>, <mark class="given">the answer given, or the best span where it '
        'was refused</mark> and <mark class="both">where both are</mark>.'
    ),
    "retrieval": (
        f"This set has no answers. The score is nDCG@10 by article. A row opens to the first {SHOWN_PASSAGES} passages "
        "and, behind them, the first of a relevant article."
    ),
}


def report_page(report: EvaluationReport) -> str:
    """Return the page: the scores as tables, plots, and every question to sort and filter.

    The content security policy allows this page's own style and script by their hashes and nothing else. The rows of
    the questions are built when they are looked at, from JSON, as text. Without JavaScript they are not shown.
    """
    style, script = (files("qa.evaluate.page").joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    title = f"Evaluation: {report.test_set}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{_isolated(title)}</h1>{_facts(report)}</header>\n<main>\n"
        f'{_plots(report)}\n<div class="tables">{"".join(map(_section, sections(report)))}</div>\n'
        f"{_questions(report)}\n{_skipped(report)}\n</main>\n"
        f'<script type="application/json" id="data">{embedded_rows(report)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _digest(text: str) -> str:
    """Return the hash by which a policy allows an inline style or script (W3C, Content Security Policy Level 3)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _facts(report: EvaluationReport) -> str:
    listed = "".join(f"<dt>{_text(name)}</dt><dd>{_isolated(value)}</dd>" for name, value in facts(report))
    return f'<dl class="facts">{listed}</dl>'


def _plots(report: EvaluationReport) -> str:
    figures: list[str] = []
    if report.losses:
        losses = [(name, share.value) for name, share in report.losses.items() if share.value is not None]
        keys = "".join(
            f'<li><span class="key key{number % 4}"></span>{_text(name)} {100 * share:.1f}</li>'
            for number, (name, share) in enumerate(losses)
        )
        figures.append(
            f'<figure class="broad"><figcaption>F1 of the answerable questions, lost at each stage and left, in per '
            f'cent</figcaption>{losses_plot(losses)}<ul class="keys">{keys}</ul></figure>'
        )
    row: list[str] = []
    if report.abstention is not None and report.abstention.risk_coverage.points:
        curve = risk_coverage_plot(report.abstention.risk_coverage.points, _now(report))
        row.append(f"<figure><figcaption>Risk and coverage; the dot is the threshold</figcaption>{curve}</figure>")
    if report.calibration is not None and report.calibration.bins:
        plot = calibration_plot(report.calibration.bins)
        row.append(f"<figure><figcaption>Calibration; the dashed line is perfect</figcaption>{plot}</figure>")
    if row:
        figures.append(f'<div class="plots">{"".join(row)}</div>')
    return f"<section><h2>At a glance</h2>{''.join(figures)}</section>" if figures else ""


def _now(report: EvaluationReport) -> tuple[float, float] | None:
    """Return the share of questions answered at the threshold, and the share of these that are wrong."""
    given = [question for question in report.questions if question.given is not None]
    if not given:
        return None
    wrong = sum(question.failure is not None for question in given)
    return len(given) / len(report.questions), wrong / len(given)


def _section(section: Section) -> str:
    note = f'<p class="note">{_text(section.note)}</p>' if section.note else ""
    return (
        f"<section><h2>{_text(section.title)}</h2>{note}"
        f"{_table(section.columns, section.rows, 'scores', section.title)}</section>"
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], classes: str, label: str) -> str:
    head = "".join(f'<th scope="col">{_text(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{_isolated(first)}</th>{"".join(f"<td>{_isolated(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{_text(label)}"><table class="{classes}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _questions(report: EvaluationReport) -> str:
    outcomes = ["right" if report.task == "answers" else "searched", *failures_of(report)]
    asked = {question.question_type for question in report.questions}
    head = "".join(
        f'<th scope="col" data-key="{key}" class="{classes}"><button type="button">{name}</button></th>'
        for key, name, classes in _COLUMNS[report.task]
    )
    types = [kind for kind in QUESTION_TYPES if kind in asked]
    return (
        '<section><h2 id="every">Every question</h2>'
        f'<p class="note">{_NOTES[report.task]}</p>'
        "<noscript><p>The table needs JavaScript. Every question is in report.json too.</p></noscript>"
        '<div class="tools" data-with-script hidden>'
        '<label>Outcome <select id="failure"><option value="">all</option>'
        f'<option value="failed">all that failed</option>{_options(outcomes)}</select>'
        "</label>"
        f'<label>Type <select id="type"><option value="">all</option>{_options(types)}</select></label>'
        '<label>Words <input id="words" type="search" autocomplete="off"></label>'
        '<p class="quiet" id="count" role="status"></p></div>'
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="every" data-with-script hidden>'
        f'<table id="questions"><thead><tr>{head}</tr></thead><tbody></tbody></table></div>'
        '<p><button type="button" id="more" hidden>Show more</button></p></section>'
    )


def _options(names: Iterable[str]) -> str:
    return "".join(f'<option value="{_text(name)}">{_text(name)}</option>' for name in names)


def _skipped(report: EvaluationReport) -> str:
    if not report.skipped:
        return ""
    rows = [(one.id, one.reason, one.where) for one in report.skipped]
    return (
        f"<section><h2>Skipped</h2>{_table(('Id', 'Reason', 'Where'), rows, 'skipped', 'Skipped questions')}</section>"
    )


def _text(text: str) -> str:
    """Return HTML that shows a text; a NUL, which HTML cannot hold, shows as U+FFFD."""
    return escape(text).replace("\0", "\ufffd")


def _isolated(text: str) -> str:
    return f"<bdi>{_text(close_bidi(text))}</bdi>"
