"""An answer as HTML: what the articles say and where, or that they do not. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa.answer import Answer, Candidate, Citation, Copy, FoundPassage
from qa.bidi import close_bidi
from qa.chat.markup import action, facts_as_html, shown
from qa.conversation.anchor import Anchored
from qa.relative_dates import relative_dates
from qa.wording import confidence_in_words, count_in_words, coverage_in_words, date_in_words, shortened

_CLOSEST = 3
_STANDING = {
    "here": "found word for word",
    "moved": "found word for word in the article, which has changed since",
    "changed": "the article has changed, these words are not in it any more",
    "gone": "the article was removed",
}

Anchoring = Callable[[Citation], Anchored]
"""Tells where a kept citation stands now."""


class AnswerView:
    """An answer of a turn on the page; its citations are numbered from 1 through all that it gives."""

    def __init__(self, turn: str, reply: int, answer: Answer, anchored: Anchoring) -> None:
        self._where: dict[str, str | int] = {"turn": turn, "reply": reply}
        self._answer = answer
        self._anchored = anchored
        self._numbers = {id(citation): n for n, citation in enumerate(answer.all_citations, start=1)}

    def found(self) -> str:
        """Return the answers side by side, each with its sources, and how sure the first one is."""
        candidates = self._answer.candidates
        several = len(candidates) > 1
        heading = (
            '<p class="pq-small">The articles give different answers; the likeliest comes first.</p>' if several else ""
        )
        cards = "".join(self._card(candidate) for candidate in candidates)
        return f'{heading}<div class="pq-answers" data-count="{len(candidates)}">{cards}</div>'

    def not_found(self) -> str:
        """Say that there is no answer, what was searched, what came closest, and what to try."""
        answer = self._answer
        if answer.reason == "empty_index":
            return '<p class="pq-none">There are no articles yet.</p><p>Add some under “Articles”, then ask again.</p>'
        if answer.reason == "filtered_out":
            return (
                '<p class="pq-none">No article is left to search.</p>'
                "<p>The limit leaves every article out. Widen it, or search all articles.</p>"
            )
        searched = coverage_in_words(answer.searched)
        closest = "".join(self._closest(number) for number in range(min(_CLOSEST, len(answer.passages))))
        return (
            f'<p class="pq-none">Not in these articles.</p><p>Searched: {shown(searched)}.</p>'
            + (
                f'<p class="pq-small">Closest passages, not answers:</p><ul class="pq-closest">{closest}</ul>'
                if closest
                else ""
            )
            + self._advice()
            + self._sure("The best guess would be")
        )

    def work(self) -> str:
        """Return what was done: the passages that were read, and why each was found."""
        answer = self._answer
        if not answer.passages:
            return ""
        read = "".join(self._read(number, passage) for number, passage in enumerate(answer.passages))
        title = f"Read {count_in_words(len(answer.passages), 'passage')} in {answer.timings_ms.total / 1000:.1f} s"
        key = self._key("work")
        return f'<details class="pq-work" data-key="{key}"><summary>{title}</summary><ol>{read}</ol></details>'

    def _card(self, candidate: Candidate) -> str:
        marks = "".join(self._reference(citation) for citation in candidate.citations)
        sources = "".join(self._source(citation) for citation in candidate.citations)
        sure = self._sure("This is") if candidate.citations is self._answer.citations else ""
        return (
            f'<div class="pq-answer" data-copy="{shown(copied_text(self._answer, candidate))}">'
            f'<p class="pq-text" dir="auto"><strong>{shown(candidate.text)}</strong>{marks}</p>'
            f'<ul class="pq-sources">{sources}</ul>{sure}</div>'
        )

    def _reference(self, citation: Citation) -> str:
        """Return the number of a citation: hovered or focused it shows the quote, clicked it opens the source."""
        number = self._numbers[id(citation)]
        tip = f"tip-{self._key(str(number))}"
        aria = {"describedby": tip, "label": f"Citation {number}: open {citation.label}"}
        button = action("open", f"[{number}]", {**self._where, "number": number}, classes="pq-cite", aria=aria)
        return (
            f'<span class="pq-ref"> {button}<span class="pq-tip" role="tooltip" id="{tip}" dir="auto">'
            f"“{shown(_sentence(self._answer, citation))}”</span></span>"
        )

    def _source(self, citation: Citation) -> str:
        standing = _STANDING[self._anchored(citation).state]
        facts = [*_place(citation), f"characters {citation.start}-{citation.end}", standing]
        copies = self._answer.passage_of(citation).copies
        line = facts_as_html([*facts, *([_also(copies)] if copies else [])])
        said = (
            f'<p class="pq-said" dir="auto">Said by <em>{shown(citation.speaker)}</em></p>' if citation.speaker else ""
        )
        return (
            f'<li><span class="pq-number">[{self._numbers[id(citation)]}]</span> <span dir="auto">{line}</span>'
            f"{said}{self._relative(citation)}</li>"
        )

    def _relative(self, citation: Citation) -> str:
        """Set words such as "last week" beside the date of the article that says them."""
        sentence = _sentence(self._answer, citation)
        words = dict.fromkeys(sentence[start:end] for start, end in relative_dates(sentence))
        if not words:
            return ""
        named = ", ".join(f"“{shown(word)}”" for word in words)
        date = date_in_words(citation.published)
        beside = "the article is undated" if date == "undated" else f"the article is of {shown(date)}"
        return f'<p class="pq-date" dir="auto">{named}: {beside}</p>'

    def _closest(self, number: int) -> str:
        passage = self._answer.passages[number]
        opened = action("closest", "Open", {**self._where, "number": number}, title=f"Open {passage.label}")
        text = shown(shortened(" ".join(passage.text.split())))
        label = f'<span dir="auto">{shown(passage.label)}</span>'
        return f'<li>{label} {opened}<blockquote dir="auto">{text}</blockquote></li>'

    def _advice(self) -> str:
        return (
            '<p class="pq-small">What to try: name the people and places as an article would, ask one thing in a '
            "sentence, or widen the limit on articles.</p>"
        )

    def _sure(self, beginning: str) -> str:
        """Say how sure the best answer is: in words, the number on demand."""
        answer = self._answer
        if not answer.passages:
            return ""
        words = confidence_in_words(answer.confidence)
        more = (
            f"Confidence {answer.confidence:.2f}: of many answers with this confidence, about "
            f"{round(100 * answer.confidence)} in 100 are right. An answer is given from {answer.threshold:.2f} on."
        )
        key = self._key("sure")
        return (
            f'<details class="pq-sure" data-key="{key}"><summary>{beginning} {words}</summary><p>{more}</p></details>'
        )

    def _read(self, number: int, passage: FoundPassage) -> str:
        ranks = passage.ranks
        why = [
            f"{kind} rank {rank}" for kind, rank in (("by meaning", ranks.dense), ("by words", ranks.lexical)) if rank
        ]
        words = f" ({shown(', '.join(passage.matched))})" if passage.matched else ""
        opened = action("closest", "Open", {**self._where, "number": number}, title=f"Open {passage.label}")
        return f'<li><span dir="auto">{shown(passage.label)}</span>, {", ".join(why)}{words} {opened}</li>'

    def _key(self, part: str) -> str:
        return shown(f"{self._where['turn']}-{self._where['reply']}-{part}")


def copied_text(answer: Answer, candidate: Candidate) -> str:
    """Return an answer with its sources as plain text, for the clipboard."""
    sources = [
        "\n".join(
            [
                f"“{close_bidi(_sentence(answer, citation))}”",
                ", ".join(map(close_bidi, [*_place(citation), *filter(None, [citation.url])])),
            ]
        )
        for citation in candidate.citations
    ]
    return "\n\n".join([close_bidi(candidate.text), *sources])


def _sentence(answer: Answer, citation: Citation) -> str:
    """Return the sentence around a quote, white space folded."""
    passage = answer.passage_of(citation)
    return " ".join(
        passage.text[citation.sentence_start - passage.start : citation.sentence_end - passage.start].split()
    )


def _place(citation: Citation) -> list[str]:
    page = None if citation.page is None else f"page {citation.page}"
    facts = [citation.label, citation.source, date_in_words(citation.published), page]
    return [" ".join(fact.split()) for fact in facts if fact]


def _also(copies: Sequence[Copy]) -> str:
    return "the same in " + ", ".join(copy.label for copy in copies)
