"""Which column of a table has the questions, and what the columns are called in the answers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from index.article import clean_text
from index.load.records import listed
from qa.errors import InvalidBatch

DEFAULT = "question"

_DELIMITERS = ",;\t|"
_WORDS_OF_A_NAME = 3
_QUESTION_MARKS = ("?", "？", "؟")


def header(cells: Sequence[Any], file: str) -> list[str]:
    """Return the names of a table's columns, given its first row; one without a name is called by its number.

    Raises:
        InvalidBatch: If a name comes twice.
    """
    names = [
        clean_text("" if cell is None else str(cell)).strip() or f"column {number}"
        for number, cell in enumerate(cells, start=1)
    ]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise InvalidBatch(f"{file} has the columns {listed(twice)} more than once; rename them.")
    return names


def question_column(names: Sequence[str], asked: str | None, file: str) -> int:
    """Return the number from 0 of the column that has the questions.

    It is the one asked for, else `question`, else the only one. A name that is not there as it is spelled is taken
    without regard to case. An only column must be called like one: what is longer than three words or ends in a
    question mark is taken for a question in a table without names, what has a delimiter for several columns.

    Raises:
        InvalidBatch: If there is none, naming those there are.

    >>> question_column(["id", "Question"], None, "q.csv"), question_column(["Frage"], None, "q.csv")
    (1, 0)
    """
    wanted = asked or DEFAULT
    if wanted in names:
        return names.index(wanted)
    alike = [number for number, name in enumerate(names) if name.casefold() == wanted.casefold()]
    if len(alike) == 1:
        return alike[0]
    several = len(names) == 1 and any(delimiter in names[0] for delimiter in _DELIMITERS)
    if asked is None and len(names) == 1 and not several and not _is_question(names[0]):
        return 0
    hint = " A table needs a first row of column names."
    if several:
        hint = " Its columns may be parted by something else: a .csv has commas, semicolons or tabs, a .tsv has tabs."
    elif any(map(_is_question, names)):
        hint = " Its first row looks like questions, not like names: put a row of column names above it."
    raise InvalidBatch(
        f"{file} has no column {wanted!r}; its columns are {listed(names)}. Name the one that has the questions with "
        f"--question NAME.{hint}"
    )


def output_names(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Return what columns of the questions are called among the answers: as they are, `input_NAME` where that is taken.

    >>> output_names(["topic", "answer", "input_answer"], {"answer"})
    {'topic': 'topic', 'answer': 'input_input_answer', 'input_answer': 'input_answer'}
    """
    names = list(names)
    used = {*taken, *names}
    given = {}
    for name in names:
        new = name
        if name in taken:
            new = f"input_{name}"
            while new in used:
                new = f"input_{new}"
            used.add(new)
        given[name] = new
    return given


def _is_question(name: str) -> bool:
    return name.endswith(_QUESTION_MARKS) or len(name.split()) > _WORDS_OF_A_NAME
