"""Files of questions to files of answers; a run that was stopped goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from index.errors import InvalidFilter
from index.search.filters import Filter
from qa.answer import Answer
from qa.assistant import Assistant
from qa.batch.journal import Journal
from qa.batch.narrowing import narrowed
from qa.batch.question import Layout, Question, Source
from qa.batch.read import Survey, digest, find_source, read_questions, survey
from qa.batch.result import Record, Result
from qa.batch.write import check_output, check_size, write_answers
from qa.errors import InvalidBatch, OutputError, QAError
from qa.many import Asked

CHUNK = 32
"""How many questions are answered and put on the disk at a time."""


@dataclass(frozen=True)
class Outcome:
    """How a batch went.

    Attributes:
        answered: How many questions have an answer.
        not_in_articles: How many have none.
        errors: How many could not be asked.
        resumed: How many of these an earlier run had done.
        cut: How many cells were cut, see `qa.batch.write.write_answers`.
        index_changed: Whether the index changed while they were answered, so that not all are to the same articles.
    """

    answered: int
    not_in_articles: int
    errors: int
    resumed: int = 0
    cut: int = 0
    index_changed: bool = False


def check_files(questions: Path | Source, answers: Path, layout: Layout = Layout()) -> Survey:
    """Look through a file of questions before the models are loaded.

    Raises:
        InvalidBatch: If it has no questions or cannot be read.
        OutputError: If the answers cannot be written where they should go.
    """
    source = find_source(questions, layout) if isinstance(questions, Path) else questions
    check_output(answers, source.path)
    found = survey(source, layout)
    check_size(answers, found)
    return found


def run_batch(
    assistant: Assistant,
    questions: Path | Source,
    answers: Path,
    done: Callable[[int], None] = lambda count: None,
    *,
    layout: Layout = Layout(),
    surveyed: Survey | None = None,
    restart: bool = False,
) -> Outcome:
    """Answer a file of questions, in their order, one row for each; in constant memory.

    The answers are gathered in `NAME.partial` beside the file they are for, `CHUNK` at a time, and written to it when
    all are there; it appears whole. Stopped at any moment, the same call goes on after the last whole chunk.

    Args:
        assistant: What answers them. A row's own filter is on top of the assistant's.
        questions: See `read_questions`.
        answers: A .jsonl, .csv, .xlsx or .html; one that stands there is replaced at the end.
        done: Called with the number of questions done: at first those of an earlier run, then after each chunk.
        layout: How the file of questions is laid out.
        surveyed: What `check_files` returned, so that it is not done again.
        restart: Begin anew whatever an earlier run has done.

    Raises:
        InvalidBatch: If the questions cannot be read, or change meanwhile.
        OutputError: If the answers cannot be written, another process writes them, or an earlier run's are to other
            questions, another index or with other options; it says which.
        ArticleIndexError: If the index cannot be searched.
    """
    source = find_source(questions, layout) if isinstance(questions, Path) else questions
    found = surveyed or check_files(source, answers, layout)
    source = replace(source, warn=False)
    partial = answers.with_name(answers.name + ".partial")
    generation = assistant.index.generation
    try:
        with (
            _alone(partial),
            Journal.open(partial, _about(assistant, found, layout), found.questions, CHUNK, restart=restart) as journal,
        ):
            resumed = journal.done
            done(resumed)
            rows = islice(read_questions(source, layout), resumed, None)
            while chunk := list(islice(rows, CHUNK)):
                journal.append(_answers(assistant, chunk))
                done(journal.done)
            if journal.done != found.questions or digest(source) != found.digest:
                raise InvalidBatch(
                    f"{source.name!r} was changed while its questions were answered. Give --restart to begin again."
                )
            results = map(Result, range(1, journal.done + 1), read_questions(source, layout), journal.records())
            cut = write_answers(answers, found.columns, results, journal.counts)
            journal.remove()
    except OSError as error:
        raise OutputError(f"Cannot write {str(answers)!r}: {error.strerror or error}.") from error
    counts = journal.counts
    changed = assistant.index.generation != generation
    return Outcome(counts["answered"], counts["none"], counts["error"], resumed, cut, changed)


def _about(assistant: Assistant, found: Survey, layout: Layout) -> dict[str, Any]:
    """Return what answers depend on, by names that a user knows."""
    info = assistant.index.info()
    return {
        "the questions' file (sha256)": found.digest,
        "the index's folder": str(Path(info.path).resolve()),
        "the index's generation": info.generation,
        "the number of articles": info.counts.articles,
        "the number of passages": info.counts.passages,
        "the state of the index (sha256)": assistant.index.digest(),
        "the embedder": asdict(info.manifest.embedder),
        "the reader": assistant.reader.name,
        "--passages": assistant.passages,
        "--threshold": assistant.threshold,
        "the filters": asdict(assistant.only),
        "--question": layout.column,
        "--format": layout.format,
        "--filter-columns": dict(layout.filters),
        "the version of Pullquote": version("pullquote"),
    }


def _answers(assistant: Assistant, rows: Sequence[Question]) -> list[Record]:
    """Answer some rows; one that cannot be asked gives an error."""
    known = assistant.index.titles({name for row in rows if row.only for name in row.only.articles})
    asked = [_asked(assistant.only, row, known) for row in rows]
    given = iter(assistant.ask_many([one for one in asked if isinstance(one, Asked)]))
    return [_record(row, next(given) if isinstance(one, Asked) else one) for row, one in zip(rows, asked, strict=True)]


def _record(row: Question, outcome: Answer | QAError | str) -> Record:
    if isinstance(outcome, Answer):
        return Record(outcome)
    return Record(None, outcome if isinstance(outcome, str) else f"{row.location}: {outcome}")


def _asked(base: Filter, row: Question, known: Mapping[str, str | None]) -> Asked | str:
    """Return what is asked for a row, or why nothing can be."""
    if row.text is None or row.error is not None:
        return row.error or f"{row.location} has no question"
    unknown = [name for name in row.only.articles if name not in known] if row.only else []
    if unknown:
        return f"{row.location} asks of the article {unknown[0]!r}, which the index does not hold"
    try:
        return Asked(row.text, narrowed(base, row.only) if row.only else None)
    except InvalidFilter as error:
        return f"{row.location}: {error}"


@contextmanager
def _alone(partial: Path) -> Iterator[None]:
    """Hold a lock beside the journal, so that no two processes write it."""
    from filelock import FileLock, Timeout

    lock = FileLock(partial.with_name(partial.name + ".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"Another process is writing {str(partial)!r}. Wait for it, or name another file for the answers."
        ) from None
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
