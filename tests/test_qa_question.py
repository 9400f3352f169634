from __future__ import annotations

import pytest

from qa.question import QuestionType, asks_yes_or_no, question_type


@pytest.mark.parametrize(
    "question",
    [
        "Did they meet?",
        "is it true that they met",
        "And was it in June?",
        "Hasn’t he left?",
        "Will they go or not?",
        "Did anyone die when the bridge fell?",
        "Is it true that the man who left came back?",
        "Did any soldiers or civilians die?",
        "According to the article, did they meet?",
    ],
)
def test_a_question_that_begins_with_a_verb_asks_yes_or_no(question: str) -> None:
    assert asks_yes_or_no(question)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Did they meet in May or in June?", id="a choice"),
        pytest.param("Can you tell me who met the delegation?", id="asks to be told"),
        pytest.param("Do you know when they met?", id="asks for knowledge"),
        pytest.param("Does it say who led the delegation?", id="asks what it says"),
        pytest.param("Who did they meet?", id="who"),
        pytest.param("Could you list the ministers?", id="asks for a list"),
        pytest.param("Does this article mention who won?", id="asks what is mentioned"),
        pytest.param("May 31 what happened", id="a date"),
        pytest.param("Island nations in the Pacific", id="begins with the letters of a verb"),
        pytest.param("", id="empty"),
    ],
)
def test_other_questions_do_not(question: str) -> None:
    assert not asks_yes_or_no(question)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who met the delegation?", "who"),
        ("For whom was it built?", "who"),
        ("What year did it open?", "when"),
        ("when did it open", "when"),
        ("In which country is it?", "where"),
        ("How much did it cost?", "how many"),
        ("Why did they leave?", "why"),
        ("What is the reason they left?", "why"),
        ("Which party leads?", "what"),
        ("Did they leave?", "yes or no"),
        ("When did the man who shot him die?", "when"),
        ("What happened when the dam broke?", "what"),
        ("How did they leave?", "other"),
    ],
)
def test_the_type_of_a_question_is_told_by_its_words(question: str, expected: QuestionType) -> None:
    assert question_type(question) == expected
