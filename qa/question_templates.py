"""Questions that a sentence of English news answers, made from its words. Pure.

Only where a sentence has one of a few plain shapes: most sentences give none. Whether a question is answered is for
others to find out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from index.sentences import sentence_spans
from qa.dialogue.verbs import BASES, base_form, is_past, past_form
from qa.quotations import Quotation, quotations
from qa.speaker import speaker_of
from qa.subjects import NAME, NOUN_PHRASE, UPPER, is_person, names_of_people, subject_ending

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = (
    rf"(?:in (?:early |late |mid-)?(?:{_MONTH} )?\d{{4}}|in {_MONTH}|on \d{{1,2}} {_MONTH}(?: \d{{4}})?"
    rf"|on {_MONTH} \d{{1,2}}(?:, \d{{4}})?|from {_MONTH} \d{{1,2}} to (?:{_MONTH} )?\d{{1,2}}"
    r"|(?:early |late )?on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?)"
)
_NUMBER = r"\d[\d,.]*(?: (?:million|billion|trillion))?"
_ABOUT = r"(?:(?:at least|about|around|nearly|almost|more than|over|some|up to) )?"
_VERB = r"(?:(?:\w+ly|also|later|first) )?(?P<verb>[a-z]+)"
_PAST = rf"(?:(?:\w+ly|also|later|first) )?(?P<verb>{'|'.join(sorted({past_form(base) for base in BASES}))})"
_SET_APART = r"(?:, [^,]{3,120},)?"
_NOUN = r"[a-z][a-z-]+"
_STOP = r"(?=[,.;]| (?:on|in|at|to|after|before|during|as|when|while|for|from|with|by|and|who|that|between|online)\b)"

_DATELINE = re.compile(rf"(?:\([^()]{{0,60}}\)\s{{0,5}})?(?:[{UPPER}][{UPPER} ,.'’-]{{2,40}}(?: \(\w+\))?\s?[:—–-]\s)?")
_LED = re.compile(r"(?P<what>[^,]+), led by (?P<who>[^,.;]+),")
_WAS_DONE_BY = re.compile(rf"(?P<what>[^,]+?) (?:was|were) {_VERB} by (?P<who>[^,.;]+?){_STOP}")
_DID = re.compile(rf"(?P<who>[^,]+?){_SET_APART} {_PAST} (?P<what>[^,]+?){_STOP}")
_DID_ON = re.compile(
    rf"(?P<what>[^,]+?){_SET_APART} {_PAST}(?P<rest>(?: [\w’'-]+){{0,6}}?) (?P<date>{_DATE})"
    r"(?=[,.;]| (?!that|whether|if))"
)
_WAS_DONE_ON = re.compile(rf"(?P<what>[^,]+?){_SET_APART} (?P<was>was|were) {_VERB} (?P<date>{_DATE})(?=[,.;]| )")
_SO_MANY_WERE = re.compile(
    rf"(?i:{_ABOUT})(?P<number>{_NUMBER}) (?P<noun>{_NOUN}(?: {_NOUN})?) were {_VERB}"
    r"(?P<rest>(?: [\w’'-]+){0,12}?)(?=[,.;])"
)
_DID_SO_MANY = re.compile(
    rf"(?P<who>[^,]+?){_SET_APART} {_PAST} {_ABOUT}(?P<number>{_NUMBER}) (?P<noun>(?:{_NOUN} )?{_NOUN}s){_STOP}"
)
_WILL_ON = re.compile(
    rf"(?P<what>[^,]+?) will (?P<verb>[a-z]+)(?P<rest>(?: [\w’'-]+){{0,8}}?) (?P<date>{_DATE})(?=[,.;]| )"
)
_SAID_THAT = re.compile(
    r"\b(?P<verb>confirmed|announced|warned|admitted|revealed|predicted|denied|insisted|promised|claimed) "
    r"that (?P<what>[^,.;:]+)(?=[.,;])"
)
_COST = re.compile(rf"(?P<who>[^,]+?) cost {_ABOUT}(?P<number>[$€£]?{_NUMBER}(?: [a-z]+)?)(?=[,.;])")
_TOPIC = re.compile(rf"(?<=[a-z,] )(?:the )?{NAME}")
_ALONE = re.compile(r"\W[a-z]+,? $")
_LAST_NAME = re.compile(rf"{NAME}$")
_HELPERS = frozenset("was were is are be been being had has have did does do said told added".split())
_NEEDS_NO_OBJECT = frozenset(
    "open close begin end start collapse arrive leave die resign retire fall rise return crash sink explode appear "
    "finish happen occur stop fail land launch".split()
)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|his|her|this|that|these|those|him|them|who|which|we|our|I|another|other|same|latter)\b",
    re.IGNORECASE,
)
_TOLD_THAT = re.compile(r"^(Who \w+) that ")
_ODD = re.compile(r"[\"“”()*_<>\[\]#|{}\\]|\b(?:refuse|decline) to\b")
_LONGEST = 110
_LONGEST_SENTENCE = 600
_LONGEST_NAME = 200
_LONGEST_WORD = 40
_TOPICS_READ = 20
_SPEAKERS_ASKED = 40


@dataclass(frozen=True)
class MadeQuestion:
    """A question, the kind of thing that it asks for, and the range of the article's text that should answer it."""

    kind: str
    text: str
    start: int
    end: int


def made_questions(text: str, go_on: Callable[[], bool] = lambda: True) -> list[MadeQuestion]:
    """Return the questions that an article's sentences answer, in the order of what answers them, each once.

    Sentences of more than 600 code points are passed over, and who says a quotation is looked up for 40 of them at
    most, so that the time taken grows with the text's length, whatever it is.

    Args:
        text: An article's.
        go_on: Asked before each sentence and each quotation; once it says no, what was made so far is returned.

    >>> [made.text for made in made_questions("The Old Mill Bridge was built in 1931.")]
    ['When was the Old Mill Bridge built?']
    """
    return _Maker(text, go_on).made()


class _Maker:
    """Makes the questions of one article."""

    def __init__(self, text: str, go_on: Callable[[], bool]) -> None:
        self._text = text
        self._go_on = go_on
        self._people = names_of_people(text)
        self._quoted = [q for q in quotations(text) if q.depth == 0 and not q.goes_on]
        self._ends = [q.end for q in self._quoted]
        self._inside: dict[str, bool] = {}
        self._again: dict[str, bool] = {}

    def made(self) -> list[MadeQuestion]:
        every: list[MadeQuestion] = []
        for start, end in self._sentences():
            if not self._go_on():
                break
            if end - start <= _LONGEST_SENTENCE and not self._is_quoted(start, end):
                every += [*self._who(start, end), *self._when(start, end), *self._how_many(start, end)]
        every += self._what_is_said()
        found = {made.text: made for made in reversed(every) if _reads_well(made.text)}
        return sorted(found.values(), key=lambda made: (made.start, made.text))

    def _is_quoted(self, start: int, end: int) -> bool:
        """Tell whether a range touches a quotation."""
        at = bisect_right(self._ends, start)
        return at < len(self._quoted) and self._quoted[at].start < end

    def _sentences(self) -> Iterator[tuple[int, int]]:
        for line in re.finditer(r"[^\r\n]+", self._text):
            for start, end in sentence_spans(line.group()):
                dateline = _DATELINE.match(self._text, line.start() + start, line.start() + end)
                yield (dateline.end() if dateline else line.start() + start), line.start() + end

    def _who(self, start: int, end: int) -> Iterator[MadeQuestion]:
        """Ask for the person in `X, led by Ada,`, `X was opened by Ada`, `Ada opened X`, `Ada confirmed that`."""
        if (
            (match := _LED.match(self._text, start, end))
            and self._is_person(match["who"])
            and self._names(match["what"])
        ):
            yield MadeQuestion("who", f"Who led {_inside(match['what'])}?", *match.span("who"))
        for pattern in (_WAS_DONE_BY, _DID):
            match = pattern.match(self._text, start, end)
            if match and _is_verb(match["verb"]) and self._is_person(match["who"]) and self._names(match["what"]):
                verb = past_form(base_form(match["verb"]))
                yield MadeQuestion("who", f"Who {verb} {_inside(match['what'])}?", *match.span("who"))

        match = _SAID_THAT.search(self._text, start, end)
        subject = subject_ending(self._text, start, match.start()) if match else None
        if match and subject and self._is_person(self._text[slice(*subject)]) and _has_name(match["what"]):
            yield MadeQuestion("who", f"Who {match['verb']} that {match['what']}?", *subject)

    def _when(self, start: int, end: int) -> Iterator[MadeQuestion]:
        """Ask for the date in `X was built in 1931`, `X opened on 3 June`, `X will open in May`."""
        match = _WAS_DONE_ON.match(self._text, start, end)
        if match and _is_verb(match["verb"]) and self._names(match["what"]):
            text = f"When {match['was']} {_inside(match['what'])} {match['verb']}?"
            yield MadeQuestion("when", text, *match.span("date"))
        match = _DID_ON.match(self._text, start, end)
        whole = match and (match["rest"] or base_form(match["verb"]) in _NEEDS_NO_OBJECT)
        if match and whole and _is_verb(match["verb"]) and self._names(match["what"]):
            text = f"When did {_inside(match['what'])} {base_form(match['verb'])}{match['rest']}?"
            yield MadeQuestion("when", text, *match.span("date"))

        match = _WILL_ON.match(self._text, start, end)
        if match and match["verb"] in BASES and self._names(match["what"]):
            text = f"When will {_inside(match['what'])} {match['verb']}{match['rest']}?"
            yield MadeQuestion("when", text, *match.span("date"))

    def _how_many(self, start: int, end: int) -> Iterator[MadeQuestion]:
        """Ask for the number in `12 people were injured in X`, `X asked 1,500 voters`, `X cost 48 million crowns`."""
        match = _SO_MANY_WERE.match(self._text, start, end)
        if match and is_past(match["verb"]) and _has_name(match["rest"]):
            text = f"How many {match['noun']} were {match['verb']}{match['rest']}?"
            yield MadeQuestion("how many", text, *match.span("number"))
        match = _DID_SO_MANY.match(self._text, start, end)
        if match and _is_verb(match["verb"]) and match["verb"] != "cost" and self._names(match["who"]):
            text = f"How many {match['noun']} did {_inside(match['who'])} {base_form(match['verb'])}?"
            yield MadeQuestion("how many", text, *match.span("number"))
        match = _COST.match(self._text, start, end)
        if match and self._names(match["who"]):
            yield MadeQuestion("how many", f"How much did {_inside(match['who'])} cost?", *match.span("number"))

    def _what_is_said(self) -> Iterator[MadeQuestion]:
        """Yield what each person who is quoted says about what the article names elsewhere too."""
        asked = 0
        for q in self._quoted:
            if asked == _SPEAKERS_ASKED or not self._go_on():
                return
            topics = list(self._topics(q))
            if not topics:
                continue
            asked += 1
            speaker = speaker_of(self._text, q.start, q.end)
            named = _LAST_NAME.search(self._text[slice(*speaker)][-_LONGEST_NAME:]) if speaker else None
            if named is None or (name := named.group()).split()[-1] not in self._people:
                continue
            topic = next((topic for topic in topics if name not in topic), None)
            if topic:
                yield MadeQuestion("what", f"What did {self._in_full(name)} say about {topic}?", q.start, q.end)

    def _topics(self, q: Quotation) -> Iterator[str]:
        """Yield the names in a quotation, of its first ones, that the article has elsewhere too."""
        for topic in islice(_TOPIC.finditer(self._text, q.start, q.end), _TOPICS_READ):
            name, start = topic.group(), topic.start()
            if _ALONE.search(self._text, max(q.start, start - _LONGEST_WORD), start) and self._stands_again(name):
                yield name

    def _stands_again(self, name: str) -> bool:
        if name not in self._again:
            self._again[name] = self._text.find(name, self._text.find(name) + len(name)) >= 0
        return self._again[name]

    def _in_full(self, name: str) -> str:
        """Return a name with the first name that stands before it elsewhere in the article."""
        full = re.search(rf"(?<![{UPPER}][\w.-] )\b[{UPPER}][a-z]+ {re.escape(name)}\b", self._text)
        return full.group() if full and " " not in name else name

    def _is_person(self, phrase: str) -> bool:
        match = NOUN_PHRASE.fullmatch(phrase)
        return bool(match and is_person(phrase, self._people))

    def _names(self, phrase: str) -> bool:
        """Tell whether a phrase names one thing even outside its article: it has a name in it."""
        if not NOUN_PHRASE.fullmatch(phrase) or re.match(r"(?:An?|Some|One|Two|Many)\b", phrase, re.IGNORECASE):
            return False
        first, *others = phrase.split()
        if any(word[0].isupper() for word in others):
            return True
        return first[0].isupper() and self._stands_inside(first)

    def _stands_inside(self, word: str) -> bool:
        """Tell whether a word stands inside a sentence somewhere, so that its capital is its own."""
        if word not in self._inside:
            written = re.escape(word)
            self._inside[word] = bool(re.search(rf"{written}(?<=[a-z,] {written})\b", self._text))
        return self._inside[word]


def _is_verb(word: str) -> bool:
    return word not in _HELPERS and is_past(word) and base_form(word) in BASES


def _has_name(words: str) -> bool:
    return bool(re.search(rf" [{UPPER}]", words))


def _inside(phrase: str) -> str:
    """Return a phrase as it stands inside a sentence."""
    return phrase[0].lower() + phrase[1:] if phrase.split()[0] in ("The", "His", "Her", "Its", "Their") else phrase


def _reads_well(question: str) -> bool:
    told = _TOLD_THAT.sub(r"\1 ", question)
    return len(question) <= _LONGEST and not _POINTS_BACK.search(told, 4) and not _ODD.search(question)
