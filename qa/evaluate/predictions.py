"""An evaluation's answers as the files that the official SQuAD 2.0 script reads."""

from __future__ import annotations

import json
from pathlib import Path

from index.article import clean_text
from qa.errors import OutputError
from qa.evaluate.beir import RetrievalSet
from qa.evaluate.report import make_folder, write_text
from qa.evaluate.report_data import EvaluationReport
from qa.evaluate.testset import TestSet

PREDICTIONS_FILE = "predictions.json"
NO_ANSWER_FILE = "na_prob.json"


def predictions(report: EvaluationReport) -> tuple[dict[str, str], dict[str, float]]:
    """Return the answer to each question by its id, and the probability that it has none.

    For `evaluate-v2.0.py DATA predictions.json --na-prob-file na_prob.json` (Rajpurkar, Jia and Liang, "Know What You
    Don't Know", ACL 2018). An answer is "" where none was given. The probability is 1 less the confidence, which is
    that the best span is right; so the script's `best_f1` over its own thresholds, which can only refuse more, is not
    the best threshold of the report.
    """
    answers = {question.id: question.given or "" for question in report.questions}
    return answers, {question.id: 1 - question.confidence for question in report.questions}


def check_predictions(testset: TestSet | RetrievalSet) -> None:
    """Check that a test set has answers to predict, before it is evaluated.

    Raises:
        OutputError: If it has none.
    """
    if not isinstance(testset, TestSet):
        raise OutputError("There will be no predictions to write: this test set is for retrieval alone.")


def write_predictions(report: EvaluationReport, folder: Path) -> None:
    """Write `predictions.json` and `na_prob.json` into a folder, which is made if need be.

    Raises:
        OutputError: If they cannot be written.
    """
    make_folder(folder)
    for name, document in zip((PREDICTIONS_FILE, NO_ANSWER_FILE), predictions(report), strict=True):
        write_text(folder / name, clean_text(json.dumps(document, ensure_ascii=False, indent=1)) + "\n")
