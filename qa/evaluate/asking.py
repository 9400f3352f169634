"""One question of a test set asked in every way that an evaluation asks it, and scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TypedDict

from index.article import Hit, Passage
from index.embed import Vectors
from index.search.hybrid import PER_ARTICLE
from index.search.query import parse_query
from qa.answer import Answer, Citation, Copy
from qa.assistant import Assistant
from qa.errors import InvalidQuestion
from qa.evaluate import metrics
from qa.evaluate.citations import closest, is_sentence
from qa.evaluate.near_copies import grades_at, holds, moved
from qa.evaluate.placing import Placed
from qa.evaluate.question_result import RIGHT_F1, Cited, Failure, QuestionResult, RetrievedPassage, Variant
from qa.evaluate.retrieval import DEEPEST, scores
from qa.evaluate.right_passage import RightPassages, read_right
from qa.evaluate.variants import LOWER_CASE, TYPING_ERRORS, variants
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

    Args:
        assistant: Over the articles.
        own_contexts: Whether the articles are the test set's own contexts, of which several may have one title.
    """

    def __init__(self, assistant: Assistant, *, own_contexts: bool = False) -> None:
        self._threshold = assistant.threshold
        self._assistant = Assistant(
            assistant.index, assistant.reader, passages=assistant.passages, threshold=0.0, only=assistant.only
        )
        self._right = RightPassages(assistant.index)
        self._own_contexts = own_contexts

    def ask(self, question: Placed) -> QuestionResult:
        """Ask a question of the collection and of the right passage.

        Raises:
            UnknownArticle: If its article was removed meanwhile.
        """
        answer = self._assistant.ask(question.question)
        vector = self._assistant.index.encoder.encode([question.used])[0]
        hits = search(self._assistant, question.used, vector)
        retrieved = self._found(question, hits)
        right_passages = self._right.right(question)
        right = read_right(self._assistant, question, right_passages, vector)
        read = _read(question, answer)
        best = answer.text
        given = best if answer.confidence >= self._threshold else None
        cited = answer.citations[0] if answer.citations else None
        answerable = bool(question.golds)
        f1 = metrics.f1(given or "", question.golds)
        best_f1 = metrics.f1(best or "", question.golds) if answerable else None
        right_best = right[0] if right else ""
        right_given = right[0] if right and right[1] >= self._threshold else None
        by_passage, by_article = self._retrieval(question, hits, vector)
        return QuestionResult(
            id=question.id,
            question=answer.question,
            question_type=question_type(question.used),
            article_id=question.article_id,
            title=question.title,
            cluster=self._cluster(question),
            golds=question.golds,
            spans=question.spans,
            relevant={},
            answerable=answerable,
            retrieved=retrieved,
            missed=_missed(question, right_passages, retrieved),
            right_passage_read=read,
            given=given,
            cited=_cited(cited) if cited is not None and given is not None else None,
            confidence=answer.confidence,
            best_span=best,
            best_span_cited=None if cited is None else _cited(cited),
            em=metrics.exact_match(given or "", question.golds),
            f1=f1,
            em_best_span=metrics.exact_match(best or "", question.golds) if answerable else None,
            f1_best_span=best_f1,
            em_right_passage=metrics.exact_match(right_best, question.golds) if answerable else None,
            f1_right_passage=metrics.f1(right_best, question.golds) if answerable else None,
            given_right_passage=right_given,
            f1_right_passage_given=metrics.f1(right_given or "", question.golds) if question.context else None,
            **self._citation(question, answer, cited if given is not None else None),
            failure=_failure(given, f1, best_f1, read),
            retrieval_by_passage=by_passage,
            retrieval_by_article=by_article,
            robust={},
            timings_ms=asdict(answer.timings_ms),
        )

    def ask_otherwise(self, question: Placed, result: QuestionResult, seed: int) -> dict[str, Variant]:
        """Ask a question with typing errors and in lower case; nothing corrects them, as the chat does.

        A variant that leaves it as it is has the answer as asked; one that cannot be asked is left out (an error can
        make a question too long).

        Args:
            question: The question.
            result: What `ask` returned.
            seed: Of the typing errors.
        """
        as_asked = Variant(result.question, result.given, result.f1, result.f1_best_span, result.right_passage_read)
        found = {TYPING_ERRORS: as_asked, LOWER_CASE: as_asked}
        for name, asked in variants(question.question, seed).items():
            try:
                found[name] = self._variant(question, asked)
            except InvalidQuestion:
                del found[name]
        return found

    def _variant(self, question: Placed, asked: str) -> Variant:
        answer = self._assistant.ask(asked)
        given = answer.text if answer.confidence >= self._threshold else None
        return Variant(
            question=answer.question,
            given=given,
            f1=metrics.f1(given or "", question.golds),
            f1_best_span=metrics.f1(answer.text or "", question.golds) if question.golds else None,
            found=_read(question, answer),
        )

    def _cluster(self, question: Placed) -> str:
        title = question.title if self._own_contexts else None
        return title or question.article_id or f"question {question.id}"

    def _found(self, question: Placed, hits: Sequence[Hit]) -> tuple[RetrievedPassage, ...]:
        titles = self._assistant.index.titles({hit.passage.article_id for hit in hits})
        return tuple(
            retrieved_passage(hit, titles, holds((hit.passage, *hit.copies), question.article_id, question.spans))
            for hit in hits
        )

    def _retrieval(
        self, question: Placed, hits: Sequence[Hit], vector: Vectors
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return the scores by passage and by article; none for an unanswerable question."""
        if not question.golds:
            return {}, {}
        relevant = {passage.id: 1 for passage in self._right.relevant(question)}
        passages = [tuple(one.id for one in (hit.passage, *hit.copies)) for hit in hits]
        articles = articles_found(search(self._assistant, question.used, vector, per_article=1))
        return (
            scores([place[0] for place in passages], grades_at(relevant, passages)),
            scores([place[0] for place in articles], grades_at({question.article_id: 1}, articles)),
        )

    def _citation(self, question: Placed, answer: Answer, citation: Citation | None) -> _CitationScores:
        found: _CitationScores = {
            "citation_precision": None,
            "citation_recall": None,
            "citation_accurate": None,
            "citation_right_article": None,
            "found_word_for_word": None,
        }
        if citation is None:
            return found
        text = self._assistant.index.article(citation.article_id).text
        found["found_word_for_word"] = text[citation.start : citation.end] == citation.quote
        cited, sentence = _cited(citation), text[citation.sentence_start : citation.sentence_end]
        copies = [one for one in answer.passage_of(citation).copies if one.article_id == question.article_id]
        placed = self._in_right_article(question, cited, sentence, copies)
        found["citation_accurate"] = placed is not None and metrics.overlaps((placed.start, placed.end), question.spans)
        if not question.golds:
            return found
        found["citation_right_article"] = cited.article_id == question.article_id or bool(copies)
        found["citation_precision"], found["citation_recall"] = 0.0, 0.0
        if placed is not None:
            text = self._right.article(question.article_id).text
            sentences = all(is_sentence(text, start, end) for start, end in question.spans)
            span = (placed.sentence_start, placed.sentence_end) if sentences else (placed.start, placed.end)
            found["citation_precision"], found["citation_recall"] = closest(span, question.spans)
        return found

    def _in_right_article(self, question: Placed, cited: Cited, sentence: str, copies: Sequence[Copy]) -> Cited | None:
        """Return a citation as it stands in the article of the question; None where it does not.

        Args:
            question: The question.
            cited: The citation.
            sentence: The text of the cited sentence.
            copies: The copies of the cited passage in that article.
        """
        if cited.article_id == question.article_id:
            return cited
        found = (moved(cited, sentence, self._right.article(one.article_id).text, one) for one in copies)
        return next((one for one in found if one is not None), None)


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
    same_in = tuple(dict.fromkeys(copy.article_id for copy in hit.copies))
    return RetrievedPassage(p.id, p.article_id, titles.get(p.article_id), p.start, p.end, p.text, relevant, same_in)


def articles_found(hits: Sequence[Hit]) -> list[tuple[str, ...]]:
    """Return the places at which articles stand, best first: at each an article's id and those of its copies.

    An article has one place, that of its first hit. Copies that only a later hit of it lists have one there.
    """
    places: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for hit in hits:
        place = tuple(dict.fromkeys(one.article_id for one in (hit.passage, *hit.copies)))
        if place[0] in places:
            place = tuple(id for id in place if id not in seen)
        if place:
            places[place[0]] = place
            seen.update(place)
    return list(places.values())


def _cited(citation: Citation) -> Cited:
    return Cited(citation.article_id, citation.start, citation.end, citation.sentence_start, citation.sentence_end)


def _read(question: Placed, answer: Answer) -> bool | None:
    """Tell whether a relevant passage was among those read; None for an unanswerable question."""
    if not question.golds:
        return None
    return any(holds((one, *one.copies), question.article_id, question.spans) for one in answer.passages)


def _missed(
    question: Placed, right: Sequence[Passage], retrieved: Sequence[RetrievedPassage]
) -> RetrievedPassage | None:
    """Return the passage that should have been found, where none of the relevant ones was."""
    if not question.golds or not right or any(one.relevant for one in retrieved):
        return None
    p, whole = right[0], holds(right[:1], question.article_id, question.spans)
    return RetrievedPassage(p.id, p.article_id, question.title, p.start, p.end, p.text, whole)


def _failure(given: str | None, f1: float, best_f1: float | None, read: bool | None) -> Failure | None:
    """Say why an answer is wrong; of an unanswerable question there is no best F1."""
    if best_f1 is None:
        return None if given is None else "should have been refused"
    if f1 >= RIGHT_F1:
        return None
    if given is None and best_f1 >= RIGHT_F1:
        return "wrongly refused"
    return "retrieved but not read" if read else "not retrieved"
