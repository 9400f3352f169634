"""HTML that is all text, as feeds bring it, to plain text: no menus to leave out, nothing to look for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav "
    "ol p pre section table td th tr ul".split()
)
_UNSEEN = frozenset("head iframe noscript script style svg template title video audio".split())
_SPACE = re.compile(r"[ \t\r\n\f]+")


def fragment_text(html: str) -> str:
    r"""Return the text of a piece of HTML: a line for each block, entities resolved, white space as a browser shows it.

    >>> fragment_text("<p>One &amp; <b>two</b>.</p><p>Three.</p>")
    'One & two.\nThree.'
    """
    if "<" not in html and "&" not in html:
        return _SPACE.sub(" ", html).strip()
    from lxml import etree
    from lxml import html as parser

    try:
        tree = parser.fragment_fromstring(html.replace("\0", ""), create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    text = "".join(_pieces(tree))
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\v"))
    return "\n".join(line for line in lines if line)


def _pieces(tree: Any) -> Iterator[str]:
    r"""Yield the text in order, a vertical tab at each border of a block; without recursion, however deep it is."""
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        tag = node.tag if isinstance(node.tag, str) else None
        block = "\v" if tag in _BLOCKS else ""
        stack.append(block + (node.tail or "") if node is not tree else "")
        if tag is not None and tag not in _UNSEEN:
            stack.extend(reversed(node))
            stack.append(block + (node.text or ""))
