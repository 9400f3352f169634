"""The generator of many articles that the chat is measured with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder

from benchmarks.many_articles import build, make_article, make_articles
from index import Index
from index.embed import Encoder


def test_articles_are_different_and_the_same_every_time() -> None:
    made = list(make_articles(300))
    assert len({one.article.text for one in made}) == len({one.article.id for one in made}) == 300
    assert [make_article(number) for number in (0, 7, 299)] == [made[0], made[7], made[299]]
    words = sorted(len(one.article.text.split()) for one in made)
    assert 300 < words[0] < words[-1] < 900
    assert len({one.article.published for one in made}) > 100
    assert any(one.article.title is None for one in made)


def test_sentences_are_filled_and_stand_where_they_are_said_to() -> None:
    for one in make_articles(100):
        assert not set("{}[]|") & set(one.article.text + one.question + one.article.label)
        assert all(
            one.article.text[part.start].isupper() or one.article.text[part.start] in '"0123456789'
            for part in one.parts
        )


def test_an_index_of_them_is_whole_and_searched(tmp_path: Path) -> None:
    build(tmp_path / "index", 40, HashEncoder())
    with Index.open(tmp_path / "index", HashEncoder()) as index:
        assert len(index) == 40
        assert index.verify() == []
        made = make_article(3)
        assert index.article(made.article.id) == made.article
        beginning = " ".join(made.article.text.split()[:8])
        assert index.search(f'"{beginning}"', 5)[0].passage.article_id == made.article.id


@pytest.mark.long
def test_a_made_vector_is_nearest_to_its_own_passage(tmp_path: Path, encoder: Encoder) -> None:
    build(tmp_path / "index", 30, encoder)
    with Index.open(tmp_path / "index", encoder) as index:
        passages = [index.passages(make_article(number).article)[1] for number in range(30)]
        made = index.vectors(passages)
    titles = [make_article(number).article.title or "" for number in range(30)]
    real = encoder.encode([f"{title}\n{passage.text}" for title, passage in zip(titles, passages, strict=True)])
    nearest = (real @ np.array([made[passage.id] for passage in passages]).T).argmax(axis=1)
    assert (nearest == np.arange(30)).mean() > 0.8
