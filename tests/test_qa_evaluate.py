from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder, WordReader

from index import Article, Index
from index.chunk import Chunking
from qa import Assistant
from qa.errors import InvalidReport, InvalidTestSet
from qa.evaluate import EvaluationReport, What, articles_of, evaluate, read_squad
from qa.evaluate.question_result import Cited
from qa.evaluate.report_data import Interval
from qa.read import Span

CONTEXT = "Ada met the envoy in Velmar. Bo stayed at home."


def squad(*questions: dict[str, Any], context: str = CONTEXT, title: str = "Talks") -> dict[str, Any]:
    return {"version": "v2.0", "data": [{"title": title, "paragraphs": [{"context": context, "qas": list(questions)}]}]}


def question(id: str, text: str | None, start: int = 0, asked: str = "Who met the envoy?") -> dict[str, Any]:
    answers = [] if text is None else [{"text": text, "answer_start": start}]
    return {"id": id, "question": asked, "answers": answers, "is_impossible": text is None}


def written(folder: Path, document: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "test.json"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
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
    assert testset.skipped[0].where.endswith("test.json: data[0].paragraphs[0].qas[0]")


WELL = {"id": "x", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(7, "is 7, expected an object with 'id', 'question' and 'answers'", id="a number"),
        pytest.param({**WELL, "id": None}, "has 'id' as None, expected a string", id="id null"),
        pytest.param({"question": "Who?", "answers": []}, "has no 'id', expected a string", id="no id"),
        pytest.param({"id": "x", "answers": []}, "has no 'question', expected a string", id="no question"),
        pytest.param({**WELL, "question": 7}, "has 'question' as 7, expected a string", id="question a number"),
        pytest.param({"id": "x", "question": "Who?"}, "has no 'answers', expected a list", id="no answers"),
        pytest.param({**WELL, "answers": {"text": ["Ada"]}}, "has 'answers' as {'text'", id="answers an object"),
        pytest.param({**WELL, "answers": ["Ada"]}, "has the answer 'Ada', expected an object", id="a bare answer"),
        pytest.param({**WELL, "answers": [{"text": "Ada"}]}, "has no 'answer_start', expected a whole", id="no start"),
        pytest.param({**WELL, "answers": [{"answer_start": 0}]}, "has no 'text', expected a string", id="no text"),
        pytest.param(
            {**WELL, "answers": [{"text": 7, "answer_start": 0}]},
            "has 'text' as 7, expected a string",
            id="text a number",
        ),
        pytest.param(
            {**WELL, "answers": [{"text": "Ada", "answer_start": "abc"}]},
            "has 'answer_start' as 'abc', expected a whole number",
            id="start a word",
        ),
    ],
)
def test_a_row_that_is_no_question_is_skipped_with_its_place(tmp_path: Path, row: Any, reason: str) -> None:
    path = written(tmp_path, squad(question("1", "Ada"), row, question("2", "Bo", CONTEXT.index("Bo"))))
    testset = read_squad(path)
    assert [one.id for one in testset.questions] == ["1", "2"]
    (skipped,) = testset.skipped
    assert skipped.id == ((row.get("id") or "") if isinstance(row, dict) else "")
    assert skipped.where == f"{path}: data[0].paragraphs[0].qas[1]"
    assert skipped.reason.startswith(reason)


def test_questions_without_a_context_are_skipped(tmp_path: Path) -> None:
    document = squad(question("1", "Ada"))
    document["data"][0]["paragraphs"].append({"qas": [question("2", None)]})
    (skipped,) = read_squad(written(tmp_path, document)).skipped
    assert (skipped.id, skipped.reason) == ("2", "has the context None, expected a string")


@pytest.mark.parametrize(
    ("encoding", "warned"), [("utf-8-sig", False), ("utf-16", False), ("utf-32", False), ("cp1252", True)]
)
def test_a_set_is_read_in_other_encodings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, encoding: str, warned: bool
) -> None:
    document = squad(question("1", "Köln", 4), context="Ada Köln")
    path = tmp_path / "test.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding=encoding)
    assert read_squad(path).questions[0].golds[0].text == "Köln"
    assert ("test.json is not UTF-8; read as Windows-1252" in caplog.text) == warned


def test_of_two_questions_with_one_id_the_second_is_skipped(tmp_path: Path) -> None:
    testset = read_squad(written(tmp_path, squad(question("1", "Ada"), question("1", "Bo", CONTEXT.index("Bo")))))
    assert [q.golds[0].text for q in testset.questions] == ["Ada"]
    assert testset.skipped[0].reason == "has the id of a question before it"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(b"{", "is not JSON", id="broken"),
        pytest.param(
            b"\xff\xfe\0", "begins as UTF-16 but is not: truncated data. Save it as UTF-8", id="half a letter"
        ),
        pytest.param("{}".encode("utf-16-le"), "NUL bytes\\). Save it as UTF-8", id="UTF-16 without a mark"),
        pytest.param([], "not a SQuAD test set", id="a list"),
        pytest.param({"data": [{"paragraphs": [{"text": "x"}]}]}, "not a SQuAD test set", id="other fields"),
        pytest.param(squad(), "has no usable question", id="no questions"),
        pytest.param(squad({"id": "1"}), r"1 were skipped; the first: has no 'question'.*qas\[0\]", id="no usable one"),
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


def reported(
    folder: Path, document: Any, reader: WordReader, *texts: str, threshold: float | None = None, robustness: int = 0
) -> EvaluationReport:
    """Evaluate over articles a.txt, b.txt and so on."""
    with Index.create(folder / "index", HashEncoder()) as index:
        index.add(Article(f"{name}.txt", text) for name, text in zip("abc", texts or (CONTEXT,), strict=False))
        assistant = Assistant(index, reader, threshold=threshold)
        return evaluate(assistant, read_squad(written(folder, document)), what=What("t", robustness=robustness))


def by_hand() -> dict[str, Any]:
    document = squad(
        question("right", "envoy", CONTEXT.index("envoy")),
        question("half", "the envoy in", CONTEXT.index("the envoy")),
        question("wrong", "Bo", CONTEXT.index("Bo")),
        question("unanswerable", None),
    )
    document["data"] += squad(question("lost", "No", 0), context="No such article.")["data"]
    return document


def test_scores_worked_by_hand(tmp_path: Path) -> None:
    """The context stands at offset 7 of its article; the fake reader always answers "envoy"."""
    report = reported(tmp_path, by_hand(), WordReader("envoy"), "Header\n" + CONTEXT, "Nothing here.")
    assert [(s.id, s.reason) for s in report.skipped] == [("lost", "its context is in no article of the index")]
    assert report.skipped[0].where.endswith("test.json: data[1].paragraphs[0].qas[0]")
    assert report.retrieval_by_passage["recall@5"] == report.retrieval_by_article["recall@1"]
    assert report.retrieval_by_passage["recall@5"] == Interval(1.0, None, None, 3)
    em, f1 = ({group: report.answers[group][metric].value for group in report.answers} for metric in ("em", "f1"))
    assert (em["overall"], em["unanswerable"]) == (0.25, 0.0)
    assert f1["answerable"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert report.citations["accuracy"].value == 0.5
    assert report.citations["precision"].value == pytest.approx((1 + 1 + 0) / 3)
    assert report.citations["recall"].value == pytest.approx((1 + 5 / 12 + 0) / 3)
    right = report.questions[0]
    assert right.spans == ((7 + CONTEXT.index("envoy"), 7 + CONTEXT.index("envoy") + 5),)
    assert right.cited == Cited("a.txt", *right.spans[0], 0, 7 + CONTEXT.index(" Bo"))


def test_each_failure_has_its_reason(tmp_path: Path) -> None:
    document = squad(question("right", "envoy", 12), question("wrong", "Bo", CONTEXT.index("Bo")), question("no", None))
    document["data"] += squad(question("far", "Cy", 0), context="Cy slept.")["data"]
    texts = [CONTEXT, "Cy slept."]
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add(Article(f"{name}.txt", text) for name, text in zip("ab", texts, strict=True))
        testset = read_squad(written(tmp_path, document))
        for threshold, expected in (
            (0.0, [None, "retrieved but not read", "should have been refused", "not retrieved"]),
            (1.0, ["wrongly refused", "retrieved but not read", None, "not retrieved"]),
        ):
            assistant = Assistant(index, WordReader("envoy"), threshold=threshold, passages=1)
            assert [one.failure for one in evaluate(assistant, testset).questions] == expected


def test_losses_add_up_and_show_where(tmp_path: Path) -> None:
    """Only the right passage is read rightly: what is open is answered from the other article."""
    document = squad(question("1", "envoy", 12), question("2", "envoy", 12))
    closer = "Who met the envoy? Who met the envoy?"
    losses = {name: one.value for name, one in reported(tmp_path, document, Nearest(), CONTEXT, closer).losses.items()}
    assert losses == {"reading": 0.0, "retrieval": 1.0, "threshold": 0.0, "left": 0.0}


class Nearest(WordReader):
    """Answers "envoy" where it reads one text, and the other text's "Who met" where it reads more."""

    def __init__(self) -> None:
        super().__init__("envoy")

    def read(self, question: str, texts: Sequence[str], limit: int = 10) -> list[Span]:
        self._word = "envoy" if len(texts) == 1 else "Who met"
        return super().read(question, texts, limit)


def test_a_question_that_cannot_be_asked_is_skipped(tmp_path: Path) -> None:
    document = squad(question("1", "Ada", asked="?"), question("2", "Ada", asked="Who \ud83d met?"))
    document["data"][0]["paragraphs"][0]["qas"].append({"id": "3", "question": None, "answers": []})
    report = reported(tmp_path, document, WordReader("Ada"))
    assert {s.id for s in report.skipped} == {"1", "3"}
    assert {s.where.rpartition(".")[2] for s in report.skipped} == {"qas[0]", "qas[2]"}
    assert [one.id for one in report.questions] == ["2"]
    report.to_text().encode()


def test_refusing_scores_the_unanswerable_and_cites_nothing(tmp_path: Path) -> None:
    report = reported(tmp_path, squad(question("1", "Ada"), question("2", None)), WordReader("envoy", -5))
    assert report.answers["unanswerable"]["em"].value == 1.0
    assert report.answers["answerable"]["em"].value == 0.0
    assert report.citations["accuracy"] == Interval(None, None, None, 0)
    assert report.abstention is not None
    assert (report.abstention.no_answer_precision.value, report.abstention.no_answer_recall.value) == (0.5, 1.0)


def test_a_gold_span_across_two_passages_is_not_retrieved(tmp_path: Path) -> None:
    document = squad(question("1", "Velmar. Bo", CONTEXT.index("Velmar")))
    with Index.create(tmp_path / "index", HashEncoder(), Chunking(8)) as index:
        index.add([Article("a.txt", CONTEXT)])
        report = evaluate(Assistant(index, WordReader("Velmar")), read_squad(written(tmp_path, document)))
    assert report.retrieval_by_passage["recall@5"].value == 0.0
    assert report.retrieval_by_passage["ndcg@10"].value == 0.0
    assert report.retrieval_by_article["recall@1"].value == 1.0
    assert report.questions[0].f1_right_passage == pytest.approx(2 / 3)


def test_a_gold_sentence_is_compared_with_the_cited_sentence(tmp_path: Path) -> None:
    sentence = "Ada met the envoy in Velmar"
    report = reported(tmp_path, squad(question("1", sentence)), WordReader("envoy"))
    assert report.citations["recall"].value == 1.0
    assert report.citations["precision"].value == pytest.approx(len(sentence) / (len(sentence) + 1))


def test_what_is_read_is_the_threshold_applied_to_the_best_span(tmp_path: Path) -> None:
    refused = reported(tmp_path / "x", squad(question("1", "envoy", 12)), WordReader("envoy"), threshold=1.0)
    one = refused.questions[0]
    assert (one.given, one.cited, one.f1) == (None, None, 0.0)
    assert (one.best_span, one.f1_best_span, one.f1_right_passage) == ("envoy", 1.0, 1.0)
    assert refused.losses["threshold"].value == 1.0


def test_a_sample_is_asked_otherwise_and_the_same_one_again(tmp_path: Path) -> None:
    document = squad(*(question(str(n), "envoy", 12, f"Whose delegation met number {n}?") for n in range(9)))
    first = reported(tmp_path / "1", document, WordReader("envoy"), robustness=3)
    again = reported(tmp_path / "2", document, WordReader("envoy"), robustness=3)
    asked = [{name: one.question for name, one in result.robust.items()} for result in first.questions]
    assert asked == [{name: one.question for name, one in result.robust.items()} for result in again.questions]
    assert sum(map(bool, asked)) == first.settings.robustness == 3
    assert set(first.robustness) == {"as asked", "typing errors", "lower case"}
    assert first.robustness["lower case"]["retrieved"].n == 3


def test_an_article_that_goes_meanwhile_skips_its_questions(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a.txt", CONTEXT), Article("b.txt", "Cy met the envoy.")])
        testset = read_squad(written(tmp_path, squad(question("1", "envoy", 12))))
        gone = evaluate(
            Assistant(index, WordReader("envoy")),
            testset,
            lambda done, total: None if done else index.remove(["a.txt"]),
        )
    assert [(s.id, s.reason) for s in gone.skipped] == [("1", "its article was removed from the index meanwhile")]
    assert gone.questions == ()


def test_the_report_comes_back_from_json_as_it_was(tmp_path: Path) -> None:
    report = reported(tmp_path, by_hand(), WordReader("envoy"), CONTEXT, "Nothing here.", threshold=0.25, robustness=2)
    assert (report.settings.embedder, report.settings.reader, report.settings.threshold) == ("hash", "word", 0.25)
    assert EvaluationReport.from_json(report.to_text()) == report
    names = {field.name for field in dataclasses.fields(report)}
    assert set(json.loads(report.to_text())) == names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "not JSON", id="broken"),
        pytest.param("[]", "schema_version None", id="a list"),
        pytest.param('{"schema_version": 99}', "schema_version 99", id="another version"),
        pytest.param(
            '{"schema_version": 1}', "expected 2: another version .* pullquote eval TESTSET -o", id="an older one"
        ),
        pytest.param('{"schema_version": 2}', "not a whole report: test_set", id="a part"),
    ],
)
def test_what_is_no_report_is_an_error(text: str, message: str) -> None:
    with pytest.raises(InvalidReport, match=message):
        EvaluationReport.from_json(text)
