from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Article
from index.load import Failure, read_articles
from index.sync import Gone, gone

Known = dict[str, str | None]


def read(*sources: Path) -> tuple[Known, list[str]]:
    """Read sources; return the places of the articles by their ids, and what failed."""
    items = list(read_articles(sources))
    places = {item.id: item.location for item in items if isinstance(item, Article)}
    return places, [item.location for item in items if isinstance(item, Failure)]


def sync(before: Known, *sources: Path) -> Gone:
    return gone(before, sources, *read(*sources))


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with a.txt, sub/b.txt, all.jsonl of three lines and own.jsonl of two with ids of their own."""
    folder = tmp_path / "news"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("The envoy left.")
    (folder / "sub" / "b.txt").write_text("The herring came.")
    (folder / "sub" / "all.jsonl").write_text("".join(f'{{"text": "Line {n} of it."}}\n' for n in (1, 2, 3)))
    (folder / "own.jsonl").write_text('{"id": "x", "text": "The x."}\n{"id": "y", "text": "The y."}\n')
    return folder


def test_nothing_is_gone_where_nothing_has_changed(news: Path) -> None:
    before, failed = read(news)
    assert sorted(before) == ["a.txt", "sub/all.jsonl:1", "sub/all.jsonl:2", "sub/all.jsonl:3", "sub/b.txt", "x", "y"]
    assert failed == []
    assert sync(before, news) == Gone([], {}, 0)


def test_a_file_and_a_record_that_are_not_there_any_more_are_gone(news: Path) -> None:
    before, _ = read(news)
    (news / "sub" / "b.txt").unlink()
    (news / "own.jsonl").write_text('{"id": "y", "text": "The y."}\n')
    (news / "sub" / "all.jsonl").write_text('{"text": "Line 1 of it."}\n')
    assert sync(before, news).ids == ["sub/all.jsonl:2", "sub/all.jsonl:3", "sub/b.txt", "x"]


def test_all_records_of_a_file_that_is_not_there_any_more_are_gone(news: Path) -> None:
    before, _ = read(news)
    (news / "own.jsonl").unlink()
    assert sync(before, news) == Gone(["x", "y"], {}, 0)


@pytest.mark.parametrize("named", [["news"], ["news", "news/sub"], ["news/sub", "news"]])
def test_an_empty_folder_takes_nothing_with_it(tmp_path: Path, named: Sequence[str]) -> None:
    (tmp_path / "news" / "sub").mkdir(parents=True)
    before: Known = {"a": f"{tmp_path}/news/sub/a.txt", "b": f"{tmp_path}/other/b.txt"}
    found = gone(before, [tmp_path / name for name in named], {}, [])
    assert (found.ids, sum(found.left_by_folder.values())) == ([], 1)


def test_an_empty_folder_inside_one_that_gave_something_takes_nothing_where_it_was_named(news: Path) -> None:
    before, _ = read(news)
    for file in (news / "sub").iterdir():
        file.unlink()
    assert sync(before, news, news / "sub") == Gone([], {str(news / "sub"): 4}, 0)
    assert len(sync(before, news).ids) == 4


def test_a_folder_that_is_not_there_takes_nothing_with_it(tmp_path: Path, news: Path) -> None:
    before: Known = {"a": f"{tmp_path}/drive/a.txt"}
    assert sync(before, tmp_path / "drive", news) == Gone([], {f"{tmp_path}/drive": 1}, 0)


@pytest.mark.parametrize(
    ("first", "then"), [("news", "news/sub"), ("news/sub", "news"), ("news/sub/b.txt", "news"), ("news/own.jsonl", ".")]
)
def test_a_file_that_comes_under_another_id_is_still_there(tmp_path: Path, news: Path, first: str, then: str) -> None:
    before, _ = read(tmp_path / first)
    assert sync(before, tmp_path / then) == Gone([], {}, 0)


@pytest.mark.parametrize("link", [os.link, os.symlink])
@pytest.mark.parametrize("name", ["a.txt", "own.jsonl"])
def test_a_file_that_was_read_under_its_other_name_is_still_there(news: Path, link: object, name: str) -> None:
    before, _ = read(news)
    assert callable(link)
    link(news / name, news / f"0{name}")
    places, _ = read(news)
    assert f"{news}/{name}" not in {str(place).partition(":")[0] for place in places.values()}
    assert sync(before, news).ids == []


def test_what_could_not_be_read_is_not_gone(tmp_path: Path, news: Path) -> None:
    places, _ = read(news)
    names = ("c.txt", "closed/d.txt", "list.jsonl:3", "gone.txt")
    before: Known = {name: f"{news}/{name}" for name in names}
    failed = [str(news / name) for name in ("c.txt", "closed", "list.jsonl")]
    assert gone(before, [news], places, failed) == Gone(["gone.txt"], {}, 3)


def test_a_bad_line_may_be_any_of_the_articles_that_its_file_had(news: Path) -> None:
    before, _ = read(news)
    (news / "own.jsonl").write_text('{"id": "x", "text": "The x."}\n\n{"id": "y", "text": \n')
    assert sync(before, news) == Gone([], {}, 1)


def test_a_feeds_entry_whose_page_failed_is_not_gone(news: Path) -> None:
    places, _ = read(news)
    before: Known = {"https://example.org/a": f"{news}/feed.xml:1", "https://example.org/b": f"{news}/feed.xml:2"}
    places["https://example.org/c"] = f"{news}/feed.xml:1"
    assert gone(before, [news], places, ["https://example.org/b#top"]).ids == ["https://example.org/a"]


def test_a_file_in_a_folder_that_cannot_be_looked_into_may_be_there(
    news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, _ = read(news)

    def closed(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("index.sync.os.lstat", closed)
    assert gone({"c": f"{news}/.hidden/c.txt"}, [news], places, []).ids == []


def test_a_file_whose_name_is_not_utf_8_is_still_there(news: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (news / "sub" / name).write_text("The coffee.")
    before, _ = read(news / "sub")
    (news / "sub" / "b.txt").unlink()
    assert sync(before, news) == Gone(["b.txt"], {}, 0)


def test_what_came_from_elsewhere_is_left_alone(news: Path) -> None:
    places, _ = read(news)
    before: Known = {"a": f"{news}-old/a.txt", "b": "https://example.org/b", "c": None, "d": str(news)}
    assert gone(before, [news], places, []) == Gone([], {}, 0)


def test_a_relative_folder_is_the_same_folder(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(news.parent)
    places, failed = read(Path("news/"))
    assert gone({"c": f"{news}/c.txt"}, ["news/"], places, failed).ids == ["c"]


def test_whether_a_file_is_there_can_be_told_by_another(news: Path) -> None:
    places, _ = read(news)
    before: Known = {"c": f"{news}/c.txt", "d": f"{news}/d.csv:7"}
    assert gone(before, [news], places, [], {f"{news}/d.csv"}.__contains__).ids == ["c"]


def test_what_was_left_alone_is_said_with_its_reason() -> None:
    lines = Gone([], {"news": 3}, 2).left_alone()
    assert "articles from news, which gave none in this run (3 in the index)" in lines[0]
    assert "(2 that may still be there)" in lines[1]
    assert Gone(["a"]).left_alone() == []
