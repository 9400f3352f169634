"""Many different articles, and an index of them in minutes: for measuring the chat and the list of articles.

    python -m benchmarks.many_articles --articles 20000 --index FOLDER

An article is news of one of 12 topics in an invented place: a headline, then 32 to 56 sentences in paragraphs, some 400
to 800 words, filled from benchmarks/article_sentences.txt with names, places, numbers and dates. The same number gives
the same article on every run. Its id, source, date and authors are made too; one in 25 has no date, one in 50 no title.

The articles are cut and stored as the product does it. What is not the product's are the vectors: embedding 20,000
articles takes far longer, so a passage's vector is put together from those of its parts, each embedded once by the real
embedder: every sentence with general words in its slots, every word of the names and places, and the title's.
`--check N` tells how near that comes to N passages' embedded vectors, and how often a search by a question about an
article finds it among the first five. BM25, near-copies, hashes and offsets are as always; `pullquote verify` finds no
fault.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index import Article, Index, load_encoder
from index.adding import Prepared, put_all
from index.article import Passage
from index.catalog import Catalog
from index.copies import signature
from index.embed import Encoder, Vectors

_SENTENCES = Path(__file__).with_name("article_sentences.txt")
_SLOT = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_GENERAL = {
    "place": "the town", "near": "a nearby town", "chief": "the official", "critic": "the opponent",
    "expert": "the expert", "body": "the authority", "n": "several", "big": "thousands of", "money": "$2 million",
    "percent": "20 per cent", "year": "2010", "month": "June", "day": "Monday",
}  # fmt: skip
_NAMED = ("place", "near", "chief", "critic", "expert", "body")
_NAME_WEIGHT = 0.8
_TITLE_WEIGHT = 0.8
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()
_BODIES = (
    "{} City Council", "{} Port Authority", "the {} Chamber of Commerce", "the Bank of {}", "{} Water Board",
    "the University of {}",
)  # fmt: skip
_FIRST = (
    "Ada Aron Bela Birgit Carlo Chidi Dana Dilip Elin Emre Farid Greta Hana Hugo Ines Ivo Jana Jorge Kofi Lena Lars "
    "Mira Marek Nadia Noor Olga Omar Petra Quinn Rosa Ravi Sana Sven Tara Tomas Uma Viktor Wanda Yusuf Zora"
).split()
_STARTS = "Bar Cal Dor El Fen Gar Hal Ist Jor Kel Lor Mar Nor Ost Pel Quer Ros Sel Tor Ul Var Wes Yar Zel".split()
_MIDDLES = ("", "a", "an", "e", "en", "er", "i", "il", "o", "or", "u", "um")
_PLACE_ENDS = "burg dal field ford holm mouth stad ton vik wick".split()
_NAME_ENDS = "ansen berg elli escu ides ings mann ova sson witz".split()
_PAPERS = (
    "Courier", "Gazette", "Herald", "Journal", "Morning Post", "Observer", "Record", "Tribune",
)  # fmt: skip


class Part(NamedTuple):
    """A sentence of an article: where it begins, and what it was made of."""

    start: int
    pattern: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """An article, what its title and sentences were made of, and a question about it."""

    article: Article
    title: Part
    parts: tuple[Part, ...]
    question: str


@dataclass(frozen=True)
class Topic:
    """The patterns of one section of the file."""

    name: str
    headlines: tuple[str, ...]
    leads: tuple[str, ...]
    facts: tuple[str, ...]
    questions: tuple[str, ...]


def make_articles(count: int) -> Iterator[Made]:
    """Make articles 0 to `count` - 1."""
    for number in range(count):
        yield make_article(number)


def make_article(number: int) -> Made:
    """Make the article of a number, the same every time."""
    rng = random.Random(number)
    topics, anything = _patterns()
    topic = rng.choice(topics)
    cast = _cast(rng)
    title, title_part = _sentence(rng.choice(topic.headlines), cast, rng, 0)
    body = [*rng.sample(topic.facts, len(topic.facts)), *rng.sample(anything * 2, rng.randint(26, 50))]
    rng.shuffle(body)
    text, parts = "", []
    for pattern in [rng.choice(topic.leads), *body]:
        gap = "" if not text else "\n\n" if rng.random() < 0.35 else " "
        sentence, part = _sentence(pattern, cast, rng, len(text + gap))
        text += gap + sentence
        parts.append(part)
    published = f"{rng.randint(2005, 2025)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    authors = tuple(_person(rng) for _ in range(rng.choice((0, 1, 1, 1, 2))))
    source = f"{_place(random.Random(number % 30))} {_PAPERS[number % len(_PAPERS)]}"
    article = Article(
        f"{topic.name}/{number:06}.txt",
        text,
        title=None if rng.random() < 0.02 else title,
        source=source,
        published=None if rng.random() < 0.04 else published,
        authors=authors,
        language="en",
    )
    return Made(article, title_part, tuple(parts), _SLOT.sub(lambda slot: cast[slot[1]], rng.choice(topic.questions)))


def build(folder: Path, count: int, encoder: Encoder) -> None:
    """Make an index of the articles of numbers 0 to `count` - 1 in a folder; a first search finds all in place.

    Raises:
        UnusableIndex: If the folder cannot be written.
    """
    composed = ComposedVectors(encoder)
    with Index.create(folder, encoder) as index:
        chunking = index.manifest.chunking
        catalog = Catalog(folder)
        batch: list[Prepared] = []
        for number, made in enumerate(make_articles(count), 1):
            passages = chunking.passages(made.article, encoder.token_spans)
            vectors = composed.of(made, passages)
            batch.append(Prepared(made.article, passages, vectors, signature(made.article.text)))
            if len(batch) == 1_000 or number == count:
                with catalog.transaction():
                    put_all(batch, catalog)
                batch = []
        catalog.close()
        index.search("what happened")


class ComposedVectors:
    """Puts the vectors of passages together from those of their parts."""

    def __init__(self, encoder: Encoder) -> None:
        topics, anything = _patterns()
        patterns = [*anything, *(p for topic in topics for p in (*topic.headlines, *topic.leads, *topic.facts))]
        self._patterns = dict(zip(patterns, encoder.encode([_in_general(p) for p in patterns]), strict=True))
        words = sorted({*_FIRST, *_places(), *_surnames(), *(word for body in _BODIES for word in body.split())})
        self._words = dict(zip(words, encoder.encode(words), strict=True))
        self._dimension = encoder.info.dimension

    def of(self, made: Made, passages: Sequence[Passage]) -> Vectors:
        """Return a vector of length 1 for each passage, shape (passages, dimension)."""
        title = self._part(made.title) if made.article.title else np.zeros(self._dimension, np.float32)
        rows = []
        for passage in passages:
            inside = [self._part(part) for part in made.parts if passage.start <= part.start < passage.end]
            rows.append(_unit(np.sum(inside or [title], axis=0)) + _TITLE_WEIGHT * title)
        return np.array([_unit(row) for row in rows], dtype=np.float32)

    def _part(self, part: Part) -> Vectors:
        vector = self._patterns[part.pattern]
        for name in part.names:
            vector = vector + _NAME_WEIGHT * _unit(np.sum([self._words[word] for word in name.split()], axis=0))
        return _unit(vector)


def check(folder: Path, encoder: Encoder, some: int) -> dict[str, float]:
    """Compare some passages' vectors with embedded ones, and search for some articles by their questions."""
    rng = random.Random(1)
    with Index.open(folder, encoder) as index:
        numbers = [rng.randrange(len(index)) for _ in range(some)]
        cosines, found = [], 0
        for made in map(make_article, numbers):
            passage = rng.choice(index.passages(made.article))
            real = encoder.encode(["\n".join(filter(None, (made.article.title, passage.text)))])[0]
            cosines.append(float(real @ index.vectors([passage])[passage.id]))
            hits = index.search(made.question, 5)
            found += any(hit.passage.article_id == made.article.id for hit in hits)
    return {"median cosine": round(float(np.median(cosines)), 3), "found among 5": round(found / some, 3)}


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Topic, ...], tuple[str, ...]]:
    """Read the file: the topics, and the sentences that go with all of them."""
    topics: list[Topic] = []
    anything: tuple[str, ...] = ()
    for section in _SENTENCES.read_text(encoding="utf-8").split("\n== ")[1:]:
        name, *lines = section.splitlines()
        kinds: dict[str, list[str]] = {}
        for line in filter(None, lines):
            kind, _, pattern = line.partition(": ")
            kinds.setdefault(kind, []).append(pattern)
        if name == "any":
            anything = tuple(kinds["any"])
        else:
            topics.append(Topic(name, *(tuple(kinds[kind]) for kind in ("headline", "lead", "fact", "question"))))
    return tuple(topics), anything


def _sentence(pattern: str, cast: dict[str, str], rng: random.Random, start: int) -> tuple[str, Part]:
    """Fill a pattern, and return the sentence with what it was made of."""
    chosen = pattern
    while (after := _CHOICE.sub(lambda choice: rng.choice(choice[1].split("|")), chosen)) != chosen:
        chosen = after
    text = _SLOT.sub(lambda slot: cast.get(slot[1]) or _value(slot[1], rng), chosen)
    names = tuple(dict.fromkeys(cast[slot] for slot in _SLOT.findall(chosen) if slot in _NAMED))
    return text[0].upper() + text[1:], Part(start, pattern, names)


def _in_general(pattern: str) -> str:
    """Return a pattern's first choices with general words in its slots, for its vector."""
    return _SLOT.sub(lambda slot: _GENERAL[slot[1]], _CHOICE.sub(lambda choice: choice[1].split("|")[0], pattern))


def _cast(rng: random.Random) -> dict[str, str]:
    place, near = _place(rng), _place(rng)
    people = {role: _person(rng) for role in ("chief", "critic", "expert")}
    return {"place": place, "near": near, **people, "body": rng.choice(_BODIES).format(rng.choice((place, near)))}


def _place(rng: random.Random) -> str:
    return rng.choice(_places())


def _person(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST)} {rng.choice(_surnames())}"


@lru_cache(maxsize=1)
def _places() -> tuple[str, ...]:
    return tuple(start + middle + end for start in _STARTS for middle in _MIDDLES for end in _PLACE_ENDS)


@lru_cache(maxsize=1)
def _surnames() -> tuple[str, ...]:
    return tuple(start + end for start in _STARTS for end in _NAME_ENDS)


def _value(slot: str, rng: random.Random) -> str:
    match slot:
        case "n":
            return str(rng.randint(2, 40))
        case "big":
            return f"{rng.randint(11, 9_900) * 100:,}"
        case "money":
            return f"${rng.randint(11, 990) / 10} {rng.choice(('million', 'million', 'billion'))}"
        case "percent":
            return f"{rng.randint(2, 89)}{rng.choice(('%', ' per cent'))}"
        case "year":
            return str(rng.randint(1890, 2024))
        case "month":
            return rng.choice(_MONTHS)
    return rng.choice(_DAYS)


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--check", type=int, default=0, metavar="N", help="also compare and search N articles")
    arguments = parser.parse_args()
    encoder = load_encoder()
    began = time.perf_counter()
    build(arguments.index, arguments.articles, encoder)
    told: dict[str, float] = {"articles": arguments.articles, "seconds": round(time.perf_counter() - began, 1)}
    if arguments.check:
        told |= check(arguments.index, encoder, arguments.check)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
