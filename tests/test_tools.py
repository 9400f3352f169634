"""Set-up says in one line what is in its way."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def setup() -> ModuleType:
    return load("setup")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr().err
    assert said.startswith("pullquote: ")
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("system", "machine", "libc", "message"),
    [
        ("Windows", "AMD64", ("", ""), "Windows on AMD64 is not supported"),
        ("Darwin", "x86_64", ("", ""), "Darwin on x86_64 is not supported"),
        ("Linux", "x86_64", ("", ""), "Supported: Linux with glibc"),
        ("Linux", "riscv64", ("glibc", "2.36"), "Linux on riscv64 is not supported"),
    ],
)
def test_an_unsupported_machine_is_named(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    system: str, machine: str, libc: tuple[str, str], message: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: libc)
    with pytest.raises(SystemExit, match="1"):
        setup.check_machine()
    assert message in one_line(capsys)


def test_an_old_python_is_named(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr("platform.python_version", lambda: "3.9.2")
    with pytest.raises(SystemExit, match="1"):
        setup.check_machine()
    assert "Python 3.9.2 is too old, 3.11 or newer is needed" in one_line(capsys)


def test_a_python_without_venv_is_named(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="1"):
        setup.check_machine()
    assert "this Python has no venv. On Debian or Ubuntu: apt install python3." in one_line(capsys)


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ("WARNING: Retrying ... NewConnectionError\nERROR: No matching distribution", "cannot reach the package index"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: No matching distribution found for x==1", "No matching distribution found for x==1"),
        ("", "pip said nothing"),
    ],
)
def test_a_failed_installation_says_why(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    log: str, message: str,
) -> None:  # fmt: skip
    path = tmp_path / "install.log"
    path.write_text(log)
    monkeypatch.setattr(setup, "LOG", str(path))
    monkeypatch.setattr("subprocess.call", lambda *arguments, **options: 1)
    with pytest.raises(SystemExit, match="1"):
        setup.pip("-r", "requirements.lock")
    assert message in one_line(capsys)


def test_a_browser_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = load("browser")
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    monkeypatch.setattr(browser, "install", lambda: None)
    assert browser.main() == 1
    assert "make test CHROMIUM=PATH" in one_line(capsys)


def test_the_lock_names_no_cuda_package_and_no_local_version() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower().splitlines()
    assert "torch==2.13.0" in lines
    assert not [line for line in lines if line.startswith(("nvidia", "triton", "cuda")) or "+" in line or "@" in line]
