"""Evaluation over near-copies of one story: what is found in one place is found in all that are listed with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import HashEncoder, WordReader
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Index
from index.article import Hit, Passage, Ranks
from qa import Assistant
from qa.evaluate import QuestionResult, RetrievalSet, evaluate, evaluate_retrieval
from qa.evaluate.asking import articles_found
from qa.evaluate.beir import Query
from qa.evaluate.near_copies import grades_at, holds, moved
from qa.evaluate.question_result import Cited
from qa.evaluate.testset import GoldSpan
from qa.evaluate.testset import TestQuestion as Question
from qa.evaluate.testset import TestSet as QuestionSet

WIRE = (
    "The council of Velmar voted on Tuesday to rebuild the harbour wall that the autumn storm had broken. "
    "Mayor Ottilie Brandt said the work would cost 40 million crowns and end before the next winter. "
    "Fishermen had asked for a higher wall for years, since the boats in the inner basin were damaged twice. "
    "The opposition wanted a cheaper dam of stone, but found no majority for it in the long session."
)
OTHER = " ".join(f"Sentence {n} of another story speaks of {word}." for n, word in enumerate("abcdefghij"))
ASKED = "Who said what the harbour wall would cost, Velmar coast news?"
BYLINE = "By Henrik Vass\n\n"


def asked(folder: Path, copy: str, reader: WordReader, gold: str) -> QuestionResult:
    """Ask where the gold span is in article a, and b, a copy whose title is asked for, ranks first."""
    at = WIRE.index(gold)
    testset = QuestionSet((Question("1", ASKED, "", WIRE, (GoldSpan(gold, at, at + len(gold)),)),), ())
    with Index.create(folder / "index", HashEncoder()) as index:
        index.add([Article("a", WIRE), Article("b", copy, title="Velmar coast news"), Article("c", OTHER)])
        (result,) = evaluate(Assistant(index, reader), testset).questions
    assert (result.article_id, result.retrieved[0].article_id, result.retrieved[0].same_in) == ("a", "b", ("a",))
    return result


@pytest.mark.parametrize("copy", [WIRE, BYLINE + WIRE], ids=["letter for letter", "under a byline"])
def test_the_right_answer_in_a_copy_is_found_and_cited_rightly(tmp_path: Path, copy: str) -> None:
    found = asked(tmp_path, copy, WordReader("Ottilie Brandt"), "Ottilie Brandt")
    assert (found.retrieval_by_passage["recall@1"], found.retrieval_by_passage["ndcg@10"]) == (1.0, 1.0)
    assert (found.retrieval_by_article["recall@1"], found.retrieval_by_article["mrr@10"]) == (1.0, 1.0)
    assert (found.retrieved[0].relevant, found.right_passage_read, found.missed) == (True, True, None)
    assert found.cited is not None
    assert (found.cited.article_id, found.citation_right_article, found.citation_accurate) == ("b", True, True)
    assert (found.citation_precision, found.citation_recall, found.found_word_for_word) == (1.0, 1.0, True)


def test_a_gold_sentence_is_compared_with_the_cited_sentence_in_the_copy(tmp_path: Path) -> None:
    sentence = WIRE[WIRE.index("Mayor") : WIRE.index(" Fishermen")]
    found = asked(tmp_path, BYLINE + WIRE, WordReader("Ottilie Brandt"), sentence)
    assert (found.citation_precision, found.citation_recall) == (1.0, 1.0)


def test_a_wrong_answer_from_a_copy_of_the_right_passage_was_read(tmp_path: Path) -> None:
    found = asked(tmp_path, WIRE, WordReader("Fishermen"), "Ottilie Brandt")
    assert found.failure == "retrieved but not read"
    assert (found.citation_right_article, found.citation_accurate, found.citation_precision) == (True, False, 0.0)


def test_a_place_that_a_copy_does_not_show_exactly_is_no_place(tmp_path: Path) -> None:
    copy = WIRE.replace("the autumn storm", "an autumn storm")
    found = asked(tmp_path, copy, WordReader("autumn storm"), "autumn storm")
    assert (found.f1, found.failure, found.right_passage_read) == (1.0, None, True)
    assert (found.citation_right_article, found.citation_accurate, found.citation_recall) == (True, False, 0.0)


def test_a_correction_in_a_copy_is_no_copy_of_the_right_passage(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        other = WIRE.replace("Ottilie Brandt", "Jon Falk")
        index.add([Article("a", WIRE), Article("b", other, title="Velmar coast news")])
        at = WIRE.index("Ottilie Brandt")
        gold = GoldSpan("Ottilie Brandt", at, at + len("Ottilie Brandt"))
        testset = QuestionSet((Question("1", ASKED, "", WIRE, (gold,)),), ())
        (found,) = evaluate(Assistant(index, WordReader("Jon Falk"), passages=1), testset).questions
    assert (found.retrieval_by_article["recall@1"], found.failure) == (0.0, "not retrieved")
    assert (found.citation_right_article, found.citation_precision) == (False, 0.0)


@pytest.mark.parametrize(
    ("grades", "recall", "ndcg"),
    [
        pytest.param({"a": 1}, 1.0, 1.0, id="the copy alone"),
        pytest.param({"a": 2, "b": 1}, 1.0, 1.0, id="both, in one place"),
        pytest.param({"a": 1, "c": 1}, 0.5, 1.0, id="another one behind it"),
    ],
)
def test_a_relevant_copy_is_found_where_it_is_listed(
    tmp_path: Path, grades: dict[str, int], recall: float, ndcg: float
) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", WIRE), Article("b", WIRE, title="Velmar coast news"), Article("c", OTHER)])
        queries = RetrievalSet((Query("q", ASKED, grades),), tmp_path, ())
        (found,) = evaluate_retrieval(Assistant(index, WordReader("x")), queries).questions
    assert (found.retrieval_by_article["recall@1"], found.retrieval_by_article["ndcg@10"]) == (recall, ndcg)
    assert (found.failure, [one.relevant for one in found.retrieved]) == (None, [True, "c" in grades])


def passage(article: str, start: int = 0, text: str = "It was in May.") -> Passage:
    return Passage(article, start, start + len(text), text)


def test_an_article_stands_where_it_is_first_shown_and_pushes_none_away() -> None:
    shown = [("b", "x"), ("c",), ("b", "a"), ("a",), ("d", "b")]
    hits = [
        Hit(passage(own, 20 * at), 0.0, Ranks(None, None), 0.0, tuple(passage(copy) for copy in copies))
        for at, (own, *copies) in enumerate(shown)
    ]
    assert articles_found(hits) == [("b", "x"), ("c",), ("a",), ("d", "b")]


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(1, 3)), st.lists(st.lists(st.sampled_from("abcdefg"))))
def test_grades_are_kept_and_stand_at_their_first_place(grades: dict[str, int], drawn: list[list[str]]) -> None:
    places = [(f"place {at}", *ids) for at, ids in enumerate(drawn)]
    found = grades_at(grades, places)
    assert max(found.values(), default=0) == max(grades.values(), default=0)
    for id in grades:
        first = next((place[0] for place in places if id in place), id)
        assert found[first] >= grades[id]


def test_a_span_is_held_in_its_own_article_alone() -> None:
    assert holds((passage("b"), passage("a", 40)), "a", [(40, 54)])
    assert not holds((passage("b", 40), passage("a")), "a", [(40, 54)])


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        pytest.param("Here. It was in May. There.", (116, 119, 106, 120), id="moved"),
        pytest.param("It was in June.", None, id="not letter for letter"),
        pytest.param("It was in May. It was in May.", None, id="twice"),
    ],
)
def test_a_citation_moves_to_a_copy_that_has_its_sentence_once(
    copy: str, expected: tuple[int, int, int, int] | None
) -> None:
    cited, text = Cited("b", 10, 13, 0, 14), "." * 100 + copy + " It was in May."
    found = moved(cited, "It was in May.", text, passage("a", 100, copy))
    assert (found and (found.start, found.end, found.sentence_start, found.sentence_end)) == expected
