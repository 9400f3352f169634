"""Questions of one SQuAD document added to another's, none twice. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qa.evaluate.metrics import normalize_answer


@dataclass(frozen=True)
class Merged:
    """A SQuAD document with what was added.

    Attributes:
        document: JSON-ready.
        added: How many questions are new in it.
        already_there: How many were not added, since it has them.
    """

    document: dict[str, Any]
    added: int
    already_there: int


def merge(testset: dict[str, Any], more: dict[str, Any]) -> Merged:
    """Add the questions of a SQuAD v2.0 document to another.

    A question is already there if its id is, or the same question about the same context, but for case, punctuation,
    white space and articles. What is there stays as it is, also where the other has another answer. `not_right`, which
    `pullquote feedback` writes, is added by its ids.

    Args:
        testset: The document to add to, which is not changed.
        more: The one whose questions are added.
    """
    document = copy.deepcopy(testset)
    ids, asked = set[str](), set[tuple[str, str]]()
    for _, paragraph, row in _rows(document):
        ids.add(str(row["id"]))
        asked.add(_key(row, paragraph))
    added = already_there = 0
    for title, paragraph, row in _rows(more):
        if str(row["id"]) in ids or _key(row, paragraph) in asked:
            already_there += 1
            continue
        ids.add(str(row["id"]))
        asked.add(_key(row, paragraph))
        _paragraph(document, title, paragraph["context"])["qas"].append(row)
        added += 1
    if more.get("not_right"):
        kept = document.setdefault("not_right", [])
        known = {one.get("id") for one in kept}
        kept += [one for one in more["not_right"] if one["id"] not in known]
    return Merged(document, added, already_there)


def _rows(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each question after its title and its paragraph; what lacks id, question or context is none."""
    for group in document["data"]:
        for paragraph in group["paragraphs"]:
            for row in paragraph["qas"] if "context" in paragraph else ():
                if isinstance(row, dict) and {"id", "question"} <= row.keys():
                    yield group.get("title") or "", paragraph, row


def _key(row: dict[str, Any], paragraph: dict[str, Any]) -> tuple[str, str]:
    return normalize_answer(str(row["question"])), str(paragraph["context"])


def _paragraph(document: dict[str, Any], title: str, context: str) -> dict[str, Any]:
    """Return the paragraph with a context, made at the end of its title's group if need be."""
    groups = [group for group in document["data"] if (group.get("title") or "") == title]
    for group in groups:
        for paragraph in group["paragraphs"]:
            if paragraph.get("context") == context:
                return paragraph  # type: ignore[no-any-return]
    made: dict[str, Any] = {"context": context, "qas": []}
    if groups:
        groups[0]["paragraphs"].append(made)
    else:
        document["data"].append({"title": title, "paragraphs": [made]})
    return made
