"""Test sets as tables and as BEIR folders: what is read, and what is skipped and reported."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder, WordReader

from index import Article, Index
from qa import Assistant
from qa.errors import InvalidTestSet
from qa.evaluate import RetrievalSet, evaluate, evaluate_retrieval, read_testset
from qa.evaluate.beir import corpus_of
from qa.evaluate.contexts import contexts_as_index
from qa.evaluate.placing import place
from qa.evaluate.report_data import Interval
from qa.evaluate.table import places
from qa.evaluate.testset import SAME_ID, Skipped
from qa.evaluate.testset import TestSet as QuestionSet

CSV = "id,question,answer,article\n1,Who met the envoy?,Ada,a.txt\n2,Who slept?,,a.txt\n"


def table(folder: Path, content: str | bytes, name: str = "test.csv") -> Any:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_testset(path)


def asked(testset: QuestionSet) -> list[tuple[str, tuple[str, ...], str]]:
    return [(one.id, one.answers, one.article_id) for one in testset.loose]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("test.csv", CSV, id="commas"),
        pytest.param("test.csv", CSV.replace(",", ";"), id="semicolons"),
        pytest.param("test.tsv", CSV.replace(",", "\t"), id="tabs"),
        pytest.param("test.csv", "\ufeff" + CSV.replace("\n", "\r\n"), id="a mark and CRLF"),
        pytest.param("test.csv.gz", gzip.compress(CSV.encode()), id="gzipped"),
        pytest.param("test.csv", CSV.encode("utf-16"), id="UTF-16"),
        pytest.param("test.CSV", CSV.replace("answer", "Answers").replace("Ada", '"[""Ada""]"'), id="a JSON list"),
        pytest.param(
            "test.jsonl",
            '{"id": 1, "question": "Who met the envoy?", "answers": ["Ada"], "article": "a.txt"}\n\n'
            '{"id": "2", "question": "Who slept?", "answers": [], "article": "a.txt"}',
            id="JSON lines",
        ),
        pytest.param(
            "test.jsonl",
            '{"Id": 1, " Question": "Who met the envoy?", "ANSWER": "Ada", "Article": "a.txt"}\n'
            '{"ID": "2", "question": "Who slept?", "Answers": [], "article": "a.txt"}',
            id="names of JSON in capitals",
        ),
    ],
)
def test_a_table_is_read(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert asked(table(tmp_path, content, name)) == [("1", ("Ada",), "a.txt"), ("2", (), "a.txt")]


def test_every_place_of_an_answer_is_right_but_not_inside_a_word(tmp_path: Path) -> None:
    testset = table(tmp_path, "question,answer,article\nWhen?,May,a.txt\n")
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", "Mayor May left in May.")])
        report = evaluate(Assistant(index, WordReader("May", 2)), testset)
    assert report.questions[0].spans == ((6, 9), (18, 21))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("(a.b)", [(0, 5)]), ("b)", [(3, 5)]), ("", []), ("naïve", [(6, 11)]), ("aïv", []), ("ve", []), ("na", [])],
    ids=["punctuation", "an edge", "empty", "accents", "inside a word", "at its end", "at its start"],
)
def test_an_answer_is_looked_up_letter_for_letter(answer: str, expected: list[tuple[int, int]]) -> None:
    assert places("(a.b) naïve", answer) == expected


def test_rows_that_cannot_be_used_are_reported_with_their_line(tmp_path: Path) -> None:
    rows = [
        "id,question,answer,article,title",
        "1,Who met the envoy?,Ada,a.txt,",
        "2,,Ada,a.txt,",
        "1,Who again?,Ada,a.txt,",
        "4,Who?,Ada,,",
        "5,Who?,Ada",
        '6,"Who, on',
        'two lines?",Ada,gone.txt,',
        f"7,Who?,{'x' * 200_000},a.txt,",
    ]
    testset = table(tmp_path, "\n".join(rows))
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", "Ada met the envoy.")])
        report = evaluate(Assistant(index, WordReader("Ada")), testset)
    found = {(one.id, Path(one.where).name): one.reason for one in report.skipped}
    assert {place: reason[:30] for place, reason in found.items()} == {
        ("2", "test.csv:3"): "has no question",
        ("1", "test.csv:4"): "has the id of a question befor",
        ("4", "test.csv:5"): "has an answer but no article (",
        ("line 6", "test.csv:6"): "has 3 cells, expected 5 as in ",
        ("6", "test.csv:7"): "its article 'gone.txt' is not ",
        ("7", "test.csv:9"): "the answer 'xxxxxxxxxxxxxxxxxx",
    }
    assert max(map(len, found.values())) < 300
    assert [one.id for one in report.questions] == ["1"]


def test_rows_of_json_that_cannot_be_used_are_reported(tmp_path: Path) -> None:
    rows = ["{", "7", '{"question": 7}', '{"question": "Who?", "answer": 7, "article": "a"}', '{"question": "Who?"}']
    rows += ['{"question": "Who?", "answer": "Ada", "Answer": ""}', '{"question": "Who?", "answer": null}']
    testset = table(tmp_path, "\n".join(rows), "test.jsonl")
    skipped = testset.skipped
    assert [Path(one.where).name for one in skipped] == [f"test.jsonl:{line}" for line in (1, 2, 3, 4, 5, 6)]
    assert "is not JSON" in skipped[0].reason
    assert "expected a string" in skipped[3].reason
    assert skipped[4].reason == "has neither 'answer' nor 'answers'; an unanswerable question has an empty one"
    assert skipped[5].reason == "has the fields 'answer' more than once; rename them"
    assert asked(testset) == [("line 7", (), "")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("test.csv", "", "is empty", id="empty"),
        pytest.param("test.csv", "question,answer\nWho?,Ada\n", "no column 'article' or 'context'", id="no article"),
        pytest.param("test.csv", "question,article\nWho?,a\n", "no column 'answer' or 'answers'", id="no answer"),
        pytest.param("test.csv", "question,answer,article\n,,\n", "no usable question", id="no question"),
        pytest.param("test.csv", "question,question,answer,article\n", "more than once", id="a column twice"),
        pytest.param("test.csv", b"\0\0", "binary", id="binary"),
        pytest.param("test.csv", '"a"b\n', "has no row of column names; the first is not a row", id="no names"),
        pytest.param("test.csv", "\ufeff", "is empty", id="a mark alone"),
        pytest.param(
            "test.csv",
            'question,answer,article\nWho?,"Ada,a\nWho?,,a\n',
            r"opens a quotation mark that is not closed .*\(line 2\)",
            id="a quote that is not closed",
        ),
        pytest.param("test.jsonl", "", "no usable question", id="no lines"),
        pytest.param("test.jsonl.gz", b"\x1f\x8bno", "cannot be unpacked", id="broken gzip"),
        pytest.param("test.json", "", "is not JSON", id="empty JSON"),
    ],
)
def test_a_file_that_is_no_test_set_is_an_error(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(InvalidTestSet, match=message):
        table(tmp_path, content, name)


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        pytest.param("test.jsonl", "", '{"question": "Wer ging nach Köln?", "answer": "", "article": "a"}', id="JSON"),
        pytest.param("test.csv", "question,answer,article\n", "Wer ging nach Köln?,,a", id="a table"),
    ],
)
def test_mixed_encodings_are_read_line_by_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, header: str, row: str
) -> None:
    testset = table(tmp_path, header.encode() + row.encode() + b"\n" + row.encode("cp1252"), name)
    assert [one.question for one in testset.loose] == ["Wer ging nach Köln?"] * 2
    assert caplog.text.count("Windows-1252") == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_row_over_several_lines_stands_where_it_begins(tmp_path: Path, end: str) -> None:
    lines = ["question,answer,article", '"Who,', "and when,", 'é?",Ada,a', "", "Who slept?,,a", "?", '"a"b', "Why?,,a"]
    testset = table(tmp_path, end.join(lines).encode("cp1252"))
    assert [(one.question, one.where.rpartition(":")[2]) for one in testset.loose] == [
        (f"Who,{end}and when,{end}é?", "2"),
        ("Who slept?", "6"),
        ("Why?", "9"),
    ]
    assert [one.where.rpartition(":")[2] for one in testset.skipped] == ["7", "8"]


def test_a_binary_line_of_a_table_is_a_skipped_row(tmp_path: Path) -> None:
    testset = table(tmp_path, b"question,answer,article\nWho?,,a\nW\0o?,,a\nWhy?,,a\n")
    assert [(one.question, one.where.rpartition(":")[2]) for one in testset.loose] == [("Who?", "2"), ("Why?", "4")]
    assert [(one.where.rpartition(":")[2], one.reason) for one in testset.skipped] == [
        ("3", "is binary, not text (it has NUL bytes)")
    ]


def test_a_table_with_contexts_needs_no_index(tmp_path: Path) -> None:
    rows = "question,answer,context\nWho met the envoy?,Ada,Ada met the envoy.\nWho?,Bo,Ada met the envoy.\n"
    testset = table(tmp_path, rows)
    assert [(one.context, one.golds[0].start) for one in testset.questions] == [("Ada met the envoy.", 0)]
    assert testset.skipped[0].reason == "has the answer 'Bo', which does not stand in its context"
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", "Another.")])
        _, skipped = place(index, testset)
    assert skipped[-1].reason == "its context is in no article of the index"
    assert Path(skipped[-1].where).name == "test.csv:2"


def test_a_table_without_contexts_cannot_be_searched_by_itself(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidTestSet, match=r"2 questions .* no context .*test\.csv:2"),
        contexts_as_index(table(tmp_path, CSV)),
    ):
        pass


def test_an_unanswerable_question_needs_no_article(tmp_path: Path) -> None:
    testset = table(tmp_path, "question,answer,article\nWho slept?,,\n")
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", "Ada met the envoy.")])
        report = evaluate(Assistant(index, WordReader("Ada", -9)), testset)
    assert report.answers["unanswerable"]["em"] == Interval(1.0, None, None, 1)
    assert report.questions[0].f1_right_passage_given is None


def beir(folder: Path, **files: str) -> Path:
    written = {
        "corpus.jsonl": '{"_id": "d1", "title": "One", "text": "Ada met the envoy."}\n'
        '{"_id": "d2", "title": "", "text": "Bo slept at home."}\n{"_id": "d3", "title": "", "text": ""}',
        "queries.jsonl": '{"_id": "q1", "text": "envoy met Ada"}\n{"_id": "q2", "text": "unjudged"}\n'
        '{"_id": "q3", "text": "Bo slept"}',
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td9\t1\nq3\td2\t2\nq3\td1\t0\n",
        **files,
    }
    for name, content in written.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(content)
    return folder


def test_a_beir_folder_is_searched_and_scored_by_article(tmp_path: Path) -> None:
    """Of the first query one relevant article of two is there, at the first place."""
    queries = read_testset(beir(tmp_path / "set"))
    assert isinstance(queries, RetrievalSet)
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add(one for one in corpus_of(queries.corpus) if isinstance(one, Article))
        report = evaluate_retrieval(Assistant(index, WordReader("Ada")), queries)
    first, second = report.questions
    assert (first.retrieval_by_article["recall@20"], first.retrieval_by_article["mrr@10"]) == (0.5, 1.0)
    assert first.retrieval_by_article["ndcg@10"] == pytest.approx(1 / (1 + 0.63093), abs=1e-4)
    assert (second.id, second.retrieval_by_article["recall@1"]) == ("q3", 1.0)
    assert report.retrieval_by_article["recall@20"].value == 0.75
    assert (report.task, report.answers, report.retrieval_by_passage) == ("retrieval", {}, {})


def test_rows_of_a_beir_folder_that_cannot_be_used_are_reported(tmp_path: Path) -> None:
    folder = beir(tmp_path, **{"qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1 d1\nq9\td1\t1\n"})
    queries = read_testset(folder)
    assert isinstance(queries, RetrievalSet)
    assert [(one.id, Path(one.where).name) for one in queries.skipped] == [
        ("q1 d1", "test.tsv:3"),
        ("q9", "queries.jsonl"),
    ]
    assert [type(one).__name__ for one in corpus_of(queries.corpus)] == ["Article", "Article", "Skipped"]


@pytest.mark.parametrize(
    ("remove", "add", "message"),
    [
        pytest.param("qrels/test.tsv", {}, "without qrels", id="no qrels"),
        pytest.param("qrels/test.tsv", {"qrels/a.tsv": "", "qrels/b.tsv": ""}, "a.tsv, b.tsv", id="which qrels"),
        pytest.param("corpus.jsonl", {}, "has no corpus.jsonl", id="no corpus"),
        pytest.param(None, {"queries.jsonl": ""}, "no query with a relevant article", id="no queries"),
    ],
)
def test_a_folder_that_is_not_beirs_is_an_error(
    tmp_path: Path, remove: str | None, add: dict[str, str], message: str
) -> None:
    folder = beir(tmp_path, **add)
    if remove:
        (folder / remove).unlink()
    with pytest.raises(InvalidTestSet, match=message):
        read_testset(folder)


def test_an_index_of_other_articles_is_an_error(tmp_path: Path) -> None:
    queries = read_testset(beir(tmp_path / "set"))
    assert isinstance(queries, RetrievalSet)
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", "Ada met the envoy.")])
        assistant = Assistant(index, WordReader("Ada"))
        with pytest.raises(InvalidTestSet, match=r"None of the 3 relevant articles, such as 'd1'"):
            evaluate_retrieval(assistant, queries)
        with pytest.raises(InvalidTestSet, match=r"None of the 1 questions .* 'b.txt' is not in the index"):
            evaluate(assistant, table(tmp_path, "question,answer,article\nWho?,Ada,b.txt\n"))
        with pytest.raises(InvalidTestSet, match=r"because its article 'b.txt' .*\(question 'line 3', .*test\.csv:3\)"):
            evaluate(assistant, table(tmp_path, "question,answer,article\n,Ada,b.txt\nWho?,Ada,b.txt\n"))


def test_of_two_lines_with_one_id_the_second_is_skipped(tmp_path: Path) -> None:
    with (beir(tmp_path) / "corpus.jsonl").open("a") as corpus, (tmp_path / "queries.jsonl").open("a") as asked_for:
        corpus.write('\n{"_id": "d1", "text": "Another."}\n{"_id": "d3", "text": "Not blank."}\n')
        asked_for.write('\n{"_id": "q1", "text": "another"}\n')
    queries = read_testset(tmp_path)
    assert isinstance(queries, RetrievalSet)
    assert [(one.id, one.text) for one in queries.queries] == [("q1", "envoy met Ada"), ("q3", "Bo slept")]
    assert queries.skipped == (Skipped("q1", SAME_ID, f"{tmp_path / 'queries.jsonl'}:4"),)
    found = list(corpus_of(queries.corpus))
    assert [one.text for one in found if isinstance(one, Article)] == [
        "Ada met the envoy.", "Bo slept at home.", "Not blank.",
    ]  # fmt: skip
    assert Skipped("d1", "has the id of an article before it", f"{tmp_path / 'corpus.jsonl'}:4") in found


def test_one_file_of_qrels_can_be_named(tmp_path: Path) -> None:
    folder = beir(tmp_path, **{"qrels/dev.tsv": "q1\td2\t1\n"})
    queries = read_testset(folder / "qrels" / "dev.tsv")
    assert isinstance(queries, RetrievalSet)
    assert [(one.id, one.relevant) for one in queries.queries] == [("q1", frozenset({"d2"}))]


def test_json_that_is_not_a_list_of_answers_is_reported(tmp_path: Path) -> None:
    rows = [
        {"question": "Who?", "answers": [7], "article": "a"},
        {"question": "Who?", "answers": "Ada", "article": "a"},
    ]
    testset = table(tmp_path, "\n".join(map(json.dumps, rows)), "test.jsonl")
    assert [one.where.rpartition(":")[2] for one in testset.skipped] == ["1"]
    assert testset.loose[0].answers == ("Ada",)
