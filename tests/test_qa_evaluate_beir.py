"""The grades of a BEIR set, from its file to the scores."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import HashEncoder, WordReader

from index import Article, Index
from qa import Assistant
from qa.evaluate import RetrievalSet, evaluate_retrieval, read_testset


def folder_of(path: Path, judgements: str) -> RetrievalSet:
    (path / "qrels").mkdir()
    (path / "corpus.jsonl").write_text('{"_id": "d1", "text": "Ada"}\n', encoding="utf-8")
    (path / "queries.jsonl").write_text('{"_id": "q", "text": "envoy of Velmar"}\n', encoding="utf-8")
    (path / "qrels" / "test.tsv").write_text(judgements, encoding="utf-8")
    read = read_testset(path)
    assert isinstance(read, RetrievalSet)
    return read


def test_a_grade_counts_in_ndcg_and_is_in_the_report(tmp_path: Path) -> None:
    """Of grade 1, then of grade 2: (1 + 2/log2 3) / (2 + 1/log2 3); both are found."""
    queries = folder_of(tmp_path, "q\td1\t2\nq\td2\t1\nq\td3\t0\nq\td4\t-1\n")
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("d1", "Bo slept at home all day."), Article("d2", "The envoy of Velmar.")])
        (found,) = evaluate_retrieval(Assistant(index, WordReader("x")), queries).questions
    assert (found.relevant, [one.article_id for one in found.retrieved]) == ({"d1": 2, "d2": 1}, ["d2", "d1"])
    assert found.retrieval_by_article["ndcg@10"] == pytest.approx(0.8597, abs=1e-4)
    assert (found.retrieval_by_article["recall@1"], found.retrieval_by_article["recall@3"]) == (0.5, 1.0)


def test_the_last_judgement_counts_and_a_grade_beyond_all_is_skipped(tmp_path: Path) -> None:
    queries = folder_of(tmp_path, "q\td1\t2\nq\td2\t1\nq\td1\t0\nq\td3\t999999999999\n")
    assert [one.grades for one in queries.queries] == [{"d2": 1}]
    assert "a whole number up to 1000" in queries.skipped[0].reason


def test_queries_whose_articles_are_not_found_fail(tmp_path: Path) -> None:
    queries = folder_of(tmp_path, "q\td21\t1\n")
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add(Article(f"d{n}", f"The envoy of Velmar met number {n}.") for n in range(20))
        index.add([Article("d21", "Bo slept at home all day.")])
        report = evaluate_retrieval(Assistant(index, WordReader("x")), queries)
    assert [(one.failure, one.relevant) for one in report.questions] == [("not retrieved", {"d21": 1})]
