"""Starter questions, made in the background and anew when the articles have changed."""

from __future__ import annotations

import logging
import threading

from index.errors import ArticleIndexError
from qa.assistant import Assistant
from qa.errors import QAError
from qa.starters import starters

_LOG = logging.getLogger(__name__)


class Starters:
    """Questions that the articles answer. Safe to use from several threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._generation: int | None = None
        self._questions: tuple[str, ...] = ()
        self._making = False

    def questions(self) -> tuple[str, ...]:
        """Return the questions made last, and begin to make them anew if the articles have changed since."""
        generation = self._assistant.index.generation
        with self._lock:
            if generation != self._generation and not self._making:
                self._making = True
                threading.Thread(target=self._make, args=(generation,), name="starters", daemon=True).start()
            return self._questions

    def making(self) -> bool:
        """Tell whether there will be others soon."""
        with self._lock:
            return self._making

    def _make(self, generation: int) -> None:
        questions: tuple[str, ...] = ()
        try:
            questions = tuple(starters(self._assistant))
        except (QAError, ArticleIndexError):
            _LOG.warning("no starter questions could be made", exc_info=True)
        with self._lock:
            self._questions, self._generation, self._making = questions, generation, False
