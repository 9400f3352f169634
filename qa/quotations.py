"""Where quotations stand in a text, by their marks. Pure.

All offsets are Unicode code points of the text. English marks only: curly, straight and single ones, nested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile("[\"“”'‘’]")
_PARAGRAPH = re.compile(r"[^\r\n]+")
_OPENERS = "([{—–-/\"“‘'>"
_OUTER_CLOSED_BY = {"“": "”", '"': '"'}
_NO_QUOTE = re.compile(r"(?:tis|twas|em|til|cause|n|bout|round)\b", re.IGNORECASE)
_A_LATER_CLOSE = re.compile(r"[^‘]{0,1000}?[\w.,?!…]['’](?!\w)")


@dataclass(frozen=True)
class Quotation:
    """A quotation, or the part of one that stands in a paragraph.

    Attributes:
        start: Of the opening mark.
        end: Behind the closing mark; where there is none, the end of the paragraph.
        depth: 0, or how many quotations it stands in.
        goes_on: Whether the next paragraph goes on with it: it has no closing mark, and that paragraph opens again.
    """

    start: int
    end: int
    depth: int
    goes_on: bool


def quotations(text: str) -> list[Quotation]:
    """Return the quotations of a text, by where they begin.

    An apostrophe is told from a single mark by what stands beside it, which can fail behind a plural's s. A mark that
    is never closed opens nothing, unless the next paragraph begins with one.

    >>> [(q.start, q.end) for q in quotations("“It’s late,” he said.")]
    [(0, 12)]
    """
    found: list[Quotation] = []
    paragraphs = [match.span() for match in _PARAGRAPH.finditer(text) if match.group().strip()]
    for number, (start, end) in enumerate(paragraphs):
        following = text[slice(*paragraphs[number + 1])].lstrip("> \t") if number + 1 < len(paragraphs) else ""
        found += _of_paragraph(text, start, end, following[:1])
    return sorted(found, key=lambda q: (q.start, -q.end))


def _of_paragraph(text: str, start: int, end: int, following: str) -> list[Quotation]:
    found: list[Quotation] = []
    stack: list[int] = []
    for match in _MARK.finditer(text, start, end):
        at = match.start()
        before = text[at - 1] if at > start else " "
        after = text[at + 1] if at + 1 < end else " "
        kinds = [text[opened] for opened in stack]
        if _closes(text, at, end, before, after, kinds):
            while text[stack[-1]] not in _closed_by(text[at]):
                stack.pop()
            opened = stack.pop()
            found.append(Quotation(opened, at + 1, len(stack), False))
        elif _opens(text, at, before, after, kinds):
            stack.append(at)
    for depth, opened in enumerate(stack):
        if text[opened] in _OUTER_CLOSED_BY and following == text[opened]:
            found.append(Quotation(opened, end, depth, True))
            break
    return found


def _closed_by(mark: str) -> str:
    return {"”": "“", '"': '"', "’": "‘", "'": "'"}.get(mark, "")


def _closes(text: str, at: int, end: int, before: str, after: str, kinds: list[str]) -> bool:
    mark = text[at]
    if not any(kind in _closed_by(mark) for kind in kinds):
        return False
    if mark in '"”':
        return True
    if before.isspace() or after.isalnum():
        return False
    return not (before == "s" and after == " " and _A_LATER_CLOSE.match(text, at + 1, end))


def _opens(text: str, at: int, before: str, after: str, kinds: list[str]) -> bool:
    mark = text[at]
    if mark in "”’" or mark in kinds or after.isspace():
        return False
    free = before.isspace() or before in _OPENERS
    if mark == "“":
        return True
    if mark == '"':
        return free
    return free and (after.isalpha() or after in '“"[…') and not _NO_QUOTE.match(text, at + 1)
