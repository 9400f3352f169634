"""Values of answers and of the user's own columns as cells of a table. Pure."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from index.article import clean_text

_FORMULA = tuple("=+-@＝＋－＠\t\r\n|")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?\s?%?", re.ASCII)
_BEHIND_A_DELIMITER = re.compile(r'([;\t\r\n]["\s]*)([=+\-@＝＋－＠|][^;\t\r\n]*)')
_NO_CELL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CUT = " … [cut]"


def plain(value: Any) -> Any:
    """Return a value of a spreadsheet as JSON has it: a day as YYYY-MM-DD, a moment or a time as in ISO 8601.

    >>> plain(datetime(2025, 6, 9)), plain(datetime(2025, 6, 9, 8, 30)), plain(3)
    ('2025-06-09', '2025-06-09T08:30:00', 3)
    """
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else value


def as_text(value: Any) -> str:
    """Return a value as the text of a cell: nothing for none, JSON for lists and objects.

    >>> as_text(None), as_text(True), as_text(["a"]), as_text(0.5)
    ('', 'true', '["a"]', '0.5')
    """
    value = plain(value)
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean_text(text)


def harmless(text: str) -> str:
    r"""Return a text that no spreadsheet runs when it opens a .csv: with ' before what could begin a formula.

    Also within it, behind a semicolon, a tab and the end of a line, where a spreadsheet that takes one of them for the
    delimiter, as Excel takes the semicolon in many countries, begins another cell.

    >>> harmless("-3+2"), harmless("3; -5"), harmless("so; =1+1")
    ("'-3+2", '3; -5', "so; '=1+1")
    """
    words = text.lstrip()
    escaped = _BEHIND_A_DELIMITER.sub(
        lambda match: match[0] if _PLAIN_NUMBER.fullmatch(match[2]) else f"{match[1]}'{match[2]}", words
    )
    before = "'" if begins_a_formula(text) else ""
    return f"{before}{text[: len(text) - len(words)]}{escaped}"


def begins_a_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula.

    So begins a text whose first character but for white space is one of `= + - @`, also of full width, or `|`, or whose
    first is a tab or the end of a line (https://owasp.org/www-community/attacks/CSV_Injection). A plain number is none.

    >>> begins_a_formula("=1+1"), begins_a_formula("-3.5"), begins_a_formula(" @SUM(A1)")
    (True, False, True)
    """
    if not text.startswith(_FORMULA) and not text.lstrip().startswith(_FORMULA):
        return False
    return _PLAIN_NUMBER.fullmatch(text) is None


def fitting(text: str, most: int) -> tuple[str, bool]:
    """Return a text as a cell of a .xlsx holds it, and whether it was cut.

    Characters that no XML holds become U+FFFD; what looks like an escape of the format is escaped.

    Args:
        text: Of any length.
        most: UTF-16 units; a longer text ends in a mark.

    >>> fitting("The envoy met the mayor.", 12)
    ('The  … [cut]', True)
    """
    text = _NO_CELL.sub("\ufffd", text)
    size = len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
    cut = size > most
    if cut:
        kept = text.encode("utf-16-le")[: 2 * (most - len(_CUT))].decode("utf-16-le", errors="ignore")
        text = kept + _CUT
    return _LOOKS_ESCAPED.sub("_x005F_", text), cut
