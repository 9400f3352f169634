"""From a query to hits, through `Index.search`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import indexing_process
import numpy as np
import pytest
from fakes import HashEncoder
from forking import forked
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Chunking, Index
from index.catalog import Place
from index.embed import Vectors
from index.search.filters import Filter
from index.search.hybrid import LEXICAL_WEIGHT, PER_ARTICLE, _parted
from index.search.words import folding


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder(), Chunking(12)) as opened:
        yield opened


class Scaled(HashEncoder):
    """Embeds in a narrow cone, far from where `HashEncoder` does."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = super().encode(texts) * 0.02 + np.eye(32, dtype=np.float32)[0]
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def ids(index: Index, query: str, k: int = 10, per_article: int = PER_ARTICLE) -> list[str]:
    return [hit.passage.article_id for hit in index.search(query, k, per_article=per_article)]


def many_passages(name: str, count: int, words: str) -> Article:
    """An article that says something in each of its passages, each in words of its own."""
    return Article(name, "\n\n".join(f"{words} {name}x{n} again, and {name}y{n} and {name}z{n}." for n in range(count)))


WORDS = st.sampled_from(["never", "again", "war", "peace", "wars", "Never,", "AGAIN"])


@settings(max_examples=25)
@given(
    texts=st.lists(st.lists(WORDS, min_size=2, max_size=8).map(" ".join), min_size=1, max_size=8, unique=True),
    phrase=st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
)
def test_what_stands_in_quotes_stands_in_every_hit_and_no_other_passage(
    texts: list[str], phrase: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    analyze = folding().analyze
    with Index.create(tmp_path_factory.mktemp("index"), HashEncoder()) as index:
        index.add(Article(f"a{n}", text) for n, text in enumerate(texts))
        hits = index.search(f'who said "{phrase}"?', 50)
    expected = {text for text in texts if f" {' '.join(analyze(phrase))} " in f" {' '.join(analyze(text))} "}
    assert {passage.text for hit in hits for passage in (hit.passage, *hit.copies)} == expected


def test_quotes_are_words_like_others_where_they_are_not_meant(index: Index) -> None:
    index.add([Article("a", "The war never came again."), Article("b", "Nobody said never again at all.")])
    vector = index.encoder.encode(["x"])[0]
    exact = index.search_embedded('"never again"', vector)
    loose = index.search_embedded('"never again"', vector, phrases=False)
    assert [hit.passage.article_id for hit in exact] == ["b"]
    assert sorted(hit.passage.article_id for hit in loose) == ["a", "b"]


def test_a_phrase_that_stands_nowhere_finds_nothing(index: Index) -> None:
    index.add([Article("a", "The war never came again.")])
    assert ids(index, 'the war "came never"') == []


@pytest.mark.parametrize("query", ['the "_" war', '"…" war', '"" war'])
def test_quotes_around_no_word_are_no_phrase(index: Index, query: str) -> None:
    index.add([Article("a", "The war never came again.")])
    assert ids(index, query) == ["a"]


def test_no_article_crowds_out_others(index: Index) -> None:
    index.add([many_passages("loud", 12, "Herring herring herring"), *(many_passages(n, 1, "Herring") for n in "abcd")])
    found = ids(index, "herring", 7)
    assert (found.count("loud"), sorted(set(found) - {"loud"})) == (PER_ARTICLE, ["a", "b", "c", "d"])
    assert ids(index, "herring", 7, per_article=1).count("loud") == 3
    assert ids(index, "herring", 5, per_article=1).count("loud") == 1


def test_an_article_fills_the_hits_where_it_is_asked_to(index: Index) -> None:
    index.add([many_passages("loud", 40, "Herring herring herring"), many_passages("a", 1, "Salmon")])
    vector = index.encoder.encode(["Herring herring herring loudx3"])[0]
    hits = index.search_embedded("herring", vector, 7, per_article=0)
    assert [hit.passage.article_id for hit in hits] == ["loud"] * 7


@pytest.mark.parametrize("way", ["filter", "only one", "tag"])
def test_the_only_article_fills_the_hits(index: Index, way: str) -> None:
    index.add([replace(many_passages("loud", 12, "Herring herring"), tags=("x",))])
    if way != "only one":
        index.add(many_passages(name, 1, "Herring") for name in "abcdefghij")
    only = {"filter": Filter(articles=("loud",)), "only one": Filter(), "tag": Filter(tags=("x",))}[way]
    assert [hit.passage.article_id for hit in index.search("herring", 8, only=only)] == ["loud"] * 8


def test_an_article_of_more_passages_than_are_searched_at_first_leaves_room(index: Index) -> None:
    index.add([many_passages("loud", 250, "Herring herring herring"), many_passages("a", 1, "Salmon and cod")])
    assert sorted(set(ids(index, "herring", 4))) == ["a", "loud"]


@given(
    articles=st.lists(st.sampled_from("abc"), max_size=20),
    per_article=st.integers(1, 4),
)
def test_parting_keeps_each_articles_first_passages(articles: list[str], per_article: int) -> None:
    places = {row: Place(name, row, row + 1) for row, name in enumerate(articles)}
    first, behind = _parted(list(places), places, per_article)
    assert sorted(first + behind) == list(places)
    assert (first, behind) == (sorted(first), sorted(behind))
    for name in "abc":
        rows = [row for row in places if articles[row] == name]
        assert [row for row in first if articles[row] == name] == rows[:per_article]


@pytest.mark.parametrize("query", ["June 2025", "june", "Herring war"])
def test_titles_and_dates_are_found_and_enter_no_passage(index: Index, query: str) -> None:
    article = Article("a", "Snow fell in the north.", title="Herring war", published="2025-06-07")
    index.add([Article("b", "Rain fell in the south.", title="Calm", published="2024-01-02"), article])
    hits = {hit.passage.article_id: hit for hit in index.search(query, 2)}
    hit = hits["a"]
    assert (hit.ranks.lexical, hits["b"].ranks.lexical, hit.passage.text) == (1, None, article.text)
    assert hit.matched == tuple(query.lower().split())
    assert [passage.text for passage in index.passages(article)] == [article.text]
    assert ids(index, '"herring war"') == []


def test_a_passage_is_embedded_under_its_title(index: Index) -> None:
    index.add([Article("a", "Snow fell.", title="Herring war"), Article("b", "Rain fell.")])
    assert index.encoder.encoded == ["Herring war\nSnow fell.", "Rain fell."]  # type: ignore[attr-defined]


@pytest.mark.parametrize("field", ["title", "published"])
def test_a_changed_title_or_date_is_searchable_at_once(index: Index, field: str) -> None:
    article = Article("a", "Snow fell in the north.", title="Herring war", published="2025-06-07")
    index.add([article, Article("b", "Rain fell in the south.")])
    changed = {
        "title": replace(article, title="Salmon peace"),
        "published": replace(article, published="2023-03-01"),
    }[field]
    query = {"title": "salmon", "published": "March 2023"}[field]
    assert index.search(query, 2)[0].ranks.lexical is None
    encoded = len(index.encoder.encoded)  # type: ignore[attr-defined]
    assert index.add([changed]).replaced == ("a",)
    new = index.encoder.encoded[encoded:]  # type: ignore[attr-defined]
    assert new == (["Salmon peace\nSnow fell in the north."] if field == "title" else [])
    for opened in (index, Index.open(index.path, HashEncoder())):
        (hit,) = [hit for hit in opened.search(f"{query} herring june", 2) if hit.passage.article_id == "a"]
        assert hit.ranks.lexical == 1
        left = {"title": "june", "published": "herring"}[field]
        assert hit.matched == (*query.lower().split(), left)
        assert opened.verify() == []


def test_an_unchanged_title_costs_nothing(index: Index) -> None:
    article = Article("a", "Snow fell in the north.", title="Herring war", published="2025-06-07")
    index.add([article])
    generation = index.generation
    index.encoder.encoded.clear()  # type: ignore[attr-defined]
    assert index.add([article]).unchanged == ("a",)
    rows = index._catalog.db.execute("SELECT row FROM passages").fetchall()
    index.add([replace(article, tags=("x",), url="u", source="Times")])
    assert index.encoder.encoded == []  # type: ignore[attr-defined]
    assert index._catalog.db.execute("SELECT row FROM passages").fetchall() == rows
    assert index.generation == generation + 1


def test_the_title_that_comes_back_is_not_embedded_again(index: Index) -> None:
    article = Article("a", "Snow fell in the north.", title="Herring war")
    index.add([article])
    index.add([replace(article, title="Salmon peace")])
    index.encoder.encoded.clear()  # type: ignore[attr-defined]
    index.add([article])
    assert index.encoder.encoded == []  # type: ignore[attr-defined]
    assert index.verify() == []


def brute_force(index: Index, vector: Vectors, k: int) -> list[str]:
    """The ids of the passages of the highest cosine, equal ones by id."""
    passages = [passage for article in index.articles() for passage in index.passages(article)]
    vectors = index.vectors(passages)
    return sorted(vectors, key=lambda name: (-round(float(vectors[name] @ vector), 6), name))[:k]


def test_the_kind_of_search_index_is_recorded_and_searched_rightly(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder(dimension=16), Chunking(12)) as index:
        index.add(many_passages(f"a{n:03d}", 20, f"Word{n} and word{n % 7}") for n in range(120))
        vectors = index.encoder.encode([f"Word{n} a{n:03d}x3" for n in range(20)])
        expected = [brute_force(index, vector, 10) for vector in vectors]
        for kind, least in (("ivf", 0.9), ("flat", 1.0), ("ivf", 0.9), ("auto", 1.0)):
            index.use_vectors(kind)
            for opened in (index, Index.open(index.path, HashEncoder(dimension=16))):
                assert opened.manifest.vectors == kind
                assert opened._search._dense.fresh().kind == ("ivf" if kind == "ivf" else "flat")
                found = [[hit.passage.id for hit in opened.nearest(vector, 10)] for vector in vectors]
                shares = [len(set(a) & set(b)) / 10 for a, b in zip(found, expected, strict=True)]
                assert sum(shares) / len(shares) >= least
            assert index.verify() == []


def test_the_kind_of_a_new_index_and_no_kind(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder(), vectors="ivf") as index:
        assert index.manifest.vectors == "ivf"
        with pytest.raises(ValueError, match="'hnsw' of FAISS index, expected one of auto, flat, ivf"):
            index.use_vectors("hnsw")
        assert index.manifest.vectors == "ivf"


def test_an_inverted_file_follows_what_comes_and_goes(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder(), Chunking(12), vectors="ivf") as index:
        index.add(many_passages(f"a{n:03d}", 5, f"Word{n}") for n in range(100))
        index.remove([f"a{n:03d}" for n in range(0, 100, 9)])
        index.add([many_passages("new", 3, "Herring"), many_passages("a050", 4, "Salmon")])
        assert index.verify() == []
        assert ids(index, "herring", 3) == ["new"] * 3
        assert not set(ids(index, "Word9 Word18", 200)) & {"a009", "a018"}


def test_equal_scores_come_by_passage_id(index: Index) -> None:
    index.add(Article(name, f"The same words {name}") for name in ("cc", "aa", "dd", "bb"))
    index.remove(["aa"])
    index.add([Article("aa", "The same words aa")])
    vector = index.encoder.encode(["unrelated"])[0]
    scores = {hit.passage.article_id: hit.score for hit in index.search_embedded("same words", 0 * vector, 9)}
    assert scores == dict.fromkeys(["aa", "bb", "cc", "dd"], 1.0)
    assert list(scores) == ["aa", "bb", "cc", "dd"]
    assert [hit.passage.article_id for hit in index.nearest(0 * vector, 2)] == ["aa", "bb"]
    assert [hit.passage.article_id for hit in index.search_embedded("same words", 0 * vector, 2)] == ["aa", "bb"]


def test_the_score_is_of_both_searches(index: Index) -> None:
    index.add([Article("a", "Herring and cod."), Article("b", "Salmon swims."), Article("c", "Timber burns.")])
    vector = index.encoder.encode(["Salmon swims."])[0]
    hits = {hit.passage.article_id: hit for hit in index.search_embedded("herring", vector)}
    assert hits["a"].score >= LEXICAL_WEIGHT
    assert hits["b"].score == pytest.approx(1 - LEXICAL_WEIGHT)
    assert (hits["a"].ranks.lexical, hits["b"].ranks.lexical, hits["b"].ranks.dense) == (1, None, 1)


def test_searches_while_another_process_adds_see_whole_commits(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", HashEncoder()):
        pass
    process, told = forked(indexing_process.run, str(tmp_path / "index"))
    searches = 0
    with Index.open(tmp_path / "index", HashEncoder()) as index:
        committed: list[str] = []
        try:
            while True:
                while told.poll():
                    committed += told.recv()
                before = len(committed)
                hits = index.search("Sentence of article tells", 200, per_article=1)
                assert len({hit.passage.article_id for hit in hits}) >= before
                searches += 1
        except EOFError:
            process.join()
        assert (process.exitcode, len(committed)) == (0, indexing_process.COUNT)
        assert searches > 3
        for article in indexing_process.articles():
            (hit,) = index.search(f'"w{int(article.id[1:])}x3"', 9)
            assert (hit.passage.article_id, hit.ranks.lexical) == (article.id, 1)
        assert index.verify() == []


def test_what_follows_the_first_of_each_article_stands_behind_them(index: Index) -> None:
    index.add([many_passages("a", 8, "harbour harbour harbour"), Article("b", "A harbour, once, elsewhere.")])
    assert ids(index, "harbour", k=5) == ["a", "a", "a", "b", "a"]


def test_more_passages_than_there_are_may_be_asked_for(index: Index) -> None:
    index.add([Article("a", "The ferry sails.")])
    assert len(index.search("ferry", 10**9)) == 1


def test_words_that_are_lost_while_the_index_is_open_are_made_anew(index: Index) -> None:
    index.add([Article("a", "The ferry sails.")])
    shutil.rmtree(index.path / "words")
    index.add([Article("b", "The ferry sinks.")])
    assert [hit.ranks.lexical for hit in index.search("ferry sinks", 2)] == [1, 2]
    assert index.verify() == []


def test_another_embedder_gets_lists_of_its_own(tmp_path: Path) -> None:
    articles = [Article(f"a{n:04}", f"word{n} word{n + 1} word{n + 2}") for n in range(600)]
    with Index.create(tmp_path, HashEncoder(), vectors="ivf") as index:
        index.add(articles)
        other = Scaled("other")
        list(index.embed_anew(other))
        vector = other.encode(["word7 word8 word9"])[0]
        found = [hit.passage.id for hit in index.nearest(vector, 10)]
        index.use_vectors("flat")
        assert [hit.passage.id for hit in index.nearest(vector, 10)] == found


def test_the_kind_of_index_may_change_while_articles_are_embedded_anew(tmp_path: Path) -> None:
    with Index.create(tmp_path, HashEncoder()) as index:
        index.add([Article("a", "The ferry sails."), Article("b", "The ferry sinks.")])
        other = HashEncoder("other")
        next(index.embed_anew(other))
        index.use_vectors("ivf")
        other.encoded.clear()
        list(index.embed_anew(other))
        assert (other.encoded, index.manifest.vectors) == ([], "ivf")


def test_a_finished_index_that_can_only_be_read_is_searched_as_it_is(
    index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index.add([Article("a", "The ferry sails."), Article("b", "The ferry sinks.")])
    before = {path.name: path.read_bytes() for path in (index.path / "words").iterdir()}
    monkeypatch.setattr("index.search.lexical.os.access", lambda path, mode: False)
    with Index.open(index.path, HashEncoder()) as opened:
        assert opened.search("sinks")[0].matched == ("sinks",)
        assert opened.search("sinks")[0].ranks.lexical == 1
    assert {path.name: path.read_bytes() for path in (index.path / "words").iterdir()} == before
    assert caplog.text == ""
