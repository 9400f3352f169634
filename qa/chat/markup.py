"""Text as HTML that shows exactly that text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from types import MappingProxyType


def shown(text: str) -> str:
    r"""Return HTML that shows a text as it is, in an element or in a quoted attribute.

    A carriage return is written as a reference, since a parser would fold it; a NUL, which HTML cannot hold, shows as
    U+FFFD.

    >>> shown('<b>"&amp;"\r')
    '&lt;b&gt;&quot;&amp;amp;&quot;&#13;'
    """
    return escape(text).replace("\r", "&#13;").replace("\0", "\ufffd")


def facts_as_html(facts: Iterable[str | None]) -> str:
    """Return what is known of something as one line; a change of direction in one fact ends with it.

    >>> facts_as_html(["AP", None, "undated"])
    '<bdi>AP</bdi> · <bdi>undated</bdi>'
    """
    return " · ".join(f"<bdi>{shown(fact)}</bdi>" for fact in facts if fact)


def action(
    do: str,
    label: str,
    data: Mapping[str, str | int] = MappingProxyType({}),
    *,
    classes: str = "",
    title: str | None = None,
    aria: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a button that triggers an event of its component, with some data.

    Args:
        do: The event.
        label: What stands on it, as text.
        data: Handed to the event.
        classes: Of CSS.
        title: What it is called instead of `label`, for a screen reader and as a hint.
        aria: Values of ARIA's attributes, by their names without "aria-".
    """
    attributes = [f'data-{name}="{shown(str(value))}"' for name, value in data.items()]
    if title is not None:
        attributes += [f'aria-label="{shown(title)}"', f'title="{shown(title)}"']
    attributes += [f'aria-{name}="{shown(value)}"' for name, value in aria.items()]
    return (
        " ".join([f'<button type="button" class="pq-button {classes}" data-do="{do}"', *attributes])
        + f">{shown(label)}</button>"
    )
