"""What a near-copy of an article stands for in scores. Pure.

Of near-copies of one story a search shows one, with the others listed under it, and the chat says "the same in" (see
`index.copies`). So a result counts for the passages and the articles listed under it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from qa.evaluate.question_result import Cited

Span = tuple[int, int]


class Stretch(Protocol):
    """A part of an article: a passage, flat or not, or a copy of one."""

    @property
    def article_id(self) -> str:
        """Of its article."""
        ...

    @property
    def start(self) -> int:
        """Where it begins there, in code points."""
        ...

    @property
    def end(self) -> int:
        """Where it ends."""
        ...


def holds(found: Iterable[Stretch], article_id: str, spans: Sequence[Span]) -> bool:
    """Tell whether a passage, or a copy of it, is of the right article and holds a whole gold span.

    Args:
        found: The passage and its copies.
        article_id: Of the right article.
        spans: The gold spans there.
    """
    return any(one.article_id == article_id and any(one.start <= s and e <= one.end for s, e in spans) for one in found)


def grades_at(grades: Mapping[str, int], places: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the grades of what is relevant, by the first id of the place in a ranking at which it stands.

    Of several at one place the highest grade counts, once; what stands nowhere keeps its own id.

    Args:
        grades: Of each relevant id.
        places: Of a ranking, best first: at each a result's id, and those of its copies.

    >>> grades_at({"a": 1, "b": 2, "c": 1}, [("x",), ("y", "a", "b"), ("a",)])
    {'y': 2, 'c': 1}
    """
    found: dict[str, int] = {}
    first = {id: place[0] for place in reversed(places) for id in place}
    for id, grade in grades.items():
        at = first.get(id, id)
        found[at] = max(grade, found.get(at, 0))
    return found


def moved(cited: Cited, sentence: str, text: str, copy: Stretch) -> Cited | None:
    """Return a citation as it stands in a copy of its passage; None where that cannot be told.

    It can be told where the cited sentence stands in the copy letter for letter, once.

    Args:
        cited: The citation.
        sentence: The text of the cited sentence.
        text: Of the copy's article.
        copy: As it is listed under the cited passage.
    """
    at = text.find(sentence, copy.start, copy.end)
    if at < 0 or text.find(sentence, at + 1, copy.end) >= 0:
        return None
    by = at - cited.sentence_start
    return Cited(copy.article_id, cited.start + by, cited.end + by, cited.sentence_start + by, cited.sentence_end + by)
