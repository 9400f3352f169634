"""Test sets as tables: .jsonl, .csv and .tsv, each also with .gz behind it.

A row has `question`; `answer` (empty: unanswerable) or `answers` (a list; in a .csv a JSON list); and `article`, the id
of the article that the answers are looked up in, or `context`, a text of its own. `id` and `title` are optional. Names
are read without regard to case. Every place where an answer stands, letter for letter and not inside a word, is a right
one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from index.article import clean_text
from index.errors import UnreadableFile
from index.load.base import Limits, read_lines
from qa.delimited import UnclosedQuote, read_rows
from qa.errors import InvalidTestSet
from qa.evaluate.testset import SAME_ID, GoldSpan, LooseQuestion, Skipped, TestQuestion, TestSet, Unusable, shortened

SUFFIXES = (".jsonl", ".csv", ".tsv")

_EXPECTED = "question, answer or answers, and article or context"


def read_table(path: Path) -> TestSet:
    """Read a table of questions; a row that cannot be used is skipped and reported with its line.

    Raises:
        InvalidTestSet: If the file cannot be read, a column is missing, or no row can be used.
    """
    try:
        rows = list(_json_lines(path) if format_of(path) == ".jsonl" else _cells(path))
    except OSError as error:
        raise InvalidTestSet(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error
    except UnreadableFile as error:
        place = f" (line {error.line})" if isinstance(error, UnclosedQuote) else ""
        raise InvalidTestSet(f"{str(path)!r} {error}{place}.") from error
    found: dict[str, TestQuestion | LooseQuestion] = {}
    skipped: list[Skipped] = []
    for line, row in rows:
        where, row_id = f"{path}:{line}", _row_id(row, line)
        try:
            question = _question(row, row_id, where)
        except Unusable as error:
            skipped.append(Skipped(row_id, str(error), where))
            continue
        if row_id in found:
            skipped.append(Skipped(row_id, SAME_ID, where))
        else:
            found[row_id] = question
    if not found:
        first = f", the first because it {skipped[0].reason} ({skipped[0].where})" if skipped else ""
        raise InvalidTestSet(f"{str(path)!r} has no usable question; {len(skipped)} were skipped{first}.")
    with_context = tuple(one for one in found.values() if isinstance(one, TestQuestion))
    return TestSet(with_context, tuple(skipped), tuple(one for one in found.values() if isinstance(one, LooseQuestion)))


def format_of(path: Path) -> str:
    """Return the lower-case ending of a file without .gz, such as ".csv"."""
    return (Path(path.stem) if path.suffix.lower() == ".gz" else path).suffix.lower()


def places(text: str, answer: str) -> list[tuple[int, int]]:
    """Return every place where an answer stands in a text, letter for letter and not inside a word.

    >>> places("Mayor May left in May.", "May")
    [(6, 9), (18, 21)]
    """
    begin = r"(?<!\w)" if answer[:1].isalnum() else ""
    end = r"(?!\w)" if answer[-1:].isalnum() else ""
    return [match.span() for match in re.finditer(begin + re.escape(answer) + end, text)] if answer else []


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in read_lines(path):
        if isinstance(line, UnreadableFile):
            yield number, Unusable(str(line))
        elif line.strip():
            try:
                yield number, _fields(json.loads(clean_text(line)))
            except (ValueError, RecursionError) as error:
                yield number, Unusable(f"is not JSON: {error}")


def _fields(row: Any) -> Any:
    """Return an object with its names as those of columns are read."""
    if not isinstance(row, dict):
        return row
    names, twice = _names(row)
    if twice:
        return Unusable(f"has the fields {', '.join(map(shortened, twice))} more than once; rename them")
    return dict(zip(names, row.values(), strict=True))


def _cells(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the rows below the column names with the number of the line on which each begins."""
    rows = read_rows(path, Limits(), tabs=format_of(path) == ".tsv")
    _, first = next(rows, (1, None))
    if first is None:
        raise UnreadableFile(f"is empty; expected column names ({_EXPECTED}) and a question on each row below them")
    if isinstance(first, str):
        raise UnreadableFile(f"has no row of column names; the first {first}")
    header = _checked(first)
    for line, cells in rows:
        if isinstance(cells, str):
            yield line, Unusable(cells)
        elif len(cells) != len(header):
            yield line, Unusable(f"has {len(cells)} cells, expected {len(header)} as in the first row")
        else:
            yield line, _unpacked(dict(zip(header, cells, strict=True)))


def _checked(cells: list[str]) -> list[str]:
    names, twice = _names(cells)
    if twice:
        raise UnreadableFile(f"has the columns {', '.join(twice)} more than once; rename them")
    for wanted in (("question",), ("answer", "answers"), ("article", "context")):
        if not set(wanted) & set(names):
            raise UnreadableFile(f"has no column {' or '.join(map(repr, wanted))} (line 1); got {names!r}")
    return names


def _names(given: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return names without regard to case and outer spaces, and those that come more than once."""
    names = [name.strip().lower() for name in given]
    return names, sorted(name for name, count in Counter(names).items() if name and count > 1)


def _unpacked(row: dict[str, Any]) -> Any:
    """Turn the JSON list of a cell of answers into a list."""
    if row.get("answers"):
        try:
            row["answers"] = json.loads(row["answers"])
        except (ValueError, RecursionError):
            return Unusable(
                f"has 'answers' as {shortened(row['answers'])}, expected a JSON list; or name one as 'answer'"
            )
    return row


def _row_id(row: Any, line: int) -> str:
    given = row.get("id") if isinstance(row, Mapping) else None
    return clean_text(str(given)) if isinstance(given, (str, int)) and str(given) else f"line {line}"


def _question(row: Any, row_id: str, where: str) -> TestQuestion | LooseQuestion:
    if isinstance(row, Unusable):
        raise row
    if not isinstance(row, Mapping):
        raise Unusable(f"is a JSON {type(row).__name__}, expected an object with {_EXPECTED}")
    asked = _text(row, "question")
    if not asked.strip():
        raise Unusable("has no question")
    answers = _answers(row)
    article_id, context = _text(row, "article"), _text(row, "context")
    if not context:
        if answers and not article_id:
            raise Unusable("has an answer but no article (or context) to look it up in")
        return LooseQuestion(row_id, asked, answers, article_id, where)
    golds = []
    for answer in answers:
        found = places(context, answer)
        if not found:
            raise Unusable(f"has the answer {shortened(answer)}, which does not stand in its context")
        golds += [GoldSpan(answer, start, end) for start, end in found]
    return TestQuestion(row_id, asked, _text(row, "title") or article_id, context, tuple(golds), where)


def _answers(row: Mapping[str, Any]) -> tuple[str, ...]:
    if not {"answer", "answers"} & row.keys():
        raise Unusable("has neither 'answer' nor 'answers'; an unanswerable question has an empty one")
    given = row.get("answers")
    if given is None or given == "":
        given = [_text(row, "answer")]
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or not all(isinstance(answer, str) for answer in given):
        raise Unusable(f"has 'answers' as {shortened(given)}, expected strings")
    return tuple(dict.fromkeys(clean_text(answer).strip() for answer in given if answer.strip()))


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise Unusable(f"has {name!r} as {shortened(value)}, expected a string")
    return clean_text(value or "")
