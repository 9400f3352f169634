"""Answers as one HTML file to be read, which loads nothing and runs nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.article import clean_text
from qa.answer import Citation
from qa.batch.cells import as_text
from qa.batch.flat import ID, asked
from qa.batch.result import Outcomes, Result
from qa.conversation.anchor import Anchored
from qa.conversation.export.content import told
from qa.conversation.export.html_parts import PAGE_END, page_start, reply_as_html, shown
from qa.conversation.turn import Reply
from qa.wording import confidence_in_words, count_in_words

_TITLE = "Questions and answers"


def write_page(path: Path, columns: Sequence[str], results: Iterator[Result], counts: Counter[Outcomes]) -> int:
    """Write a section for each question: the answers with their sources, each quote marked in its sentence.

    Nobody's words can do anything: all are escaped, and the page's policy forbids scripts and addresses. A browser
    reads some tens of thousands of questions; a table holds more.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(page_start(_TITLE))
        file.write(f'<h1>{_TITLE}</h1>\n<p class="small">{_counted(counts)}</p>\n')
        for result in results:
            file.write("\n".join(_section(result)) + "\n")
        file.write(PAGE_END)
    return 0


def _counted(counts: Counter[Outcomes]) -> str:
    return (
        f"{count_in_words(counts.total(), 'question')}: answered {counts['answered']:,}, "
        f"not in these articles {counts['none']:,}, errors {counts['error']:,}"
    )


def _section(result: Result) -> Iterator[str]:
    row, record, number = result.question, result.record, result.number
    question = asked(result)
    heading = "(no question)" if question is None else _text(question)
    yield f'<section aria-labelledby="q{number}">\n<h2 id="q{number}">{number}. <bdi>{heading}</bdi></h2>'
    facts = ({ID: row.id} if row.id is not None else {}) | dict(row.columns)
    if facts:
        said = " · ".join(f"<bdi>{_text(name)}: {_text(as_text(value))}</bdi>" for name, value in facts.items())
        yield f'<p class="small">{said}</p>'
    if record.answer is None:
        yield f'<p class="warn" dir="auto">{_text(record.error or "")}</p>'
    else:
        yield from map(clean_text, reply_as_html(told(Reply(question or "", answer=record.answer), _as_cited)))
        if record.answer.kind != "none":
            yield f'<p class="small">{confidence_in_words(record.answer.confidence)}</p>'
    yield "</section>"


def _as_cited(citation: Citation) -> Anchored:
    return Anchored("here", citation.start, citation.end)


def _text(text: str) -> str:
    return shown(clean_text(text))
