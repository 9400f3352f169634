"""The design's layering, held by tests: who may import whom, and what is imported late."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "index").rglob("*.py"), *(ROOT / "qa").rglob("*.py")])


@cache
def imports(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names.add(str(node.module))
    return frozenset(names)


def importers(package: str) -> set[str]:
    found = (p for p in SOURCES if any(name.split(".")[0] == package for name in imports(p)))
    return {path.relative_to(ROOT).as_posix() for path in found}


def test_index_never_imports_qa() -> None:
    assert not [path for path in importers("qa") if path.startswith("index/")]


def test_gradio_is_imported_under_the_chat_only() -> None:
    assert importers("gradio") == {f"qa/chat/{name}.py" for name in ("app", "page", "article_events", "told")}


def test_langchain_is_imported_at_its_seam_only() -> None:
    found = importers("langchain_core")
    assert found
    assert all(path.startswith("index/langchain/") for path in found)


def test_models_are_imported_where_they_are_loaded_only() -> None:
    assert importers("sentence_transformers") == {"index/embed.py"}
    reading = {"qa/read/reader.py", "qa/read/tokens.py", "qa/read/weights.py"}
    assert importers("transformers") == {"index/embed.py", *reading}
    assert importers("torch") == {"index/bert.py", "index/search/faiss_after_torch.py", *reading}
    assert importers("faiss") == {"index/search/faiss_after_torch.py"}


@pytest.mark.parametrize(
    "module", ["index", "qa", "qa.cli", "index.store", "qa.evaluate", "qa.evaluate.report", "qa.batch", "qa.testset"]
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    heavy = set(
        "torch transformers sentence_transformers gradio faiss langchain_core tqdm trafilatura lxml pypdfium2 "
        "datasketch feedparser httpx py3langid pydantic pytrec_eval scipy openpyxl".split()
    )
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["index", "index/langchain", "qa", "qa/batch", "qa/read", "qa/evaluate"])
def test_all_is_exact(package: str) -> None:
    """What the front of a package imports, no more and no less, is what it offers."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    module = __import__(package.replace("/", "."), fromlist=["__all__"])
    assert set(module.__all__) == imported
    assert len(set(module.__all__)) == len(module.__all__)
