"""The README and the documents say what is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from index import Article, read_articles
from qa.cli import cli
from qa.evaluate import read_squad
from qa.read.weights import read_card

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})


def test_every_command_is_in_the_readme() -> None:
    for name in cli.commands:
        assert f"pullquote {name}" in README, name


def test_every_command_in_the_readme_exists() -> None:
    for name in re.findall(r"^\s*(?:\$ )?(?:\.venv/bin/)?pullquote ([a-z-]+)", README, re.MULTILINE):
        assert CliRunner().invoke(cli, [name, "--help"]).exit_code == 0, name


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "MODEL_CARD.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_seed_article_is_untouched() -> None:
    (article,) = [item for item in read_articles([ROOT / "seeds/articles"]) if isinstance(item, Article)]
    assert article.content_hash == "sha256:6db96781bb689a53854a7f05b5fa2e7d3ce9c8f4314c1a2e17b008b615484eac"
    assert (article.title, article.published) == (None, None)


@pytest.mark.parametrize(
    ("path", "questions", "unanswerable"), [("seeds/qa_test.json", 40, 12), ("tests/data/qa_test.json", 20, 4)]
)
def test_the_test_sets_are_whole(path: str, questions: int, unanswerable: int) -> None:
    testset = read_squad(ROOT / path)
    assert testset.skipped == ()
    assert len(testset.questions) >= questions
    assert sum(not question.golds for question in testset.questions) >= unanswerable
    assert len({question.id for question in testset.questions}) == len(testset.questions)


def test_the_figures_of_the_readme_are_those_of_the_results() -> None:
    latency = json.loads((ROOT / "benchmarks/results/latency.json").read_text())
    for key in ("help_s", "cold_ask_s", "warm_question_s"):
        assert f"{latency[key]['median']:.2f} s" in README


READER_ROWS = {
    "newsqa_dev, right story, F1": ("newsqa_dev, right text", "span always given", "F1"),
    "newsqa_dev, right story, EM": ("newsqa_dev, right text", "span always given", "EM"),
    "squad2_dev, right paragraph, F1": ("squad2_dev, right text", "span always given", "F1"),
    "squad2_dev, its 107 contexts searched, F1": ("squad2_dev, own contexts", "span always given", "F1"),
    "nq_dev, right context, F1": ("nq_dev, right text", "span always given", "F1"),
}


@pytest.mark.parametrize("document", ["README.md", "MODEL_CARD.md"])
@pytest.mark.parametrize(("label", "path"), READER_ROWS.items(), ids=READER_ROWS.keys())
def test_the_readers_figures_are_those_of_its_results(document: str, label: str, path: tuple[str, str, str]) -> None:
    results = json.loads((ROOT / f"benchmarks/results/{read_card().name}.json").read_text())
    name, group, score = path
    value = results["answers"][name][group][score]
    (line,) = [row for row in (ROOT / document).read_text().splitlines() if row.startswith(f"| {label} |")]
    assert f"{100 * value:.1f}" in line.split(" | ")[2]
