"""The questions of a message that asks several. Pure, by rules, for English.

Of a long sentence only the start is looked at for a second question, so that no message takes long.

Not understood is a second question that shares the verb of the first ("Who met Solberg and when?" is two, "Who met
Solberg, and Aaker when?" stays one).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from qa.dialogue import words as w
from qa.dialogue.frames import lead_in_end, parse
from qa.dialogue.phrases import Token, quoted_ranges, tokens
from qa.dialogue.verbs import is_past, is_present

MAX_QUESTIONS = 4
"""How many questions of one message are answered."""

_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[-*•])\s+")
_TWO_WORDS = re.compile(
    r"^(?P<before>\W*(?:(?:and|so|but|ok|okay)\W+)*)(?P<first>when|where|why|how|who|what) (?:and|&) (?P<second>when|"
    r"where|why|how|who|what)"
    r" (?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_OPENING = 100
_LOOKED_AT = 700
_FIRST_QUESTION = 500
_CLAUSES = 8
_JOINTS = 8
_OPENS = w.QUESTION_WORDS | w.AUXILIARIES | {"and", "or", "but", "so", "also", "anyone", "anybody", "anything"}


def questions_in(message: str) -> list[str]:
    """Return the questions of a message in order, each as it stands there, a question mark at its end.

    A message that asks one thing comes back as it is, whatever it is. No word is lost but the "and" between two
    questions and the numbers of a list.

    >>> questions_in("Who led the delegation and when did it arrive?")
    ['Who led the delegation?', 'when did it arrive?']
    >>> questions_in("What did Pakistan and India agree?")
    ['What did Pakistan and India agree?']
    """
    sentences = _sentences(message)
    several = len(sentences) > 1
    parts = [part for sentence in sentences for part in _clauses(_NUMBERED.sub("", sentence) if several else sentence)]
    return [_ended(part) for part in parts] if len(parts) > 1 else [message]


def _sentences(message: str) -> list[str]:
    """Split a message behind its question marks and line ends, where what follows begins like a question."""
    quoted = quoted_ranges(message, '“"')
    starts = [start for start, _ in quoted]

    def is_quoted(at: int) -> bool:
        before = bisect_right(starts, at)
        return before > 0 and at < quoted[before - 1][1]

    ends = [m.end() for m in re.finditer(r"(?<!\?)\?++\s+|\n\s*", message) if not is_quoted(m.start())]
    pieces: list[str] = []
    opens = asks = False
    for begin, end in zip([0, *ends], [*ends, len(message)], strict=True):
        piece = message[begin:end]
        if not any(character.isalnum() for character in piece) and not pieces:
            continue
        piece_opens = _opens_like_one(piece)
        if pieces and not (asks and (piece_opens or piece.rstrip().endswith("?"))):
            opens = opens if len(pieces[-1]) >= _OPENING else _opens_like_one(pieces[-1] + piece)
            pieces[-1] += piece
        elif piece.strip():
            opens = piece_opens
            pieces.append(piece)
        asks = bool(pieces) and (opens or pieces[-1].rstrip().endswith("?"))
    return pieces


def _opens_like_one(piece: str) -> bool:
    """Tell whether a piece of a message begins with a word that questions begin with."""
    first, *others = [*tokens(_NUMBERED.sub("", piece)[:_OPENING])[:2], None]
    if first is None:
        return False
    asked_in = others[0] is not None and others[0].low in w.QUESTION_WORDS
    return first.low in _OPENS or (first.low in w.PREPOSITIONS and asked_in)


def _clauses(sentence: str, most: int = _CLAUSES) -> list[str]:
    """Split "Q1 and Q2" and "Q1, Q2 and Q3" where each begins as a question of its own."""
    shared = _TWO_WORDS.match(sentence)
    opening = tokens(shared["rest"][:_OPENING]) if shared else []
    if shared and opening and opening[0].low in w.AUXILIARIES:
        return [f"{shared['before']}{shared[word]} {shared['rest']}" for word in ("first", "second")]
    parts = tokens(sentence[:_LOOKED_AT])
    opens, joints = lead_in_end(parts), 0
    for at, token in enumerate(parts):
        if most == 1 or joints == _JOINTS or token.start > _FIRST_QUESTION:
            break
        joint = (token.low in ("and", "&") or token.text in ",;") and not token.quoted
        if not joint or at <= opens:
            continue
        after = at + 2 if at + 1 < len(parts) and parts[at + 1].low in ("and", "&") else at + 1
        begin = after
        while begin < len(parts) and parts[begin].low in ("and", "also", "then", "&"):
            begin += 1
        if begin >= len(parts) or parts[begin].low not in w.QUESTION_WORDS | w.AUXILIARIES:
            continue
        joints += 1
        if _asks_anew(sentence, parts, at, begin):
            return [sentence[: token.start].rstrip(" ,;"), *_clauses(sentence[parts[after].start :], most - 1)]
    return [sentence]


def _asks_anew(sentence: str, parts: Sequence[Token], at: int, begin: int) -> bool:
    """Tell whether what follows a joint, opened by a question's word, is a question of its own, as what precedes it."""
    first = parse(sentence[: parts[at].start])
    if first is None or not (first.rest or first.subject):
        return False
    asks, following = parts[begin], parts[begin + 1] if begin + 1 < len(parts) else None
    opening = lead_in_end(parts)
    embeds = any(t.low in w.QUESTION_WORDS or t.low in ("that", "whether", "if") for t in parts[opening + 1 : at])
    if asks.low in ("when", "where", "why", "how") and (following is None or following.text in "?!."):
        return not embeds
    if asks.low in w.QUESTION_WORDS:
        auxiliary = _auxiliary_of(parts, begin)
        if auxiliary is None:
            verb = following is not None and (is_past(following.low) or is_present(following.low))
            return verb and asks.low in ("who", "what") and not embeds
        return auxiliary in w.DO or not embeds
    if following is None or embeds or first.shape == "subject" or asks.low not in w.AUXILIARIES:
        return False
    return following.name or following.low in w.DETERMINERS | w.PRONOUNS


def _auxiliary_of(parts: Sequence[Token], begin: int) -> str | None:
    """Return the auxiliary of a question that begins at a token: behind its question word, or some words on."""
    longer = parts[begin].low in ("what", "which", "whose", "how")
    for token in parts[begin + 1 : begin + (5 if longer else 3)]:
        if token.low in w.AUXILIARIES:
            return token.low
        if token.low in ("many", "much"):
            continue
        if token.low in w.DETERMINERS or token.low in w.PRONOUNS or not token.is_word:
            return None
    return None


def _ended(part: str) -> str:
    text = part.strip().rstrip(" ,;")
    return text if text.endswith(("?", "!", ".")) else f"{text}?"
