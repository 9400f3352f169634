"""An answer as HTML: its numbered citations and their sources, other answers, and what is said where there is none."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from chat_html import attributes, buttons, drawn, inside, plain
from conversing import HERRING, answered, citation, conversation

from index.article import Article
from index.coverage import Coverage
from qa.answer import Copy
from qa.chat.answer_view import copied_text
from qa.conversation.anchor import Anchored
from qa.conversation.turn import Reply

CITED = answered(HERRING, "the envoy", "herring")
NONE = answered(HERRING)


def test_citations_are_numbered_on_through_the_other_answers() -> None:
    more = replace(CITED, citations=(citation(HERRING, "the envoy"), citation(HERRING, "9 June")))
    html = drawn(conversation(Reply("Whom?", answer=more)))
    assert [(b["text"], b["data-number"]) for b in buttons(html, "open")] == [("[1]", "1"), ("[2]", "2"), ("[3]", "3")]
    assert [plain(number) for number in inside(html, "span", "pq-number")] == ["[1]", "[2]", "[3]"]
    assert len(more.all_citations) == 3


def test_differing_answers_stand_side_by_side_each_with_its_source() -> None:
    html = drawn(conversation(Reply("Whom?", answer=CITED)))
    assert 'class="pq-answers" data-count="2"' in html
    assert [plain(text).partition(" [")[0] for text in inside(html, "p", "pq-text")] == ["the envoy", "herring"]
    assert "The articles give different answers; the likeliest comes first." in plain(html)
    sources = [plain(source) for source in inside(html, "ul", "pq-sources")]
    assert sources[0].startswith("[1] North · The Gazette · 10 June 2025 · characters 26-35 · found word for word")
    assert sources[1].startswith("[2] North · The Gazette · 10 June 2025 · characters 64-71")


def test_a_lone_answer_is_not_called_one_of_several() -> None:
    html = drawn(conversation(Reply("Whom?", answer=answered(HERRING, "the envoy"))))
    assert 'data-count="1"' in html
    assert "different answers" not in plain(html)


def test_the_tooltip_of_a_citation_is_its_sentence_and_belongs_to_its_button() -> None:
    html = drawn(conversation(Reply("Whom?", answer=CITED)))
    tips = re.findall(r'(<span class="pq-tip"[^>]*>)(.*?)</span>', html)
    assert [plain(tip) for _, tip in tips] == [
        "“The northern minister met the envoy on 9 June.”", "“They spoke about herring.”",
    ]  # fmt: skip
    ids = [attributes(tag)["id"] for tag, _ in tips]
    assert [button["aria-describedby"] for button in buttons(html, "open")] == ids
    assert len(set(ids)) == 2


def test_ids_differ_between_the_replies_of_a_conversation() -> None:
    two = conversation(Reply("Whom?", answer=CITED), Reply("What?", answer=CITED))
    later = replace(two.turns[0], id="t2")
    html = drawn(replace(two, turns=(*two.turns, later)))
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids)) == 8


def test_confidence_is_said_in_words_with_the_number_on_demand() -> None:
    html = drawn(conversation(Reply("Whom?", answer=CITED)))
    (sure,) = inside(html, "details", "pq-sure")
    summary, _, rest = sure.partition("</summary>")
    assert plain(summary) == "This is very likely right"
    assert "Confidence 0.75: of many answers with this confidence, about 75 in 100 are right." in plain(rest)
    assert "from 0.50 on" in plain(rest)


def test_not_in_the_articles_says_what_was_searched_and_shows_the_closest_as_no_answer() -> None:
    html = drawn(conversation(Reply("Whom?", answer=NONE)))
    said = plain(html)
    assert "Not in these articles.Searched: 3 articles, from January 2024 to 10 June 2025, 1 of them undated." in said
    assert "Closest passages, not answers:" in said
    assert "What to try:" in said
    assert "The best guess would be unlikely to be right" in said
    assert inside(html, "p", "pq-text") == []
    assert f"North Open{HERRING.text}" in said
    assert {b["data-number"] for b in buttons(html, "closest")} == {"0"}


def test_at_most_three_of_the_closest_passages_are_shown() -> None:
    answer = replace(NONE, passages=NONE.passages * 5)
    html = drawn(conversation(Reply("Whom?", answer=answer)))
    (closest,) = inside(html, "ul", "pq-closest")
    assert closest.count("<li>") == 3
    assert "Read 5 passages in 0.0 s" in plain(html)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        pytest.param("empty_index", "There are no articles yet.", id="empty"),
        pytest.param("filtered_out", "No article is left to search.", id="filtered"),
        pytest.param("below_threshold", "Searched: 0 articles.", id="nothing found"),
    ],
)
def test_an_answer_without_passages_says_why(reason: str, said: str) -> None:
    answer = replace(NONE, reason=reason, passages=(), searched=Coverage(0, 0, None, None), confidence=0.0)  # type: ignore[arg-type]
    html = drawn(conversation(Reply("Whom?", answer=answer)))
    assert said in plain(html)
    assert "<details" not in html
    assert "Closest" not in plain(html)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("here", "found word for word"),
        ("moved", "found word for word in the article, which has changed since"),
        ("changed", "the article has changed, these words are not in it any more"),
        ("gone", "the article was removed"),
    ],
)
def test_it_is_said_where_a_citation_stands_now(state: str, said: str) -> None:
    answer = answered(HERRING, "herring")
    html = drawn(conversation(Reply("What?", answer=answer)), anchored=lambda _: Anchored(state))  # type: ignore[arg-type]
    assert [plain(s).rpartition(" · ")[2] for s in inside(html, "ul", "pq-sources")] == [said]


@pytest.mark.parametrize(
    ("published", "beside"),
    [("2025-06-10", "the article is of 10 June 2025"), (None, "the article is undated")],
    ids=["dated", "undated"],
)
def test_relative_dates_stand_beside_the_date_of_the_article(published: str | None, beside: str) -> None:
    article = Article("a", "They met last week in Velmar.", published=published)
    html = drawn(conversation(Reply("Where?", answer=answered(article, "Velmar"))))
    assert [plain(date) for date in inside(html, "p", "pq-date")] == [f"“last week”: {beside}"]


def test_who_says_it_and_where_else_it_stands_is_shown() -> None:
    spoken = replace(citation(HERRING, "herring"), speaker="Mayor <Holm>", page=3)
    passage = replace(CITED.passages[0], copies=(Copy("b:0-9", "b", "The <other>", 0, 9),))
    answer = replace(answered(HERRING, "herring"), citations=(spoken,), passages=(passage,))
    html = drawn(conversation(Reply("What?", answer=answer)))
    assert [plain(said) for said in inside(html, "p", "pq-said")] == ["Said by Mayor <Holm>"]
    assert "10 June 2025 · page 3 · characters 64-71 · found word for word · the same in The <other>" in plain(html)


def test_copying_an_answer_takes_its_source_along() -> None:
    html = drawn(conversation(Reply("Whom?", answer=CITED)))
    first, second = buttons(html, "copy")
    assert first["data-text"] == (
        "the envoy\n\n“The northern minister met the envoy on 9 June.”\n"
        "North, The Gazette, 10 June 2025, https://example.com/north"
    )
    assert (first["text"], second["text"]) == ("Copy", "Copy 2")
    assert [attributes(tag)["data-copy"] for tag in re.findall('<div class="pq-answer"[^>]*>', html)] == [
        first["data-text"], second["data-text"],
    ]  # fmt: skip


def test_copied_text_ends_every_change_of_direction_that_it_begins() -> None:
    article = Article("a", "They ate \u202egnirreh.", title="N\u202eorth")
    answer = answered(article, "\u202egnirreh")
    copied = copied_text(answer, answer.candidates[0])
    assert copied.count("\u202e") == copied.count("\u202c") == 3


def test_why_each_passage_was_found_is_on_demand() -> None:
    passage = replace(CITED.passages[0], matched=("envoy", "june"))
    html = drawn(conversation(Reply("Whom?", answer=replace(CITED, passages=(passage,)))))
    (work,) = inside(html, "details", "pq-work")
    assert "Read 1 passage in 0.0 s" in plain(work)
    assert "North, by meaning rank 1 (envoy, june)" in plain(work)
