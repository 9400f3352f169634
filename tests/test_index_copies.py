from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Index
from index.article import Passage
from index.copies import are_copies, bands, collapse, signature

WIRE = (
    "The council of Velmar voted on Tuesday to rebuild the harbour wall that the autumn storm had broken. "
    "Mayor Ottilie Brandt said the work would cost 40 million crowns and end before the next winter. "
    "Fishermen had asked for a higher wall for years, since the boats in the inner basin were damaged twice. "
    "The opposition wanted a cheaper dam of stone, but found no majority for it in the long session."
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


@pytest.mark.parametrize(
    "before", ["", "By Henrik Vass\n\n", "VELMAR (Coast Press) — ", "VELMAR, June 5 - ", "From our desk.\n"]
)
def test_a_copy_counts_once_and_is_listed_under_the_hit(index: Index, before: str) -> None:
    index.add([Article("a", WIRE), Article("b", before + WIRE), Article("c", OTHER)])
    hits = index.search("harbour wall of Velmar voted", 2)
    assert len(hits) == 2
    assert {hits[0].passage.article_id, *(copy.article_id for copy in hits[0].copies)} == {"a", "b"}
    assert hits[1].passage.article_id == "c"


@pytest.mark.parametrize(
    ("was", "now"), [("40 million", "60 million"), ("Ottilie Brandt", "Jon Falk")], ids=["number", "name"]
)
def test_a_copy_that_corrects_something_is_shown_on_its_own(index: Index, was: str, now: str) -> None:
    index.add([Article("a", WIRE), Article("b", WIRE.replace(was, now))])
    assert {hit.passage.article_id for hit in index.search("harbour wall", 5)} == {"a", "b"}


def test_a_crowd_of_copies_leaves_room_for_k_others(index: Index) -> None:
    index.add(Article(f"copy{n:03d}", WIRE) for n in range(150))
    index.add(
        Article(f"other{n}", " ".join(f"Town {n} has word{n}{i} of its own." for i in range(9))) for n in range(4)
    )
    hits = index.search("harbour wall", 3)
    assert len(hits) == 3
    assert sum(len(hit.copies) for hit in hits) >= 90


def test_the_story_is_forgotten_with_its_article(index: Index) -> None:
    index.add([Article("a", WIRE), Article("b", WIRE)])
    index.erase(["a"])
    (hit,) = index.search("harbour wall", 5)
    assert (hit.passage.article_id, hit.copies) == ("b", ())
    index.add([Article("a", OTHER)])
    assert len(index.search("harbour wall", 5)) == 2


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.text("xy Z9", min_size=1, max_size=12)), max_size=12), st.data())
def test_collapsing_loses_no_passage_and_hides_none_of_another_story(
    texts: list[tuple[str, str]], data: st.DataObject
) -> None:
    stories = data.draw(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 2)))
    ranked = [(row, Passage(name, row, row + len(text), text)) for row, (name, text) in enumerate(texts)]
    found = collapse(ranked, stories, len(ranked))
    shown = [one.passage for one in found] + [copy for one in found for copy in one.copies]
    assert sorted(passage.id for passage in shown) == sorted(passage.id for _, passage in ranked)
    assert [one.row for one in found] == sorted(one.row for one in found)
    for one in found:
        for copy in one.copies:
            assert stories[copy.article_id] == stories[one.passage.article_id]
            assert copy.article_id != one.passage.article_id


def test_the_signature_of_a_text_without_words_is_one_like_any_other() -> None:
    assert np.array_equal(signature("…"), signature("!"))
    assert signature("…").shape == (120,)
