"""A test set in whatever format it comes."""

from __future__ import annotations

from pathlib import Path

from qa.errors import InvalidTestSet
from qa.evaluate.beir import RetrievalSet, is_beir, read_beir
from qa.evaluate.table import SUFFIXES, format_of, read_table
from qa.evaluate.testset import TestSet, read_squad


def read_testset(path: Path) -> TestSet | RetrievalSet:
    """Read a test set: SQuAD .json, a table (.jsonl, .csv, .tsv), each also as .gz, or a BEIR folder.

    Raises:
        InvalidTestSet: If it cannot be read, is of another format, or has no usable question.
    """
    if not path.exists():
        raise InvalidTestSet(f"Cannot read {str(path)!r}: No such file or directory.")
    if is_beir(path):
        return read_beir(path)
    if format_of(path) in SUFFIXES:
        return read_table(path)
    return read_squad(path)
