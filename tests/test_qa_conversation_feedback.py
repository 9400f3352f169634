"""Thumbs as a test set: what becomes a row, what does not, and that the evaluation reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conversing import HERRING, answered, citation

from index.article import Article
from index.search.filters import Filter
from qa.conversation.feedback import REASONS, FeedbackSet, reasons_for, squad_rows
from qa.conversation.store import Rated
from qa.conversation.turn import Feedback, Reply
from qa.evaluate import read_squad

ENVOY = Reply("Whom?", answer=answered(HERRING, "the envoy"))
NONE = Reply("Whom?", answer=answered(HERRING))
GENERATED = Reply("Whom?", answer=replace(answered(HERRING, "the envoy"), kind="generated"))
UNREAD = Reply("Whom?", answer=replace(answered(HERRING), passages=()))
COLD = Article("south.txt", "It was cold. The envoy was cold too.")


def up(reply: Reply, turn_id: str = "t1", only: Filter | None = None) -> Rated:
    return Rated(turn_id, 0, only or Filter(), reply, Feedback(True, None, None, "2026-11-24"))


def down(reply: Reply, reason: str | None = "wrong answer", comment: str | None = None, only: str = "") -> Rated:
    feedback = Feedback(False, reason, comment, "2026-11-24")
    return Rated("t2", 1, Filter(articles=(only,)) if only else Filter(), reply, feedback)


def made(*rated: Rated, articles: tuple[Article, ...] = (HERRING, COLD)) -> FeedbackSet:
    return squad_rows(rated, {article.id: article for article in articles}.get)


def rows(feedback_set: FeedbackSet) -> list[tuple[str, list[tuple[str, int]]]]:
    """The questions with their gold spans, none for an impossible one."""
    found = [qa for group in feedback_set.document["data"] for part in group["paragraphs"] for qa in part["qas"]]
    assert len(found) == feedback_set.rows
    assert all(qa["is_impossible"] == (not qa["answers"]) for qa in found)
    return [(qa["question"], [(gold["text"], gold["answer_start"]) for gold in qa["answers"]]) for qa in found]


QUESTION = "Whom did the minister meet?"


def test_a_liked_answer_is_a_gold_span_where_it_stands_now() -> None:
    assert rows(made(up(ENVOY))) == [(QUESTION, [("the envoy", 26)])]
    later = replace(HERRING, text="😀 Update. " + HERRING.text)
    found = made(up(ENVOY), articles=(later,))
    assert rows(found) == [(QUESTION, [("the envoy", 36)])]
    assert found.document["data"][0]["paragraphs"][0]["context"] == later.text


def test_every_place_in_the_first_article_is_a_gold_span() -> None:
    answer = answered(HERRING, "the envoy")
    cited = (citation(HERRING, "minister"), citation(COLD, "envoy"), citation(HERRING, "the envoy"))
    assert rows(made(up(Reply("", answer=replace(answer, citations=cited))))) == [
        (QUESTION, [("minister", 13), ("the envoy", 26)])
    ]


@pytest.mark.parametrize(
    "rated", [up(NONE), down(ENVOY, "should be: none")], ids=["liked none", "an answer that should be none"]
)
def test_what_is_not_in_the_articles_is_impossible(rated: Rated) -> None:
    assert rows(made(rated)) == [(QUESTION, [])]


@pytest.mark.parametrize(
    ("reason", "comment", "spans"),
    [
        pytest.param("wrong answer", "herring", [("herring", 64)], id="right words"),
        pytest.param("wrong place", " “9 June” ", [("9 June", 39)], id="in quotation marks"),
        pytest.param("it is in the articles", "the envoy", [("the envoy", 26)], id="not found"),
        pytest.param(None, "herring", [("herring", 64)], id="without a reason"),
        pytest.param("wrong answer", "Herring", None, id="other case"),
        pytest.param("wrong answer", "herr", None, id="part of a word"),
        pytest.param("wrong answer", "It was herring", None, id="own words"),
        pytest.param("wrong answer", " ", None, id="blank"),
        pytest.param("wrong answer", None, None, id="nothing"),
        pytest.param("other", "about", None, id="a remark"),
        pytest.param("not what was asked", "herring", None, id="another question"),
    ],
)
def test_a_correction_in_a_passages_words_is_a_gold_span(
    reason: str, comment: str | None, spans: list[tuple[str, int]] | None
) -> None:
    found = made(down(ENVOY, reason, comment))
    assert rows(found) == ([] if spans is None else [(QUESTION, spans)])
    assert found.document["not_right"] == [
        {
            "id": "t2:1", "question": QUESTION, "answer": "the envoy", "kind": "extracted", "article_id": "north.txt",
            "reason": reason, "comment": comment, "given_at": "2026-11-24",
        }
    ]  # fmt: skip
    assert (found.not_right, found.left_out) == (1, ())


@pytest.mark.parametrize(
    ("rated", "articles", "reason"),
    [
        pytest.param(up(ENVOY), (COLD,), "its article is not in the index", id="article gone"),
        pytest.param(up(ENVOY), (replace(HERRING, text="New."),), "does not have the answer", id="article changed"),
        pytest.param(up(NONE), (replace(HERRING, text="New."),), "does not have the passage", id="passage changed"),
        pytest.param(down(ENVOY, comment="herring"), (replace(HERRING, text="N."),), "the answer", id="correction"),
        pytest.param(up(NONE, only=Filter(tags=("sea",))), (HERRING,), "only some of the articles", id="limited"),
        pytest.param(down(ENVOY, "should be: none", only="a"), (HERRING,), "only some of", id="limited, corrected"),
        pytest.param(up(Reply("hi", remark="Hello.")), (HERRING,), "nothing was looked up", id="small talk"),
        pytest.param(up(UNREAD), (HERRING,), "no passage was read", id="empty index"),
        pytest.param(up(GENERATED), (HERRING,), "not in the articles' words", id="generated"),
    ],
)  # fmt: skip
def test_what_is_not_sure_any_more_is_left_out_with_its_reason(
    rated: Rated, articles: tuple[Article, ...], reason: str
) -> None:
    found = made(rated, articles=articles)
    (left_out,) = found.left_out
    assert reason in left_out.reason
    assert (left_out.turn_id, left_out.number, rows(found)) == (rated.turn_id, rated.number, [])


def test_the_same_question_with_the_same_answer_comes_once_and_with_the_same_id() -> None:
    other = Reply("", answer=answered(HERRING, "envoy"))
    asked_else = Reply("", answer=answered(HERRING, "the envoy", question="And who?"))
    first = made(up(ENVOY), up(ENVOY, "t9"), up(other), up(NONE), up(asked_else))
    assert rows(first) == [
        (QUESTION, [("the envoy", 26), ("envoy", 30)]),
        (QUESTION, []),
        ("And who?", [("the envoy", 26)]),
    ]
    ids = [qa["id"] for qa in first.document["data"][0]["paragraphs"][0]["qas"]]
    assert len(set(ids)) == 3
    again = made(up(asked_else, "new"), up(other))
    assert {qa["id"] for qa in again.document["data"][0]["paragraphs"][0]["qas"]} == {ids[0], ids[2]}


def test_the_evaluation_reads_every_row(tmp_path: Path) -> None:
    article = replace(HERRING, text="\r\n😀 e\u0301 " + HERRING.text)
    liked = Reply("", answer=answered(article, "the envoy"))
    found = made(up(liked), up(NONE), down(ENVOY), articles=(article,))
    (tmp_path / "t.json").write_text(json.dumps(found.document), encoding="utf-8")
    testset = read_squad(tmp_path / "t.json")
    assert testset.skipped == ()
    assert [[gold.text for gold in question.golds] for question in testset.questions] == [["the envoy"], []]
    assert {question.context for question in testset.questions} == {article.text}


def test_the_reasons_offered_fit_the_answer() -> None:
    assert reasons_for(ENVOY.answer) == tuple(reason for reason in REASONS if reason != "it is in the articles")
    assert reasons_for(NONE.answer) == ("not what was asked", "it is in the articles", "other")
