"""What is asked for but cannot be done by quoting articles: summaries, translations, opinions, counts, predictions.

Pure, by patterns over the whole message, for English. "What does the article say about X?" is a question like others. A
request in words that no pattern has is taken for a question.
"""

from __future__ import annotations

import re

from qa.dialogue.small_talk import plain, without_greeting

_LONGEST = 300
_POLITE = re.compile(
    r"^(?:(?:please|pls|plz|kindly|ok|okay|so|and|now|then|just|hey|also),? )*"
    r"(?:(?:can|could|will|would) (?:you|u) (?:please |maybe |also |just )?|i (?:want|need|would like) (?:you )?to |"
    r"i'd like (?:you )?to |i (?:want|need) (?=an? )|let's )?(?:please )?"
)
_TEXT = r"(?:article|story|text|news|document|file|report|page|passage)"
_TEXTS = rf"(?:(?:the |this |these |all |all the )*(?:{_TEXT}s?|stories|everything|this|that|it|these|them|all))"
_SUM = (
    r"(?:summar(?:y|ies)|gist|overview|synopsis|recap|abstract|tl;?dr|outline|round-?up|takeaways|highlights|bullet "
    r"points|"
    r"(?:main|key|most important) (?:points?|ideas?|facts?|takeaways?|findings?|things?))"
)
_GIVE = r"(?:give|write|make|get|show|tell|provide|send|i want|i need|i'd like)(?: me| us| with)?"
_LANGUAGE = (
    r"(?:french|german|spanish|italian|arabic|urdu|hindi|chinese|japanese|russian|portuguese|dutch|turkish|polish|"
    r"english)"
)
_NOW = (
    r"(?: (?:today|now|please|right now|tomorrow|tonight|outside|here|this week(?:end)?|in the world|of the day|like|"
    r"in \w+))*"
)

_SUMMARY = "I can't summarise: I answer in the articles' own words only. Ask for one thing at a time, such as {form}."
_TRANSLATION = (
    "I can't translate: I quote the articles as they stand, and read English. Ask in English, such as {form}."
)
_WRITING = "I can't write or reword anything: I quote the articles. Ask for a fact you need, such as {form}."
_OPINION = (
    "I have no opinion and don't judge: I only quote what the articles say. Ask what somebody in them says, such as "
    "“What did … say about …?”."
)
_COUNT = (
    "I can't count across articles: each answer is a quote from one place. Ask for a number that an article states, "
    "such as "
    "“How many people …?”. The list of articles shows how many there are."
)
_COMPARISON = (
    "I can't compare: each answer is a quote from one place. Ask about one side at a time; where articles differ, "
    "their "
    "answers are shown side by side."
)
_LIST = (
    "I can't list everything: I give the few quotes that answer best. Ask for one thing, such as “Who met …?”. The "
    "articles "
    "themselves are in the list of articles."
)
_PREDICTION = (
    "I can't predict: I only quote what the articles say. Ask what somebody in them expects, such as “What does … "
    "expect?”."
)
_TODAY = (
    "I know only the articles in this collection, not what is new or how things stand now. Add articles, then ask "
    "about "
    "them, such as “What happened in …?”."
)
_MATHS = "I can't calculate: I quote numbers as the articles state them. Ask for one, such as “How much did … cost?”."
_ACTION = (
    "I can't do that: I answer questions from the articles, in their own words. Ask for a fact, such as “Who …?” or "
    "“When …?”."
)

_LIMITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        _SUMMARY,
        (
            r"summari[sz]e\b.*",
            r".*[, ]summari[sz]e(?: this| it| please)*",
            r"sum (?:it|this|that|everything|the|up)\b.*",
            r"(?:tl;? ?dr|recap|condense)\b.*",
            rf"{_GIVE}(?: an?| the| some)?(?: \w+){{0,2}}? {_SUM}(?: please)?(?: (?:of|about|on|for|from|in)\b.*)?",
            rf"(?:an?|the|quick|short|brief)?(?: quick| short| brief)* ?{_SUM}(?: please)?(?: of {_TEXTS})?",
            rf"what (?:are|is|were) the {_SUM}(?: (?:of|in|from) {_TEXTS})?",
            rf"what(?:'s| is|'re| are) (?:this|it|(?:the|this|these) {_TEXT}s?) (?:all )?about",
            r"in (?:short|brief|a nutshell|one sentence|a few words)",
        ),
    ),
    (
        _TRANSLATION,
        (
            r"translate\b.*",
            rf"(?:a )?translation(?: (?:please|of {_TEXTS})\b.*)?",
            rf"(?:say|write|answer|put|repeat|respond|reply|give)\b.* in {_LANGUAGE}",
            rf"(?:in|into) {_LANGUAGE}(?: please)?",
            rf"how (?:do|would) (?:you|i|we) say\b.* in {_LANGUAGE}",
        ),
    ),
    (
        _WRITING,
        (
            r"(?:write|draft|compose)(?: me| us)? (?:an?|the|my|your|this|that|it|some|something|about|down|another|"
            r"up|two)\b.*",
            r"(?:rewrite|re-write|rephrase|paraphrase|reword|simplify|shorten|proofread|polish|expand|improve|edit|"
            r"correct)"
            r"(?: (?:this|that|it|the|my|your|last)\b.*)?",
            r"(?:make|create|generate|build|prepare|draw|plot|chart|design|produce|invent)(?: me| us)? (?:an?|some|"
            r"another|up)\b.*",
            r"(?:turn|make|convert|change|put) (?:this|that|it|these|them) (?:into|simple|shorter|longer|simply)\b.*",
            r"what should (?:i|we) (?:write|say|ask|publish)\b.*",
            rf"explain (?:{_TEXTS}|the answer)\b.*",
            r"explain like\b.*|eli5\b.*",
        ),
    ),
    (
        _OPINION,
        (
            r"what (?:do )?(?:you|u) think\b.*",
            r"(?:what|how) do (?:you|u) (?:think|feel|believe|make)\b.*",
            r"(?:what(?:'s| is| are) )?your (?:own |personal |honest )?(?:opinion|views?|take|thoughts?|favou?rite|"
            r"feelings?)\b.*",
            r"do (?:you|u) (?:think|believe|like|agree|support|prefer|hate|trust|love|feel|care)\b.*",
            r"(?:who|which|what) (?:do|would) (?:you|u) (?:think|support|like|prefer|believe|choose|recommend|vote|"
            r"suggest|do)\b.*",
            r"would you (?:vote|say|agree|prefer)\b.*",
            r"should (?:i|we)\b.*",
            r"(?:any|your) (?:advice|thoughts|recommendations?)\b.*",
            rf"is (?:this|(?:this|that|the|your) (?:{_TEXT}|source|answer)) (?:biased|fake|fake news|reliable|"
            rf"trustworthy|credible|"
            r"objective|neutral)",
            r"(?:fact-?check|fact check|verify|debunk) (?:this|that|it|the)\b.*",
            rf"analy[sz]e (?:{_TEXTS}|the \w+)\b.*",
        ),
    ),
    (
        _COUNT,
        (
            r"(?:in )?how many (?:of (?:the|these|your|my|our|all the) )?(?:different |news )?(?:articles|stories|"
            r"documents|texts|files|"
            r"sources)(?: (?:mention|name|talk|contain|cover|discuss|refer|report on|say|speak|deal|describe|include|"
            r"quote|concern|"
            r"are (?:about|there|on|in (?:the|this|your)|indexed|loaded|here)|is|was|do (?:you|we|i)|did you|have you|"
            r"can you)\b.*)?",
            r"(?:how (?:often|many times)|in how many \w+) (?:is|was|are|were|does|do) .*(?:mentioned|named|quoted|"
            r"appear|occur|come up)"
            r"(?: in (?:the|these|your) articles?)?",
            r"count (?:the|all|how|every|up|me|them)\b.*",
            r"(?:what(?:'s| is) the )?(?:total )?number of articles(?: .*)?",
        ),
    ),
    (
        _COMPARISON,
        (
            r"(?:compare|contrast) (?!site|the market).+",
            rf"(?:what|where)(?:'s| is| are)? (?:the )?(?:differences?|similarit\w+) between (?:the|these|those|both) "
            rf"(?:\w+ )?(?:{_TEXT}s|stories|sources)",
            r"do the (?:articles|sources|stories) (?:agree|disagree|differ|contradict)\b.*",
        ),
    ),
    (
        _LIST,
        (
            r"(?:list|show|name|give|find|get|tell|display|extract|collect|print|return)(?: me| us)?(?: a list of)? "
            r"(?:all|every|each|everything|everyone|everybody)\b.*",
            r"list (?:articles|documents|sources|files)\b.*",
            r"(?:make|give|show)(?: me| us)? (?:an?|the) (?:complete |full )?list\b.*",
            r"(?:a )?(?:complete|full) list of .*",
            r"(?:tell me )?everything (?:about|on)\b.*",
            r"(?:what|who) are all\b.*",
        ),
    ),
    (
        _PREDICTION,
        (
            r"what(?:'s| is| will| might| could)(?: going to)? happen(?: next| tomorrow| soon| in the future| (?:next|"
            r"this) \w+| in 20\d\d)*",
            r"(?:predict|forecast the)\b.*",
            r"(?:make|give) (?:me )?a (?:prediction|forecast)\b.*",
            r"(?:who|which \w+) (?:will|is going to|would) win (?:the |this )?next \w+(?: \w+)?",
            r"what (?:does|will) the future\b.*",
        ),
    ),
    (
        _TODAY,
        (
            rf"(?:what(?:'s| is| will)?|how(?:'s| is| will)?|tell me|give me|show me|check)?(?: be)? ?(?:the "
            rf")?(?:current )?(?:weather|"
            rf"temperature)(?: be| forecast)?{_NOW}",
            rf"(?:is it|will it|does it|is it going to) (?:rain|raining|snow|snowing|sunny|cold|hot|warm){_NOW}",
            rf"(?:what(?:'s| is| are)|give me|show me|tell me|read me|get me|any|is there any|i want|find me)? "
            rf"?(?:the |some )?"
            rf"(?:latest|today's|current|breaking|recent|new|newest|top|most important)? ?(?:news|headlines|top "
            rf"stories|stories)"
            rf"(?: headlines| updates?)?{_NOW}",
            rf"what(?:'s| is) (?:new|happening|going on|in the news|today|the (?:time|date)|today's date){_NOW}",
            rf"what(?:'s| is) the (?:most important|biggest|top) \w+ in the news{_NOW}",
            r"what happened today",
            rf"what (?:time|day|date|year|month) is (?:it|today){_NOW}",
            r"(?:stock|share|bitcoin|oil) prices?(?: today| now)+",
        ),
    ),
    (
        _ACTION,
        (
            r"(?:tell|sing|say|read|play|show|give)(?: me| us)? (?:an?|some|another) (?:joke|story|poem|song|riddle|"
            r"tune|music|game|"
            r"fun fact)\b.*",
            r"(?:sing|dance|joke|play)(?: for me| something| music| with me)?",
            r"(?:search|browse|surf|check|look (?:it |this )?up(?: on)?)(?: on)? (?:the )?(?:web|internet|online|"
            r"google|wikipedia|twitter|net)\b.*",
            r"google (?:it|this|that|for)\b.*",
            r"(?:send|e?mail|forward|post|tweet|publish|print|save|download|share) (?:this|it|that|my|me|him|her|"
            r"them)\b.*",
            r"remind me\b.*",
            r"(?:set|book|order|buy|schedule) (?:me )?(?:an?|my|up)\b.*",
            rf"read (?:{_TEXTS}|the answer)(?: aloud| out(?: loud)?| to me| for me)*",
        ),
    ),
)  # fmt: skip
_PATTERNS = tuple((re.compile("|".join(patterns)), reply) for reply, patterns in _LIMITS)

_ABOUT = re.compile(rf"\b(?:about|on|of) (?!{_TEXTS}\b)(?P<topic>.{{2,60}})$")
_ENDS_AS_QUESTION = re.compile(r"\w \W*(?:how (?:much|many|long|often)|when|where|who|whom|what|why)\W*$")
_SUM_ASKED = re.compile(
    r"(?:what(?:'s| is)|how much is|calculate|compute|solve|work out)?\s*"
    r"(?:[\d.,()\s]|[+*/×÷^=%x-]|percent|per cent|of|plus|minus|times|divided by|the|square|root|sum|and|product)+"
)
_OPERATOR = re.compile(
    r"\d\s*(?:[+*×÷^=]|\s[-/x]\s|% of|percent of|per cent of|plus|minus|times|divided by)|square root of \d"
)


def cannot(message: str) -> str | None:
    """Return what to say to a request that quoting articles cannot meet; None where it may be a question to them.

    >>> cannot("Translate this").partition(":")[0]
    "I can't translate"
    >>> cannot("What was the summary of the meeting?") is None
    True
    """
    if len(message) > _LONGEST:
        return None
    text = plain(without_greeting(message))
    bare = _POLITE.sub("", text)
    if not bare or _ENDS_AS_QUESTION.search(bare):
        return None
    digits = any(character.isdigit() for character in bare)
    if (
        digits
        and _SUM_ASKED.fullmatch(bare)
        and (_OPERATOR.search(bare) or bare.startswith(("calculate", "compute", "solve")))
    ):
        return _MATHS
    for pattern, reply in _PATTERNS:
        if pattern.fullmatch(bare) or pattern.fullmatch(text):
            topic = _ABOUT.search(bare)
            about = topic["topic"].strip(" .,") if topic else "…"
            return reply.replace("{form}", f"“What does the article say about {about}?”")
    return None
