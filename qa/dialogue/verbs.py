"""Forms of English verbs, as far as a question is put anew: "Who met them?", "When did they meet?". Pure.

Irregular verbs are listed; of the others the endings are taken off and put on by the rules of spelling.
"""

from __future__ import annotations

import re

_IRREGULAR = """
arise arose arisen|awake awoke awoken|be was been|bear bore borne|beat beat beaten|become became become
begin began begun|bend bent bent|bet bet bet|bind bound bound|bite bit bitten|bleed bled bled|blow blew blown
break broke broken|breed bred bred|bring brought brought|broadcast broadcast broadcast|build built built
burst burst burst|buy bought bought|catch caught caught|choose chose chosen|cling clung clung|come came come
cost cost cost|creep crept crept|cut cut cut|deal dealt dealt|dig dug dug|do did done|draw drew drawn
drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed fed|feel felt felt|fight fought fought
find found found|flee fled fled|fly flew flown|forbid forbade forbidden|forget forgot forgotten
forgive forgave forgiven|freeze froze frozen|get got got|give gave given|go went gone|grow grew grown
hang hung hung|have had had|hear heard heard|hide hid hidden|hit hit hit|hold held held|hurt hurt hurt
keep kept kept|know knew known|lay laid laid|lead led led|leave left left|lend lent lent|let let let|lie lay lain
light lit lit|lose lost lost|make made made|mean meant meant|meet met met|mistake mistook mistaken
overcome overcame overcome|pay paid paid|put put put|quit quit quit|read read read|rebuild rebuilt rebuilt
ride rode ridden|ring rang rung|rise rose risen|run ran run|say said said|see saw seen|seek sought sought
sell sold sold|send sent sent|set set set|shake shook shaken|shoot shot shot|show showed shown|shrink shrank shrunk
shut shut shut|sing sang sung|sink sank sunk|sit sat sat|sleep slept slept|slide slid slid|speak spoke spoken
spend spent spent|split split split|spread spread spread|stand stood stood|steal stole stolen|stick stuck stuck
strike struck struck|swear swore sworn|sweep swept swept|swim swam swum|take took taken|teach taught taught
tear tore torn|tell told told|think thought thought|throw threw thrown|undergo underwent undergone
understand understood understood|undertake undertook undertaken|wake woke woken|wear wore worn|win won won
withdraw withdrew withdrawn|write wrote written|rewrite rewrote rewritten
"""
_TABLE = [tuple(entry.split()) for line in _IRREGULAR.split("\n") for entry in line.split("|") if entry]
_BASE = {form: base for base, past, participle in _TABLE for form in (participle, past)}
_PAST = {base: past for base, past, _ in _TABLE}

_REGULAR = frozenset(
    "accept accuse achieve acquire act add address admit adopt agree aim allow announce answer appear apply appoint "
    "approve argue arrest arrive ask assess assume attend avoid ban base believe belong blame block bomb borrow burn "
    "calculate call cancel carry celebrate challenge charge check claim clean clear climb close collect combine "
    "commit compare compete complain complete concern condemn conclude confirm connect consider consist contain "
    "continue contribute cooperate cover crash create criticise criticize cross damage decide declare decline defeat "
    "defend define delay deliver demand deny depend deploy describe deserve design destroy detain determine develop "
    "die differ direct disappear discover discuss dismiss divide drop earn elect employ enable end endorse enjoy "
    "ensure enter escape establish evacuate examine exist expand expect expel explain explode expose express extend "
    "face fail fear fill finance finish fire fix follow force found free gain gather govern guarantee handle happen "
    "hate help hire hope host identify ignore impose improve include increase inform injure inspect install intend "
    "interview introduce invade invest investigate invite involve join judge jump kick kill land last launch learn "
    "like limit link listen live look lower manage mark marry measure mediate mention move murder name need "
    "negotiate nominate notice obtain occupy occur offer open operate oppose order organise organize owe own "
    "participate pass perform persuade play please praise predict prefer prepare present press prevent produce "
    "promise promote propose protect prove provide publish pull purchase push qualify quote raise reach react "
    "reaffirm realise realize receive recognise recognize recommend recover reduce refuse regard reiterate reject "
    "relate release rely remain remark remember remove repeat replace represent request require rescue resign resist "
    "resolve respond restore result retire return reveal revive rob rule save score search secure seem select "
    "separate serve settle share shift sign signal slow solve sound speculate stage start stay stop strengthen "
    "struggle study submit succeed suffer suggest supply surrender surround survive suspect suspend talk target tend "
    "terminate test thank threaten touch travel treat trigger try turn urge use value veto view visit vote wait walk "
    "want warn waste watch weaken welcome wish wonder work worry collapse cause attack plan report fund help mediate "
    "poll state back reiterate".split()
)
NOUNS_TOO = frozenset(
    "act address aim answer attack back ban base bet blame block bomb call cause challenge charge check claim close "
    "collapse concern cost cover crash cross cut damage deal defeat delay demand design drink drive drop end escape "
    "face fall fear feed fight finance fire fix force fund gain guarantee hate help hit hold hope host increase "
    "interview judge jump kick land last launch lead light limit link look mark measure move murder name need notice "
    "offer open order pass plan play poll praise present press promise purchase quote raise read release remark "
    "report request rescue result return ride ring rise rule run sale save score search set share shift show sign "
    "signal slide sound spread stage stand start state stay stop strike struggle study supply suspect swim talk "
    "target test thank touch travel treat trigger try turn use value veto view visit vote wait walk waste watch "
    "welcome win wish wonder work worry free clean clear found secure separate lower please slow own present live "
    "tear break".split()
)
BASES = frozenset(_PAST) | _REGULAR
_SILENT_E = re.compile(
    r"(?:[cvz]|[^aeious]s|[aeiou]s|[^aeiou]u|[lnrdg]g|[aeiou]g|[^e]at|[^aeiou][iu]r|plor|iz|[^aeo]id|[^aeiou][aiou]d|ik|[^aeiou]l|[aou]k"
    r"|[^aeiou][aiou][klmnpt]|u[lmnst])$"
)


def base_form(verb: str) -> str:
    """Return the base form of a lower-case verb in the past, as a participle or with an -s.

    An unlisted verb's silent e is guessed from the letters before the ending, so sometimes wrongly.

    >>> base_form("met"), base_form("reaffirmed"), base_form("denied"), base_form("planned"), base_form("supplies")
    ('meet', 'reaffirm', 'deny', 'plan', 'supply')
    """
    if verb in _BASE:
        return _BASE[verb]
    if verb in BASES:
        return verb
    if verb.endswith(("ied", "ies")) and len(verb) > 4:
        return verb[:-3] + "y"
    if verb.endswith("ed") and len(verb) > 3:
        return _without(verb[:-2])
    if verb.endswith("s") and not verb.endswith("ss"):
        stem = verb[:-2] if verb.endswith(("ses", "xes", "zes", "ches", "shes", "oes")) else verb[:-1]
        return verb[:-1] if verb[:-1] in BASES else stem
    return verb


def _without(stem: str) -> str:
    if stem in BASES:
        return stem
    if stem + "e" in BASES:
        return stem + "e"
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "slz":
        return stem[:-1]
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in BASES:
        return stem[:-1]
    return stem + "e" if _SILENT_E.search(stem) else stem


def past_form(base: str) -> str:
    """Return the past of a lower-case verb.

    >>> past_form("meet"), past_form("deny"), past_form("collapse"), past_form("plan")
    ('met', 'denied', 'collapsed', 'planned')
    """
    if base in _PAST:
        return _PAST[base]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in set("aeiou"):
        return base[:-1] + "ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", base) or base in ("admit", "commit", "occur", "prefer", "expel"):
        return base + base[-1] + "ed"
    return base + "ed"


def is_base(word: str) -> bool:
    """Tell whether a lower-case word is the base form of a listed verb."""
    return word in BASES


def is_past(word: str) -> bool:
    """Tell whether a lower-case word is a past form or a participle: listed, or ending in -ed."""
    return (word in _BASE and word != "lay") or (
        word.endswith("ed") and len(word) > 4 and word not in ("united", "hundred")
    )


def is_present(word: str) -> bool:
    """Tell whether a lower-case word is the -s form of a listed verb that is hardly ever a noun.

    >>> is_present("rejects"), is_present("talks")
    (True, False)
    """
    return word.endswith("s") and (base := base_form(word)) in BASES and base not in NOUNS_TOO and base != word


def is_only_verb(word: str) -> bool:
    """Tell whether a lower-case word is the base form of a listed verb that is hardly ever a noun."""
    return word in BASES and word not in NOUNS_TOO
