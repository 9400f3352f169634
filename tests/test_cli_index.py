"""The commands that make and keep an index, as their users run them."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from cli_inside import Inside

pytestmark = pytest.mark.cli


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three articles in `news`, indexed."""
    folder = tmp_path_factory.mktemp("cli-index")
    news = folder / "news"
    news.mkdir()
    (news / "envoy.txt").write_text("The envoy Harbeck met the mayor of Velmar on 3 May.")
    (news / "herring.html").write_text(
        "<html lang=en><head><title>Herring prices fall</title></head><body><article><h1>Herring prices fall</h1>"
        "<p>Herring prices fell by a third in Tornby on Monday, the fishermen's union said.</p>"
        "<p>Boats stayed in the harbour for the second week.</p></article></body></html>"
    )
    (news / "bridge.txt.gz").write_bytes(gzip.compress(b"The bridge at Lowfield was closed after a storm."))
    assert Inside(folder)("index", "news").stdout == "added 3, replaced 0, unchanged 0, failed 0; " + holds(3)
    return folder


@pytest.fixture
def run(indexed: Path, tmp_path: Path) -> Inside:
    """Commands in a copy of that folder."""
    return Inside(shutil.copytree(indexed, tmp_path / "work"))


def holds(count: int) -> str:
    return f"the index in .pullquote holds {count} articles\n"


def ids(run: Inside, *options: str) -> list[str]:
    return [line.split("\t")[0] for line in run("list", *options).stdout.splitlines()]


def test_sync_removes_what_is_gone_and_it_can_be_brought_back(run: Inside) -> None:
    assert "added 0, replaced 3" in run("index", "news").stdout
    (run.folder / "news" / "envoy.txt").unlink()
    assert "unchanged 2, failed 0" in run("index", "news").stdout
    done = run("index", "news", "--sync")
    assert done.stdout == "added 0, replaced 0, unchanged 2, removed 1, failed 0; " + holds(2)
    assert ids(run, "--removed") == ["envoy.txt"]
    assert run("remove", "--undo", "envoy.txt").stdout == "brought back 1; " + holds(3)
    assert ids(run, "--removed") == []
    assert run("verify").stdout == "ok: 3 articles\n"


def test_sync_removes_nothing_when_the_folder_is_not_there(run: Inside) -> None:
    run("index", "news")
    (run.folder / "news").rename(run.folder / "elsewhere")
    done = run("index", "news", "--sync")
    assert done.returncode == 1
    assert "not indexed: news does not exist" in done.stderr
    assert len(ids(run)) == 3


def test_erasing_leaves_no_word_and_compact_ends_undo(run: Inside) -> None:
    assert run("remove", "--erase", "envoy.txt").stdout == "erased 1; " + holds(2)
    files = [file for file in (run.folder / ".pullquote").rglob("*") if file.is_file()]
    assert b"arbeck" not in b"".join(file.read_bytes() for file in files)
    assert "brings them back" in run("remove", "bridge.txt.gz").stdout
    assert "MB now" in run("compact").stdout
    done = run("remove", "--undo", "bridge.txt.gz")
    assert (done.returncode, "'bridge.txt.gz'" in done.stderr) == (1, True)


def test_a_backup_is_restored_elsewhere(run: Inside) -> None:
    assert run("backup", "kept.sqlite").stdout.startswith("written to kept.sqlite (0.")
    done = run("restore", "kept.sqlite", "--index", "again")
    assert done.stdout == "the index in again holds 3 articles\n"
    assert "holds an index" in run("restore", "kept.sqlite", "--index", "again").stderr
    assert run("verify", "--index", "again").stdout == "ok: 3 articles\n"


def test_repair_makes_anew_what_is_derived(run: Inside) -> None:
    with sqlite3.connect(run.folder / ".pullquote" / "catalog.sqlite") as db:
        db.execute("UPDATE passages SET vector = zeroblob(1536) WHERE row = 1")
    done = run("verify")
    assert done.returncode == 1
    assert "length 0.0000" in done.stdout
    assert "pullquote verify --repair" in done.stderr
    assert run("verify", "--repair").stdout == "ok: 3 articles\n"


def test_fields_of_other_names_are_mapped(run: Inside) -> None:
    rows = [{"body": "Snow fell on the pass.", "headline": "Snow", "desk": "weather"}]
    (run.folder / "export.json").write_text(json.dumps(rows))
    done = run("index", "export.json", "--map", "text=body,title=headline")
    assert done.stdout.startswith("added 1,")
    assert "\tSnow\t" in run("list").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["index", "news/*.nothing"], 1, "nothing", id="pattern without a match"),
        pytest.param(["index", "news", "--map", "text"], 1, "expected FIELD=NAME", id="map"),
        pytest.param(["index", "news", "--max-file", "0"], 2, "x>=1", id="limit"),
        pytest.param(["index", "http://127.0.0.1:9/x"], 1, "private", id="private address"),
        pytest.param(["remove", "a", "--undo", "--erase"], 2, "exclude each other", id="undo and erase"),
        pytest.param(["remove", "--undo", "envoy.txt"], 1, "'envoy.txt'", id="undo of what is there"),
        pytest.param(["backup", "no/folder/x"], 1, "cannot be written", id="backup"),
        pytest.param(["restore", "none", "--index", "n"], 1, "There is no backup at 'none'", id="no backup"),
        pytest.param(["reembed", "no/where"], 1, "embedder 'no/where'", id="embedder"),
    ],
)
def test_an_error_says_what_is_wrong(
    run: Inside, arguments: list[str], code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(ids(run)) == 3
