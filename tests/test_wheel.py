"""The wheel in an empty environment and an empty folder. Slow: it installs everything anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("pullquote-*.whl")
    return built


def test_the_wheel_holds_the_two_packages_and_the_weights(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"index", "qa"}
    assert {"qa/read/weights/reader.safetensors", "qa/read/weights/reader.json", "qa/chat/style.css"} <= set(names)
    assert wheel.stat().st_size < 25_000_000


def test_the_wheel_holds_the_styles_and_scripts_of_every_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        given = {name: packed.read(name) for name in packed.namelist() if name.endswith((".css", ".js"))}
    files = (path for ending in ("css", "js") for path in (ROOT / "qa").rglob(f"*.{ending}"))
    assert given == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files}
    assert {"qa/evaluate/page/page.css", "qa/evaluate/page/page.js"} < set(given)
    assert sum(name.startswith("qa/chat/scripts/") for name in given) > 1


def test_the_installed_wheel_answers_from_the_seed_article(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    binaries = tmp_path / "env" / "bin"
    lock = str(ROOT / "requirements.lock")
    pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--constraint", lock]
    subprocess.run([*pip, "torch==2.13.0"], check=True, capture_output=True)
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    work = tmp_path / "work"
    shutil.copytree(ROOT / "seeds" / "articles", work / "articles")
    subprocess.run([str(binaries / "pullquote"), "index", "articles"], cwd=work, check=True, capture_output=True)
    asked = [str(binaries / "pullquote"), "ask", "Who met the Indian delegation?"]
    done = subprocess.run(asked, cwd=work, check=True, capture_output=True, text=True)
    assert "Deputy Secretary Landau" in done.stdout
