"""What an export for people says, in plain text; how it looks is the exports' own. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.answer import Answer, Candidate, Citation
from qa.bidi import close_bidi
from qa.conversation.anchor import Anchored
from qa.conversation.fragment import source_link
from qa.conversation.turn import Conversation, Reply, Turn
from qa.wording import count_in_words, coverage_in_words, date_in_words, limit_in_words

Anchoring = Callable[[Citation], Anchored]


@dataclass(frozen=True)
class Source:
    """A citation: where, and the sentence, in which the quote stands between `before` and `after`.

    Attributes:
        number: From 1 in its reply.
        label: What the article is called.
        link: Its address at the quote, safe to follow; None where it has none of the web.
        facts: What is known of it, for one line.
        changed: Whether it does not stand where it was cited any more; `facts` say what became of it.
    """

    number: int
    label: str
    link: str | None
    facts: tuple[str, ...]
    before: str
    quote: str
    after: str
    changed: bool


@dataclass(frozen=True)
class Given:
    """An answer that is given, with its sources."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Told:
    """A reply.

    Attributes:
        notes: What is said beside the articles, a paragraph each.
        given: The answers, best first.
        none: What is said where there is none.
        closest: The label and the text of the closest passage, where there is no answer.
    """

    notes: tuple[str, ...]
    given: tuple[Given, ...]
    none: str | None
    closest: tuple[str, str] | None


def title_in_words(conversation: Conversation) -> str:
    """Return what a conversation is called."""
    return conversation.title or "Conversation"


def about_conversation(conversation: Conversation) -> str:
    """Say how long a conversation is, and when it was."""
    messages = count_in_words(len(conversation.turns), "message")
    return f"{messages} · {_moment(conversation.created_at)} to {_moment(conversation.changed_at)}"


def about_turn(turn: Turn) -> str:
    """Say when a message was written, what came with it, and what it was limited to."""
    facts = [_moment(turn.asked_at)]
    if turn.files:
        facts.append(f"with {count_in_words(len(turn.files), 'file')}: {', '.join(map(close_bidi, turn.files))}")
    if turn.only:
        facts.append(f"only {limit_in_words(turn.only)}")
    return " · ".join(facts)


def about_state(turn: Turn) -> str | None:
    """Say what is wrong with a turn that is not done."""
    if turn.state == "failed":
        return f"This could not be answered: {turn.error}"
    return "This was still being answered." if turn.state == "waiting" else None


def told(reply: Reply, anchored: Anchoring) -> Told:
    """Return what a reply says, given where its citations stand now."""
    answer = reply.answer
    if answer is None:
        return Told(tuple(_notes(reply)), (), None, None)
    number, given = 1, []
    for candidate in answer.candidates:
        given.append(_given(answer, candidate, number, anchored))
        number += len(candidate.citations)
    closest = answer.passages[0] if answer.kind == "none" and answer.passages else None
    return Told(
        tuple(_notes(reply)),
        tuple(given),
        _none(answer) if answer.kind == "none" else None,
        (closest.label, closest.text) if closest else None,
    )


def _notes(reply: Reply) -> Iterator[str]:
    if reply.remark:
        yield reply.remark
    for written, read in reply.corrections:
        yield f"“{written}” was read as “{read}”."
    if reply.answer and reply.answer.question_used.split() != reply.asked.split():
        yield f"Searched for: {reply.answer.question_used}"


def _none(answer: Answer) -> str:
    if answer.reason == "empty_index":
        return "There were no articles."
    if answer.reason == "filtered_out":
        return "No article passes the filters."
    return f"Not in these articles: {coverage_in_words(answer.searched)}."


def _given(answer: Answer, candidate: Candidate, first: int, anchored: Anchoring) -> Given:
    sources = tuple(
        _source(number, citation, answer, anchored(citation))
        for number, citation in enumerate(candidate.citations, start=first)
    )
    return Given(candidate.text, sources)


def _source(number: int, citation: Citation, answer: Answer, anchored: Anchored) -> Source:
    passage = answer.passage_of(citation)
    start, end = citation.start - passage.start, citation.end - passage.start
    facts = [
        citation.source,
        date_in_words(citation.published),
        None if citation.page is None else f"page {citation.page}",
        f"said by {citation.speaker}" if citation.speaker else None,
        f"characters {citation.start}-{citation.end}",
        _standing(anchored),
    ]
    return Source(
        number=number,
        label=citation.label,
        link=source_link(citation),
        facts=tuple(fact for fact in facts if fact),
        before=passage.text[max(0, citation.sentence_start - passage.start) : start],
        quote=citation.quote,
        after=passage.text[end : citation.sentence_end - passage.start],
        changed=anchored.state != "here",
    )


def _standing(anchored: Anchored) -> str:
    """Say whether a quote stands where it was cited."""
    if anchored.state == "here":
        return "found word for word"
    if anchored.state == "moved":
        return f"the article has changed since: word for word at characters {anchored.start}-{anchored.end} now"
    if anchored.state == "changed":
        return "the article has changed since and does not have these words any more"
    return "the article is not among the articles any more"


def _moment(at: str) -> str:
    """Return a time of a conversation as people write it."""
    day, _, time = at.partition("T")
    return f"{date_in_words(day)}, {time[:5]} UTC" if time else at
