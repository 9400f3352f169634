"""The parts of a page that loads nothing and runs nothing: its frame, texts in it, and what a reply said. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from qa.conversation.export.content import Given, Source, Told

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #55555f; --line: #d8d8de; --mark: #ffe58a; --warn: #8a3b00;
  --link: #0b57d0; --back: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --soft: #b4b4bf; --line: #45454f; --mark: #6b5200;
  --warn: #ffb68a; --link: #a8c7fa; --back: #17171b; } }
@media print { :root { --ink: #000; --soft: #333; --line: #999; --mark: #eee; --warn: #000; --link: #000;
  --back: #fff; } a[href]::after { content: " (" attr(href) ")"; overflow-wrap: anywhere; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2, h3 { font-size: 1rem; margin: 0 0 .25rem; }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: 1rem; }
p { margin: .25rem 0 .75rem; } .small { color: var(--soft); font-size: .875rem; } .warn { color: var(--warn); }
.said { white-space: pre-wrap; } .answer { font-weight: 600; }
blockquote { margin: 0 0 1rem; padding-inline-start: .9rem; border-inline-start: 3px solid var(--line);
  white-space: pre-wrap; }
mark { background: var(--mark); color: inherit; text-decoration: underline; text-decoration-thickness: 1px; }
a { color: var(--link); } article, blockquote { break-inside: avoid; }
"""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""

PAGE_END = "</main>\n</body>\n</html>\n"


def page_start(title: str) -> str:
    """Return a document's beginning, up to where the sections stand; `PAGE_END` ends it.

    The page's policy forbids scripts, and to load anything.

    Args:
        title: Plain text.

    >>> page_start("<i>").splitlines()[-4:]
    ['</style>', '</head>', '<body>', '<main>']
    """
    return f"{_HEAD}<title>{shown(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"


def shown(text: str) -> str:
    r"""Return HTML that shows a text as it is; control characters, which HTML cannot hold, become U+FFFD.

    >>> shown("<b>\r\n&amp;")
    '&lt;b&gt;\n&amp;amp;'
    """
    return escape(_CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))


def reply_as_html(reply: Told) -> Iterator[str]:
    """Yield the lines that show what a reply said: each answer with its sources, each quote marked where it stands."""
    for note in reply.notes:
        yield f'<p class="said" dir="auto">{shown(note)}</p>'
    for rank, given in enumerate(reply.given):
        yield _answer(given, "Or: " if rank else "")
        for source in given.sources:
            yield from _source(source)
    if reply.none:
        yield f'<p class="answer">{shown(reply.none)}</p>'
    if reply.closest:
        label, text = reply.closest
        yield f'<p class="small">The closest passage, not an answer: <bdi>{shown(label)}</bdi></p>'
        yield f'<blockquote dir="auto">{shown(text)}</blockquote>'


def _answer(given: Given, before: str) -> str:
    numbers = " ".join(f"[{source.number}]" for source in given.sources)
    return f'<p>{before}<bdi class="answer">{shown(given.text)}</bdi> {numbers}</p>'


def _source(source: Source) -> Iterator[str]:
    label = f"<bdi>{shown(source.label)}</bdi>"
    if source.link:
        label = f'<a href="{escape(source.link)}" rel="noopener noreferrer">{label}</a>'
    *facts, standing = source.facts
    told = "".join(f" · <bdi>{shown(fact)}</bdi>" for fact in facts)
    warn = ' class="warn"' if source.changed else ""
    yield f'<p class="small">[{source.number}] {label}{told} · <span{warn}>{shown(standing)}</span></p>'
    yield (
        f'<blockquote dir="auto">{shown(source.before)}<mark>{shown(source.quote)}</mark>{shown(source.after)}'
        "</blockquote>"
    )
