from __future__ import annotations

import json
from pathlib import Path

import pytest

from index import Article, Failure, PassedOver, read_articles


def load(path: Path) -> list[Article | Failure | PassedOver]:
    return list(read_articles([path]))


def article(path: Path) -> Article:
    (item,) = load(path)
    assert isinstance(item, Article), item
    return item


def failure(path: Path) -> Failure:
    (item,) = load(path)
    assert isinstance(item, Failure), item
    return item


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("Grüße — 😀".encode(), "Grüße — 😀", id="utf-8"),
        pytest.param(b"\xef\xbb\xbfText", "Text", id="utf-8 with a mark"),
        pytest.param("\ufeffText é".encode("utf-16-le"), "Text é", id="utf-16 little-endian"),
        pytest.param("\ufeffText é".encode("utf-16-be"), "Text é", id="utf-16 big-endian"),
        pytest.param("\ufeffText".encode("utf-32-le"), "Text", id="utf-32"),
        pytest.param("Le café à Genève".encode("latin-1"), "Le café à Genève", id="latin-1"),
        pytest.param("“quoted” – €5".encode("cp1252"), "“quoted” – €5", id="windows-1252"),
        pytest.param(b"one\r\ntwo\rthree\n", "one\r\ntwo\rthree\n", id="line ends stay"),
    ],
)
def test_text_files_are_decoded_and_nothing_else(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert article(path).text == text


def test_reading_as_windows_1252_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes("café".encode("latin-1"))
    article(path)
    assert "latin.txt is not UTF-8" in caplog.text


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.txt", b"", "has no text", id="empty"),
        pytest.param("a.txt", b" \n\t", "has no text", id="blank"),
        pytest.param("a.jsonl", b" \n\n", "has no line that is not blank", id="blank lines"),
        pytest.param("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary file", id="binary"),
        pytest.param("a.txt", b"\xff\xfeabc", "begins as UTF-16", id="broken utf-16"),
        pytest.param("a.odt", b"PK", "has the ending '.odt', expected one of .txt", id="unknown ending"),
    ],
)
def test_an_unreadable_file_is_a_failure_with_its_reason(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert reason in failure(path).reason


def test_a_missing_path_and_an_address_of_this_machine_are_failures(tmp_path: Path) -> None:
    assert failure(tmp_path / "nowhere").reason == "does not exist"
    (item,) = read_articles(["https://127.0.0.1/a"])
    assert isinstance(item, Failure)
    assert "not a public address" in item.reason


def test_two_files_with_one_id_are_not_mixed_up(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "news.txt").write_text(f"News of {folder}.")
    first, second = read_articles([tmp_path / "a", tmp_path / "b"])
    assert isinstance(first, Article)
    assert isinstance(second, Failure)
    assert "has the id 'news.txt', as has" in second.reason


def test_two_records_with_one_id_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "text": "one"}\n{"id": 1, "text": "two"}\n')
    first, second = load(path)
    assert isinstance(first, Article)
    assert isinstance(second, Failure)
    assert second.location == f"{path}:2"


def test_a_broken_link_is_a_failure_and_a_linked_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "n.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "c" / "link").symlink_to(tmp_path / "real")
    broken, link = load(tmp_path / "c")
    assert isinstance(broken, Failure)
    assert link == PassedOver(str(tmp_path / "c" / "link"))


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text("News.")
    assert len(list(read_articles([tmp_path, tmp_path / "news.txt", tmp_path]))) == 1


def test_a_name_too_long_is_a_failure() -> None:
    (item,) = read_articles(["a" * 300])
    assert isinstance(item, Failure)
    assert "too long" in item.reason


def test_a_utf_16_jsonl_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"text": "x"}\r\n{"text": "é"}\r\n'.encode("utf-16-le"))
    assert [item.text for item in load(path) if isinstance(item, Article)] == ["x", "é"]


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    assert "has 2,000,000,000 bytes, at most 100,000,000 are read" in failure(path).reason


def test_a_folder_is_read_below_and_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/.hidden.txt", ".git/x.txt", "c.png", "d.TXT"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Text.")
    items = load(tmp_path)
    assert [i.id for i in items if isinstance(i, Article)] == ["a/z.md", "b.txt", "d.TXT"]
    assert [i.location for i in items if isinstance(i, PassedOver)] == [str(tmp_path / "c.png")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("# A title\n\nText.", "A title", id="heading"),
        pytest.param("\ufeff\n# A *title* ##\r\nText.", "A *title*", id="mark and closing hashes"),
        pytest.param("Text.\n# Later", None, id="heading later"),
        pytest.param("## Second level\n", None, id="second level"),
    ],
)
def test_markdown_stays_raw_and_gives_its_title(tmp_path: Path, text: str, title: str | None) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(text.encode())
    assert article(path).title == title
    assert article(path).text == text.removeprefix("\ufeff")


def test_jsonl_fields_become_the_articles(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    record = {"id": 7, "text": "T\r\n", "title": "H", "authors": ["A", "B"], "metadata": {"k": [1]}, "pages": [0, 2]}
    path.write_text(json.dumps(record) + "\n")
    loaded = article(path)
    assert (loaded.id, loaded.text, loaded.title, loaded.authors) == ("7", "T\r\n", "H", ("A", "B"))
    assert (loaded.metadata, loaded.pages, loaded.published) == ({"k": [1]}, (0, 2), None)
    assert loaded.location == f"{path}:1"


def test_a_jsonl_article_without_an_id_takes_its_address_or_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '\n{"text": "x", "url": "https://news.example/a#top"}\n{"text": "y"}\n{"text": "z", "url": "http://[b#x"}\n'
    )
    ids = [item.id for item in load(path) if isinstance(item, Article)]
    assert ids == ["https://news.example/a", "a.jsonl:3", "http://[b"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("{", "is not JSON", id="broken"),
        pytest.param("[" * 100_000, "is not JSON", id="nested too deep"),
        pytest.param("[1]", "is a JSON list", id="list"),
        pytest.param('{"title": "T"}', "has no field 'text'; its fields are 'title'", id="no text"),
        pytest.param('{"text": 3}', "has 'text' as int, expected a string", id="number for text"),
        pytest.param('{"text": ""}', "has no text", id="empty text"),
        pytest.param('{"text": "t", "body": "b"}', "unknown fields 'body'", id="unknown field"),
        pytest.param('{"text": "t", "pages": ["1"]}', "expected a list of whole numbers", id="pages"),
        pytest.param('{"text": "text", "pages": [2, 1]}', "expected ascending offsets", id="pages that descend"),
    ],
)
def test_a_bad_line_is_reported_and_the_rest_goes_on(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line + '\n{"id": "good", "text": "t"}\n')
    bad, good = load(path)
    assert isinstance(bad, Failure)
    assert bad.location == f"{path}:1"
    assert reason in bad.reason
    assert isinstance(good, Article)


def test_a_lone_surrogate_in_json_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a", "text": "x\\ud83dy \\ud83d\\ude00", "title": "\\udc00", "metadata": {"k": "\\ud83d"}}')
    loaded = article(path)
    assert (loaded.text, loaded.title, loaded.metadata) == ("x\ufffdy 😀", "\ufffd", {"k": "\ufffd"})
