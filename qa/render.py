"""Answers and passages as plain text for a terminal."""

from __future__ import annotations

import textwrap

from index.store import Index
from qa.answer import Answer, Citation, FoundPassage

_WIDTH = 100


def answer_as_text(answer: Answer, index: Index) -> str:
    """Return the answer with its sentence and source, or that there is none with the closest passage."""
    if answer.kind == "none":
        return _no_answer(answer)
    lines = [f"{answer.text} [1]", ""]
    for number, citation in enumerate(answer.citations, start=1):
        article = index.article(citation.article_id)
        sentence = article.text[citation.sentence_start : citation.sentence_end]
        lines += [_source(number, citation), _quoted(sentence)]
    for candidate in answer.alternatives:
        if candidate.confidence >= answer.threshold:
            first = candidate.citations[0]
            lines += ["", f"or: {candidate.text}", f"    {first.label} · {_range(first.start, first.end)}"]
    return "\n".join(lines)


def passage_as_text(number: int, passage: FoundPassage) -> str:
    """Return a passage with its source, score and ranks."""
    ranks = " · ".join(
        f"{name} {rank}" for name, rank in (("dense", passage.ranks.dense), ("lexical", passage.ranks.lexical)) if rank
    )
    head = f"[{number}] {passage.label} · {_range(passage.start, passage.end)} · score {passage.score:.4f} ({ranks})"
    return f"{head}\n{_quoted(passage.text)}"


def _no_answer(answer: Answer) -> str:
    if answer.reason == "empty_index":
        return "There are no articles in the index. Add some: pullquote index PATH"
    lines = [
        f"Not in these articles. (confidence {answer.confidence:.2f}, an answer is given from {answer.threshold:.2f})"
    ]
    if answer.passages:
        closest = answer.passages[0]
        lines += [
            "",
            f"The closest passage, not an answer: {closest.label} · {_range(closest.start, closest.end)}",
            _quoted(closest.text),
        ]
    return "\n".join(lines)


def _source(number: int, citation: Citation) -> str:
    parts = [citation.label, citation.source, citation.published or "undated"]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    parts += [_range(citation.start, citation.end), "found word for word"]
    return f"[{number}] " + " · ".join(part for part in parts if part)


def _range(start: int, end: int) -> str:
    return f"characters {start}-{end}"


def _quoted(text: str) -> str:
    folded = " ".join(text.split())
    return textwrap.fill(folded, _WIDTH, initial_indent="    ", subsequent_indent="    ")
