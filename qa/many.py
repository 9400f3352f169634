"""Many questions at once: a question for each of torch's threads, instead of all threads for one question.

An operation on one question is too small to be shared well: the threads wait for each other some hundred times in it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from index.search.filters import Filter


@dataclass(frozen=True)
class Asked:
    """One of many questions.

    Attributes:
        question: In a sentence.
        only: Which articles are searched for it; without it, those that the assistant searches.
    """

    question: str
    only: Filter | None = None


def one_thread_each() -> ThreadPoolExecutor:
    """Return as many workers as torch has threads here, in each of which torch has one; use it in a `with` block.

    Neither the caller's number of threads nor that of threads yet to come is changed, save for one whose first use of
    torch falls into the moment in which a worker starts.
    """
    from index.bert import thread_count, use_threads

    threads = thread_count()
    return ThreadPoolExecutor(threads, "asking", use_threads, (1, threads))
