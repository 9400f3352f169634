from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Index, stories
from index.article import Passage
from index.copies import LISTED, Folding, are_copies, bands, signature
from index.schema import connect

WIRE = (
    "The council of Velmar voted on Tuesday to rebuild the harbour wall that the autumn storm had broken. "
    "Mayor Ottilie Brandt said the work would cost 40 million crowns and end before the next winter. "
    "Fishermen had asked for a higher wall for years, since the boats in the inner basin were damaged twice. "
    "The opposition wanted a cheaper dam of stone, but found no majority for it in the long session."
)
AROUND = (
    "The wall had stood for a long age before the sea took it away in a night.",
    "The council meets again in the spring to hear what the builders found there.",
)
OTHER = " ".join(f"Sentence {n} of another story speaks of {word}." for n, word in enumerate("abcdefghij"))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        yield opened


def jaccard(one: str, other: str) -> float:
    runs = [{tuple(t.split()[i : i + 5]) for i in range(len(t.split()) - 4)} for t in (one.lower(), other.lower())]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def test_the_signature_estimates_the_shared_runs_of_words() -> None:
    rng = random.Random(3)
    words = [f"w{n}" for n in range(400)]
    for kept in (400, 390, 350, 250, 100):
        other = words[:kept] + [f"x{rng.random()}" for _ in range(400 - kept)]
        texts = " ".join(words), " ".join(other).replace(".", "")
        estimate = float((signature(texts[0]) == signature(texts[1])).mean())
        assert estimate == pytest.approx(jaccard(*texts), abs=0.15)


def test_copies_share_a_band_and_other_stories_are_no_copies() -> None:
    edited = WIRE.replace("autumn storm", "storm of autumn").replace("on Tuesday ", "")
    one, copy, other = signature(WIRE), signature(edited), signature(OTHER)
    assert set(bands(one)) & set(bands(copy))
    assert are_copies(one, copy)
    assert not are_copies(one, other)


@pytest.mark.parametrize("before", ["", "By Henrik Vass\n\n", "VELMAR (Coast Press) — ", "VELMAR, June 5 - "])
def test_a_copy_counts_once_and_is_listed_under_the_hit(index: Index, before: str) -> None:
    index.add([Article("a", WIRE), Article("b", before + WIRE), Article("c", OTHER)])
    hits = index.search("The council of Velmar voted on Tuesday to rebuild the harbour wall", 2)
    assert len(hits) == 2
    assert {hits[0].passage.article_id, *(copy.article_id for copy in hits[0].copies)} == {"a", "b"}
    assert hits[1].passage.article_id == "c"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("the autumn storm", "an autumn storm"),
        ("The opposition wanted", "The opposition also wanted"),
        ("The opposition", "An opposition"),
        ("majority for it in", "majority for it, in"),
    ],
)
def test_a_copy_with_a_harmless_edit_is_folded(index: Index, was: str, now: str) -> None:
    assert was in WIRE
    index.add([Article("a", WIRE), Article("b", WIRE.replace(was, now))])
    (hit,) = index.search("harbour wall", 5)
    assert len(hit.copies) == 1


def shown(*texts: str) -> list[str]:
    """Return which of the passages of as many copies of one story are shown."""
    folding = Folding(len(texts))
    ranked = [(row, Passage(f"copy{row}", 0, len(text), text)) for row, text in enumerate(texts)]
    folding.take(ranked, dict.fromkeys((passage.article_id for _, passage in ranked), 1))
    return [one.passage.text for one in folding.kept]


CORRECTIONS = [
    ("The works cost 40 million crowns.", "The works cost 60 million crowns."),
    ("Mayor Ottilie Brandt opened the long session.", "Mayor Jon Falk opened the long session."),
    ("In the harbour the storm hurt three people badly.", "In the harbour the storm hurt seven people badly."),
    ("The new wall cost twenty million crowns.", "The new wall cost ninety million crowns."),
    ("In the session the mayor did say so.", "In the session the mayor did not say so."),
    ("In the session she said that it was so.", "In the session she denied that it was so."),
    ("In the session it was said to have held.", "In the session it wasn’t said to have held."),
    ("They all thanked the mayor, Émile, for it.", "They all thanked the mayor, Ángel, for it."),
    ("Мэр города Иванов открыл большую новую стену.", "Мэр города Петров открыл большую новую стену."),
    ("北京市長は新しい防波堤を開いた。", "上海市長は新しい防波堤を開いた。"),
    ("The wall is 3.5 metres above the sea.", "The wall is 5.3 metres above the sea."),
    ("The wall is 3 metres above the sea.", "The wall is -3 metres above the sea."),
    ("The new wall cost $40m in all, they said.", "The new wall cost €40m in all, they said."),
    ("The new wall cost 40m in all, they said.", "The new wall cost 40bn in all, they said."),
    ("The storm left 12 dead and 30 hurt in town.", "The storm left 30 dead and 12 hurt in town."),
    ("The storm left 12 dead and 30 hurt in town.", "The storm left 12 hurt and 30 dead in town."),
    ("In the long race Brandt beat Falk by far.", "In the long race Falk beat Brandt by far."),
    ("Twenty-three people in the harbour died.", "Three people in the harbour died."),
    ("Nobody thinks the wall of the town will hold.", "The wall of the town will hold."),
    ("By Tuesday the toll stood at 57.", "By Tuesday the toll stood at 75."),
    ("By Tuesday the winner was Brandt.", "By Tuesday the winner was Falk."),
    ("NATO said 40 soldiers were hurt - twice.", "NATO said 90 soldiers were hurt - twice."),
    ("Brandt won narrowly.", "Falk won narrowly."),
    ("They won nothing.", "They won."),
    ("They did not say.", "They did say."),
    ("In the end the party won the vote by far.", "In the end the party lost the vote by far."),
    ("Die Mauer der Stadt hat drei Millionen gekostet.", "Die Mauer der Stadt hat sieben Millionen gekostet."),
]


@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
@pytest.mark.parametrize("between", [" ", "\n\n"], ids=["line", "paragraph"])
@pytest.mark.parametrize("pair", CORRECTIONS, ids=lambda pair: pair[1])
def test_a_correction_is_never_hidden(pair: tuple[str, str], between: str, turned: bool) -> None:
    for before, after in (AROUND, ("", AROUND[1]), (AROUND[0], "")):
        texts = [between.join(filter(None, (before, sentence, after))) for sentence in pair]
        texts = texts[::-1] if turned else texts
        assert shown(*texts) == texts


def test_a_copy_that_corrects_something_is_shown_on_its_own(index: Index) -> None:
    index.add([Article("a", WIRE), Article("b", WIRE.replace("40 million", "60 million"))])
    assert {hit.passage.article_id for hit in index.search("harbour wall", 5)} == {"a", "b"}


@pytest.mark.parametrize(
    "head",
    ["By Jon Falk and Ottilie Brandt of our staff\n", "NEW VELMAR, Monday (Coast Press) -- ", "VELMAR, Sept. 5 – "],
)
def test_a_byline_or_dateline_counts_only_where_the_article_begins(head: str) -> None:
    first, last = AROUND
    assert shown(f"{first}\n\n{last}", f"{head}{first}\n\n{last}") == [f"{first}\n\n{last}"]
    assert len(shown(f"{first}\n\n{last}", f"{first}\n\n{head}{last}")) == 2


def crowd(copies: int, others: int) -> Iterator[Article]:
    yield from (Article(f"copy{n:04d}", WIRE) for n in range(copies))
    for town in range(others):
        yield Article(f"other{town}", " ".join(f"Town {town} has word{town}{n} of its own." for n in range(9)))


@pytest.mark.parametrize("deepest", [1_600, 200], ids=["deeper", "passed over"])
def test_a_crowd_of_copies_leaves_room_for_k_others(
    index: Index, monkeypatch: pytest.MonkeyPatch, deepest: int
) -> None:
    monkeypatch.setattr("index.search.hybrid.DEEPEST", deepest)
    index.add(crowd(450, 4))
    hits = index.search(WIRE, 4)
    assert [hit.passage.article_id[:4] for hit in hits] == ["copy", "othe", "othe", "othe"]
    assert [len(hit.copies) for hit in hits] == [LISTED, 0, 0, 0]


def test_a_correction_far_behind_its_copies_is_found(index: Index) -> None:
    index.add(crowd(250, 1))
    index.add([Article("late", WIRE.replace("Ottilie Brandt", "Jon Falk"))])
    assert {hit.passage.article_id for hit in index.search(WIRE, 3)} == {"copy0000", "late", "other0"}


def test_the_story_is_forgotten_with_its_article(index: Index) -> None:
    index.add([Article("a", WIRE), Article("b", WIRE)])
    index.erase(["a"])
    (hit,) = index.search("harbour wall", 5)
    assert (hit.passage.article_id, hit.copies) == ("b", ())
    index.add([Article("a", OTHER)])
    assert len(index.search("harbour wall", 5)) == 2


def test_the_founder_of_a_story_hands_it_on(tmp_path: Path) -> None:
    db = connect(tmp_path / "index.db", create=True)
    signed = signature(WIRE)
    for name in ("b", "c", "a"):
        stories.put(db, name, signed)
    founders = "SELECT DISTINCT article_id FROM story_bands"
    assert db.execute(founders).fetchall() == [("b",)]
    stories.remove(db, "c")
    stories.remove(db, "b")
    stories.forget_gone(db)
    assert db.execute(founders).fetchall() == [("a",)]
    stories.put(db, "d", signed)
    assert stories.of(db, ["a", "d"]) == {"a": 1, "d": 1}
    db.close()


def test_a_story_that_is_gone_founds_nothing_and_may_come_again(tmp_path: Path) -> None:
    db = connect(tmp_path / "index.db", create=True)
    stories.put(db, "a", signature(WIRE))
    stories.remove(db, "a")
    stories.put(db, "b", signature(WIRE))
    stories.put(db, "a", signature(WIRE))
    assert stories.of(db, ["a", "b"]) == {"a": 1, "b": 1}
    stories.remove(db, "b")
    stories.put(db, "c", signature(WIRE))
    assert stories.of(db, ["a", "c"]) == {"a": 1, "c": 1}
    db.close()


def test_the_stories_of_many_articles_are_told(tmp_path: Path) -> None:
    db = connect(tmp_path / "index.db", create=True)
    names = [f"a{n}" for n in range(1_200)]
    db.executemany("INSERT INTO stories VALUES (?, 1, x'')", [(name,) for name in names])
    assert stories.of(db, [*names, "unknown"]) == dict.fromkeys(names, 1)
    db.close()


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.text("xy Z9", min_size=1, max_size=12)), max_size=12), st.data())
def test_folding_loses_no_passage_and_hides_none_of_another_story(
    texts: list[tuple[str, str]], data: st.DataObject
) -> None:
    story_of = data.draw(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 2)))
    ranked = [(row, Passage(name, row, row + len(text), text)) for row, (name, text) in enumerate(texts)]
    folding = Folding(len(ranked))
    folding.take(ranked, story_of)
    found = folding.kept
    listed = [one.passage for one in found] + [copy for one in found for copy in one.copies]
    assert sorted(passage.id for passage in listed) == sorted(passage.id for _, passage in ranked)
    assert [one.row for one in found] == sorted(one.row for one in found)
    for one in found:
        for copy in one.copies:
            assert story_of[copy.article_id] == story_of[one.passage.article_id]
            assert copy.article_id != one.passage.article_id


def test_the_signature_of_a_text_without_words_is_one_like_any_other() -> None:
    assert np.array_equal(signature("…"), signature("!"))
    assert signature("…").shape == (120,)
