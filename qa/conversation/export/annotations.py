"""A conversation for other programs, its citations as Web Annotations of the W3C. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from qa.answer import Citation
from qa.conversation.export.content import Anchoring
from qa.conversation.fragment import web_address
from qa.conversation.turn import Conversation, Reply, Turn

FORMAT = "pullquote-conversation"
FORMAT_VERSION = 1

_OFFSETS = (
    "start and end are Unicode code points of the article's text as it was when it was cited (content_hash), end "
    "exclusive; anchored says where the quote stands now, in code points of the text as it is now"
)


def as_annotations(conversation: Conversation, anchored: Anchoring) -> dict[str, Any]:
    """Return a conversation and its citations, JSON-ready, every field present.

    `conversation` is everything that is kept of it. `annotations` has one Web Annotation
    (https://www.w3.org/TR/annotation-model/) for each citation, in order: its body has the question that was searched
    and the answer, its target the article with the place of the quote. What the model has no words for stands beside:
    `content_hash`, `status`, `support` and `anchored`.

    Args:
        conversation: With its turns.
        anchored: Tells where a citation stands now.
    """
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "offsets": _OFFSETS,
        "conversation": asdict(conversation),
        "annotations": [
            annotation
            for turn in conversation.turns
            for number, reply in enumerate(turn.replies)
            for annotation in _annotations(turn, number, reply, anchored)
        ],
    }


def _annotations(turn: Turn, reply_number: int, reply: Reply, anchored: Anchoring) -> Iterator[dict[str, Any]]:
    if reply.answer is None:
        return
    number = 0
    for candidate in reply.answer.candidates:
        for citation in candidate.citations:
            number += 1
            yield {
                "@context": "http://www.w3.org/ns/anno.jsonld",
                "id": f"urn:pullquote:annotation:{quote(turn.id, safe='')}:{reply_number}:{number}",
                "type": "Annotation",
                "motivation": "highlighting",
                "created": turn.asked_at,
                "body": [
                    _text("questioning", reply.answer.question_used),
                    _text("replying", candidate.text),
                ],
                "target": _target(citation),
                "content_hash": citation.content_hash,
                "status": citation.status,
                "support": citation.support,
                "anchored": asdict(anchored(citation)),
            }


def _text(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "value": value, "format": "text/plain"}


def _target(citation: Citation) -> dict[str, Any]:
    """Return the article, by its address where that is one of the web, and both of the model's text selectors."""
    return {
        "source": web_address(citation.url) or f"urn:pullquote:article:{quote(citation.article_id, safe='')}",
        "selector": [
            {
                "type": "TextQuoteSelector",
                "exact": citation.quote,
                "prefix": citation.prefix,
                "suffix": citation.suffix,
            },
            {"type": "TextPositionSelector", "start": citation.start, "end": citation.end},
        ],
    }
