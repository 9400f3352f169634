"""Files of questions to files of answers.

    from qa.batch import run_batch

Reads .txt, .csv, .tsv, .jsonl and .xlsx, writes .jsonl, .csv, .xlsx and .html. Nothing heavy is imported before it is
used.
"""

from qa.batch.narrowing import parse_filter_columns
from qa.batch.question import FORMATS, Format, Layout, Question, Source
from qa.batch.read import Survey, find_source, read_questions, spooled
from qa.batch.run import CHUNK, Outcome, check_files, run_batch

__all__ = [
    "CHUNK",
    "FORMATS",
    "Format",
    "Layout",
    "Outcome",
    "Question",
    "Source",
    "Survey",
    "check_files",
    "find_source",
    "parse_filter_columns",
    "read_questions",
    "run_batch",
    "spooled",
]
