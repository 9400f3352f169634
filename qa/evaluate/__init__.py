"""Evaluation against a QA test set."""

from qa.evaluate import metrics
from qa.evaluate.contexts import articles_of, contexts_as_index
from qa.evaluate.report import as_table, make_folder, write_report
from qa.evaluate.run import Mean, Report, Row, evaluate
from qa.evaluate.testset import TestSet, read_squad

__all__ = [
    "Mean",
    "Report",
    "Row",
    "TestSet",
    "articles_of",
    "as_table",
    "contexts_as_index",
    "evaluate",
    "make_folder",
    "metrics",
    "read_squad",
    "write_report",
]
