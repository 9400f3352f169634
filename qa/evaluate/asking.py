"""One question of a test set asked in every way that an evaluation asks it, and scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TypedDict

from index.article import Hit
from index.embed import Vectors
from index.search.hybrid import PER_ARTICLE
from index.search.query import parse_query
from qa.answer import Answer, Citation
from qa.assistant import Assistant
from qa.evaluate import metrics
from qa.evaluate.citations import closest, is_sentence
from qa.evaluate.placing import Placed
from qa.evaluate.report_data import RIGHT_F1, Cited, Failure, QuestionResult, RetrievedPassage, Variant
from qa.evaluate.retrieval import DEEPEST, scores
from qa.evaluate.right_passage import RightPassages, holds, read_right
from qa.question import question_type


class _CitationScores(TypedDict):
    citation_precision: float | None
    citation_recall: float | None
    citation_accurate: bool | None
    citation_right_article: bool | None
    found_word_for_word: bool | None


class Asker:
    """Asks the questions of a test set.

    Every question is answered whatever the confidence, and the threshold applied to what comes back, so that one
    reading gives both the best span and the answer.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._threshold = assistant.threshold
        self._assistant = Assistant(
            assistant.index, assistant.reader, passages=assistant.passages, threshold=0.0, only=assistant.only
        )
        self._right = RightPassages(assistant.index)

    def ask(self, question: Placed) -> QuestionResult:
        """Ask a question of the collection and of the right passage.

        Raises:
            UnknownArticle: If its article was removed meanwhile.
        """
        answer = self._assistant.ask(question.question)
        vector = self._assistant.index.encoder.encode([question.used])[0]
        retrieved = self._found(question, vector)
        right = read_right(self._assistant, question, self._right.right(question), vector)
        read = self._read(question, answer)
        best = answer.text
        given = best if answer.confidence >= self._threshold else None
        cited = answer.citations[0] if answer.citations else None
        answerable = bool(question.golds)
        f1 = metrics.f1(given or "", question.golds)
        best_f1 = metrics.f1(best or "", question.golds) if answerable else None
        right_best = right[0] if right else ""
        right_given = right[0] if right and right[1] >= self._threshold else None
        by_passage, by_article = self._retrieval(question, retrieved, vector)
        return QuestionResult(
            id=question.id,
            question=answer.question,
            question_type=question_type(question.used),
            article_id=question.article_id,
            title=question.title,
            golds=question.golds,
            spans=question.spans,
            answerable=answerable,
            retrieved=retrieved,
            right_passage_read=read,
            given=given,
            cited=_cited(cited) if given is not None else None,
            confidence=answer.confidence,
            best_span=best,
            best_span_cited=_cited(cited),
            em=metrics.exact_match(given or "", question.golds),
            f1=f1,
            em_best_span=metrics.exact_match(best or "", question.golds) if answerable else None,
            f1_best_span=best_f1,
            em_right_passage=metrics.exact_match(right_best, question.golds) if answerable else None,
            f1_right_passage=metrics.f1(right_best, question.golds) if answerable else None,
            given_right_passage=right_given,
            f1_right_passage_given=metrics.f1(right_given or "", question.golds) if question.context else None,
            **self._citation(question, cited if given is not None else None),
            failure=_failure(given, f1, best_f1, read),
            retrieval_by_passage=by_passage,
            retrieval_by_article=by_article,
            robust={},
            timings_ms=asdict(answer.timings_ms),
        )

    def ask_otherwise(self, question: Placed, asked: str) -> Variant:
        """Ask a question in other words of the collection; what is written wrong is not corrected, as the chat does."""
        answer = self._assistant.ask(asked)
        given = answer.text if answer.confidence >= self._threshold else None
        return Variant(
            question=answer.question,
            given=given,
            f1=metrics.f1(given or "", question.golds),
            f1_best_span=metrics.f1(answer.text or "", question.golds) if question.golds else None,
            found=self._read(question, answer),
        )

    def _read(self, question: Placed, answer: Answer) -> bool | None:
        """Tell whether a relevant passage was among those read; None for an unanswerable question."""
        if not question.golds:
            return None
        return any(
            one.article_id == question.article_id and any(one.start <= s and e <= one.end for s, e in question.spans)
            for one in answer.passages
        )

    def _found(self, question: Placed, vector: Vectors) -> tuple[RetrievedPassage, ...]:
        hits = search(self._assistant, question.used, vector)
        titles = self._assistant.index.titles({hit.passage.article_id for hit in hits})
        return tuple(
            retrieved_passage(hit, titles, holds(hit.passage, question.article_id, question.spans)) for hit in hits
        )

    def _retrieval(
        self, question: Placed, retrieved: Sequence[RetrievedPassage], vector: Vectors
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return the scores by passage and by article; none for an unanswerable question."""
        if not question.golds:
            return {}, {}
        relevant = {passage.id for passage in self._right.relevant(question)}
        by_article = articles_found(search(self._assistant, question.used, vector, per_article=1))
        return (
            scores([one.passage_id for one in retrieved], relevant),
            scores(by_article, {question.article_id}),
        )

    def _citation(self, question: Placed, cited: Citation | None) -> _CitationScores:
        found: _CitationScores = {
            "citation_precision": None,
            "citation_recall": None,
            "citation_accurate": None,
            "citation_right_article": None,
            "found_word_for_word": None,
        }
        if cited is None:
            return found
        text = self._assistant.index.article(cited.article_id).text
        found["found_word_for_word"] = text[cited.start : cited.end] == cited.quote
        right_article = cited.article_id == question.article_id
        found["citation_accurate"] = right_article and metrics.overlaps((cited.start, cited.end), question.spans)
        if not question.golds:
            return found
        found["citation_right_article"] = right_article
        found["citation_precision"], found["citation_recall"] = 0.0, 0.0
        if right_article:
            sentences = all(is_sentence(text, start, end) for start, end in question.spans)
            span = (cited.sentence_start, cited.sentence_end) if sentences else (cited.start, cited.end)
            found["citation_precision"], found["citation_recall"] = closest(span, question.spans)
        return found


def search(assistant: Assistant, question: str, vector: Vectors, per_article: int = PER_ARTICLE) -> list[Hit]:
    """Return the 20 best passages, as `Assistant.ask` would find them: quoted words that stand nowhere are words.

    Args:
        assistant: Over the index.
        question: As `check_question` returns it.
        vector: Its vector, shape (dimension,).
        per_article: See `Index.search`.
    """
    hits: list[Hit] = []
    for phrases in (True, False):
        hits = assistant.index.search_embedded(
            question, vector, DEEPEST, only=assistant.only, per_article=per_article, phrases=phrases
        )
        if hits or not parse_query(question).phrases:
            break
    return hits


def retrieved_passage(hit: Hit, titles: Mapping[str, str | None], relevant: bool) -> RetrievedPassage:
    """Flatten a hit, given the titles of articles by id."""
    p = hit.passage
    return RetrievedPassage(p.id, p.article_id, titles.get(p.article_id), p.start, p.end, p.text, relevant)


def articles_found(hits: Sequence[Hit]) -> list[str]:
    """Return the articles of hits, each once, best first."""
    return list(dict.fromkeys(hit.passage.article_id for hit in hits))


def _cited(citation: Citation | None) -> Cited | None:
    if citation is None:
        return None
    return Cited(citation.article_id, citation.start, citation.end, citation.sentence_start, citation.sentence_end)


def _failure(given: str | None, f1: float, best_f1: float | None, read: bool | None) -> Failure | None:
    """Say why an answer is wrong; of an unanswerable question there is no best F1."""
    if best_f1 is None:
        return None if given is None else "should have been refused"
    if f1 >= RIGHT_F1:
        return None
    if given is None and best_f1 >= RIGHT_F1:
        return "wrongly refused"
    return "retrieved but not read" if read else "not retrieved"
