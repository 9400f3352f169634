from __future__ import annotations

import gzip
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from index.search.filters import Filter
from qa.batch import Layout, Question, check_files, read_questions
from qa.batch.columns import output_names
from qa.errors import InvalidBatch

AS_IT_IS = Layout()


def texts(path: Path, layout: Layout = AS_IT_IS) -> list[str | None]:
    return [row.text for row in read_questions(path, layout)]


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sheet(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("q.csv", "id,question,n\n1,Who?,-5\n", id="commas"),
        pytest.param("q.csv", "\ufeffid;question;n\r\n1;Who?;-5\r\n", id="semicolons, mark, CRLF"),
        pytest.param("q.csv", "id,question,n\r1,Who?,-5\r", id="line ends of an old Mac"),
        pytest.param("q.csv", '\nid,question,n\n,,\n1,"Who?","-5"\n\n', id="blank rows and quotes"),
        pytest.param("q.csv", "\n \r\nid;question;n\n1;Who?;-5\n", id="blank lines above semicolons"),
        pytest.param("q.tsv", "id\tquestion\tn\n1\tWho?\t-5\n", id="tabs"),
        pytest.param("q.csv", "\ufeffid,question,n\n1,Who?,-5\n".encode("utf-16"), id="UTF-16"),
        pytest.param("q.csv.gz", gzip.compress(b"id,question,n\n1,Who?,-5\n"), id="packed"),
        pytest.param("q.jsonl.gz", gzip.compress(b'{"id": "1", "question": "Who?", "n": "-5"}\n'), id="packed JSON"),
    ],
)
def test_a_table_gives_its_questions_and_other_columns(tmp_path: Path, name: str, content: str | bytes) -> None:
    (row,) = read_questions(written(tmp_path / name, content))
    assert (row.id, row.text, row.error, dict(row.columns)) == ("1", "Who?", None, {"n": "-5"})


def test_a_spreadsheet_keeps_the_types_of_its_cells(tmp_path: Path) -> None:
    day = datetime(2025, 6, 9)
    path = sheet(
        tmp_path / "q.xlsx", ["id", "question", "n", "day", "yes"], [], [7, "Who_x000D_?", -5.5, day, True], [None, 3]
    )
    good, bad = read_questions(path)
    assert good == Question(7, "Who\r?", None, {"n": -5.5, "day": day, "yes": True}, None, f"{path}:3")
    assert bad.error == f"{path}:4 has 3, a int as the question, expected text"


def test_a_formula_counts_as_the_value_saved_with_it_and_merged_cells_as_the_first(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["question", "n"], ["Who?", 1], ["lost", 2], ['=CONCAT("Wh","o?")', 3], ["#N/A", 4]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "q.xlsx")
    errors = [row.error for row in read_questions(tmp_path / "q.xlsx")]
    assert errors[0] is None
    assert [str(error).split(" has ")[1].split(" as ")[0] for error in errors[1:]] == [
        "an empty cell", "an empty cell", "the error #N/A",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "column", "found"),
    [
        pytest.param("a,question", None, "second", id="by its name"),
        pytest.param("a,Question", None, "second", id="in any case"),
        pytest.param("Frage,question", "Frage", "first", id="as named"),
        pytest.param("frage,b", "FRAGE", "first", id="as named in another case"),
    ],
)
def test_the_column_of_questions_is_found(tmp_path: Path, header: str, column: str | None, found: str) -> None:
    path = written(tmp_path / "q.csv", f"{header}\nfirst,second\n")
    assert texts(path, Layout(column)) == [found]


def test_an_only_column_has_the_questions_whatever_it_is_called(tmp_path: Path) -> None:
    assert texts(written(tmp_path / "q.csv", "Frage\nWho?\n")) == ["Who?"]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        pytest.param("q.csv", "a,b\n1,2\n", "no column 'question'; its columns are 'a', 'b'", id="no column"),
        pytest.param("q.csv", "Who led?\nWho?\n", "looks like questions, not like names", id="no header"),
        pytest.param("q.csv", "1,When did it sink\n", "looks like questions, not like names", id="no header, no mark"),
        pytest.param("q.csv", "question,question\na,b\n", "'question' more than once", id="a name twice"),
        pytest.param("q.csv", "question\nWho?\n\"open\nWhen?\n", "q.csv:3 opens a quotation mark", id="open quote"),
        pytest.param("q.tsv", "id,question\n1,Who?\n", "Its columns may be parted by something else", id="no tabs"),
        pytest.param("q.csv", "id|question\n1|Who?\n", "a .csv has commas, semicolons or tabs", id="no delimiter"),
        pytest.param("q.csv", b"que\0stion\nWho?\n", "its first row is binary", id="binary header"),
        pytest.param("q.csv", "", "has no questions", id="empty"),
        pytest.param("q.csv", "question\n\n", "has no questions", id="names only"),
        pytest.param("q.csv.gz", b"question\n", "cannot be unpacked", id="not packed"),
        pytest.param("q.xlsx", b"PK\3\4 nothing", "is not a .xlsx that can be read", id="no zip"),
        pytest.param("q.xlsx", "question\nWho?\n", "is not a .xlsx that can be read", id="a table by another name"),
        pytest.param("q.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
                     "protected by a password", id="password"),
        pytest.param("q.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook", r"older Excel \(.xls\)", id="old Excel"),
        pytest.param("q.xlsx.gz", gzip.compress(b""), "packed already", id="packed spreadsheet"),
        pytest.param("q.jsonl", '{"q": "Who?"}\n', "no field 'question'; its fields are 'q'", id="no field"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_an_error_that_says_why(
    tmp_path: Path, name: str, content: str | bytes, error: str
) -> None:
    with pytest.raises(InvalidBatch, match=error):
        check_files(written(tmp_path / name, content), tmp_path / "a.jsonl")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_damaged_spreadsheet_is_an_error(tmp_path: Path, part: str) -> None:
    import zipfile

    whole = sheet(tmp_path / "whole.xlsx", ["question"], ["Who?"])
    with zipfile.ZipFile(whole) as packed, zipfile.ZipFile(tmp_path / "q.xlsx", "w") as damaged:
        for name in packed.namelist():
            damaged.writestr(name, packed.read(name)[:200] if name == part else packed.read(name))
    with pytest.raises(InvalidBatch, match=r"q\.xlsx is not a \.xlsx that can be read"):
        list(read_questions(tmp_path / "q.xlsx"))


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param(b"Who?", "has 1 cells, expected 2", id="too few cells"),
        pytest.param(b"Who?,1,2", "has 3 cells, expected 2", id="too many"),
        pytest.param(b'Who?,"1"2', "is not a row of a table", id="text behind a quote"),
        pytest.param(b"Who\0?,1", "is binary", id="NUL"),
        pytest.param(b'"How\n\0\nso?",1', "is binary", id="NUL in a cell of several lines"),
    ],
)
def test_a_row_of_a_table_that_is_none_is_reported_with_its_line(tmp_path: Path, line: bytes, error: str) -> None:
    path = written(tmp_path / "q.csv", b'question,n\n"How\nso?",1\n' + line + b"\nWhen?,3\n")
    first, bad, last = read_questions(path)
    assert (first.text, last.text, bad.text) == ("How\nso?", "When?", None)
    assert str(bad.error).startswith(f"{path}:4 {error}")


def test_a_spreadsheet_packed_with_a_password_is_an_error(tmp_path: Path) -> None:
    sheet(tmp_path / "q.xlsx", ["question"], ["Who?"])
    packed = bytearray((tmp_path / "q.xlsx").read_bytes())
    for signature, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = packed.find(signature)
        while at >= 0:
            packed[at + flags] |= 1
            at = packed.find(signature, at + 1)
    with pytest.raises(InvalidBatch, match=r"is not a \.xlsx that can be read .*password"):
        list(read_questions(written(tmp_path / "q.xlsx", bytes(packed))))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"question": "Who?", "n": NaN}', id="NaN"),
        pytest.param('{"question": "Who?", "n": 1e999}', id="infinite"),
        pytest.param('{"question": "Who?", "n": ' + "[" * 200 + "]" * 200 + "}", id="deep"),
        pytest.param("[" * 100_000, id="too deep to parse"),
    ],
)
def test_json_that_could_not_be_written_again_is_an_error_row(tmp_path: Path, line: str) -> None:
    bad, good = read_questions(written(tmp_path / "q.jsonl", f'{line}\n{{"question": "Who?"}}\n'))
    assert (bad.text, good.text) == (None, "Who?")
    assert str(bad.error).startswith(f"{tmp_path / 'q.jsonl'}:1 is ")


def test_mixed_encodings_are_read_line_by_line_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path / "q.csv", "question\nÀ qui?\n".encode() + "Où?\nÇa?\n".encode("cp1252"))
    with caplog.at_level(logging.WARNING):
        assert texts(path) == ["À qui?", "Où?", "Ça?"]
    (warning,) = caplog.messages
    assert warning.startswith(f"{path}:3 is not UTF-8; read as Windows-1252")


def test_a_cell_of_200_000_characters_is_read(tmp_path: Path) -> None:
    assert texts(written(tmp_path / "q.csv", "question\n" + "x" * 200_000)) == ["x" * 200_000]


def test_ids_that_come_twice_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    lines = [{"id": n, "question": "Who?"} for n in ("a", 1, "1", "a", 1, None, None, "")]
    path = written(tmp_path / "q.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    found = check_files(path, tmp_path / "a.jsonl")
    assert (found.questions, found.repeated, found.first_repeated) == (8, 2, f"{path}:4 has 'a'")


def test_the_columns_of_json_are_those_of_all_its_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "q.jsonl", '{"question": "Who?", "b": 1}\n{"question": "Who?", "a": 1, "id": 3}\n')
    assert set(check_files(path, tmp_path / "a.jsonl").columns) == {"b", "a", "id"}


def test_a_row_says_which_articles_it_asks_of(tmp_path: Path) -> None:
    table = written(tmp_path / "q.csv", "question,from,source\nWho?,2025-06,AP; Reuters\nWho?,,\nWho?,soon,\n")
    layout = Layout(filters={"since": "from", "source": "source"})
    first, second, third = read_questions(table, layout)
    assert (first.only, second.only) == (Filter("2025-06", sources=("AP", "Reuters")), None)
    assert f"{table}:4: Got since 'soon'" in str(third.error)
    assert dict(first.columns) == {"from": "2025-06", "source": "AP; Reuters"}
    plain = written(tmp_path / "q.jsonl", '{"question": "Who?", "filter": {"articles": ["a"], "until": "2025"}}\n')
    assert next(read_questions(plain)).only == Filter(until="2025", articles=("a",))


def test_a_column_for_filters_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidBatch, match="no column 'from' for filters; its columns are 'question'"):
        list(read_questions(written(tmp_path / "q.csv", "question\nWho?\n"), Layout(filters={"since": "from"})))
    lines = written(tmp_path / "q.jsonl", '{"question": "Who?"}\n{"question": "Who?", "from": ""}\n')
    assert len(list(read_questions(lines, Layout(filters={"since": "from"})))) == 2
    with pytest.raises(InvalidBatch, match=r"q\.jsonl has no line with the field 'source' for filters"):
        list(read_questions(lines, Layout(filters={"since": "from", "source": "source"})))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("q.csv", "id,question\na,Who?\n", id="csv"),
        pytest.param("q.jsonl", '{"id": "a", "question": "Who?"}\n', id="jsonl"),
    ],
)
def test_the_ids_and_the_questions_may_be_filters(tmp_path: Path, name: str, content: str) -> None:
    layout = Layout(filters={"article": "id", "tag": "question"})
    (row,) = read_questions(written(tmp_path / name, content), layout)
    assert (row.id, row.text, row.only) == ("a", "Who?", Filter(tags=("Who?",), articles=("a",)))


@pytest.mark.parametrize(
    ("layout", "option"),
    [
        pytest.param(Layout("Frage"), "--question", id="column"),
        pytest.param(Layout(filters={"since": "from"}), "--filter-columns", id="filters"),
    ],
)
def test_a_file_without_columns_refuses_to_look_for_one(tmp_path: Path, layout: Layout, option: str) -> None:
    with pytest.raises(InvalidBatch, match=f"Got {option} for .*, which is read as a question a line"):
        check_files(written(tmp_path / "q.txt", "Who?\n"), tmp_path / "a.jsonl", layout)


def test_a_filter_of_a_line_that_is_none_says_what_the_field_is_for(tmp_path: Path) -> None:
    (row,) = read_questions(written(tmp_path / "q.jsonl", '{"question": "Who?", "filter": "sports"}\n'))
    assert 'Got the filter "sports", expected an object' in str(row.error)
    assert "The field 'filter' says which articles a row asks of; rename it" in str(row.error)
    assert (row.text, dict(row.columns)) == ("Who?", {"filter": "sports"})


@pytest.mark.parametrize(
    ("row_id", "kept"),
    [(1.5, True), (True, True), ([1], False)],
)
def test_a_line_keeps_its_columns_whatever_its_id_is(tmp_path: Path, row_id: Any, kept: bool) -> None:
    line = json.dumps({"id": row_id, "question": "Who?", "note": "x"})
    (row,) = read_questions(written(tmp_path / "q.jsonl", line))
    assert (row.text, dict(row.columns)) == ("Who?", {"note": "x"})
    assert (row.id, row.error is None) == (row_id if kept else None, kept)


@given(st.lists(st.sampled_from("a input_a input_input_a b question".split()), unique=True))
def test_no_two_columns_of_the_answers_have_one_name(names: list[str]) -> None:
    given_names = output_names(names, {"a", "question"})
    assert list(given_names) == names
    assert len({*given_names.values(), "a", "question"}) == len(names) + 2
    assert all(new == name for name, new in given_names.items() if name not in ("a", "question"))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), min_size=1))
def test_any_cells_that_the_csv_module_writes_are_read_back(tmp_path: Path, cells: list[str]) -> None:
    import csv

    with (tmp_path / "q.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("question", "n"), *((cell, "1") for cell in cells)])
    assert texts(tmp_path / "q.csv") == cells
