"""Passages to ask about, as a file to fill in. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.errors import OutputError
from qa.testset.propose import Proposal

FORMS = (".csv", ".jsonl", ".json")
_COLUMNS = ("id", "question", "answer", "article", "title", "published", "passage")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_form(path: Path) -> str:
    """Return the ending of a file to fill in, before anything is chosen for it.

    Raises:
        OutputError: If it is none of `FORMS`, or the folder is not there.
    """
    ending = path.suffix.lower()
    if ending not in FORMS:
        raise OutputError(f"Got {str(path)!r} for the passages, expected a name that ends in .csv, .jsonl or .json.")
    if not path.parent.is_dir() or path.is_dir():
        raise OutputError(f"Cannot write {str(path)!r}: name a file in a folder that exists.")
    return ending


def form(proposals: Sequence[Proposal], ending: str) -> str:
    """Return passages as the text of a file to fill in.

    A .csv or .jsonl has a row for each, with a blank `question` and `answer`: the answer is written in the passage's
    own words, and `pullquote eval` looks it up in the article; left blank, the question is an unanswerable one. A .csv
    begins with a byte order mark, without which Excel takes it for another encoding. A .json is SQuAD v2.0 whose
    contexts are the passages, with an empty question to each; `answers` take `{"text", "answer_start"}`. Rows whose
    question stays blank are passed over.
    """
    if ending == ".json":
        return json.dumps(_squad(proposals), ensure_ascii=False, indent=1) + "\n"
    rows = [dict(zip(_COLUMNS, _row(proposal), strict=True)) for proposal in proposals]
    if ending == ".jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    written = io.StringIO()
    written.write("\ufeff")
    writer = csv.DictWriter(written, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return written.getvalue()


def runs_as_formula(text: str) -> bool:
    """Tell whether a spreadsheet may run a cell with this text.

    By its first character (OWASP, "CSV Injection").
    """
    return text.startswith(_FORMULA)


def cell(text: str) -> str:
    """Return a text as a cell that a spreadsheet shows and does not run: an apostrophe stands before it if need be.

    >>> cell("=1+1"), cell("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if runs_as_formula(text) else text


def _row(proposal: Proposal) -> tuple[str, ...]:
    passage = proposal.passage
    return _id(proposal), "", "", passage.article_id, proposal.label, proposal.published or "", passage.text


def _squad(proposals: Sequence[Proposal]) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {}
    for proposal in proposals:
        group = groups.setdefault(proposal.passage.article_id, {"title": proposal.label, "paragraphs": []})
        question = {"id": _id(proposal), "question": "", "is_impossible": False, "answers": []}
        group["paragraphs"].append({"context": proposal.passage.text, "qas": [question]})
    return {"version": "v2.0", "data": list(groups.values())}


def _id(proposal: Proposal) -> str:
    return hashlib.sha256(proposal.passage.id.encode()).hexdigest()[:16]
