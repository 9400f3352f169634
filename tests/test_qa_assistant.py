from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from fakes import HashEncoder, TableReader, WordReader

from index import Article, Index, read_articles
from index.article import Passage
from index.search.filters import Filter
from qa import Answer, Assistant, Citation, Stage
from qa.cite import cite
from qa.errors import InvalidQuestion
from qa.question import MAX_QUESTION_CHARACTERS

TEXT = "Ada met the envoy in Velmar. Nothing else happened.\r\nThe envoy 😀 left."
MakeAssistant = Callable[..., Assistant]


@pytest.fixture
def make(tmp_path: Path) -> MakeAssistant:
    def assistant(*articles: Article, word: str = "envoy", margin: float = 2.0, **options: float) -> Assistant:
        index = Index.create(tmp_path / "index", HashEncoder())
        index.add(articles)
        return Assistant(index, WordReader(word, margin), **options)  # type: ignore[arg-type]

    return assistant


def test_an_answer_is_the_quote_and_stands_where_it_says(make: MakeAssistant) -> None:
    answer = make(Article("a.txt", TEXT, title="T", published="2025")).ask("Who met whom?")
    (citation,) = answer.citations
    assert answer.kind == "extracted"
    assert answer.text == citation.quote == TEXT[citation.start : citation.end] == "envoy"
    assert TEXT[citation.sentence_start : citation.sentence_end] == "Ada met the envoy in Velmar."
    assert (citation.prefix, citation.suffix) == (TEXT[: citation.start], TEXT[citation.end : citation.end + 32])
    assert (citation.status, citation.support, citation.title) == ("verified", "unchecked", "T")


def test_below_the_threshold_there_is_no_answer_but_its_confidence(make: MakeAssistant) -> None:
    answer = make(Article("a.txt", TEXT), margin=-1.0).ask("Who met whom?")
    assert (answer.text, answer.kind, answer.reason) == (None, "none", "below_threshold")
    assert (answer.citations, answer.alternatives) == ((), ())
    assert answer.confidence == pytest.approx(0.2689, abs=1e-3)
    assert answer.passages[0].text


def test_the_threshold_can_be_given(make: MakeAssistant) -> None:
    assert make(Article("a.txt", TEXT), margin=-1.0, threshold=0.2).ask("Who?").kind == "extracted"
    assert make(Article("a.txt", TEXT), margin=2.0, threshold=0.99).ask("Who?").kind == "none"


def test_an_empty_index_is_its_own_reason(make: MakeAssistant) -> None:
    answer = make().ask("Who met whom?")
    assert (answer.kind, answer.reason, answer.confidence, answer.passages) == ("none", "empty_index", 0.0, ())


def test_a_filter_that_leaves_no_article_is_its_own_reason(make: MakeAssistant) -> None:
    assistant = make(Article("a.txt", TEXT, source="Coast Press"))
    answer = assistant.ask("Who met whom?", Filter(sources=("Nobody",)))
    assert (answer.kind, answer.reason, answer.passages) == ("none", "filtered_out", ())
    assert assistant.ask("Who met whom?", Filter(sources=("Coast Press",))).kind == "extracted"


def test_only_the_articles_of_the_filter_are_asked_and_counted(make: MakeAssistant) -> None:
    assistant = make(Article("a.txt", TEXT), Article("b.txt", "The envoy slept."), Article("c.txt", "The envoy ate."))
    answer = assistant.ask("Who is the envoy?", Filter(articles=("b.txt", "c.txt")))
    assert {passage.article_id for passage in answer.passages} == {"b.txt", "c.txt"}


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        pytest.param('Who "slept"?', {"b.txt"}, id="quoted"),
        pytest.param('Who "slept badly"?', {"a.txt", "b.txt"}, id="stands nowhere"),
    ],
)
def test_what_a_question_quotes_must_be_read_unless_it_stands_nowhere(
    make: MakeAssistant, question: str, articles: set[str]
) -> None:
    answer = make(Article("a.txt", TEXT), Article("b.txt", "The envoy slept.")).ask(question)
    assert {passage.article_id for passage in answer.passages} == articles


def test_nothing_read_is_not_an_empty_index(make: MakeAssistant) -> None:
    assert make(Article("a.txt", TEXT), word="zebra").ask("Who?").reason == "below_threshold"


def test_the_same_words_are_one_answer_with_a_citation_for_every_place_that_would_do(make: MakeAssistant) -> None:
    articles = [Article(name, f"{name} saw One envoy come.") for name in "abcd"]
    answer = make(*articles).ask("Who?")
    assert (answer.text, answer.alternatives) == ("envoy", ())
    assert len(answer.citations) == 3
    assert len({citation.article_id for citation in answer.citations}) == 3
    assert all(citation.quote == "envoy" for citation in answer.citations)


def test_other_answers_are_kept_apart_each_with_its_citation(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", "Ada came."), Article("b", "Bo came."), Article("c", "Cy came.")])
        reader = TableReader({"Ada": 9.0, "Bo": 3.8, "Cy": -8.0})
        answer = Assistant(index, reader).ask("Who came?")
    assert answer.text == "Ada"
    assert [(other.text, other.citations[0].article_id) for other in answer.alternatives] == [("Bo", "b")]


def test_a_question_that_asks_yes_or_no_gets_the_sentence(make: MakeAssistant) -> None:
    answer = make(Article("a", TEXT)).ask("Did Ada meet the envoy?")
    (citation,) = answer.citations
    assert answer.text == citation.quote == "Ada met the envoy in Velmar."
    assert TEXT[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("question", ["", "  \n", "?!…", "\u200b"], ids=["empty", "blank", "marks", "invisible"])
def test_a_question_without_a_word_is_refused(make: MakeAssistant, question: str) -> None:
    with pytest.raises(InvalidQuestion, match="no word in it"):
        make(Article("a", TEXT)).ask(question)


def test_a_question_of_10000_characters_is_refused_with_the_limit(make: MakeAssistant) -> None:
    with pytest.raises(InvalidQuestion, match=r"10,000 characters, at most 1,000"):
        make(Article("a", TEXT)).ask("x" * 10_000)
    make(Article("a", TEXT)).ask("x" * MAX_QUESTION_CHARACTERS)


def test_the_question_used_is_folded_and_the_question_kept(make: MakeAssistant) -> None:
    answer = make(Article("a", TEXT)).ask("  Who\n met\ud800 whom? ")
    assert answer.question_used == "Who met\ufffd whom?"
    assert answer.question == "  Who\n met\ufffd whom? "
    json.dumps(answer.to_json(), ensure_ascii=False).encode()


def test_the_stages_come_before_the_answer(make: MakeAssistant) -> None:
    steps = list(make(Article("a", TEXT)).stream("Who?"))
    assert steps[:2] == [Stage("searching"), Stage("reading", 1)]
    assert isinstance(steps[2], Answer)


def test_the_json_has_every_field_of_the_design(make: MakeAssistant) -> None:
    document = make(Article("a", TEXT)).ask("Who?").to_json()
    assert list(document) == [
        "schema_version", "question", "question_used", "text", "kind", "reason", "confidence", "threshold", "citations",
        "alternatives", "passages", "searched", "index_generation", "models", "timings_ms",
    ]  # fmt: skip
    assert list(document["citations"][0]) == [field.name for field in fields(Citation)]
    assert list(document["passages"][0]) == [
        "passage_id", "article_id", "title", "start", "end", "text", "score", "ranks", "matched", "copies",
    ]  # fmt: skip
    assert list(document["timings_ms"]) == ["embed", "search", "read", "cite", "total"]
    assert list(document["models"]) == ["embedder", "reader", "chat"]
    assert list(document["passages"][0]["ranks"]) == ["dense", "lexical"]


def test_a_quote_that_does_not_stand_there_is_unverified() -> None:
    changed = Article("a", "Ada met the consul in Velmar.")
    citation = cite(changed, Passage("a", 0, 28, "Ada met the envoy in Velmar."), 12, 17)
    assert citation.status == "unverified"


def test_pages_are_counted_from_one() -> None:
    article = Article("a", "First page. Second page.", pages=(0, 12))
    assert cite(article, Passage("a", 0, 24, article.text), 0, 5).page == 1
    assert cite(article, Passage("a", 0, 24, article.text), 12, 18).page == 2


ODD = {
    "byte order mark": b"\xef\xbb\xbfAn envoy named Ada Lind met the mayor in Velmar on 3 June.",
    "crlf": b"First line.\r\nAn envoy named Ada Lind met the mayor in Velmar on 3 June.\r\n",
    "latin-1": "Café. An envoy named Ada Lind met the mayor in Zürich on 3 June.".encode("latin-1"),
    "emoji and CJK": "😀👩‍👩‍👧 日本語です。An envoy named Ada Lind met the mayor 🇮🇳 on 3 June. 終わり".encode(),
    "decomposed": "Cafe\u0301. An envoy named Ada Lind met the mayor in Ve\u0301lmar on 3 June.".encode(),
    "markup": b"# Talks\n\n**An envoy** named Ada Lind met <b>the mayor</b> &amp; others in Velmar on 3 June.",
    "length-changing case": "İİİİ ẞẞ ŉŉ. An envoy named Ada Lind met the mayor in Velmar on 3 June.".encode(),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_no_offset_is_lost_on_odd_texts(
    data: bytes, tmp_path: Path, seed_assistant: Assistant, encoder: HashEncoder
) -> None:
    path = tmp_path / "odd.md"
    path.write_bytes(data)
    with Index.create(tmp_path / "index", encoder) as index:
        index.add(item for item in read_articles([path]) if isinstance(item, Article))
        stored = index.article("odd.md").text
        answer = Assistant(index, seed_assistant.reader, threshold=0.0).ask("When did the envoy meet the mayor?")
    assert answer.text == "3 June"
    for citation in (*answer.citations, *(c for a in answer.alternatives for c in a.citations)):
        assert stored[citation.start : citation.end] == citation.quote
    assert stored == data.decode("latin-1" if b"\xfc" in data else "utf-8").removeprefix("\ufeff")


@pytest.mark.parametrize("question", ["hi", "who met the pakistani delegation?", "日本語?", "😀 who", "a" * 900])
def test_any_question_gets_an_answer_or_a_plain_none(seed_assistant: Assistant, question: str) -> None:
    answer = seed_assistant.ask(question)
    assert answer.kind in ("extracted", "none")
    assert (answer.text is None) == (answer.kind == "none")
    assert len(answer.passages) == 5


@pytest.mark.parametrize(
    ("question", "words"),
    [
        pytest.param(
            "Who met the Pakistani delegation?", "Under Secretary for Political Affairs Hooker",
            marks=pytest.mark.xfail(strict=True, reason="the reader takes the one who led it for the one who met it"),
        ),
        ("Who led the Pakistani delegation?", "Bilawal Bhutto Zardari"),
        ("When did the Pakistani delegation visit Washington and New York?", "May 31 to June 6"),
        ("Who met the Indian delegation?", "Deputy Secretary Landau"),
    ],
)  # fmt: skip
def test_seed_questions_are_answered_from_the_source(seed_assistant: Assistant, question: str, words: str) -> None:
    answer = Assistant(seed_assistant.index, seed_assistant.reader, threshold=0.0).ask(question)
    article = seed_assistant.index.article(answer.citations[0].article_id)
    assert article.text[answer.citations[0].start : answer.citations[0].end] == answer.text
    assert words in (answer.text or "")


@pytest.mark.parametrize("question", ["Who met the Chinese delegation?", "Who is the Indian foreign minister?"])
def test_near_misses_are_not_answered(seed_assistant: Assistant, question: str) -> None:
    assert seed_assistant.ask(question).kind == "none"
