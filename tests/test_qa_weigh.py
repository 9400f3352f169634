from __future__ import annotations

import math
from dataclasses import asdict

import pytest
from fakes import TableReader
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit, Passage, Ranks
from qa.read import Span
from qa.read.calibration import LEAD_CAP, UNCALIBRATED, Calibration, Evidence
from qa.weigh import answer_key, read_answers, sentences_of, weigh


def hit(text: str, similarity: float = 0.5, article: str = "a") -> Hit:
    return Hit(Passage(article, 0, len(text), text), 0.03, Ranks(1, 1), similarity)


def span(hits: list[Hit], text: int, words: str, margin: float) -> Span:
    at = hits[text].passage.text.index(words)
    return Span(text, at, at + len(words), margin)


def quotes(answers: list[list[object]]) -> list[list[str]]:
    return [[p.hit.passage.text[p.start : p.end] for p in places] for places in answers]  # type: ignore[attr-defined]


def test_the_same_words_in_several_places_are_one_answer_best_place_first() -> None:
    hits = [hit("Ada Lind came.", article="a"), hit("It was “ada  lind” again. Bo left.", article="b")]
    spans = [span(hits, 0, "Ada Lind", 1.0), span(hits, 1, "“ada  lind”", 2.0), span(hits, 1, "Bo", 0.0)]
    answers = weigh(spans, hits, 2, 8.0)
    assert quotes(answers) == [["“ada  lind”", "Ada Lind"], ["Bo"]]  # type: ignore[arg-type]
    assert [place.evidence.lead for place in answers[0]] == [2.0, 1.0]
    assert answers[1][0].evidence.lead == -2.0


def test_the_passage_that_is_more_like_the_question_wins_among_equal_margins() -> None:
    hits = [hit("Ada came.", 0.2, "a"), hit("Bo came.", 0.6, "b")]
    answers = weigh([span(hits, 0, "Ada", 1.0), span(hits, 1, "Bo", 1.0)], hits, 2, 8.0)
    assert quotes(answers) == [["Bo"], ["Ada"]]  # type: ignore[arg-type]
    assert answers[0][0].evidence == Evidence(1.0, 0.6, pytest.approx(0.4 * 8.0), 2)  # type: ignore[arg-type]


def test_equal_strengths_are_ordered_by_passage_id() -> None:
    hits = [hit("Bo came.", article="b"), hit("Ada came.", article="a")]
    answers = weigh([span(hits, 0, "Bo", 1.0), span(hits, 1, "Ada", 1.0)], hits, 2, 8.0)
    assert quotes(answers) == [["Ada"], ["Bo"]]  # type: ignore[arg-type]


def test_an_answer_without_a_rival_has_the_highest_lead() -> None:
    hits = [hit("Ada came.")]
    assert weigh([span(hits, 0, "Ada", -3.0)], hits, 1, 8.0)[0][0].evidence.lead == LEAD_CAP
    assert weigh([], [], 0, 8.0) == []


def test_a_rival_counts_up_to_the_cap() -> None:
    hits = [hit("Ada came. Bo left.")]
    answers = weigh([span(hits, 0, "Ada", 30.0), span(hits, 0, "Bo", 1.0)], hits, 1, 0.0)
    assert [answers[0][0].evidence.lead, answers[1][0].evidence.lead] == [LEAD_CAP, -29.0]


def test_places_are_widened_to_their_sentence_with_the_evidence_of_the_best_span_in_it() -> None:
    hits = [hit("Ada came. Bo left with Cy.")]
    spans = [span(hits, 0, "Cy", 1.0), span(hits, 0, "Bo", 2.0), span(hits, 0, "Ada", 0.0)]
    answers = weigh(spans, hits, 1, 0.0)
    sentences = sentences_of(answers)
    assert quotes(sentences) == [["Bo left with Cy."], ["Ada came."]]  # type: ignore[arg-type]
    assert sentences[0][0].evidence == answers[0][0].evidence


def test_sentences_that_overlap_come_once() -> None:
    hits = [hit("Ada came. Bo left.")]
    spans = [span(hits, 0, "came. Bo", 2.0), span(hits, 0, "Ada", 1.0), span(hits, 0, "left", 1.0)]
    assert quotes(sentences_of(weigh(spans, hits, 1, 0.0))) == [["Ada came. Bo left."]]  # type: ignore[arg-type]


def test_a_reader_without_calibration_ranks_by_its_own_margin() -> None:
    hits = [hit("Ada came.", 0.9, "a"), hit("Bo came.", 0.1, "b")]
    answers = read_answers(TableReader({"Ada": 1.0, "Bo": 2.0}), "Who came?", hits, 2)
    assert quotes(answers) == [["Bo"], ["Ada"]]  # type: ignore[arg-type]
    assert quotes(read_answers(TableReader({"Ada": 1.0}), "Did Ada come?", hits, 2)) == [["Ada came."]]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("the Hill", "Hill", True),
        ("McDonald’s", "McDonald", False),
        ("Cafe\u0301", "Café", True),
        ("−4 degrees", "-4 degrees", True),
        ("“no deal”", '"No deal"', True),
        ("May 31", "May 31 to June 6", False),
        ("$3", "3", False),
        ("C#", "C", False),
        ("-4 degrees", "4 degrees", False),
        ("The", "the", True),
    ],
)
def test_wordings_of_one_answer_share_a_key(one: str, other: str, same: bool) -> None:
    assert (answer_key(one) == answer_key(other)) is same


@given(text=st.text(max_size=30))
def test_a_key_is_empty_only_where_there_is_nothing(text: str) -> None:
    assert bool(answer_key(text)) == bool(text.split())


def test_without_calibration_confidence_is_the_readers_own_odds() -> None:
    margins = (-1e9, 0.0, 2.0, 1e9)
    found = [UNCALIBRATED.probability(Evidence(margin, 0.9, 3.0, 100)) for margin in margins]
    assert found == pytest.approx([0, 0.5, 1 / (1 + math.exp(-2)), 1])


def test_the_calibration_weighs_all_evidence() -> None:
    calibration = Calibration(bias=-1.0, margin=0.5, similarity=2.0, lead=0.25, articles=-0.5)
    evidence = Evidence(margin=2.0, similarity=0.5, lead=4.0, articles=100)
    assert calibration.probability(evidence) == pytest.approx(1 / (1 + math.exp(-1)))
    assert Calibration.from_json(asdict(calibration)) == calibration


@pytest.mark.parametrize("change", [{"lead": math.nan}, {"lead": "much"}, {"more": 1.0}])
def test_an_invalid_calibration_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"calibration|convert"):
        Calibration.from_json(asdict(UNCALIBRATED) | change)
