from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import pytest
from loading import DATA, article, failure, load

from index import Article, Failure


@pytest.mark.parametrize("source", ["pages/wordpress.html", "pdfs/writer.pdf", "articles/08-museum-opening.md"])
def test_a_packed_file_gives_what_the_plain_one_gives(tmp_path: Path, source: str) -> None:
    plain = DATA / source
    packed = tmp_path / f"{plain.name}.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    one, other = article(plain), article(packed)
    assert (one.text, one.title, one.pages, one.url) == (other.text, other.title, other.pages, other.url)
    assert other.location == str(packed)


@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", gzip.compress(b"x" * 1000)[:-9], b"\x1f\x8b\x08" + b"\0" * 7 + zlib.compress(b"x")[::-1]],
    ids=["empty", "not packed", "cut", "damaged"],
)
def test_a_damaged_packed_file_is_a_failure(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(data)
    assert any(reason in failure(path).reason for reason in ("cannot be unpacked", "has no text"))


def test_a_pattern_is_expanded_and_its_ids_begin_below_its_fixed_part(tmp_path: Path) -> None:
    for name in ("news/b/c/y.txt", "news/x.txt", "news/x.md", "news/.git/z.txt", "news/b/.z.txt", "other/w.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Text.")
    found = [item.id for item in load(tmp_path / "news" / "**" / "*.txt") if isinstance(item, Article)]
    assert found == ["b/c/y.txt", "x.txt"]
    assert [item.id for item in load(tmp_path / "n*" / "[xy].md") if isinstance(item, Article)] == ["news/x.md"]
    assert failure(tmp_path / "news" / "*.pdf") == Failure(
        str(tmp_path / "news" / "*.pdf"), f"matches no file below {tmp_path / 'news'}"
    )


def test_a_file_whose_name_looks_like_a_pattern_is_read(tmp_path: Path) -> None:
    (tmp_path / "news[1].txt").write_text("Text.")
    assert article(tmp_path / "news[1].txt").id == "news[1].txt"


def test_an_articles_location_is_absolute_and_its_id_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("Text.")
    monkeypatch.chdir(tmp_path)
    loaded = article(Path("news"))
    assert (loaded.id, loaded.location) == ("a.txt", str(tmp_path / "news" / "a.txt"))


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert failure(tmp_path / "a.txt").reason == "cannot be read: it is not a regular file"
