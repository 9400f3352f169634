"""A conversation as HTML: messages, what is said in return, and what can be done with each."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from chat_html import buttons, drawn, inside, plain
from conversing import HERRING, answered, citation, conversation

from index.article import Article
from index.search.filters import Filter
from qa.answer import Answer, Candidate
from qa.chat import thread
from qa.conversation.feedback import REASONS, reasons_for
from qa.conversation.turn import Conversation, Feedback, Reply, State, Turn

CITED = answered(HERRING, "the envoy", "herring")


def turn_in(state: State, **fields: object) -> Conversation:
    (turn,) = conversation().turns
    return replace(conversation(), turns=(replace(turn, state=state, **fields),))  # type: ignore[arg-type]


def test_each_of_several_replies_names_its_question() -> None:
    html = drawn(conversation(Reply("Whom?", answer=CITED), Reply("Why?", "I cannot tell.")))
    assert [plain(asked) for asked in inside(html, "h3", "pq-asked")] == ["Whom?", "Why?"]
    assert re.findall(r'data-reply="(\d)"', drawn(conversation(Reply("Whom?", "Hello.")))) == ["0"]
    assert inside(drawn(conversation(Reply("Whom?", "Hello."))), "h3", "pq-asked") == []


@pytest.mark.parametrize(
    ("completed", "corrections", "said"),
    [
        pytest.param(True, (), "Searched: When did <Ada> go? Change", id="completed"),
        pytest.param(False, (("wen", "When"),), "“wen” was read as “When”.", id="corrected"),
        pytest.param(True, (("a", "b"), ("c", "d")), "“a” was read as “b”. “c” was read as “d”.", id="both"),
    ],
)
def test_the_question_that_was_searched_is_shown_and_can_be_changed(
    completed: bool, corrections: tuple[tuple[str, str], ...], said: str
) -> None:
    answer = replace(CITED, question_used="When did <Ada> go?")
    html = drawn(conversation(Reply("When?", answer=answer, completed=completed, corrections=corrections)))
    (used,) = inside(html, "p", "pq-used")
    assert said in plain(used)
    assert [b["data-question"] for b in buttons(used, "correct")] == ["When did <Ada> go?"]


def test_a_question_searched_as_written_is_not_repeated() -> None:
    assert "Searched:" not in plain(drawn(conversation(Reply("Whom?", answer=CITED))))


@pytest.mark.parametrize(
    ("doing", "said"), [(None, "Waiting for its turn …"), ("Reading <b> …", "Reading <b> …")], ids=["queued", "at work"]
)
def test_a_turn_that_waits_says_what_is_being_done(doing: str | None, said: str) -> None:
    html = drawn(turn_in("waiting"), doing=doing)
    assert [plain(stage) for stage in inside(html, "p", "pq-stage")] == [said]
    assert 'data-state="waiting"' in html


def test_a_failed_turn_says_why_and_can_be_asked_again() -> None:
    html = drawn(turn_in("failed", error="The <disk> is full."))
    assert "This did not work. The <disk> is full." in plain(html)
    assert [b["data-question"] for b in buttons(html, "ask")] == ["Whom did the minister meet?"]


@pytest.mark.parametrize("fields", [{"files": ("a<b>.txt",)}, {"message": "word " * 60_000}], ids=["files", "text"])
def test_what_was_added_and_failed_cannot_be_asked_again(fields: dict[str, object]) -> None:
    html = drawn(turn_in("failed", error="No.", **fields))
    assert buttons(html, "ask") == []
    assert len(html) < 5_000


def test_files_are_named_in_place_of_a_message() -> None:
    html = drawn(turn_in("done", message="", files=("a<b>.txt", "b.pdf")))
    assert [plain(message) for message in inside(html, "h2", "pq-message")] == ["Add a<b>.txt, b.pdf"]


@pytest.mark.parametrize(
    "message", ["word " * 60_000, "x" * 300_000, "\n" * 2_000 + "x" * 300_000], ids=["words", "a word", "blank lines"]
)
def test_a_long_pasted_text_is_shortened(message: str) -> None:
    html = drawn(turn_in("done", message=message))
    (shown,) = inside(html, "h2", "pq-message")
    assert shown.endswith(" …")
    assert 900 < len(shown) < 1_010


def test_blank_space_alone_is_shown_as_nothing() -> None:
    assert inside(drawn(turn_in("failed", message=" " * 5_000)), "h2", "pq-message") == [""]


def test_what_a_turn_was_limited_to_is_said_with_the_names_of_the_articles() -> None:
    html = drawn(turn_in("done", only=Filter(articles=("north.txt", "<b>"), since="2025")))
    assert "Searched only 2 articles: North, <b>, since 2025" in plain(html)


@pytest.mark.parametrize(
    ("given", "pressed"),
    [
        pytest.param(None, ["false", "false"], id="none"),
        pytest.param(Feedback(True, None, None, ""), ["true", "false"], id="good"),
        pytest.param(Feedback(False, None, None, ""), ["false", "true"], id="bad"),
    ],
)
def test_the_thumbs_show_what_was_given(given: Feedback | None, pressed: list[str]) -> None:
    (turn,) = conversation(Reply("Whom?", answer=CITED)).turns
    turn = replace(turn, feedback=((0, given),) if given else ())
    html = drawn(replace(conversation(), turns=(turn,)))
    assert [b["aria-pressed"] for b in buttons(html, "thumb")] == pressed
    assert bool(buttons(html, "reason")) == ("pq-reasons" in html) == (given is not None and not given.good)


def rated(given: Feedback, answer: Answer = CITED) -> str:
    """A conversation whose one reply was given a thumb."""
    (turn,) = conversation(Reply("Whom?", answer=answer)).turns
    return drawn(replace(conversation(), turns=(replace(turn, feedback=((0, given),)),)))


@pytest.mark.parametrize(
    ("answer", "left_out"),
    [
        pytest.param(CITED, {"it is in the articles"}, id="an answer"),
        pytest.param(answered(HERRING), {"wrong answer", "wrong place", "should be: none"}, id="none"),
    ],
)
def test_the_reasons_are_those_that_make_sense_for_the_answer(answer: Answer, left_out: set[str]) -> None:
    offered = [b["data-reason"] for b in buttons(rated(Feedback(False, None, None, ""), answer), "reason")]
    assert offered == list(reasons_for(answer))
    assert set(REASONS) - set(offered) == left_out


@pytest.mark.parametrize("reason", [None, "other", "should be: none"])
def test_the_form_stays_with_the_reason_pressed_until_words_are_sent(reason: str | None) -> None:
    html = rated(Feedback(False, reason, None, ""))
    assert [b["data-reason"] for b in buttons(html, "reason") if b["aria-pressed"] == "true"] == list(
        filter(None, [reason])
    )
    assert 'data-do="comment" data-turn="t1" data-reply="0"' in html
    assert "Noted" not in html


@pytest.mark.parametrize(
    ("reason", "noted"),
    [(None, ""), ("other", "other: "), ("should be: none", "the articles do not say it: ")],
)
def test_what_was_said_is_noted_and_not_asked_for_again(reason: str | None, noted: str) -> None:
    html = rated(Feedback(False, reason, "<It> & it", ""))
    assert f"Noted: {noted}<It> & it" in plain(html)
    assert buttons(html, "reason") == []
    assert "<form" not in html


@pytest.mark.parametrize(
    ("earlier", "said"),
    [(-1, ""), (0, ""), (1, "1 earlier message, in"), (1_200, "1,200 earlier messages, in")],
)
def test_the_last_turns_are_drawn_and_the_others_counted(earlier: int, said: str) -> None:
    (turn,) = conversation(Reply("Whom?", "Hello.")).turns
    count = thread._TURNS + earlier
    turns = tuple(replace(turn, id=f"t{number}", message=f"message {number}") for number in range(count))
    html = drawn(replace(conversation(), turns=turns))
    shown = [plain(message) for message in inside(html, "h2", "pq-message")]
    assert shown == [f"message {number}" for number in range(max(0, earlier), count)]
    assert ("earlier message" in html) == bool(said)
    assert said in plain(html)


def test_a_remark_keeps_its_paragraphs_and_takes_no_thumbs() -> None:
    html = drawn(conversation(Reply("hi", "Hello <b>.\n\nAsk away.")))
    assert [plain(line) for line in inside(html, "p", "pq-remark")] == ["Hello <b>.", "Ask away."]
    assert buttons(html, "thumb") == []


@pytest.mark.parametrize(("added", "count"), [(("a<b>",), 1), (("a", "b"), 0), ((), 0)], ids=["one", "two", "none"])
def test_one_added_article_can_be_opened_and_removed_again(added: tuple[str, ...], count: int) -> None:
    html = drawn(conversation(Reply("", "Added.", added=added)))
    shown, removed = buttons(html, "show"), buttons(html, "remove")
    assert [b["data-id"] for b in shown] == [b["data-id"] for b in removed] == list(added)[:count]


@pytest.mark.parametrize("given", [None, Conversation("c", "", "", "", True)], ids=["none", "empty"])
def test_before_the_first_message_questions_are_offered(given: Conversation | None) -> None:
    html = drawn(given, starters=("Who is <Ada>?", "When?"))
    assert "Ask about the articles" in plain(html)
    assert [(b["text"], b["data-question"]) for b in buttons(html, "ask")] == [
        ("Who is <Ada>?", "Who is <Ada>?"), ("When?", "When?"),
    ]  # fmt: skip
    assert "For example" not in plain(drawn(given))


def hostile(words: str) -> Conversation:
    """A conversation in which everybody says the same words."""
    article = Article(f"id{words}", f"{words} x yesterday.", title=words, source=words, url=words, published=words)
    cited = replace(citation(article, f"{words} x"), speaker=words)
    answer = replace(
        answered(article, f"{words} x", question=words), citations=(cited,),
        alternatives=(Candidate(words, 0.4, (citation(article, f"{words} x"),)),),
    )  # fmt: skip
    turn = Turn(
        f"t{words}", words, Filter(sources=(words,), tags=(words,)), state="failed", error=words, asked_at=words,
        replies=(Reply(words, words, answer, True, ((words, words),)), Reply(words, answer=answered(article))),
        feedback=((0, Feedback(False, None, None, "")), (1, Feedback(False, words, words, ""))),
    )  # fmt: skip
    return Conversation("c", words, "", "", True, (turn,))


@pytest.mark.parametrize(
    "words", ["<img src=x onerror=alert(1)>", "\"'><script>alert(1)</script>", "' onclick='x", "&lt;b&gt;&amp;"]
)
def test_nobodys_words_become_an_element_or_an_attribute(words: str) -> None:
    ordinary, html = drawn(hostile("Nobody")), drawn(hostile(words))

    def shape(markup: str) -> list[tuple[str, list[str]]]:
        return [(tag.split()[0], re.findall(r' ([\w-]+)="', tag)) for tag in re.findall(r"<[^<>]*>", markup)]

    assert shape(html) == shape(ordinary)
    assert plain(html).count(words) == plain(ordinary).count("Nobody") > 25
