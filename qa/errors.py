"""What can go wrong on the way from a question to an answer.

QAError
├── InvalidQuestion         nothing to search for, or too long
├── ReaderError             a reader that cannot be loaded
├── InvalidBatch            a file of questions that cannot be read
├── InvalidTestSet          a test set that cannot be read
├── InvalidReport           a report of an evaluation that cannot be read
├── InvalidGate             a score to be reached that cannot be read or is unknown
├── NothingToCompare        two reports that have no question in common
├── OutputError             answers or a report that cannot be written
├── ChatUnavailable         a chat that cannot be started
├── UnknownConversation     a conversation that is not there, or is somebody else's
├── NoFeedback              nothing to make a test set of
└── UnusableConversations   a database of conversations that cannot be read or written
    └── NewerConversations  written by a newer version of Pullquote
"""

from __future__ import annotations

from pathlib import Path


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


class InvalidReport(QAError):
    """A report of an evaluation that cannot be read."""


class InvalidGate(QAError):
    """A score to be reached that cannot be read, or that no report has."""


class NothingToCompare(QAError):
    """Two reports that have no question in common."""


class OutputError(QAError):
    """Answers or a report that cannot be written."""


class ChatUnavailable(QAError):
    """A chat that cannot be started."""


class UnknownConversation(QAError):
    """A conversation that is not there, or is somebody else's; it is not said which."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__(f"No conversation of yours has the id {conversation_id!r}. It may have been deleted.")


class NoFeedback(QAError):
    """Nothing to make a test set of."""


class UnusableConversations(QAError):
    """A database of conversations that cannot be read or written."""


class NewerConversations(UnusableConversations):
    """Conversations that a newer version of Pullquote wrote."""

    def __init__(self, path: Path | None, found: int, supported: int) -> None:
        super().__init__(
            f"The conversations in {str(path)!r} have format {found}; this version reads up to {supported}. "
            "Update Pullquote."
        )
