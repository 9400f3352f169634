from __future__ import annotations

import sys
from typing import Any

import pytest
from dialogue_cases import cases, folded
from hypothesis import given
from hypothesis import strategies as st

from qa.dialogue.limits import cannot
from qa.dialogue.several import questions_in
from qa.dialogue.small_talk import remark, without_greeting
from qa.question import asks_yes_or_no

FLOORS = {"tuned": 0.97, "held out": 0.75}


def is_small_talk(message: str) -> bool:
    return remark(message) is not None


def is_beyond(message: str) -> bool:
    return remark(message) is None and cannot(message) is not None


def is_question(message: str) -> bool:
    return remark(message) is None and cannot(message) is None


@pytest.mark.parametrize("which", ["tuned", "held out"])
@pytest.mark.parametrize(
    ("kind", "taken_for"),
    [("small_talk", is_small_talk), ("cannot", is_beyond), ("questions", is_question)],
    ids=["small talk", "requests beyond it", "questions"],
)
def test_messages_are_told_apart(kind: str, taken_for: Any, which: str) -> None:
    chosen = [
        case["message"] for case in cases("remarks.json")[kind] if bool(case.get("held_out")) == (which != "tuned")
    ]
    wrong = [message for message in chosen if not taken_for(message)]
    sys.stdout.write(f"{kind}, {which}: {len(chosen) - len(wrong)} of {len(chosen)}\n")
    floor = 0.97 if kind == "questions" else FLOORS[which]
    assert len(chosen) >= {"tuned": 60, "held out": 30}[which]
    assert len(wrong) <= (1 - floor) * len(chosen), wrong


@pytest.mark.parametrize("which", ["tuned", "held out"])
def test_the_questions_of_a_message_are_found(which: str) -> None:
    chosen = [case for case in cases("several.json")["cases"] if bool(case.get("held_out")) == (which != "tuned")]
    got = [questions_in(without_greeting(case["message"])) for case in chosen]
    wrong = [g for g, c in zip(got, chosen, strict=True) if [*map(folded, g)] != [*map(folded, c["questions"])]]
    sys.stdout.write(f"several questions, {which}: {len(chosen) - len(wrong)} of {len(chosen)}\n")
    assert len(wrong) <= {"tuned": 1, "held out": 2}[which], wrong


@pytest.mark.parametrize("name", ["../qa_test.json", "../../../seeds/qa_test.json"])
def test_the_questions_of_the_test_sets_are_taken_for_one_question(name: str) -> None:
    asked = [q["question"] for a in cases(name)["data"] for p in a["paragraphs"] for q in p["qas"]]
    assert [question for question in asked if not is_question(question)] == []
    assert [question for question in asked if questions_in(question) != [question]] == []


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("hello", "Hello"),
        ("thx", "welcome"),
        ("what can you do?", "own words"),
        ("what can you do?", "do not summarise, translate, count across articles or give opinions"),
        ("who are you?", "Pullquote"),
        ("How do you work?", "search the articles"),
        ("that's wrong", "Sorry"),
        ("🙏", "in a sentence"),
    ],
)
def test_a_remark_fits_its_message(message: str, says: str) -> None:
    assert says in (remark(message) or "")


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("summarise this", "can't summarise"),
        ("Summarise the article about the bridge", "What does the article say about the bridge?"),
        ("translate this", "can't translate"),
        ("what do you think?", "no opinion"),
        ("how many articles mention Trump?", "can't count"),
        ("latest news", "only the articles in this collection"),
        ("what is 2+2?", "can't calculate"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_ask(message: str, says: str) -> None:
    said = cannot(message) or ""
    assert says in said
    assert "sk" in said or "Add articles" in said


@pytest.mark.parametrize("message", ["", "   ", "\n"])
def test_an_empty_message_gets_no_remark(message: str) -> None:
    assert remark(message) is None
    assert cannot(message) is None


@given(st.text(max_size=400))
def test_any_text_is_told_apart(message: str) -> None:
    assert remark(message) is None or remark(message)
    assert cannot(message) is None or cannot(message)
    assert without_greeting(message) in message


PIECES = st.sampled_from(
    [
        "Who led it",
        "when did it arrive",
        "and",
        "?",
        "? ",
        ", ",
        "why",
        "the delegation",
        "Did he go",
        "“",
        "”",
        "1.",
        "how many",
    ]
)


@given(st.lists(PIECES, max_size=8).map(" ".join))
def test_taking_a_message_apart_loses_no_word(message: str) -> None:
    def words(text: str) -> list[str]:
        return [
            word
            for word in "".join(c if c.isalnum() else " " for c in text.lower()).split()
            if word not in ("and", "1")
        ]

    joined = words(" ".join(questions_in(message)))
    assert set(words(message)) <= set(joined)
    assert len(words(message)) <= len(joined)


def test_a_yes_or_no_question_in_small_words_is_none() -> None:
    assert asks_yes_or_no("Is it true?")
    assert is_question("Is it true?")
