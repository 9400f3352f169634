from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import hostile
import pytest

from index.errors import UnreadableFile
from index.load.base import Limits
from index.load.isolate import run_limited

SHORT = Limits(seconds=0.5)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def gone(process: int) -> bool:
    """Wait until a process has ended, ten seconds at most."""
    deadline = time.monotonic() + 10
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(process)


def test_values_go_there_and_come_back() -> None:
    given = ["lone \ud800 and 😀", b"bytes", [1, None, {"a": 0.5}], ""]
    assert run_limited(hostile.echo, *given, limits=Limits()) == ["lone \ud800 and 😀", "bytes", *given[2:]]


def test_a_large_source_goes_there_and_comes_back() -> None:
    (text,) = run_limited(hostile.echo, b"x" * 30_000_000, limits=Limits())
    assert len(text) == 30_000_000


def test_an_answer_larger_than_an_article_may_be_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="gives more than 1,000 bytes"):
        run_limited(hostile.echo, "x" * 1000, limits=Limits(file_bytes=1000))
    assert run_limited(hostile.echo, 1, limits=Limits()) == [1]


def test_one_process_serves_one_source_after_the_other() -> None:
    processes = {run_limited(hostile.process, limits=Limits()) for _ in range(20)}
    assert len(processes) == 1
    assert os.getpid() not in processes


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        pytest.param(hostile.spin, "took longer than 0.5 s to parse", id="endless loop"),
        pytest.param(hostile.sleep, "took longer than 0.5 s to parse", id="endless wait"),
        pytest.param(hostile.crash, "the parser crashed (SIGSEGV)", id="crash"),
        pytest.param(hostile.leave, "the parser crashed (exit code 3)", id="exit"),
        pytest.param(hostile.stumble, "could not be parsed: KeyError: '/Root\\n'", id="unforeseen error"),
        pytest.param(hostile.recurse, "nested too deeply", id="recursion"),
        pytest.param(hostile.refuse, "is no page", id="refusal"),
    ],
)
def test_what_a_parser_does_ends_in_a_reason_and_the_next_source_is_read(
    function: Callable[[], None], reason: str
) -> None:
    with pytest.raises(UnreadableFile) as raised:
        run_limited(function, limits=SHORT)
    assert reason in str(raised.value)
    assert run_limited(hostile.echo, 1, limits=Limits()) == [1]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not hold a process to its address space")
def test_memory_is_bounded() -> None:
    with pytest.raises(UnreadableFile, match="needed more than 1 GB"):
        run_limited(hostile.devour, limits=Limits())


def test_a_limit_ends_the_process() -> None:
    process = run_limited(hostile.process, limits=Limits())
    began = time.monotonic()
    with pytest.raises(UnreadableFile):
        run_limited(hostile.sleep, limits=SHORT)
    assert 0.5 <= time.monotonic() - began < 1.4
    assert gone(process)


def test_the_process_does_not_read_modules_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableFile):
        run_limited(hostile.leave, limits=Limits())
    assert run_limited(hostile.echo, 1, limits=Limits()) == [1]


def test_the_process_loads_no_model() -> None:
    code = "import sys, index.load.isolate; print(sorted({'torch', 'transformers', 'trafilatura'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["ctrl-c", "term", "kill"])
def test_the_process_ends_with_its_parent(tmp_path: Path, ending: signal.Signals) -> None:
    code = (
        "import signal, hostile\nfrom index.load.base import Limits\nfrom index.load.isolate import run_limited\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print(run_limited(hostile.process, limits=Limits()), flush=True)\n"
        "try:\n    run_limited(hostile.sleep, limits=Limits(seconds=1))\nexcept KeyboardInterrupt:\n    pass\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(hostile.__file__).parent)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        process = int(parent.stdout.readline())
        time.sleep(0.2)
        parent.send_signal(ending)
        assert parent.stderr.read() == ""
    assert gone(process)
