"""A conversation as HTML: what was asked, what the articles say, and the buttons that belong to it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.answer import Answer
from qa.chat.answer_view import Anchoring, AnswerView, copied_text
from qa.chat.markup import action, shown
from qa.conversation.feedback import SHOULD_BE_NONE, reasons_for
from qa.conversation.turn import Conversation, Feedback, Reply, Turn
from qa.wording import count_in_words, limit_in_words, shortened

_REASONS = {SHOULD_BE_NONE: "the articles do not say it"}
"""Reasons that are called something else on the page."""

_TURNS = 200
"""Turns that are shown, the last ones; all are drawn anew with every step."""

_MESSAGE = 1_000
"""Characters of a message that are shown; a text that was pasted has more."""


@dataclass(frozen=True)
class Surroundings:
    """What a conversation is shown with.

    Attributes:
        conversation: Its id, also where it is gone.
        version: Which version of it is shown.
        starters: Questions that the articles answer, for its beginning.
        doing: Says what is being done for the turn of an id, which waits.
        anchored: Tells where a citation stands now.
        labels: Tells what articles are called, by their ids.
    """

    conversation: str
    version: str
    starters: Sequence[str]
    doing: Callable[[str], str | None]
    anchored: Anchoring
    labels: Callable[[Sequence[str]], Sequence[str]]


def conversation_as_html(conversation: Conversation | None, around: Surroundings) -> str:
    """Return a conversation, or what stands in its place before the first message."""
    turns = conversation.turns if conversation else ()
    earlier = len(turns) - _TURNS
    body = _earlier(earlier) if earlier > 0 else ""
    body += "".join(_turn(turn, around) for turn in turns[-_TURNS:]) or _welcome(around.starters)
    place = f'data-conversation="{shown(around.conversation)}" data-version="{shown(around.version)}"'
    return f'<div class="pq-thread" role="log" aria-live="polite" aria-label="Conversation" {place}>{body}</div>'


def stage_in_words(doing: str | None, ahead: int = 0) -> str:
    """Say what is being done for a turn, or that nothing is yet, and how many questions are before it."""
    if doing is not None:
        return doing
    return f"Waiting for its turn{', after ' + count_in_words(ahead, 'other question') if ahead else ''} …"


def _earlier(count: int) -> str:
    return f'<p class="pq-small">{count_in_words(count, "earlier message")}, in the exported conversation.</p>'


def _welcome(starters: Sequence[str]) -> str:
    asked = "".join(
        f"<li>{action('ask', question, {'question': question}, classes='pq-starter')}</li>" for question in starters
    )
    return (
        '<div class="pq-welcome"><h2>Ask about the articles</h2>'
        "<p>The answer is in the articles’ own words, with the place where they stand. "
        "Where it is not there, you are told so.</p>"
        + (f'<p>For example:</p><ul class="pq-starters">{asked}</ul>' if asked else "")
        + "</div>"
    )


def _turn(turn: Turn, around: Surroundings) -> str:
    message = f"Add {', '.join(turn.files)}" if turn.files else turn.message
    limit = limit_in_words(turn.only, around.labels(turn.only.articles))
    searched = f'<p class="pq-small">Searched only {shown(limit)}</p>' if limit else ""
    replies = "".join(_reply(turn, number, reply, around.anchored) for number, reply in enumerate(turn.replies))
    return (
        f'<section class="pq-turn" data-turn="{shown(turn.id)}" data-state="{turn.state}">'
        f'<h2 class="pq-message" dir="auto">{shown(shortened(message, _MESSAGE))}</h2>{searched}'
        f"{replies}{_ending(turn, around)}</section>"
    )


def _ending(turn: Turn, around: Surroundings) -> str:
    """Return what stands under the replies of a turn: what is being done, or what went wrong."""
    if turn.state == "waiting":
        return f'<p class="pq-stage">{shown(stage_in_words(around.doing(turn.id)))}</p>'
    if turn.state == "failed":
        again = (
            "" if turn.files or len(turn.message) > _MESSAGE else action("ask", "Ask again", {"question": turn.message})
        )
        return f'<div class="pq-failed"><p>This did not work. {shown(turn.error or "")}</p>{again}</div>'
    return ""


def _reply(turn: Turn, number: int, reply: Reply, anchored: Anchoring) -> str:
    parts = [_asked(turn, reply), _used(reply), _remark(reply)]
    if reply.answer is not None:
        view = AnswerView(turn.id, number, reply.answer, anchored)
        parts.append(view.found() if reply.answer.kind != "none" else view.not_found())
        parts.append(_feedback(turn, number, reply.answer))
        parts.append(view.work())
    return f'<div class="pq-reply" data-reply="{number}">{"".join(parts)}</div>'


def _remark(reply: Reply) -> str:
    """Return what the assistant says by itself, and what can be done with the articles that were added."""
    paragraphs = (reply.remark or "").split("\n\n")
    said = "".join(f'<p class="pq-remark" dir="auto">{shown(line)}</p>' for line in paragraphs if line)
    if len(reply.added) == 1:
        (added,) = reply.added
        said += (
            f'<p class="pq-row">{action("show", "Open", {"id": added}, title=f"Open {added}")}'
            f"{action('remove', 'Remove again', {'id': added}, title=f'Remove again: {added}')}</p>"
        )
    return said


def _asked(turn: Turn, reply: Reply) -> str:
    """Name the question of a reply where a message has several."""
    return f'<h3 class="pq-asked" dir="auto">{shown(reply.asked)}</h3>' if len(turn.replies) > 1 else ""


def _used(reply: Reply) -> str:
    """Show the question that was searched where it is not the one that was written."""
    answer = reply.answer
    if answer is None or not (reply.completed or reply.corrections):
        return ""
    read = "".join(
        f" “<bdi>{shown(written)}</bdi>” was read as “<bdi>{shown(as_)}</bdi>”." for written, as_ in reply.corrections
    )
    searched = {"question": answer.question_used}
    change = action("correct", "Change", searched, title="Change the question that was searched")
    return f'<p class="pq-used" dir="auto">Searched: <q dir="auto">{shown(answer.question_used)}</q>{read} {change}</p>'


def _feedback(turn: Turn, number: int, answer: Answer) -> str:
    """Return the thumbs of a reply, and after a thumb down the reasons to choose from."""
    given = dict(turn.feedback).get(number)
    where: dict[str, str | int] = {"turn": turn.id, "reply": number}
    thumbs = _thumb("up", "Good answer", given is not None and given.good, where) + _thumb(
        "down", "Bad answer", given is not None and not given.good, where
    )
    copies = "".join(
        action(
            "copy",
            "Copy" if place == 1 else f"Copy {place}",
            {"text": text},
            title="Copy the answer with its source" if place == 1 else f"Copy {place}: answer with its source",
        )
        for place, text in enumerate((copied_text(answer, one) for one in answer.candidates), start=1)
    )
    return f'<div class="pq-tools">{copies}{thumbs}</div>{_reasons(answer, given, where)}'


def _thumb(way: str, label: str, pressed: bool, where: dict[str, str | int]) -> str:
    return action("thumb", label, {**where, "way": way}, aria={"pressed": str(pressed).lower()})


def _reasons(answer: Answer, given: Feedback | None, where: dict[str, str | int]) -> str:
    """Ask for the reason of a thumb down and for words beside it, until there are words."""
    if given is None or given.good:
        return ""
    if given.comment is not None:
        said = ": ".join(filter(None, [_REASONS.get(given.reason or "", given.reason), given.comment]))
        return f'<p class="pq-small" role="status">Noted: {shown(said)}</p>'
    choices = "".join(
        action(
            "reason",
            _REASONS.get(reason, reason),
            {**where, "reason": reason},
            aria={"pressed": str(reason == given.reason).lower()},
        )
        for reason in reasons_for(answer)
    )
    data = "".join(f' data-{name}="{shown(str(value))}"' for name, value in where.items())
    return (
        f'<form class="pq-reasons" data-do="comment"{data} aria-label="What was wrong?">'
        f'<p>What was wrong?</p><p class="pq-row">{choices}</p>'
        "<label>The right answer as an article has it, or a remark "
        '<input name="comment" maxlength="1000" required autocomplete="off"></label>'
        '<button type="submit" class="pq-button">Send</button></form>'
    )
