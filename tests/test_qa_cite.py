from __future__ import annotations

from index.article import Article, Passage
from qa.cite import cite


def cited(text: str, quote: str, begin: int = 0) -> str | None:
    """Cite a quote from a passage that begins at an offset; return its speaker."""
    passage = Passage("a", begin, len(text), text[begin:])
    start = passage.text.index(quote)
    return cite(Article("a", text), passage, start, start + len(quote)).speaker


def test_a_citation_names_who_says_it_in_a_single_line() -> None:
    assert cited("“We are closed for the season,” said Mayor\nAda Holm.", "closed") == "Mayor Ada Holm"


def test_the_speaker_may_stand_outside_the_passage() -> None:
    text = "Mayor Ada Holm told reporters: “We are closed. We open at noon.”"
    assert cited(text, "at noon", text.index("We open")) == "Mayor Ada Holm"


def test_prose_has_no_speaker() -> None:
    assert cited("The harbour is closed, Ada Holm said.", "closed") is None
