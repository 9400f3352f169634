"""The pullquote command as its users run it, from a folder of their own; where a process matters, in one."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli_inside import Inside
from cli_process import COMMAND, Done, Run

pytestmark = pytest.mark.cli

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the seed article indexed in it."""
    folder = tmp_path_factory.mktemp("cli")
    done = Run(folder)("index", str(ROOT / "seeds" / "articles"))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(indexed: Path, tmp_path: Path) -> Inside:
    """Commands in a copy of that folder."""
    return Inside(shutil.copytree(indexed, tmp_path / "work"))


@pytest.fixture
def process(run: Inside) -> Run:
    """Commands in the same copy, each in a process of its own."""
    return Run(run.folder)


def test_ask_prints_answer_sentence_source_and_range(process: Run) -> None:
    done = process("ask", "When did the Pakistani delegation visit Washington and New York?")
    assert done.returncode == 0
    assert done.stdout.startswith("May 31 to June 6 [1]\n")
    assert "[1] us-mediation-on-kashmir.txt · undated · characters 1019-1035 · found word for word" in done.stdout
    assert "The Pakistani delegation, led by Pakistan Peoples Party (PPP) Chairman" in done.stdout
    assert done.stderr == ""


def test_ask_json_is_one_answer_whose_quote_stands_in_the_file(run: Inside) -> None:
    done = run("ask", "When did the Pakistani delegation visit Washington and New York?", "--json")
    answer = json.loads(done.stdout)
    text = (ROOT / "seeds/articles/us-mediation-on-kashmir.txt").read_text(encoding="utf-8")
    (citation,) = answer["citations"]
    assert text[citation["start"] : citation["end"]] == citation["quote"] == answer["text"] == "May 31 to June 6"
    assert answer["schema_version"] == 1


def test_not_in_these_articles_is_no_failure(run: Inside) -> None:
    done = run("ask", "hi")
    assert done.returncode == 0
    assert done.stdout.startswith("Not in these articles.")
    assert "The closest passage, not an answer: us-mediation-on-kashmir.txt" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["ask", "x" * 10_000], 1, "10,000 characters, at most 1,000", id="long question"),
        pytest.param(["ask", "Who?", "--index", "none"], 1, "no index at 'none'", id="missing index"),
        pytest.param(["list", "--index", "none"], 1, "pullquote index PATH --index none", id="missing index to list"),
        pytest.param(["remove", "nobody"], 1, "No article in the index has the id 'nobody'", id="unknown id"),
        pytest.param(["eval", "none.json", "-o", "r"], 1, "Cannot read 'none.json'", id="missing test set"),
        pytest.param(["batch", "none.txt", "-o", "a.jsonl"], 1, "No such file", id="missing questions"),
        pytest.param(["ask", "Who?", "--threshold", "2"], 2, "0<=x<=1", id="threshold too high"),
        pytest.param(["ask", "Who?", "--threshold", "nan"], 2, "nan is not in the range", id="threshold not a number"),
        pytest.param(["search", "x", "-k", "0"], 2, "1<=x<=1000", id="no passages"),
        pytest.param(["frobnicate"], 2, "No such command", id="unknown command"),
        pytest.param(["ask", "Who?", "--frob"], 2, "No such option", id="unknown flag"),
    ],
)
def test_an_error_is_one_message_on_standard_error(run: Inside, arguments: list[str], code: int, message: str) -> None:
    check_error(run(*arguments), code, message)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["ask", ""], 1, "has no word in it", id="empty question"),
        pytest.param(["ask", "Who?", "--reader", "nowhere"], 1, "Cannot load the reader 'nowhere'", id="no reader"),
        pytest.param(["index", "x", "--embedder", "no/where", "--index", "n"], 1, "embedder 'no/where'", id="embedder"),
        pytest.param(["ask"], 2, "Missing argument", id="no question"),
    ],
)
def test_an_error_is_the_exit_code_of_the_process(process: Run, arguments: list[str], code: int, message: str) -> None:
    check_error(process(*arguments, HF_HUB_OFFLINE="1"), code, message)  # read when huggingface_hub is imported


def check_error(done: Done, code: int, message: str) -> None:
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_indexing_again_changes_nothing(run: Inside) -> None:
    done = run("index", str(ROOT / "seeds" / "articles"))
    assert done.stdout == "added 0, replaced 0, unchanged 1, failed 0; the index in .pullquote holds 1 articles\n"


def test_what_cannot_be_indexed_is_named_and_the_rest_goes_on(run: Inside) -> None:
    folder = run.folder / "new"
    folder.mkdir()
    (folder / "good.txt").write_text("The envoy met the mayor.")
    (folder / "empty.txt").write_text("")
    (folder / "picture.txt").write_bytes(b"\x89PNG\x00\x00")
    (folder / "table.ods").write_text("x")
    done = run("index", "new")
    assert done.returncode == 1
    assert "added 1, replaced 0, unchanged 0, failed 2; the index in .pullquote holds 2 articles" in done.stdout
    assert "not indexed: new/picture.txt is a binary file" in done.stderr
    assert "passed over: 1 files" in done.stderr


def test_list_info_search_remove_verify(run: Inside) -> None:
    assert run("list").stdout == "us-mediation-on-kashmir.txt\tuntitled\tundated\t2986\n"
    assert "articles    1" in run("info").stdout
    assert json.loads(run("info", "--json").stdout)["counts"] == {"articles": 1, "passages": 5}
    assert json.loads(run("list", "--json").stdout)["characters"] == 2986
    found = [json.loads(line) for line in run("search", "Indus Waters Treaty", "-k", "2", "--json").stdout.splitlines()]
    assert len(found) == 2
    assert "Indus Waters Treaty" in found[0]["text"]
    assert run("search", "Indus Waters Treaty").stdout.startswith("[1] us-mediation-on-kashmir.txt · characters 887-")
    assert run("verify").stdout == "ok: 1 articles\n"
    assert run("remove", "us-mediation-on-kashmir.txt").returncode == 0
    assert run("list").stdout == ""
    assert "no articles in the index" in run("ask", "Who met the delegation?").stdout


def test_verify_fails_on_damage(run: Inside) -> None:
    import sqlite3

    with sqlite3.connect(run.folder / ".pullquote" / "catalog.sqlite") as db:
        db.execute("UPDATE articles SET text = replace(text, 'Hooker', 'Mooker')")
    done = run("verify")
    assert done.returncode == 1
    assert "its hash differs" in done.stdout


def test_batch_answers_in_order(run: Inside) -> None:
    done = run("batch", str(ROOT / "seeds" / "questions.txt"), "-o", "answers.jsonl")
    assert done.returncode == 0, done.stderr
    lines = (run.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    asked = (ROOT / "seeds" / "questions.txt").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["question"] for line in lines] == asked
    assert len(asked) >= 15


def test_the_environment_names_the_index_and_a_flag_overrules_it(run: Inside) -> None:
    assert run("list", PULLQUOTE_INDEX="elsewhere").returncode == 1
    assert run("list", "--index", ".pullquote", PULLQUOTE_INDEX="elsewhere").returncode == 0


def test_it_runs_from_a_folder_with_an_index_folder_and_a_qa_file(process: Run) -> None:
    (process.folder / "index").mkdir()
    (process.folder / "index" / "__init__.py").write_text("raise SystemExit('the wrong index')")
    (process.folder / "qa.py").write_text("raise SystemExit('the wrong qa')")
    assert process("list").stdout.startswith("us-mediation-on-kashmir.txt")


def test_a_closed_pipe_is_quiet(process: Run) -> None:
    shell = f"'{COMMAND}' list --json | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell],
        cwd=process.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("{", "")
    assert done.returncode in (0, 1)


def test_interrupting_leaves_the_index_whole(run: Inside) -> None:
    folder = run.folder / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number:03d}.txt").write_text(f"Story {number}. " + "The envoy met the mayor of the town. " * 540)
    indexing = subprocess.Popen(
        [COMMAND, "index", "many"],
        cwd=run.folder,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job is started with it ignored
    )
    deadline = time.monotonic() + 60
    while len(run("list").stdout.splitlines()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    indexing.send_signal(signal.SIGINT)
    _, error = indexing.communicate(timeout=60)
    assert indexing.returncode == 130, error
    assert error.endswith(
        "Stopped. Articles and answers that were finished before are kept; the same command goes on.\n"
    )
    assert 1 < len(run("list").stdout.splitlines()) < 401
    assert run("verify").returncode == 0


def test_commands_import_what_they_need_in_a_process_of_their_own(process: Run) -> None:
    """What a command imports late may be there already where other tests ran before."""
    (process.folder / "set.csv").write_text("question,answer,article\nWho?,Hooker,us-mediation-on-kashmir.txt\n")
    for command, said in (
        ("search Indus", "[1] us-mediation-on-kashmir.txt"),
        ("info", "passages    5"),
        ("verify", "ok: 1 articles"),
        ("backup kept.sqlite", "written to kept.sqlite"),
        ("restore kept.sqlite --index again", "the index in again holds 1 articles"),
        ("testset propose -o form.csv", "written to form.csv"),
        ("testset check set.csv", "1 questions"),
        ("eval set.csv -o report", "written to report"),
        ("compare report report", "1 questions"),
    ):
        done = process(*command.split())
        assert (done.returncode, said in done.stdout + done.stderr) == (0, True), (command, done)


def test_help_of_every_command(run: Inside) -> None:
    names = [line.split()[0] for line in run("--help").stdout.split("Commands:\n")[1].splitlines() if line.strip()]
    known = "ask backup batch chat compact compare eval export-reader feedback index info list reembed remove restore"
    assert names == [*known.split(), "search", "testset", "verify"]
    for name in names:
        assert run(name, "--help").returncode == 0


def test_the_chat_says_that_its_port_is_taken(process: Run) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = process("chat", "--port", str(port))
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


def test_nothing_needs_a_network(process: Run) -> None:
    """The command in a network namespace of its own, in which there is nothing to reach."""
    command = [
        "unshare",
        "--net",
        "--map-root-user",
        COMMAND,
        "ask",
        "When did the Pakistani delegation visit Washington and New York?",
    ]
    if subprocess.run([*command[:3], "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine gives no network namespaces (unshare --net)")
    done = subprocess.run(command, cwd=process.folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.startswith("May 31 to June 6 [1]\n"), done.stderr
    assert done.stderr == ""
