"""`pullquote eval` as its users run it: every format, the index and the set's own articles, rubbish."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_inside import Inside

pytestmark = pytest.mark.cli

TEXT = "The Pakistani delegation visited Washington in May. It was led by Bilawal Bhutto Zardari, a former minister."
SQUAD = {
    "data": [
        {
            "title": "Visit",
            "paragraphs": [
                {
                    "context": TEXT,
                    "qas": [
                        {
                            "id": "1",
                            "question": "Who led the Pakistani delegation?",
                            "answers": [
                                {"text": "Bilawal Bhutto Zardari", "answer_start": TEXT.index("Bilawal Bhutto Zardari")}
                            ],
                        },
                        {"id": "2", "question": "What is the capital of Peru?", "answers": [], "is_impossible": True},
                        {
                            "id": "3",
                            "question": "Which city did the delegation visit?",
                            "answers": [{"text": "Paris", "answer_start": 0}],
                        },
                    ],
                }
            ],
        }
    ]
}
FILES = {
    "squad.json": json.dumps(SQUAD),
    "table.csv": "question,answer,article\nWho led the Pakistani delegation?,Bilawal Bhutto Zardari,visit.txt\n"
    "What is the capital of Peru?,,\nWhich city?,Paris,visit.txt\n",
    "beir/corpus.jsonl": json.dumps({"_id": "d1", "title": "Visit", "text": TEXT})
    + '\n{"_id": "d2", "title": "", "text": "It rained."}\n',
    "beir/queries.jsonl": '{"_id": "q1", "text": "Who led the delegation?"}\n',
    "beir/qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
    "empty.json": "",
    "no-column.csv": "question,answer\nWho?,Ada\n",
    "folder/note.txt": "",
}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one article indexed in it, and test sets beside it."""
    folder = tmp_path_factory.mktemp("eval")
    for name, content in {**FILES, "articles/visit.txt": TEXT}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    done = Inside(folder)("index", "articles/visit.txt")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(indexed: Path, tmp_path: Path) -> Inside:
    return Inside(shutil.copytree(indexed, tmp_path / "work"))


@pytest.mark.parametrize(
    ("testset", "articles"),
    [
        pytest.param("squad.json", "from-testset", id="SQuAD, its own contexts"),
        pytest.param("squad.json", "index", id="SQuAD, the index"),
        pytest.param("table.csv", "index", id="a table"),
    ],
)
def test_a_test_set_is_evaluated(run: Inside, testset: str, articles: str) -> None:
    done = run("eval", testset, "-o", "report", "--articles", articles, "--robustness", "1")
    assert done.returncode == 0, done.stderr
    report = json.loads((run.folder / "report" / "report.json").read_text(encoding="utf-8"))
    assert (report["test_set"], report["articles"], report["task"]) == (testset, articles, "answers")
    assert report["answers"]["answerable"]["f1"] == {"value": 1.0, "low": None, "high": None, "n": 1}
    assert report["retrieval_by_passage"]["recall@1"]["value"] == 1.0
    assert report["cost"]["peak_memory_bytes"] > 50_000_000
    assert report["settings"]["robustness"] == 1
    (skipped,) = report["skipped"]
    assert skipped["where"].startswith(testset)
    assert f"skipped: {skipped['id']!r}: " in done.stderr


def test_a_beir_folder_is_evaluated_for_retrieval(run: Inside) -> None:
    done = run("eval", "beir", "-o", "report", "--articles", "from-testset")
    assert done.returncode == 0, done.stderr
    report = json.loads((run.folder / "report" / "report.json").read_text(encoding="utf-8"))
    assert (report["task"], report["settings"]["searched_articles"]) == ("retrieval", 2)
    assert report["retrieval_by_article"]["recall@1"]["value"] == 1.0
    assert report["answers"] == {}


@pytest.mark.parametrize(
    ("testset", "message"),
    [
        pytest.param("nowhere.json", "No such file", id="missing"),
        pytest.param("empty.json", "is not JSON", id="empty"),
        pytest.param("folder", "without qrels", id="a folder"),
        pytest.param("no-column.csv", "no column 'article' or 'context'", id="a missing column"),
        pytest.param("beir", "None of the 1 relevant articles", id="articles that are not in the index"),
    ],
)
def test_rubbish_is_one_line_of_error(run: Inside, testset: str, message: str) -> None:
    done = run("eval", testset, "-o", "report")
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (run.folder / "report" / "report.json").exists()
