from __future__ import annotations

from pathlib import Path

import pytest

from index.sync import gone


def test_what_was_read_from_a_folder_and_is_not_there_any_more_is_gone(tmp_path: Path) -> None:
    locations = {"a": f"{tmp_path}/a.txt", "b": f"{tmp_path}/b.txt", "c": f"{tmp_path}/all.jsonl:3", "d": None}
    assert gone(locations, [tmp_path], {"a"}, []) == ["b", "c"]


def test_another_folder_with_the_same_beginning_is_left_alone(tmp_path: Path) -> None:
    assert gone({"a": f"{tmp_path}-old/a.txt", "b": "https://example.org/b"}, [tmp_path], [], []) == []


def test_what_could_not_be_read_is_not_gone(tmp_path: Path) -> None:
    locations = {"a": f"{tmp_path}/a.txt", "b": f"{tmp_path}/closed/b.txt", "c": f"{tmp_path}/all.jsonl:3"}
    failed = [f"{tmp_path}/a.txt", f"{tmp_path}/closed", f"{tmp_path}/all.jsonl"]
    assert gone(locations, [tmp_path], [], failed) == []


def test_one_bad_line_does_not_keep_the_others(tmp_path: Path) -> None:
    locations = {"c": f"{tmp_path}/all.jsonl:3", "d": f"{tmp_path}/all.jsonl:30"}
    assert gone(locations, [tmp_path], [], [f"{tmp_path}/all.jsonl:3"]) == ["d"]


def test_a_folder_that_is_not_there_takes_nothing_with_it(tmp_path: Path) -> None:
    assert gone({"a": f"{tmp_path}/drive/a.txt"}, [tmp_path / "drive"], [], []) == []


def test_a_relative_folder_is_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "news").mkdir()
    monkeypatch.chdir(tmp_path)
    assert gone({"a": f"{tmp_path}/news/a.txt"}, ["news/"], [], []) == ["a"]
