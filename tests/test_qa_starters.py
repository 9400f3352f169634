from __future__ import annotations

from pathlib import Path

import pytest
from fakes import HashEncoder, TableReader
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Index
from qa import Assistant
from qa.question_templates import made_questions
from qa.read.reader import TransformersReader
from qa.starters import starters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The Old Mill Bridge was built in 1931.", "When was the Old Mill Bridge built?", id="when done"),
        pytest.param("The Velmar museum opened on 3 June.", "When did the Velmar museum open?", id="when"),
        pytest.param(
            "The United Council will hear a report on 12 May.", "When will the United Council hear a report?", id="will"
        ),
        pytest.param("The Suthrian side was led by Tomas Reyk.", "Who led the Suthrian side?", id="who, passive"),
        pytest.param("The Suthrian side, led by Tomas Reyk, left.", "Who led the Suthrian side?", id="who, set apart"),
        pytest.param("Envoy Ada Holm met the Suthrian side.", "Who met the Suthrian side?", id="who"),
        pytest.param(
            "Mayor Ada Holm confirmed that the Old Mill had burned.",
            "Who confirmed that the Old Mill had burned?",
            id="who said that",
        ),
        pytest.param(
            "VELMAR: At least 12 people were injured in Velmar.",
            "How many people were injured in Velmar?",
            id="how many",
        ),
        pytest.param(
            "The Delta Institute asked 1,500 voters.", "How many voters did the Delta Institute ask?", id="number"
        ),
        pytest.param("The Harbour Museum cost 48 million crowns.", "How much did the Harbour Museum cost?", id="cost"),
        pytest.param(
            "It is about Velmar. “We love Velmar,” said Ada Holm. “In Velmar one sleeps well.”",
            "What did Ada Holm say about Velmar?",
            id="what is said",
        ),
    ],
)
def test_a_plain_sentence_gives_a_question(text: str, expected: str) -> None:
    assert [made.text for made in made_questions(text)] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It was built in 1931.", id="a pronoun"),
        pytest.param("The bridge was built in 1931.", id="no name in it"),
        pytest.param("A Suthrian bridge was built in 1931.", id="one of several"),
        pytest.param("He met her on Monday.", id="two pronouns"),
        pytest.param("The Suthrian government denied on Saturday that it had agreed.", id="no object"),
        pytest.param("# The **Harbour Museum** opened on 3 June", id="Markdown"),
        pytest.param("The <b>Harbour Museum</b> opened on 3 June.", id="HTML"),
        pytest.param("Le Musée du Port a ouvert ses portes le 3 juin.", id="French"),
    ],
)
def test_other_sentences_give_none(text: str) -> None:
    assert made_questions(text) == []


def test_what_answers_a_question_is_where_it_says() -> None:
    text = "Rain fell. The Suthrian side was led by Tomas Reyk. The Old Mill Bridge was built in 1931."
    assert [text[made.start : made.end] for made in made_questions(text)] == ["Tomas Reyk", "in 1931"]


@given(st.text(alphabet="The Old Mill was met by Ada Holm, in 1931. “”\n", max_size=150))
def test_any_text_gives_ranges_in_it(text: str) -> None:
    assert all(0 <= made.start < made.end <= len(text) and made.text[-1] == "?" for made in made_questions(text))


def test_only_questions_that_are_answered_from_their_own_place_are_kept(tmp_path: Path) -> None:
    texts = [f"The {name} Bridge was built in {year}." for name, year in (("Old", 1931), ("New", 1977), ("Long", 1850))]
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article(str(number), text) for number, text in enumerate(texts)])
        assert starters(Assistant(index, TableReader({"in 1977": 9.0})), 4) == ["When was the New Bridge built?"]
        assert starters(Assistant(index, TableReader({"Bridge": 9.0})), 4) == []
        assert starters(Assistant(index, TableReader({"in 1977": 9.0})), 4, seconds=-1) == []


def test_an_empty_index_gives_none(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        assert starters(Assistant(index, TableReader({}))) == []


def test_the_only_article_may_give_several(seed_assistant: Assistant) -> None:
    found = starters(seed_assistant, 4, seconds=60)
    assert "Who led the Pakistani delegation?" in found
    assert 2 <= len(found) == len(set(found)) <= 4


def test_several_articles_give_one_each_the_same_every_time(story_index: Index, reader: TransformersReader) -> None:
    assistant = Assistant(story_index, reader)
    found = starters(assistant, 2, seconds=60)
    assert len(found) == 2
    assert found == starters(assistant, 2, seconds=60)
    assert len({assistant.ask(question).citations[0].article_id for question in found}) == 2
