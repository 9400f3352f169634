from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from loading import article, failure, load

from index import Article, Failure
from index.errors import InvalidFieldMap
from index.load import Limits, parse_field_map


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        pytest.param({"text": "one"}, ["a.json"], id="one article"),
        pytest.param([{"text": "one"}, {"text": "two", "id": 7}], ["a.json:1", "7"], id="list"),
        pytest.param({"articles": [{"text": "one"}], "count": 1}, ["a.json:1"], id="list in an object"),
    ],
)
def test_json_gives_its_articles(tmp_path: Path, content: Any, ids: list[str]) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    assert [item.id for item in load(path) if isinstance(item, Article)] == ids


def test_a_bad_record_of_a_json_list_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"text": 3}, {"text": "good"}, 4]')
    first, good, last = load(path)
    assert first == Failure(f"{path}:1", "has 'text' as int, expected a string")
    assert isinstance(good, Article)
    assert last == Failure(f"{path}:3", "is a JSON int, expected an object with a field 'text'")


@pytest.mark.parametrize(
    ("name", "line"), [("a.json", '[{"body": "t", "kind": "k"}]'), ("a.jsonl", '{"body": "t", "kind": "k"}')]
)
def test_a_map_names_the_fields_and_keeps_the_others(tmp_path: Path, name: str, line: str) -> None:
    path = tmp_path / name
    path.write_text(line)
    assert "has no field 'text'; its fields are 'body', 'kind'" in failure(path).reason
    loaded = article(path, field_map=parse_field_map("text=body"))
    assert (loaded.text, loaded.metadata) == ("t", {"kind": "k"})


def test_a_mapped_field_is_taken_from_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "short", "body": "long", "metadata": {"own": 1}}')
    loaded = article(path, field_map={"text": "body"})
    assert (loaded.text, loaded.metadata) == ("long", {"text": "short", "own": 1})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "expected FIELD=NAME", id="empty"),
        pytest.param("text", "has the part 'text', expected FIELD=NAME", id="no name"),
        pytest.param("body=text", "names the field 'body'; an article has id, text, title", id="the wrong way round"),
        pytest.param("text=a,text=b", "has the field 'text' twice, as 'a' and as 'b'", id="twice"),
    ],
)
def test_a_map_that_is_none_says_why(text: str, reason: str) -> None:
    with pytest.raises(InvalidFieldMap, match=reason):
        parse_field_map(text)
    assert parse_field_map("text=body, title = head line") == {"text": "body", "title": "head line"}


def test_csv_rows_become_articles_and_other_columns_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["id", "text", "authors", "section"], ["x", 'a\r\n"b",\n ', "Ann Lee; Bo", "s"], ["", "second", "", ""]]
        )
    first, second = (item for item in load(path) if isinstance(item, Article))
    assert (first.id, first.text, first.authors, first.metadata) == (
        "x",
        'a\r\n"b",\n ',
        ("Ann Lee", "Bo"),
        {"section": "s"},
    )
    assert (second.id, second.text, second.metadata, second.location) == ("a.csv:3", "second", {}, f"{path}:3")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("a.csv", "body;head\né;h\n".encode(), id="semicolons"),
        pytest.param("a.tsv", "body\thead\né\th\n".encode(), id="tabs"),
        pytest.param("a.csv", "\ufeffbody,head\r\né,h".encode(), id="byte order mark"),
        pytest.param("a.csv", "body,head\né,h\n".encode("utf-16"), id="utf-16"),
        pytest.param("a.csv", "body,head\né,h\n".encode("cp1252"), id="windows-1252"),
        pytest.param("a.csv", "body,head\ré,h\r".encode(), id="line ends of old"),
    ],
)
def test_tables_of_all_makes_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    loaded = article(path, field_map={"text": "body", "title": "head"})
    assert (loaded.text, loaded.title) == ("é", "h")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param("", "has no column 'text'; its columns are none", id="empty"),
        pytest.param('"text"x\nx\n', "has no row of field names: its first row is not a row", id="damaged header"),
        pytest.param(
            "body\nx\n", "has no column 'text'; its columns are 'body'. Name the text's with --map", id="no text"
        ),
        pytest.param("text\n\n", "has a first row of field names and no row below it", id="no row"),
        pytest.param("text,a,a\nx,1,2\n", "has the columns 'a' more than once", id="twice"),
        pytest.param("text,a\nx\n", "has 1 cells, expected 2 as in the first row", id="too few cells"),
        pytest.param('text\n"x"y\n', "is not a row of a table", id="quotation marks"),
        pytest.param('text\n"x\n', "is not a row of a table: unexpected end of data", id="not closed"),
        pytest.param("text\n\0\n", "is a binary file", id="binary"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, data: str, reason: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(data)
    assert reason in failure(path).reason


def test_a_text_longer_than_pythons_own_csv_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"text\n{'word ' * 100_000}\n")
    assert len(article(path).text) == 500_000


def test_a_row_or_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text\nok\n"' + "x\n" * 500)
    (tmp_path / "b.jsonl").write_text('{"text": "' + "x" * 999 + '"}\n{"text": "ok"}\n')
    limits = Limits(file_bytes=500)
    fine, row = load(tmp_path / "a.csv", limits=limits)
    line, next_line = load(tmp_path / "b.jsonl", limits=limits)
    assert isinstance(row, Failure)
    assert "a row of more than 500 characters" in row.reason
    assert isinstance(line, Failure)
    assert "is longer than 500 bytes" in line.reason
    assert isinstance(fine, Article)
    assert isinstance(next_line, Article)


def test_a_json_of_too_many_values_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"text": "x", "metadata": {"a": [' + "[]," * 3_000_000 + "1]}}")
    assert "has more than 5,000,000 values" in failure(path).reason


def test_metadata_nested_deeper_than_can_be_stored_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"text": "t", "metadata": ' + '{"a":' * 101 + "1" + "}" * 102)
    assert "has 'metadata' nested deeper than 100 levels" in failure(path).reason
    path.write_text('{"text": "t", "metadata": ' + '{"a":' * 100 + "1" + "}" * 101)
    assert article(path).text == "t"
