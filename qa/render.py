"""Answers and passages as plain text for a terminal."""

from __future__ import annotations

import textwrap
import unicodedata

from qa.answer import Answer, Citation, FoundPassage

_WIDTH = 100


def answer_as_text(answer: Answer) -> str:
    """Return the answer and any others, each with its sentences and sources, or that there is none."""
    if answer.kind == "none":
        return _no_answer(answer)
    lines = [_numbered(answer.text or "", 1, len(answer.citations)), ""]
    number = 1
    for citation in answer.citations:
        lines += _cited(number, citation, answer.passage_of(citation))
        number += 1
    for other in answer.alternatives:
        lines += ["", f"Or: {_numbered(other.text, number, len(other.citations))}", ""]
        for citation in other.citations:
            lines += _cited(number, citation, answer.passage_of(citation))
            number += 1
    return "\n".join(lines)


def passage_as_text(number: int, passage: FoundPassage) -> str:
    """Return a passage with its source, score and ranks."""
    head = f"[{number}] {_place(passage.label, passage.start, passage.end)} · score {passage.score:.3f}"
    return "\n".join([head, f"    {_why(passage)}", *_also(passage), _quoted(passage.text)])


def _why(passage: FoundPassage) -> str:
    """Say why a passage was found: where each search had it, and which words of the query it has."""
    dense, lexical = passage.ranks.dense, passage.ranks.lexical
    words = f" ({', '.join(passage.matched)})" if passage.matched else ""
    return f"by meaning: {_rank(dense)} · by words: {_rank(lexical)}{words}"


def _rank(rank: int | None) -> str:
    return f"rank {rank}" if rank else "not among the first"


def _no_answer(answer: Answer) -> str:
    if answer.reason == "empty_index":
        return "There are no articles in the index. Add some: pullquote index PATH"
    if answer.reason == "filtered_out":
        return "No article in the index passes the filters. Widen or leave out --since, --until, --source and the like."
    lines = [
        f"Not in these articles. (confidence {answer.confidence:.2f}, an answer is given from {answer.threshold:.2f})"
    ]
    if answer.passages:
        closest = answer.passages[0]
        lines += [
            "",
            f"The closest passage, not an answer: {_place(closest.label, closest.start, closest.end)}",
            _quoted(closest.text),
        ]
    return "\n".join(lines)


def _numbered(text: str, first: int, count: int) -> str:
    return " ".join([_plain(text), *(f"[{number}]" for number in range(first, first + count))])


def _cited(number: int, citation: Citation, passage: FoundPassage) -> list[str]:
    """Return a source and the sentence around the quote."""
    sentence = passage.text[citation.sentence_start - passage.start : citation.sentence_end - passage.start]
    return [_source(number, citation), *_also(passage), _quoted(sentence)]


def _source(number: int, citation: Citation) -> str:
    facts = [citation.label, citation.source, citation.published or "undated"]
    if citation.page is not None:
        facts.append(f"page {citation.page}")
    if citation.speaker:
        facts.append(f"said by {citation.speaker}")
    facts += [f"characters {citation.start}-{citation.end}", "found word for word"]
    return f"[{number}] " + " · ".join(_plain(fact) for fact in facts if fact)


def _also(passage: FoundPassage) -> list[str]:
    """Name the near-copies that say the same."""
    if not passage.copies:
        return []
    return ["    The same in: " + ", ".join(_plain(copy.label) for copy in passage.copies)]


def _place(label: str, start: int, end: int) -> str:
    return f"{_plain(label)} · characters {start}-{end}"


def _plain(text: str) -> str:
    """Fold white space, and take the power over the terminal from control characters."""
    folded = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(character) == "Cc" else character for character in folded)


def _quoted(text: str) -> str:
    return textwrap.fill(_plain(text), _WIDTH, initial_indent="    ", subsequent_indent="    ")
