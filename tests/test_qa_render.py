from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashEncoder, TableReader

from index import Article, Index
from qa import Answer, Assistant
from qa.render import answer_as_text


@pytest.fixture
def answer(tmp_path: Path) -> Iterator[Answer]:
    """Ada in two articles, Bo in a third."""
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", "Ada came. Rain fell."), Article("b", "Yes, Ada came."), Article("c", "Bo came.")])
        yield Assistant(index, TableReader({"Ada": 9.0, "Bo": 5.0})).ask("Who came?")


def test_a_terminal_shows_every_place_and_every_other_answer(answer: Answer) -> None:
    lines = answer_as_text(answer).splitlines()
    assert lines[0] == "Ada [1] [2]"
    assert sum(line.startswith(("[1] ", "[2] ", "[3] ")) for line in lines) == 3
    assert "    Ada came." in lines
    assert "    Rain fell." not in lines
    assert lines[lines.index("Or: Bo [3]") + 2].startswith("[3] c · undated · characters 0-2")
    assert lines[-1] == "    Bo came."


def test_a_terminal_says_who_says_it(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", "“We are closed for the season,” said Mayor\nAda Holm.")])
        lines = answer_as_text(Assistant(index, TableReader({"closed": 9.0})).ask("What is closed?")).splitlines()
    assert "[1] a · undated · said by Mayor Ada Holm · characters 8-14 · found word for word" in lines


def test_near_copies_are_named_under_the_source(tmp_path: Path) -> None:
    text = "Ada came to Velmar by boat on Tuesday, and the whole town stood at the quay to see her."
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", text), Article("b", text, title="The other paper"), Article("c", "Nothing of that.")])
        answer = Assistant(index, TableReader({"Ada": 9.0})).ask("Who came?")
    assert "    The same in: The other paper" in answer_as_text(answer).splitlines()
    copies = [copy for passage in answer.to_json()["passages"] for copy in passage["copies"]]
    assert [copy["article_id"] for copy in copies] == ["b"]
