"""Evaluation against a QA test set."""

from qa.evaluate import metrics
from qa.evaluate.beir import RetrievalSet
from qa.evaluate.contexts import articles_of, contexts_as_index, corpus_as_index
from qa.evaluate.question_result import QuestionResult
from qa.evaluate.reading import read_testset
from qa.evaluate.report_data import EvaluationReport
from qa.evaluate.run import Progress, What, evaluate, evaluate_retrieval
from qa.evaluate.testset import TestSet, read_squad

__all__ = [
    "EvaluationReport",
    "Progress",
    "QuestionResult",
    "RetrievalSet",
    "TestSet",
    "What",
    "articles_of",
    "contexts_as_index",
    "corpus_as_index",
    "evaluate",
    "evaluate_retrieval",
    "metrics",
    "read_squad",
    "read_testset",
]
