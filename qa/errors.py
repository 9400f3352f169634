"""What can go wrong on the way from a question to an answer.

QAError
├── InvalidQuestion   nothing to search for, or too long
├── ReaderError       a reader that cannot be loaded
├── InvalidBatch      a file of questions that cannot be read
├── InvalidTestSet    a test set that cannot be read
├── OutputError       answers or a report that cannot be written
└── ChatUnavailable   a chat that cannot be started
"""

from __future__ import annotations


class QAError(Exception):
    """Root of every error that the `qa` package raises on purpose."""


class InvalidQuestion(QAError):
    """A question with nothing to search for, or one that is too long."""


class ReaderError(QAError):
    """A reader that cannot be loaded."""


class InvalidBatch(QAError):
    """A file of questions that cannot be read."""


class InvalidTestSet(QAError):
    """A test set that cannot be read."""


class OutputError(QAError):
    """Answers or a report that cannot be written."""


class ChatUnavailable(QAError):
    """A chat that cannot be started."""
