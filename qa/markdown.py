"""Text as Markdown that shows exactly that text. Pure."""

from __future__ import annotations

import re

from qa.bidi import close_bidi

_MARKUP = re.compile(r"[\\`*_{}\[\]<>&#|~$@!]|:(?=//)|(?<=www)\.|^[-+=]", re.IGNORECASE)
_LIST = re.compile(r"^(\d+)([.)])")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def escape_markdown(text: str) -> str:
    """Return text that Markdown and HTML show exactly, on one line: white space is folded.

    Only what could be markup is escaped, since a screen reader may be given the Markdown itself. Control characters,
    which no page can show, become U+FFFD; a change of direction ends with the text.

    >>> escape_markdown("*a* <b>, c.")
    '&#42;a&#42; &#60;b&#62;, c.'
    """
    shown = _CONTROL.sub("\ufffd", close_bidi(" ".join(text.split())))
    escaped = _MARKUP.sub(lambda match: _entity(match[0]), shown)
    return _LIST.sub(lambda match: match[1] + _entity(match[2]), escaped)


def escape_lines(text: str) -> str:
    r"""Do as `escape_markdown` does, and keep the line breaks; blank lines are left out.

    >>> escape_lines("# a\n\n- b")
    '&#35; a\\\n&#45; b'
    """
    return "\\\n".join(escape_markdown(line) for line in text.splitlines() if line.strip())


def markdown_link(label: str, address: str) -> str:
    """Return a link, given an address as `qa.conversation.fragment.web_address` makes it.

    >>> markdown_link("[a]", "https://example.com/?a=(b)&copy=1")
    '[&#91;a&#93;](<https://example.com/?a=(b)&amp;copy=1>)'
    """
    return f"[{escape_markdown(label)}](<{address.replace('&', '&amp;')}>)"


def _entity(character: str) -> str:
    return f"&#{ord(character)};"
