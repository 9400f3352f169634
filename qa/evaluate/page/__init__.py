"""An evaluation as one page of HTML."""

from qa.evaluate.page.document import report_page

__all__ = ["report_page"]
