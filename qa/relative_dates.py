"""Expressions whose meaning depends on an article's date, in English. Pure."""

from __future__ import annotations

import re

_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec)\.)"
)
_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_PART = "(?:morning|afternoon|evening|night|noon|midday)"
_NUMBER = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|several|few|a few|a couple of|many|some|half an?|just over an?|a dozen)"
)
_UNIT = "(?:minute|hour|day|night|week|weekend|fortnight|month|quarter|season|year|decade|century|centurie)"
_LONG_UNIT = (
    "(?:week|weekend|fortnight|month|quarter|season|year|decade|century|spring|summer|autumn|winter|Christmas|Easter)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"(?: ?[-–—] ?| (?:to|and|until|through) )"
_WHEN = r"(?:(?:earlier|later|late|early|sometime|only|just|since|until|till|by|before|after|from) )"

_SPANS = (
    rf"(?:(?:over|in|within|for|during) )?the (?:last|past|next|coming)(?: {_NUMBER})? {_UNIT}s"
    rf"|(?:(?:over|in|within|for|during) )?the (?:past|coming) {_LONG_UNIT}"
)
_AGO = rf"(?:(?:about|around|nearly|almost|more than|over) )?{_NUMBER} {_UNIT}s? ago"
_NAMED = rf"(?<!\bthe )(?<!\bThe ){_WHEN}?(?:(?:last|this|next) (?:{_LONG_UNIT}|{_PART})|last night)"
_PLAIN = rf"{_WHEN}?(?:(?:the )?day (?:before yesterday|after tomorrow)|yesterday|today|tonight|tomorrow)(?: {_PART})?"
_WORDS = rf"(?i:{_SPANS}|{_AGO}|{_NAMED}|(?:over|at|this) the weekend|{_PLAIN})"

_DATES = (
    rf"{_DAY}(?:{_TO}{_DAY})? (?:of )?{_MONTH}(?:{_TO}{_DAY} (?:of )?{_MONTH})?"
    rf"|{_MONTH} {_DAY}(?:{_TO}(?:{_MONTH} )?{_DAY})?"
)
_DATED = rf"(?:(?i:on|by|until|since|before|after|from|between|in|for|during) )?(?:{_DATES})"
_WEEKDAYS = (
    rf"(?:(?i:(?:early |late )?(?:on|last|this|next|until|till|since|by|before|after|from)) )?"
    rf"{_WEEKDAY}(?! {_PART}s)(?: {_PART})?(?:, (?:{_DATES}))?"
)
_BEFORE_MONTH = r"(?i:(?:in|since|until|till|by|from|during|before|after|last|this|next) (?:(?:early|late|mid)[ -])?)"
_MONTHS = rf"{_BEFORE_MONTH}{_MONTH}(?! \d{{3}}\b)"
_EXPRESSION = re.compile(
    rf"(?<![\w\-/])(?=\w)(?:{_WORDS}|{_DATED}|{_WEEKDAYS}|{_MONTHS})(?![\w\-/]|[:.,]\d)(?:['’]s\b)?"
)

_YEAR = re.compile(r",?(?: of| in)? (?:1\d|20)\d\d\b")
_EVENT = re.compile(r" (?:attacks?|riots?|massacre|uprising|revolution|coup|committee|Night|Mass)\b")
_HOLIDAY = re.compile(
    r"\b(?:every|each|Black|Good|Bloody|Super|Ash|Cyber|Palm|Easter|Shrove|Maundy|Whit|Holy|Giving|Blue|an?) $",
    re.IGNORECASE,
)
_WORKING_WEEK = re.compile(rf" (?:to|through) {_WEEKDAY}\b| ?[-–—] ?{_WEEKDAY}\b")
_WORKING_WEEK_BEFORE = re.compile(rf"{_WEEKDAY} ?(?:to|through|[-–—]) ?$")
_OF_OUR_TIME = re.compile(r" (?:world|society|age|generation|youth|standards|technology|money|children)\b")
_NAME_FOLLOWS = re.compile(r" (?!I\b)[A-Z]")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:;“\"‘\n(—–•]\s*)$")

_WEEKDAY_FIRST = re.compile(_WEEKDAY)
_PART_OF_SPAN = re.compile(r" of (?!this|last|next|the year|talks|negotiations)")
_SPAN_FIRST = re.compile(rf"(?i:{_SPANS})")
_BARE_WEEKDAY = re.compile(_WEEKDAY)
_WEEKDAY_AT_END = re.compile(rf"{_WEEKDAY}$")
_BARE_MONTH = re.compile(rf"(?i:by|from|before|after) {_MONTH}")
_TITLE_CASE = re.compile(r"(?:Yesterday|Today|Tonight|Tomorrow|(?:Last|This|Next) [A-Z])")


def relative_dates(text: str) -> list[tuple[int, int]]:
    """Return the ranges of what an article's date would settle, in order: "last week", "on Monday", "two days ago".

    A date without a year ("June 3") and a month without one ("in October") are among them, since they too depend on
    when they were written. What depends on the story alone ("two days later", "the next day") is not, nor what no date
    would settle ("recently"), nor what comes again and again ("every Sunday"), nor names ("Monday Night Football"). No
    date is worked out.

    Args:
        text: English.

    >>> text = "He left last week, two days after the vote of May 2025."
    >>> [text[start:end] for start, end in relative_dates(text)]
    ['last week']
    """
    return [match.span() for match in _EXPRESSION.finditer(text) if _is_relative(text, match)]


def _is_relative(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 20) : match.start()], text[match.end() : match.end() + 24]
    found = match.group()
    if _YEAR.match(after) or _EVENT.match(after):
        return False
    if _WEEKDAY_FIRST.match(found) and (_HOLIDAY.search(before) or _WORKING_WEEK_BEFORE.search(before)):
        return False
    if _BARE_WEEKDAY.fullmatch(found) and _NAME_FOLLOWS.match(after):
        return False
    if _WEEKDAY_AT_END.search(found) and _WORKING_WEEK.match(after):
        return False
    if _PART_OF_SPAN.match(after) and _SPAN_FIRST.match(found):
        return False
    if _BARE_MONTH.fullmatch(found):
        return not _NAME_FOLLOWS.match(after)
    if _TITLE_CASE.match(found) and not _SENTENCE_BEGINS.search(before):
        return False
    return not (found.lower().startswith("today") and found.endswith("s") and _OF_OUR_TIME.match(after))
