from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashEncoder
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Index, read_articles
from qa.dialogue.english import is_english
from qa.dialogue.spelling import Correction, Speller, is_slip

ROOT = Path(__file__).parent.parent
QUESTIONS = json.loads((ROOT / "tests" / "data" / "typing_errors.json").read_text(encoding="utf-8"))
ERROR = re.compile(r"\[(.*?)\|(.*?)\]")


@pytest.fixture(scope="module")
def speller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speller]:
    """A speller over the seed article and the articles written for the tests."""
    with Index.create(tmp_path_factory.mktemp("spelling") / "index", HashEncoder()) as index:
        folders = [ROOT / "seeds" / "articles", ROOT / "tests" / "data" / "articles"]
        index.add(item for folder in folders for item in read_articles([folder]) if isinstance(item, Article))
        yield Speller(index)


@pytest.mark.parametrize(
    ("part", "right_at_least", "wrong_at_most", "spoilt_at_most"), [("seen", 0.97, 0, 1), ("held out", 0.86, 1, 0)]
)
def test_most_errors_are_corrected_and_what_is_right_is_left_alone(
    speller: Speller, part: str, right_at_least: float, wrong_at_most: int, spoilt_at_most: int
) -> None:
    meant = right = wrong = 0
    for question in QUESTIONS[part]["errors"]:
        errors, changes = ERROR.findall(question), speller.correct(ERROR.sub(r"\1", question)).changes
        meant += len(errors)
        right += len(set(errors) & set(changes))
        wrong += len(set(changes) - set(errors))
    spoilt = [question for question in QUESTIONS[part]["correct"] if speller.correct(question).changes]
    assert right / meant >= right_at_least
    assert wrong <= wrong_at_most
    assert len(spoilt) <= spoilt_at_most, spoilt


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("Who met the Pakistni delegaton?", "Who met the Pakistani delegation?", id="two errors"),
        pytest.param("who led the pakistni side", "who led the pakistani side", id="lower case stays"),
        pytest.param("WHO LED THE DELEGATON", "WHO LED THE DELEGATION", id="capitals stay"),
        pytest.param("Who met the 'delegaton'?", "Who met the 'delegation'?", id="single quotes are no phrase"),
    ],
)
def test_the_question_is_otherwise_as_it_was_written(speller: Speller, question: str, expected: str) -> None:
    assert speller.correct(question).question == expected


@pytest.mark.parametrize(
    "question",
    [
        pytest.param('Who wrote "Pakistni delegaton"?', id="quoted"),
        pytest.param("What did delegaton@example.com write?", id="an address"),
        pytest.param("What did dElegaton say?", id="a capital inside"),
        pytest.param("What is BRUE?", id="an abbreviation"),
        pytest.param("Who is Horvath?", id="a name nearly another's"),
        pytest.param("", id="empty"),
    ],
)
def test_some_words_are_never_changed(speller: Speller, question: str) -> None:
    assert speller.correct(question) == Correction(question, ())


def test_words_that_come_to_the_index_are_known_at_once(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        speller = Speller(index)
        assert speller.correct("Who saw the quokkka?").changes == ()
        index.add([Article("a", "A quokka was seen in Velmar.")])
        assert speller.correct("Who saw the quokkka?").changes == (("quokkka", "quokka"),)
        index.add([Article("b", "Quokkka is a brand of shoes.")])
        assert speller.correct("Who saw the quokkka?").changes == ()


def test_two_words_as_likely_leave_a_word_alone(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", "The velmorin and the velmoris came.")])
        assert Speller(index).correct("Who saw the velmori?").changes == ()


@pytest.mark.parametrize(
    ("written", "meant", "expected"),
    [
        ("musuem", "museum", True),
        ("delegaton", "delegation", True),
        ("sesssion", "session", True),
        ("pargy", "party", True),
        ("watter", "water", True),
        ("horvath", "horvat", False),
        ("andersen", "anderson", False),
        ("museum", "museum", False),
    ],
)
def test_a_slip_of_the_fingers_is_told_from_another_word(written: str, meant: str, expected: bool) -> None:
    assert is_slip(written, meant) is expected


@pytest.mark.parametrize("word", ["mediating", "counterterrorism", "quotas", "reopening", "stopped", "fishermen"])
def test_forms_and_compounds_of_english_words_are_english(word: str) -> None:
    assert is_english(word)


@given(st.text(alphabet="delgatoinPk '\"?5-", max_size=60))
def test_the_changes_lead_from_the_question_to_what_is_read(speller: Speller, question: str) -> None:
    found, rest = speller.correct(question), question
    for written, read in found.changes:
        assert written in rest
        rest = rest[rest.index(written) + len(written) :]
        assert read.lower() != written.lower()
    assert bool(found.changes) == (found.question != question)
