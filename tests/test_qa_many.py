from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from fakes import HashEncoder, WordReader
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Index
from index.errors import UnknownArticle
from index.search.filters import Filter
from qa import Answer, Assistant
from qa.answer import Timings
from qa.errors import InvalidQuestion
from qa.many import Asked, one_thread_each
from qa.question import MAX_QUESTION_CHARACTERS
from qa.read.reader import TransformersReader

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTIONS = (SEEDS / "questions.txt").read_text(encoding="utf-8").splitlines()
NO_TIMINGS = Timings(0, 0, 0, 0, 0)


def untimed(answer: object) -> Answer:
    assert isinstance(answer, Answer), answer
    return replace(answer, timings_ms=NO_TIMINGS)


def rounded(value: object) -> object:
    """Return JSON with its numbers to five decimals, for those that differ in the last bits."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(rounded(item) for item in value)
    return pytest.approx(value, abs=1e-5) if isinstance(value, float) else value


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    index = Index.create(tmp_path_factory.mktemp("quick") / "index", HashEncoder())
    index.add([Article(name, f"{name} saw the envoy {name} times.", source=f"{name} Press") for name in "abcdefgh"])
    return Assistant(index, WordReader("envoy"))


@pytest.fixture(scope="module")
def one_by_one(seed_assistant: Assistant) -> list[Answer]:
    return [seed_assistant.ask(question) for question in QUESTIONS]


def test_many_answers_are_those_of_one_at_a_time(seed_assistant: Assistant, one_by_one: list[Answer]) -> None:
    many = [untimed(answer) for answer in seed_assistant.ask_many([Asked(question) for question in QUESTIONS])]
    for answer, alone in zip(many, one_by_one, strict=True):
        assert answer.confidence == pytest.approx(alone.confidence, abs=1e-6)
        assert answer.to_json() == rounded(untimed(alone).to_json())
    assert {answer.kind for answer in many} == {"extracted", "none"}


def test_an_answer_does_not_depend_on_what_else_is_asked(seed_assistant: Assistant) -> None:
    asked = [Asked(question) for question in QUESTIONS[:6]]
    together = [untimed(answer) for answer in seed_assistant.ask_many(asked)]
    backwards = [untimed(answer) for answer in seed_assistant.ask_many(asked[::-1])]
    assert backwards[::-1] == together
    assert [untimed(answer) for one in asked for answer in seed_assistant.ask_many([one])] == together


@settings(max_examples=40)
@given(
    asked=st.lists(
        st.builds(
            Asked,
            st.sampled_from(['Who "saw"?', "Did a see it?", "", "?!", "x" * (MAX_QUESTION_CHARACTERS + 1)])
            | st.text(max_size=20),
            st.none() | st.sampled_from([Filter(sources=("c Press",)), Filter(sources=("Nobody",))]),
        ),
        max_size=8,
    )
)
def test_each_question_has_its_own_answer_or_error_in_its_place(quick: Assistant, asked: list[Asked]) -> None:
    many = quick.ask_many(asked)
    assert len(many) == len(asked)
    for one, answer in zip(asked, many, strict=True):
        if isinstance(answer, Answer):
            assert untimed(answer) == untimed(quick.ask(one.question, one.only))
        else:
            with pytest.raises(InvalidQuestion) as alone:
                quick.ask(one.question, one.only)
            assert (type(answer), str(answer)) == (InvalidQuestion, str(alone.value))


def test_an_error_of_the_index_is_raised(quick: Assistant) -> None:
    with pytest.raises(UnknownArticle, match="zebra"):
        quick.ask_many([Asked("Who?"), Asked("Who?", Filter(articles=("zebra",))), Asked("Who?")])


def test_nothing_asked_is_nothing_answered(quick: Assistant) -> None:
    assert quick.ask_many([]) == []


def test_timings_are_of_the_question_itself(quick: Assistant) -> None:
    for answer in quick.ask_many([Asked("Who?")] * 4):
        assert isinstance(answer, Answer)
        timings = answer.timings_ms
        parts = timings.embed + timings.search + timings.read + timings.cite
        assert timings.total == pytest.approx(parts, abs=0.01)


def test_each_worker_has_one_thread_and_everybody_else_as_many_as_before() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        meeting = threading.Barrier(3, timeout=20)
        with one_thread_each() as workers:
            counts = list(workers.map(lambda _: (meeting.wait(), torch.get_num_threads())[1], range(3)))
        with ThreadPoolExecutor(1) as newcomer:
            assert newcomer.submit(torch.get_num_threads).result() == 3
        assert counts == [1, 1, 1]
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_with_one_thread_windows_are_read_one_by_one(reader: TransformersReader) -> None:
    rows: list[int] = []

    def model(**inputs: torch.Tensor) -> object:
        rows.append(len(inputs["input_ids"]))
        return reader._model(**inputs)

    watched = TransformersReader(model, reader._tokenizer, "watched")
    texts = ["Ada came in June.", "Bo left, and nobody saw it."]
    with one_thread_each() as workers:
        alone = workers.submit(watched.read, "Who came?", texts).result()
    together = watched.read("Who came?", texts)
    assert [(s.text, s.start, s.end) for s in alone] == [(s.text, s.start, s.end) for s in together]
    assert rows[:2] == [1, 1]
