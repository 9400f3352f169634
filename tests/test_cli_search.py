"""Searching and asking some of the articles, as users do it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_inside import Inside

pytestmark = pytest.mark.cli

ARTICLES = (
    {"id": "may", "title": "Ferry strike", "text": "The ferry to Tornby was cancelled. Harbeck led the strike.",
     "published": "2025-05-03", "source": "Coast Press", "authors": ["Ines Roth"], "tags": ["transport"]},
    {"id": "june", "title": "Ferry returns", "text": "The ferry to Tornby sails again. Kessel led the talks.",
     "published": "2025-06", "source": "The Velmar Courier", "tags": ["transport", "talks"]},
    {"id": "undated", "text": "The ferry to Lowfield never sailed. Nobody led anything."},
)  # fmt: skip


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three articles indexed in it."""
    folder = tmp_path_factory.mktemp("cli-search")
    (folder / "wire.jsonl").write_text("".join(json.dumps(article) + "\n" for article in ARTICLES))
    assert Inside(folder)("index", "wire.jsonl").returncode == 0
    return folder


@pytest.fixture
def run(indexed: Path, tmp_path: Path) -> Inside:
    """Commands in a copy of that folder."""
    return Inside(shutil.copytree(indexed, tmp_path / "work"))


def found(run: Inside, *arguments: str) -> set[str]:
    done = run("search", "ferry", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["article_id"] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        pytest.param([], {"may", "june", "undated"}, id="everything"),
        pytest.param(["--since", "2025-06-15"], {"june"}, id="since, a date in part"),
        pytest.param(["--until", "2025-05"], {"may"}, id="until a month"),
        pytest.param(["--source", "coast press"], {"may"}, id="source in any case"),
        pytest.param(["--tag", "talks", "--tag", "transport"], {"may", "june"}, id="either tag"),
        pytest.param(["--tag", "transport", "--author", "Ines Roth"], {"may"}, id="tag and author"),
        pytest.param(["--article", "undated"], {"undated"}, id="article"),
        pytest.param(["--source", "Nobody"], set(), id="none"),
    ],
)
def test_a_search_finds_what_the_filters_let_through(run: Inside, arguments: list[str], ids: set[str]) -> None:
    assert found(run, *arguments) == ids


def test_quoted_words_must_stand_in_the_passage(run: Inside) -> None:
    done = run("search", '"sails again" Tornby')
    assert done.stdout.startswith("[1] Ferry returns · characters 0-54 · score 1.000\n")
    assert "    by meaning: rank 1 · by words: rank 1 (sails, again, tornby)\n" in done.stdout
    assert "[2]" not in done.stdout
    nothing = run("search", '"again sails"')
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "No passage found" in nothing.stderr


def test_a_question_is_asked_of_what_the_filters_let_through(run: Inside) -> None:
    asked = ("ask", "Who led the talks about the ferry?", "--json", "--threshold", "0")
    assert json.loads(run(*asked, "--since", "2025-06").stdout)["citations"][0]["article_id"] == "june"
    answer = json.loads(run(*asked, "--since", "2026").stdout)
    assert (answer["kind"], answer["reason"], answer["passages"]) == ("none", "filtered_out", [])
    plain = run("ask", "Who led the talks?", "--until", "2000")
    assert plain.stdout.startswith("No article in the index passes the filters.")


def test_a_file_of_questions_is_asked_of_what_the_filters_let_through(run: Inside) -> None:
    (run.folder / "q.txt").write_text("Who led the ferry strike?\n")
    assert run("batch", "q.txt", "-o", "a.jsonl", "--source", "The Velmar Courier").returncode == 0
    answer = json.loads((run.folder / "a.jsonl").read_text())
    assert {passage["article_id"] for passage in answer["passages"]} == {"june"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["--since", "yesterday"], 2, "Got since 'yesterday', expected a date as YYYY", id="no date"),
        pytest.param(["--since", "2025-02-30"], 2, "Got since '2025-02-30'", id="no such day"),
        pytest.param(["--since", "2026", "--until", "2025"], 2, "from '2026' to '2025' is empty", id="empty range"),
        pytest.param(["--article", "nobody"], 1, "No article in the index has the id 'nobody'", id="unknown article"),
    ],
)
def test_a_filter_that_is_none_is_refused(run: Inside, arguments: list[str], code: int, message: str) -> None:
    done = run("search", "ferry", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


def test_the_kind_of_faiss_index_is_chosen_and_told(run: Inside) -> None:
    assert "exact (flat), by their number" in run("info").stdout
    assert run("compact", "--vectors", "ivf").returncode == 0
    assert "8-bit codes in lists (ivf), as chosen" in run("info").stdout
    assert found(run) == {"may", "june", "undated"}
    assert run("verify").stdout == "ok: 3 articles\n"
