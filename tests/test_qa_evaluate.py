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
from qa.evaluate import articles_of, evaluate, read_squad, write_report
from qa.evaluate.run import Mean

CONTEXT = "Ada met the envoy in Velmar. Bo stayed at home."


def squad(*questions: dict[str, Any], context: str = CONTEXT, title: str = "Talks") -> dict[str, Any]:
    return {"version": "v2.0", "data": [{"title": title, "paragraphs": [{"context": context, "qas": list(questions)}]}]}


def question(id: str, text: str | None, start: int = 0, asked: str = "Who met the envoy?") -> dict[str, Any]:
    answers = [] if text is None else [{"text": text, "answer_start": start}]
    return {"id": id, "question": asked, "answers": answers, "is_impossible": text is None}


def written(folder: Path, document: Any) -> Path:
    path = folder / "test.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_spans_and_unanswerable_questions_are_read(tmp_path: Path) -> None:
    testset = read_squad(written(tmp_path, squad(question("1", "Ada"), question("2", None))))
    assert [(q.id, [g.text for g in q.golds]) for q in testset.questions] == [("1", ["Ada"]), ("2", [])]


def test_a_mark_before_a_context_shifts_nothing(tmp_path: Path) -> None:
    document = squad(question("1", "Ada", 1), context="\ufeff" + CONTEXT)
    testset = read_squad(written(tmp_path, document))
    assert testset.questions[0].context == next(iter(articles_of(testset))).text == CONTEXT
    assert testset.questions[0].golds[0].start == 0


@pytest.mark.parametrize(("context", "start"), [(" ", 0), (CONTEXT, -6)], ids=["blank context", "negative start"])
def test_a_row_that_makes_no_sense_is_skipped(tmp_path: Path, context: str, start: int) -> None:
    document = squad(question("1", "Ada", start), context=context)
    document["data"] += squad(question("2", "Ada"))["data"]
    assert [s.id for s in read_squad(written(tmp_path, document)).skipped] == ["1"]


def test_a_gzipped_set_and_a_v1_set_are_read(tmp_path: Path) -> None:
    row = {"id": 1, "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]}
    path = tmp_path / "test.json.gz"
    path.write_bytes(gzip.compress(json.dumps(squad(row)).encode()))
    assert read_squad(path).questions[0].id == "1"


def test_a_gold_span_that_does_not_stand_there_is_skipped_and_reported(tmp_path: Path) -> None:
    testset = read_squad(written(tmp_path, squad(question("1", "Ada", 5), question("2", "Ada"))))
    assert [q.id for q in testset.questions] == ["2"]
    assert [(s.id, s.reason) for s in testset.skipped] == [("1", "gold span 'Ada' does not stand at 5")]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param("{", "is not JSON", id="broken"),
        pytest.param("[]", "not a SQuAD test set", id="a list"),
        pytest.param({"data": [{"paragraphs": [{"text": "x"}]}]}, "not a SQuAD test set", id="other fields"),
        pytest.param(squad(), "has no usable question", id="no questions"),
    ],
)
def test_a_file_that_is_no_test_set_is_an_error(tmp_path: Path, document: Any, message: str) -> None:
    with pytest.raises(InvalidTestSet, match=message):
        read_squad(written(tmp_path, document))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidTestSet, match="No such file"):
        read_squad(tmp_path / "nowhere.json")


def test_each_context_becomes_one_article(tmp_path: Path) -> None:
    document = squad(question("1", "Ada"), question("2", None))
    document["data"][0]["paragraphs"] += [{"context": "Other text.", "qas": [question("3", None)]}]
    document["data"] += squad(question("4", None), title="Copy")["data"]
    articles = list(articles_of(read_squad(written(tmp_path, document))))
    assert [(a.id, a.title, a.text) for a in articles] == [
        ("Talks#1", "Talks", CONTEXT), ("Talks#2", "Talks", "Other text."),
    ]  # fmt: skip


def test_scores_worked_by_hand(tmp_path: Path) -> None:
    """The context stands at offset 7 of its article; the fake reader always answers "envoy"."""
    document = squad(
        question("right", "envoy", CONTEXT.index("envoy")),
        question("half", "the envoy in", CONTEXT.index("the envoy")),
        question("wrong", "Bo", CONTEXT.index("Bo")),
        question("unanswerable", None),
    )
    document["data"] += squad(question("lost", "No", 0), context="No such article.")["data"]
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", "Header\n" + CONTEXT), Article("b.txt", "Nothing here.")])
        report = evaluate(Assistant(index, WordReader("envoy")), read_squad(written(tmp_path, document)))
    assert [(s.id, s.reason) for s in report.skipped] == [("lost", "its context is in no article of the index")]
    assert report.retrieval["recall@5"] == Mean(1.0, 3)
    assert report.answers["em"]["overall"] == Mean(0.25, 4)
    assert report.answers["em"]["unanswerable"] == Mean(0.0, 1)
    assert report.answers["f1"]["answerable"].value == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert report.citations["accuracy"] == Mean(0.5, 4)
    right = report.rows[0]
    assert right.spans == ((7 + CONTEXT.index("envoy"), 7 + CONTEXT.index("envoy") + 5),)
    assert right.cited == ("a.txt", *right.spans[0])


def test_a_question_that_cannot_be_asked_is_skipped(tmp_path: Path) -> None:
    document = squad(question("1", "Ada", asked="?"), question("2", "Ada", asked="Who \ud83d met?"))
    document["data"][0]["paragraphs"][0]["qas"].append({"id": "3", "question": None, "answers": []})
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT)])
        assistant = Assistant(index, WordReader("Ada"))
        report = evaluate(assistant, read_squad(written(tmp_path, document)))
        write_report(report, tmp_path, testset="t", articles="index", assistant=assistant)
    assert {s.id for s in report.skipped} == {"1", "3"}
    assert [row.id for row in report.rows] == ["2"]


def test_refusing_scores_the_unanswerable_and_cites_nothing(tmp_path: Path) -> None:
    document = squad(question("1", "Ada"), question("2", None))
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT)])
        report = evaluate(Assistant(index, WordReader("envoy", -5)), read_squad(written(tmp_path, document)))
    assert report.answers["em"]["unanswerable"] == Mean(1.0, 1)
    assert report.answers["em"]["answerable"] == Mean(0.0, 1)
    assert report.citations["accuracy"] == Mean(None, 0)


def test_a_gold_span_across_two_passages_is_not_retrieved(tmp_path: Path) -> None:
    document = squad(question("1", "Velmar. Bo", CONTEXT.index("Velmar")))
    from index.chunk import Chunking

    with Index.create(tmp_path / "index", HashEncoder(), Chunking(8)) as index:
        index.add([Article("a.txt", CONTEXT)])
        report = evaluate(Assistant(index, WordReader("envoy")), read_squad(written(tmp_path, document)))
    assert report.retrieval["recall@5"] == Mean(0.0, 1)


def test_the_report_says_what_made_it(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT)])
        assistant = Assistant(index, WordReader("envoy"), threshold=0.25)
        report = evaluate(assistant, read_squad(written(tmp_path, squad(question("1", "envoy", 12)))))
        path = write_report(report, tmp_path, testset="test.json", articles="index", assistant=assistant)
    document = json.loads(path.read_text())
    assert document["settings"] == {"embedder": "hash", "reader": "word", "threshold": 0.25, "passages_read": 5}
    assert document["answers"]["em"]["overall"] == {"value": 1.0, "n": 1}
    assert document["rows"][0]["prediction"] == "envoy"
