"""What the assistant says in the conversation, as Markdown in which an article's own words can do nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answer import Answer, Citation, Copy
from qa.assistant import Stage

_MARKUP = re.compile(r"[\\`*_{}\[\]<>&#|~$@!]|:(?=//)|(?<=www)\.|^[-+=]", re.IGNORECASE)
_LIST = re.compile(r"^(\d+)([.)])")


def escape_markdown(text: str) -> str:
    """Return text that Markdown and HTML show exactly, white space folded.

    Only what could be markup is escaped, since a screen reader is given the Markdown itself.

    >>> escape_markdown("*a* <b>, c.")
    '&#42;a&#42; &#60;b&#62;, c.'
    """
    escaped = _MARKUP.sub(lambda match: _entity(match[0]), " ".join(text.split()))
    return _LIST.sub(lambda match: match[1] + _entity(match[2]), escaped)


def _entity(character: str) -> str:
    return f"&#{ord(character)};"


def stage_title(stage: Stage) -> str:
    """Say what is being done."""
    if stage.name == "searching":
        return "Searching the articles …"
    return f"Reading {stage.passages} passage{'s' if stage.passages != 1 else ''} …"


def done_title(answer: Answer) -> str:
    """Say what was done, and how long it took."""
    read = len(answer.passages)
    return f"Read {read} passage{'s' if read != 1 else ''} in {answer.timings_ms.total / 1000:.1f} s"


def answer_message(answer: Answer) -> str:
    """Return the answer and any others with their numbered citations, or that there is none."""
    if answer.kind != "none":
        parts = [_cited(answer, answer.text or "", answer.citations, 1)]
        number = 1 + len(answer.citations)
        for other in answer.alternatives:
            parts.append("Or: " + _cited(answer, other.text, other.citations, number))
            number += len(other.citations)
        return "\n\n".join(parts)
    if answer.reason == "empty_index":
        return "There are no articles in the index yet. Add some with `pullquote index PATH`."
    if answer.reason == "filtered_out":
        return "**No article passes the filters** that this chat was opened with."
    if not answer.passages:
        return "**Not in these articles.**"
    return (
        "**Not in these articles.** The closest passage is shown with its source; it is not an answer.\n\n"
        f"> {escape_markdown(_short(answer.passages[0].text))}"
    )


def _cited(answer: Answer, text: str, citations: Sequence[Citation], first: int) -> str:
    """Return an answer with the numbers of its citations, from `first`, and a line for each."""
    numbers = range(first, first + len(citations))
    head = f"**{escape_markdown(text)}** {escape_markdown(' '.join(f'[{n}]' for n in numbers))}"
    sources = [_source(n, c, answer.passage_of(c).copies) for n, c in zip(numbers, citations, strict=True)]
    return "\n\n".join([head, *sources])


def _source(number: int, citation: Citation, copies: Sequence[Copy]) -> str:
    place = f"characters {citation.start}-{citation.end}"
    facts = [citation.label, citation.source, citation.published or "undated", place, "found word for word"]
    if copies:
        facts.append("the same in " + ", ".join(copy.label for copy in copies))
    return f"{escape_markdown(f'[{number}]')} " + escape_markdown(" · ".join(fact for fact in facts if fact))


def _short(text: str, most: int = 280) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"
