"""From a question to a cited answer, the whole way.

    question -> checked -> embedded -> passages found -> answers read and weighed -> best one cited -> Answer

Every way in (chat, command line, batch, evaluation) goes through `Assistant`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.article import Article, Hit, clean_text
from index.errors import EmbedderChanged
from index.search.filters import EVERYTHING, Filter
from index.search.query import parse_query
from index.store import Index
from qa.answer import SCHEMA_VERSION, Answer, Candidate, Citation, FoundPassage, Kind, Models, Reason, Timings
from qa.cite import cite
from qa.errors import InvalidQuestion, QAError
from qa.many import Asked, one_thread_each
from qa.question import check_question
from qa.read import Reader
from qa.weigh import Place, read_answers

PASSAGES_READ = 5
_ALTERNATIVES = 3
_ALTERNATIVE_SHARE = 0.5
_CITATIONS = 5


@dataclass(frozen=True)
class Stage:
    """What is being done now, while an answer is on its way."""

    name: Literal["searching", "reading"]
    passages: int = 0


class Assistant:
    """Answers questions from an index. Safe to use from several threads."""

    def __init__(
        self,
        index: Index,
        reader: Reader,
        *,
        passages: int = PASSAGES_READ,
        threshold: float | None = None,
        only: Filter = EVERYTHING,
    ) -> None:
        """Put an assistant together.

        Args:
            index: The articles.
            reader: What reads the passages found.
            passages: How many passages are read for a question.
            threshold: The confidence from which an answer is given; without one, the reader's own.
            only: Which articles are searched where a question does not say.
        """
        self.index = index
        self.reader = reader
        self.passages = passages
        self.threshold = reader.threshold if threshold is None else threshold
        self.only = only

    def warm_up(self) -> None:
        """Load what the first question would wait for."""
        self.index.search("warm up", 1)

    def ask(self, question: str, only: Filter | None = None, *, used: str | None = None) -> Answer:
        """Answer a question.

        What stands in double quotes must stand in a passage, word by word, unless it stands in none.

        Args:
            question: In a sentence.
            only: Which articles are searched; without it, those that the assistant searches.
            used: The question to search and read in its place, such as a follow-up made complete.

        Raises:
            InvalidQuestion: If it is blank or longer than `qa.question.MAX_QUESTION_CHARACTERS`.
            ArticleIndexError: If the index cannot be searched.
        """
        for step in self.stream(question, only, used=used):
            if isinstance(step, Answer):
                return step
        raise AssertionError("a stream ends with its answer")

    def ask_many(self, asked: Sequence[Asked]) -> list[Answer | QAError]:
        """Answer many questions, as many at a time as torch has threads; sooner than one after the other.

        Each is answered by itself, so that an answer does not depend on what else is asked, nor on the order. From the
        one that `ask` gives it may differ in the last bits of its numbers, since torch adds them up in another order
        (a confidence by less than 1e-6), and in `timings_ms`: those are of this question alone, while others are
        answered beside it, so that all of them sum up to more than the time that has passed.

        Args:
            asked: The questions. All answers are kept in memory: give a long list in parts, of 64 or so.

        Returns:
            For each question, in order, its answer, or why it cannot be asked (an `InvalidQuestion`).

        Raises:
            ArticleIndexError: If the index cannot be searched; the answers are lost.
        """
        with one_thread_each() as workers:
            return list(workers.map(self._ask_one, asked))

    def _ask_one(self, asked: Asked) -> Answer | QAError:
        try:
            return self.ask(asked.question, asked.only)
        except InvalidQuestion as error:
            return error

    def stream(self, question: str, only: Filter | None = None, *, used: str | None = None) -> Iterator[Stage | Answer]:
        """Do as `ask` does, and say each stage before it begins; the last item is the answer."""
        question_used = check_question(question if used is None else used)
        only = self.only if only is None else only
        generation = self.index.generation

        yield Stage("searching")
        found, watch = self._search(question_used, only)
        searched = self.index.coverage(only)
        hits, articles = self._find(found)
        watch.lap("search")

        yield Stage("reading", len(hits))
        answers = read_answers(self.reader, question_used, hits, searched.articles)
        watch.lap("read")

        candidates = self._candidates(answers, articles)
        kind, reason = self._decide(candidates, searched.articles)
        watch.lap("cite")

        given = candidates if kind == "extracted" else []
        copied = self.index.titles({copy.article_id for hit in hits for copy in hit.copies})
        titles = {**copied, **{article.id: article.title for article in articles.values()}}
        others = [c for c in given[1:] if c.confidence >= _ALTERNATIVE_SHARE * self.threshold]
        yield Answer(
            schema_version=SCHEMA_VERSION,
            question=clean_text(question),
            question_used=question_used,
            text=given[0].text if given else None,
            kind=kind,
            reason=reason,
            confidence=candidates[0].confidence if candidates else 0.0,
            threshold=self.threshold,
            citations=given[0].citations if given else (),
            alternatives=tuple(others[:_ALTERNATIVES]),
            passages=tuple(FoundPassage.of(hit, titles) for hit in hits),
            searched=searched,
            index_generation=generation,
            models=Models(self.index.manifest.embedder.name, self.reader.name),
            timings_ms=watch.timings(),
        )

    def _search(self, question: str, only: Filter) -> tuple[list[Hit], _Watch]:
        """Embed and search; again with the new embedder where the passages were embedded anew in between.

        Where no passage has what the question quotes, its words are searched like others.
        """
        while True:
            watch = _Watch()
            encoder = self.index.encoder
            vector = encoder.encode([question])[0]
            watch.lap("embed")
            try:
                for phrases in (True, False):
                    hits = self.index.search_embedded(
                        question, vector, self.passages, encoder.info, only=only, phrases=phrases
                    )
                    if hits or not parse_query(question).phrases:
                        break
                return hits, watch
            except EmbedderChanged:
                continue

    def _find(self, hits: Sequence[Hit]) -> tuple[list[Hit], dict[str, Article]]:
        """Return the hits with their articles; a hit whose article was removed meanwhile is left out."""
        found = map(self.index.find, {hit.passage.article_id for hit in hits})
        articles = {article.id: article for article in found if article is not None}
        return [hit for hit in hits if hit.passage.article_id in articles], articles

    def _candidates(self, answers: Sequence[Sequence[Place]], articles: Mapping[str, Article]) -> list[Candidate]:
        """Cite the answers, best first, each with its best place and those from which alone it would be given.

        A place whose citation does not hold is left out, and so is one beyond `_CITATIONS`.
        """
        candidates: list[Candidate] = []
        for places in answers:
            cited: list[tuple[float, Citation]] = []
            for place in places:
                passage, confidence = place.hit.passage, self.reader.calibration.probability(place.evidence)
                citation = cite(articles[passage.article_id], passage, place.start, place.end)
                if citation.status == "verified" and (not cited or confidence >= self.threshold):
                    cited.append((confidence, citation))
            if cited:
                best = cited[0]
                candidates.append(
                    Candidate(best[1].quote, best[0], tuple(citation for _, citation in cited[:_CITATIONS]))
                )
        return candidates

    def _decide(self, candidates: Sequence[Candidate], searched: int) -> tuple[Kind, Reason | None]:
        if candidates and candidates[0].confidence >= self.threshold:
            return "extracted", None
        if searched:
            return "none", "below_threshold"
        return "none", "filtered_out" if len(self.index) else "empty_index"


class _Watch:
    """Measures the stages of one question."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._laps[stage] = round(1000 * (now - self._last), 3)
        self._last = now

    def timings(self) -> Timings:
        return Timings(**self._laps, total=round(1000 * (self._last - self._began), 3))
