"""What is wrong, or looks wrong, with a test set of one's own."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from index.load.base import marked_encoding
from index.store import Index
from qa.assistant import Assistant
from qa.evaluate.metrics import normalize_answer
from qa.evaluate.placing import Placed, place
from qa.evaluate.table import places
from qa.evaluate.testset import SAME_ID, Skipped, TestSet, shortened

Kind = Literal["unusable", "not filled in", "asked twice", "several places", "copied words", "answered after all"]
"""The first is an error; the others are for the author to judge."""

_RUN = 5
_NAMED_PLACES = 5
_ID = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)')
_LINE = re.compile(r":\d+$")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Finding:
    """Something about a question; `where` is its file and line, or what is known of them."""

    kind: Kind
    id: str
    where: str
    message: str


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        questions: How many can be used.
        unanswerable: How many of them have no answer.
        findings: In the order of `Kind`.
    """

    questions: int
    unanswerable: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many questions cannot be used."""
        return sum(finding.kind == "unusable" for finding in self.findings)


def check_testset(
    index: Index,
    testset: TestSet,
    *,
    assistant: Assistant | None = None,
    where: Mapping[str, str] | None = None,
    done: Callable[[int, int], None] = lambda done, total: None,
) -> Checked:
    """Check every question of a test set.

    - "unusable": what `pullquote eval` would skip, such as an answer that does not stand where it says.
    - "not filled in": a question that is blank.
    - "asked twice": the same question as another before it but for case, punctuation, white space and articles.
    - "several places": an answer that stands elsewhere in its article too, where it is not a right one. Of a table
      every place is, so that it only says how many there are, from 3 on.
    - "copied words": half of the question or more, and at least 5 words on end, stand in the article just so; such
      questions are found by their words alone (Sugawara et al., "What Makes Reading Comprehension Questions Easier?",
      EMNLP 2018).
    - "answered after all": an unanswerable question that the assistant answers. It is a suspicion: the assistant may be
      wrong, and that is what such questions are for.

    That an answer is the right one is not checked.

    Args:
        index: The articles.
        testset: As `qa.evaluate.read_testset` reads it.
        assistant: Asked the unanswerable questions; without one they are not looked at.
        where: File and line of the questions of a .json by their ids, see `lines_of_ids`.
        done: Called with how many questions were asked, of how many.
    """
    lines = {one.id: one.where for one in testset.questions} | {one.id: one.where for one in testset.loose}
    lines |= where or {}
    blank = [question.id for question in testset.questions if not question.question.strip()]
    filled = tuple(question for question in testset.questions if question.question.strip())
    placed, skipped = place(index, replace(testset, questions=filled))
    findings = [*_skipped(skipped, lines), *(_unfilled(id, lines) for id in blank)]
    findings += _twice(placed, lines)
    findings += _of_texts(index, placed, lines, {loose.id for loose in testset.loose})
    unanswerable = [question for question in placed if not question.spans]
    if assistant is not None:
        findings += _answered(assistant, unanswerable, lines, done)
    return Checked(len(placed), len(unanswerable), tuple(findings))


def lines_of_ids(path: Path) -> dict[str, str]:
    """Return where each question with an id first stands in a .json, as `path:line`; nothing for other files."""
    if ".json" not in {suffix.lower() for suffix in path.suffixes}:
        return {}
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    text = data.decode(marked_encoding(data) or "utf-8", "replace")
    found: dict[str, str] = {}
    line, last = 1, 0
    for match in _ID.finditer(text):
        line, last = line + text.count("\n", last, match.start()), match.start()
        found.setdefault(str(json.loads(match[1], strict=False)), f"{path}:{line}")
    return found


def _skipped(skipped: Iterable[Skipped], lines: Mapping[str, str]) -> Iterator[Finding]:
    for one in skipped:
        kind: Kind = "not filled in" if one.reason == "has no question" else "unusable"
        where, reason, line = one.where, one.reason, lines.get(one.id)
        if line and reason == SAME_ID:
            reason += f" ({line})"
        elif line and line != where and not _LINE.search(where):
            where = f"{line} ({where})" if where else line
        yield Finding(kind, one.id, where, reason)


def _unfilled(id: str, lines: Mapping[str, str]) -> Finding:
    return Finding("not filled in", id, lines.get(id, ""), "has no question")


def _twice(placed: Sequence[Placed], lines: Mapping[str, str]) -> Iterator[Finding]:
    first: dict[str, Placed] = {}
    for question in placed:
        other = first.setdefault(normalize_answer(question.question), question)
        if other is question:
            continue
        if bool(other.spans) != bool(question.spans):
            more = ", and only one of the two has an answer"
        elif set(map(normalize_answer, other.golds)) != set(map(normalize_answer, question.golds)):
            more = ", with other answers"
        else:
            more = ", with the same answers" if question.spans else ""
        message = f"asks the same as {other.id!r}{more}: {question.question!r}"
        yield Finding("asked twice", question.id, lines.get(question.id, ""), message)


def _of_texts(index: Index, placed: Sequence[Placed], lines: Mapping[str, str], loose: set[str]) -> Iterator[Finding]:
    """Compare questions with their articles, each of which is read once."""
    by_article: dict[str, list[Placed]] = {}
    for question in placed:
        if question.article_id:
            by_article.setdefault(question.article_id, []).append(question)
    found: list[Finding] = []
    for article_id, questions in by_article.items():
        text = index.article(article_id).text
        words = " ".join(_words(text))
        for question in questions:
            at = lines.get(question.id, "")
            if message := _elsewhere(question, text, loose):
                found.append(Finding("several places", question.id, at, message))
            if message := _copied(question, words):
                found.append(Finding("copied words", question.id, at, message))
    yield from sorted(found, key=lambda finding: finding.kind == "copied words")


def _elsewhere(question: Placed, text: str, loose: set[str]) -> str | None:
    for gold in question.golds:
        standing = places(text, gold)
        others = [start for start, end in standing if not any(s <= start and end <= e for s, e in question.spans)]
        if others:
            named = ", ".join(map(str, others[:_NAMED_PLACES])) + (", ..." if len(others) > _NAMED_PLACES else "")
            return f"the answer {gold!r} also stands at {named} of {question.article_id!r}, where it does not count"
        if question.id in loose and len(standing) > 2:
            return (
                f"the answer {gold!r} stands at {len(standing)} places of {question.article_id!r}, all of which count; "
                "give more of its words if only some answer it"
            )
    return None


def _copied(question: Placed, words: str) -> str | None:
    """Look for the longest run of the question's words in an article's."""
    asked = _words(question.question)
    padded = f" {words} "
    for length in range(len(asked), max(_RUN, (len(asked) + 1) // 2) - 1, -1):
        for at in range(len(asked) - length + 1):
            run = " ".join(asked[at : at + length])
            if f" {run} " in padded:
                return f"has {length} of its {len(asked)} words from the article, on end: {run!r}"
    return None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _answered(
    assistant: Assistant, questions: Sequence[Placed], lines: Mapping[str, str], done: Callable[[int, int], None]
) -> Iterator[Finding]:
    for number, question in enumerate(questions, start=1):
        answer = assistant.ask(question.question)
        done(number, len(questions))
        if answer.text is not None:
            first = answer.citations[0]
            message = (
                f"is answered, with confidence {answer.confidence:.2f}: {answer.text!r} "
                f"({shortened(first.article_id)}, characters {first.start}-{first.end})"
            )
            yield Finding("answered after all", question.id, lines.get(question.id, ""), message)
