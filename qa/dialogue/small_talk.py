"""Messages that ask the articles nothing: greetings, thanks, praise, complaint, questions about the assistant itself.

Pure, for English. A message is small talk of a kind when each of its words belongs to that kind and one of them marks
it; a word of any other sort, such as a name, makes it a question to the articles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 300
_SEPARATORS = r"\s*[,!.:;\n–—-]+\s+"

HELP = (
    "Ask about the articles in a sentence, such as “Who met the delegation?” or “When did the bridge open?”. I answer "
    "in "
    "the articles' own words and show the place; where they do not say, I say so. I do not summarise, translate, count "
    "across articles or give opinions."
)
_HOW = (
    "I search the articles for the passages closest to the question, read them, and quote the words that answer it, "
    "with "
    "their place. Nothing comes from anywhere else. I can pick the wrong words: open the source to check."
)
_WHO = "I am Pullquote, a program that answers questions from a collection of articles in the articles' own words."
_HELLO = "Hello. What would you like to know from the articles?"
_READY = "Ready to look things up. What would you like to know from the articles?"
_LANGUAGES = "I read English. Articles in other languages may be here, but I find less in them."
_SIGNS = "Ask about the articles in a sentence, such as “Who met the delegation?”."

_JOINED = (
    (r"g(?:oo|u)d (?:morning|afternoon|evening|day)|dear pullquote|nice to meet you", "hello"),
    (r"good ?night|good ?bye+|bye(?: bye)+|see (?:you|u|ya)|take care", "bye"),
    (r"have a (?:nice|good|great) \w+|that(?:'s| is) all", "bye"),
    (r"(?:thank|tank|thnk) (?:you|u|yo|ya)|thankyou|many thanks|much (?:appreciated|obliged)|appreciate it", "thanks"),
    (r"how (?:are|r) (?:you|u|things)(?: doing)?|how do you do", "howareyou"),
    (r"how(?:'s| is) (?:it going|everything)|what'?s up", "howareyou"),
    (r"got it|i see|makes sense|fair enough|i understand|no problem|never ?mind|forget it|my bad|not sure", "ok"),
    (r"i don'?t know", "ok"),
    (r"well done|(?:good|great|nice|excellent|amazing) (?:job|work|stuff|one|catch)", "bravo"),
    (
        r"(?:not|isn't|wasn't) (?:so |very |at all |really |quite |the )*"
        r"(?:right|correct|true|helpful|good|useful|it|what i \w+|an answer)",
        "wrong",
    ),
    (r"no good|no use|(?:did not|didn't) answer|(?:don't|do not|dont) (?:believe|trust)|try again|shut up", "wrong"),
)
"""Turns of phrase that count as one word."""

_TONE = frozenset(
    "oh ok okay k well so please pls plz the a an and but very really just again now then today me us my mate "
    "pullquote bot friend there all everyone everybody sir team guys for to of with".split()
)
_GREETINGS = frozenset(
    "hi hii hiya hey heyy hello helloo helo hallo hullo hellow heya howdy yo greetings hola morning mornin".split()
)
_THANKS = frozenset(
    "thanks thankss thx thxx thnx tnx tks thanx thnks thnaks thansk ty tysm cheers ta merci thank".split()
)
_GOODBYES = frozenset("bye byee goodbye goodnight cu ciao farewell later cya".split())
_PRAISE = frozenset(
    "great good perfect awesome amazing excellent brilliant helpful nice wonderful fantastic cool lovely super "
    "useful right correct true smart clever wow impressive bravo kudos best exactly interesting love like".split()
)
_COMPLAINT = frozenset(
    "wrong incorrect false useless stupid rubbish nonsense bad terrible awful bullshit crap dumb idiot lie lying "
    "unhelpful wtf garbage mistaken poor worse worst".split()
)
_ABOUT_ANSWERS = frozenset(
    "that this it you your you're that's it's is was were are answer answers result i totally completely clearly so "
    "absolutely u r got have no yes one".split()
)
_FILLERS = frozenset(
    "sorry oops nothing please pls plz hm hmm hmmm uh um umm er ah oh aha haha hahaha ha lol lool lmao rofl xd ok "
    "okay k kk yes yep yup yeah ya yea no nope nah y n sure fine alright right agreed indeed definitely absolutely "
    "of course not really maybe whatever welcome understood continue next wait stop cancel skip else that's".split()
)
_PRESENCE = frozenset(
    "anyone anybody someone somebody there here still listening ready working test testing ping".split()
)
_META = frozenset(
    "what what's which who who's how where why can could do does did are is am r be able to i we u you your yours "
    "yourself me us ask asking answer answers answering question questions things thing sort sorts kind kinds type "
    "types of in on for with about from help use used using work works working start begin get got find finding know "
    "made make built build created create wrote programmed developed name named called model version based robot bot "
    "human person machine ai real alive chatgpt gpt llm claude gemini computer program app tool assistant search "
    "searching sources source data information come comes trust accurate reliable good well features abilities "
    "functions function purpose capable here this it that any exactly all need want have has trained some pullquote "
    "please sure certain chat language languages speak understand read a an the tell explain introduce hello".split()
)
_META_ASKS = frozenset(
    "what what's which who who's how where why can could do does are r is will would i we need help "
    "tell explain introduce".split()
)
_META_HOW = frozenset(
    "work works working know find finding trust accurate reliable sources source come comes get got "
    "search sure certain data".split()
)
_META_WHO = frozenset(
    "made built created create wrote programmed developed name named called model version based robot human person "
    "machine ai real alive chatgpt gpt llm claude gemini introduce computer program app trained".split()
)
_TOLD = re.compile(
    r"^(?:(?:can|could|would|will|do|please) (?:you|u) )?(?:please )?(?:tell|show|explain|say|know)(?: to)?(?: me| "
    r"us)? (?=what|which|who|how|where|why)"
)
_HELP_ALONE = re.compile(
    r"(?:(?:please )?help(?: me)?(?: please)?|(?:i )?need (?:some )?help|instructions|get(?:ting)? started|(?:what is|"
    r"what's) this(?: for)?|"
    r"how (?:does|do) (?:this|it)(?: all)? work(?: exactly)?|how (?:do|can|should) (?:i|we) (?:use|start|begin|ask|"
    r"search)(?: with)?(?: (?:this|it|here))?|"
    r"(?:who|what) is pullquote|what's pullquote|what (?:can|do|should|could) (?:i|we) ask(?: here| about)?)"
)
_GREETING_BEFORE = re.compile(
    r"^\W*(?:(?:ok|okay|great|perfect|good|nice|cool),? )?"
    rf"(?:(?:{'|'.join(sorted(_GREETINGS - {'morning'}))}|good (?:morning|afternoon|evening|day))(?: there| all| "
    rf"everyone| again| pullquote)?"
    rf"|(?:{'|'.join(sorted(_THANKS - {'thank'}))}|thank (?:you|u)|many thanks)(?: (?:very|so) much| a lot)?(?: for "
    rf"(?:that|your help|the answer))?)"
    rf"(?P<mark>{_SEPARATORS}|\s+)(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ASKS = re.compile(
    r"(?:and|but|so|can|could|do|does|did|is|are|was|were|has|have|had|will|would|who|whom|whose|what|when|where|"
    r"which|why|how|"
    r"please|tell me|show me|summari[sz]e|translate)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Kind:
    """A kind of small talk: what marks it, what else may stand beside, and what to say."""

    marks: frozenset[str]
    beside: frozenset[str]
    reply: str


_KINDS = (
    _Kind(frozenset({"howareyou"}), _TONE | _GREETINGS, _READY),
    _Kind(
        _THANKS,
        _TONE | _PRAISE | _FILLERS | _GOODBYES | _ABOUT_ANSWERS | frozenset(
            "much lot help helped helps time quick anyway bunch".split()
        ),
        "You're welcome.",
    ),
    _Kind(
        _GOODBYES,
        _TONE | _FILLERS | frozenset("soon tomorrow for".split()),
        "Goodbye. You find what was asked in the list of conversations.",
    ),
    _Kind(_GREETINGS, _TONE, _HELLO),
    _Kind(
        _COMPLAINT,
        _TONE | _ABOUT_ANSWERS | _PRAISE | frozenset("not asked".split()),
        "Sorry about that. Open the source to see what stands around the quote, ask in other words, or mark the "
        "answer with "
        "a thumb down and say why.",
    ),
    _Kind(_PRAISE, _TONE | _ABOUT_ANSWERS | _FILLERS, "Good to hear. What else would you like to know?"),
    _Kind(_FILLERS, _TONE | frozenset("it".split()), "All right. What would you like to know from the articles?"),
    _Kind(_PRESENCE, _TONE | frozenset("is are you hello world one two three 1 2 3".split()), "I am here. " + _READY),
)  # fmt: skip


def remark(message: str) -> str | None:
    """Return what to say to a message that asks the articles nothing; None where it is, or may be, a question to them.

    A message of emoji or marks alone gets a remark; an empty one gets none.

    >>> remark("thx!")
    "You're welcome."
    >>> remark("Hi, who met the delegation?") is None
    True
    """
    if not any(character.isalnum() for character in message):
        if not message.strip():
            return None
        return HELP if "?" in message else _SIGNS
    if len(message) > _LONGEST:
        return None
    for text in (plain(message), plain(without_greeting(message))):
        said = _of_kind(text) or _about_itself(text)
        if said is not None:
            return said
    return None


def _of_kind(text: str) -> str | None:
    for pattern, word in _JOINED:
        text = re.sub(rf"\b(?:{pattern})(?!\w)", word, text)
    words = frozenset(text.replace(",", " ").split())
    asks = text.split(" ")[0] in ("is", "are", "was", "were", "do", "does", "did", "can")
    for kind in _KINDS:
        if words & kind.marks and words <= kind.marks | kind.beside and not (asks and kind.marks is not _PRESENCE):
            return kind.reply
    return None


def _about_itself(text: str) -> str | None:
    """Return what to say to a question about the assistant or its use."""
    if _HELP_ALONE.fullmatch(text):
        return _HOW if re.search(r"\bwork\b", text) else _WHO if "pullquote" in text else HELP
    bare = _TOLD.sub("", text).replace(",", " ")
    words = frozenset(re.sub(r"n't\b|'(?:re|s)\b", "", bare).split())
    if re.search(r"\b(?:speak|languages?|understand)\b", bare) and words & {"you", "u", "your"} and len(words) <= 7:
        return _LANGUAGES
    spoken_to = words & {"you", "u", "your", "yourself"}
    if not spoken_to or not words <= _META or bare.split(" ")[0] not in _META_ASKS:
        return None
    if words & _META_WHO or words <= {"who", "what", "are", "r", "you", "u", "a", "an", "bot", "assistant"}:
        return _WHO
    return _HOW if words & _META_HOW else HELP


def without_greeting(message: str) -> str:
    """Return a message without the greeting or thanks before its question, which is all of it where none follows.

    >>> without_greeting("Hi there, who met them?"), without_greeting("Hi-tech exports"), without_greeting("Thanks!")
    ('who met them?', 'Hi-tech exports', 'Thanks!')
    """
    match = _GREETING_BEFORE.match(message)
    if not match:
        return message
    separated = bool(match["mark"].strip())
    rest: str = match["rest"]
    return rest if separated or _ASKS.match(rest) else message


def plain(message: str) -> str:
    """Return a message in lower case, without the marks and emoji around and between its words.

    >>> plain("That’s GREAT!!! 👍")
    "that's great"
    """
    text = message.casefold().replace("’", "'").replace("‘", "'")
    text = re.sub(r"[^\w\s'+*/×÷^=%,.;:()-]|(?<!\d)[.;:]+|[.;:]+(?=\s|$)|,+$", " ", text)
    text = re.sub(r"([^\W\d])\1{2,}", r"\1\1", text)
    return " ".join(text.split()).strip(" ,-")
