from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fakes import HashEncoder, TableReader
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from index import Article, Index
from qa import Assistant
from qa.batch import Outcome, check_files, run_batch
from qa.batch.cells import fitting, harmless
from qa.batch.flat import FIELDS
from qa.batch.limits import EXCEL_ROWS, MAX_COLUMNS
from qa.batch.read import Survey
from qa.batch.write import check_size
from qa.errors import OutputError

TEXT = "Ada met <b>the envoy</b>. =HYPERLINK(1) said Bo."


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with Index.create(tmp_path / "index", HashEncoder()) as index:
        index.add([Article("a", TEXT, title="+Title", url="https://example.com/a", published="2025-06-09")])
        yield Assistant(index, TableReader({"<b>the envoy</b>": 3.0, "=HYPERLINK(1)": 2.0}))


def answers(assistant: Assistant, questions: Path, name: str) -> Path:
    run_batch(assistant, questions, questions.with_name(name))
    return questions.with_name(name)


def questions_of(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_table_has_the_best_citation_and_the_other_columns(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "q.csv").write_text("n,question,answer,id\n-5,Who?,=1,x\n1,?,b,y\n")
    path = answers(assistant, tmp_path / "q.csv", "a.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert list(first) == ["id", *FIELDS, "n", "input_answer"]
    assert (first["answer"], first["id"], first["n"], first["input_answer"]) == ("<b>the envoy</b>", "x", "-5", "'=1")
    assert TEXT[int(first["start"]) : int(first["end"])] == first["quote"]
    assert (first["title"], first["other_answers"]) == ("'+Title", "'=HYPERLINK(1)")
    assert first["sentence"] == "Ada met <b>the envoy</b>."
    assert (second["kind"], second["answer"], second["question"]) == ("error", "", "?")
    assert "no word in it" in second["error"]
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_a_spreadsheet_keeps_types_and_runs_nothing(tmp_path: Path, assistant: Assistant) -> None:
    day = datetime(2025, 6, 9, 8, 30)
    rows = ["question", "n", "day", "yes"], ["Who?", -5, day, True], ["Who?", 0.5, None, False]
    path = answers(assistant, questions_of(tmp_path / "q.xlsx", *rows), "a.xlsx")
    header, first, second = load_workbook(path).active.iter_rows()
    cells = {name.value: cell for name, cell in zip(header, first, strict=True)}
    assert [cells[name].value for name in ("n", "day", "yes")] == [-5, day, True]
    assert (cells["other_answers"].value, cells["other_answers"].data_type) == ("=HYPERLINK(1)", "s")
    assert cells["other_answers"].quotePrefix
    assert (cells["start"].value, type(cells["confidence"].value)) == (8, float)
    assert second[list(cells).index("n")].value == 0.5


def test_a_number_that_excel_would_round_is_text_in_a_spreadsheet(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "Who?", "n": 12345678901234567, "list": [1, "a"]}\n')
    _, row = load_workbook(answers(assistant, tmp_path / "q.jsonl", "a.xlsx")).active.iter_rows(values_only=True)
    assert row[-2:] == ("12345678901234567", '[1, "a"]')


def test_json_keeps_the_types_of_the_other_columns_and_their_order(tmp_path: Path, assistant: Assistant) -> None:
    row = {"z": [1, {"a": None}], "question": "Who?", "kind": 2.5, "a": "\ud800", "error": True}
    (tmp_path / "q.jsonl").write_text(json.dumps(row) + "\n")
    text = answers(assistant, tmp_path / "q.jsonl", "a.jsonl").read_text(encoding="utf-8")
    assert list(json.loads(text).items())[-4:] == [
        ("z", [1, {"a": None}]), ("input_kind", 2.5), ("a", "\ufffd"), ("input_error", True),
    ]  # fmt: skip


def test_dates_of_a_spreadsheet_are_iso_8601_in_json(tmp_path: Path, assistant: Assistant) -> None:
    path = questions_of(tmp_path / "q.xlsx", ["question", "day"], ["Who?", datetime(2025, 6, 9)])
    assert json.loads(answers(assistant, path, "a.jsonl").read_text())["day"] == "2025-06-09"


def test_a_page_marks_the_quotes_and_lets_nobody_s_words_do_anything(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"question": "Who <script>?", "id": "<i>", "<u>": "&\\u0000"}\n{"question": "?"}\n'
    )
    page = answers(assistant, tmp_path / "q.jsonl", "a.html").read_text(encoding="utf-8")
    assert "Ada met <mark>&lt;b&gt;the envoy&lt;/b&gt;</mark>.</blockquote>" in page
    assert "2 questions: answered 1, not in these articles 0, errors 1" in page
    assert "<bdi>Who &lt;script&gt;?</bdi>" in page
    assert "<bdi>id: &lt;i&gt;</bdi> · <bdi>&lt;u&gt;: &amp;\ufffd</bdi>" in page
    body = ElementTree.fromstring(page[page.index("<main>") : page.index("</body>")])
    allowed = set("main h1 h2 section p bdi mark blockquote span a".split())
    assert {element.tag for element in body.iter()} <= allowed
    assert re.findall(r'(?:src|href)="([^"#]*)', page) == ["https://example.com/a"] * 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("=1+1", False, id="equals"),
        pytest.param("+49 30 1234", False, id="plus"),
        pytest.param("-cmd|' /C calc'!A0", False, id="minus"),
        pytest.param("@SUM(A1)", False, id="at"),
        pytest.param("\t=1", False, id="tab"),
        pytest.param("\r=1", False, id="carriage return"),
        pytest.param("＝1+1", False, id="full width"),
        pytest.param("\u00a0 =1", False, id="behind spaces"),
        pytest.param("-5", True, id="negative number"),
        pytest.param("-1,234.50 %", True, id="negative percentage"),
        pytest.param("+1.5e-3", True, id="scientific"),
        pytest.param("-1-1", False, id="a sum"),
        pytest.param("a=1", True, id="inside"),
        pytest.param("", True, id="empty"),
    ],
)
def test_what_a_spreadsheet_would_run_is_escaped_and_plain_numbers_are_not(text: str, kept: bool) -> None:
    assert harmless(text) == (text if kept else f"'{text}")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("so; =1+1", "so; '=1+1", id="semicolon"),
        pytest.param('so;"=1+1"', 'so;"\'=1+1"', id="semicolon and quote"),
        pytest.param("so\t-cmd|' /C calc'!A0; -2", "so\t'-cmd|' /C calc'!A0; -2", id="tab, and a number"),
        pytest.param("so\n@SUM(A1)\n+1", "so\n'@SUM(A1)\n+1", id="end of a line"),
        pytest.param("=1;=2", "'=1;'=2", id="at both places"),
        pytest.param("a, =b; c=d", "a, =b; c=d", id="comma, which is quoted"),
    ],
)
def test_what_begins_a_cell_by_another_delimiter_is_escaped_too(text: str, escaped: str) -> None:
    assert harmless(text) == escaped


@given(st.text(), st.integers(10, 40))
def test_a_cell_holds_what_excel_holds(text: str, most: int) -> None:
    cell, cut = fitting(text.replace("_", ""), most)
    assert len(cell.encode("utf-16-le", "surrogatepass")) // 2 <= most
    assert cut or len(cell) == len(text.replace("_", ""))
    assert cell.endswith(" … [cut]") or not cut


def test_a_text_that_is_too_long_for_a_cell_is_cut_and_said(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "q.csv").write_text("question,note\nWho?," + "x" * 200_000 + "\n")
    outcome = run_batch(assistant, tmp_path / "q.csv", tmp_path / "a.xlsx")
    assert outcome == Outcome(1, 0, 0, cut=1)
    last = list(load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True))[1][-1]
    assert (len(str(last)), str(last)[-8:]) == (32_767, " … [cut]")


def test_what_excel_would_read_as_an_escape_comes_back(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "q.csv").write_text("question,note\nWho?,_x0041_ \x01\n")
    answers(assistant, tmp_path / "q.csv", "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "q.xlsx")
    assert json.loads(answers(assistant, tmp_path / "q.xlsx", "a.jsonl").read_text())["note"] == "_x0041_ \ufffd"


@pytest.mark.parametrize(
    ("name", "found", "error"),
    [
        pytest.param("a.xlsx", Survey(EXCEL_ROWS, (), ""), "at most 1,048,575 below its names", id="rows"),
        pytest.param("a.csv", Survey(1, ("x",) * (MAX_COLUMNS + 1), ""), "more than 1,000 columns", id="columns"),
    ],
)
def test_what_a_format_cannot_hold_is_said_before_the_work(name: str, found: Survey, error: str) -> None:
    with pytest.raises(OutputError, match=error):
        check_size(Path(name), found)


def test_a_json_file_of_many_fields_is_refused_for_a_table_only(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"question": "Who?", f"f{n}": n}) + "\n" for n in range(MAX_COLUMNS + 5))
    (tmp_path / "q.jsonl").write_text(lines)
    assert check_files(tmp_path / "q.jsonl", tmp_path / "a.jsonl").questions == MAX_COLUMNS + 5
    with pytest.raises(OutputError, match="write a"):
        check_files(tmp_path / "q.jsonl", tmp_path / "a.html")
