"""The articles as the chat changes them: what comes in through it, and what is taken out."""

from qa.shelf.report import Outcome, Progress, Report
from qa.shelf.sources import Upload
from qa.shelf.taking import Shelf

__all__ = ["Outcome", "Progress", "Report", "Shelf", "Upload"]
