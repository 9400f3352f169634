"""The report's files: what they say, and that what comes from articles shows as it is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from evaluation_reports import TEXT, interval, passage, question, report, retrieval_report, searched, unanswerable
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa.errors import InvalidReport, OutputError
from qa.evaluate.page import report_page
from qa.evaluate.page.plots import calibration_plot, losses_plot, risk_coverage_plot
from qa.evaluate.page.rows import embedded_rows
from qa.evaluate.page.segments import segments
from qa.evaluate.question_result import Cited
from qa.evaluate.report import as_markdown, as_table, read_report, write_report
from qa.evaluate.summary import sections

PAYLOADS = [
    one["payload"] for one in json.loads((Path(__file__).parent / "data" / "scripting.json").read_text("utf-8"))
]
LETTERS = st.text("aß\U0001f600\u0301 \r\n", max_size=30)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = report([question("1"), unanswerable("2")])
    page = write_report(written, tmp_path)
    assert read_report(tmp_path) == read_report(tmp_path / "report.json") == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json", "summary.md"]
    assert page == tmp_path / "report.html"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param(b"{", "not JSON", id="broken"),
        pytest.param(b"\xff\xfe\xff", "not UTF-8", id="bytes"),
        pytest.param(b"[]", "no report of pullquote eval", id="a list"),
        pytest.param(b'{"schema_version": 2, "questions": 7}', "not a whole report", id="fields missing"),
    ],
)
def test_rubbish_is_an_error_that_names_the_file(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "report.json").write_bytes(content)
    with pytest.raises(InvalidReport, match=message) as raised:
        read_report(tmp_path)
    assert "report.json" in str(raised.value)


def test_a_report_that_cannot_be_written_leaves_the_older_one(tmp_path: Path) -> None:
    write_report(report([question("1")]), tmp_path)
    (tmp_path / "report.json.partial").mkdir()
    with pytest.raises(OutputError, match=r"report\.json"):
        write_report(report([question("2")]), tmp_path)
    assert [one.id for one in read_report(tmp_path).questions] == ["1"]


def test_the_tables_have_the_scores_with_their_intervals() -> None:
    table = as_table(report([question("1"), question("2", 0.0)]))
    assert re.search(r"overall +50\.0 \[45\.0, 55\.0\] +70\.0 \[65\.0, 75\.0\]", table)
    assert re.search(r"retrieved but not read +1 +50\.0", table)
    assert re.search(r"mrr@10 +0\.800 \[0\.750, 0\.850\]", table)
    assert "lost at the threshold" in table


def test_a_set_for_retrieval_alone_has_tables_of_retrieval_alone() -> None:
    only = report(
        [unanswerable("1")], task="retrieval", answers={}, losses={}, abstention=None, calibration=None, citations={},
        robustness={}, retrieval_by_passage={},
    )  # fmt: skip
    assert [section.title for section in sections(only)] == ["Retrieval", "Time", "Cost"]
    assert re.search(r"recall@5 +– +95\.0", as_table(only))
    assert '"failure": "searched"' in report_page(only)


def test_a_query_shows_its_relevant_articles_and_whether_one_was_found() -> None:
    only = retrieval_report([searched("1", {"d1": 1, "d2": 3, "d0": 1}), searched("2", {"d9": 1}, found=False)])
    data = json.loads(embedded_rows(only))
    assert data["task"] == "retrieval"
    assert [(one["golds"], one["failure"], one["score"], one["confidence"]) for one in data["questions"]] == [
        (["d2", "d0", "d1"], "searched", 1.0, None), (["d9"], "not retrieved", 0.0, None),
    ]  # fmt: skip
    assert [one["reason"].split(":")[0] for one in data["questions"]] == ["Searched", "Not retrieved"]
    page = report_page(only)
    assert re.findall(r'<option value="([^"]+)">', page)[:3] == ["failed", "searched", "not retrieved"]
    assert re.findall(r'data-key="(\w+)"', page) == ["question", "type", "golds", "score", "failure"]
    assert re.search(r"not retrieved +1 +50\.0", as_table(only))
    assert "F1 of 0.5" not in page + as_markdown(only)


def test_refusals_are_reported_with_the_right_passage_given_too() -> None:
    scores = {"em": 0.5, "f1": 0.7, "answered": 1.0, "em right passage at the threshold": 0.61,
              "f1 right passage at the threshold": 0.62}  # fmt: skip
    made = report([question("1")], answers={"unanswerable": {name: interval(value) for name, value in scores.items()}})
    figures = r" +".join(rf"{value}\.0 \[\d+\.0, \d+\.0\]" for value in (50, 70, 100, 61, 62))
    assert re.search(rf"unanswerable +{figures} +2\n", as_table(made) + "\n")


def test_figures_that_are_no_means_have_intervals() -> None:
    table = as_table(report([question("1")]))
    assert re.search(r"risk-coverage curve +0\.150 \[0\.100, 0\.200\]", table)
    assert re.search(r"F1 at that threshold, per cent +72\.0 \[67\.0, 77\.0\]", table)
    assert re.search(r"calibration error +0\.060 \[0\.010, 0\.110\]", table)
    assert re.search(r"Brier score +0\.200 \[0\.150, 0\.250\]", table)


@pytest.mark.parametrize("payload", PAYLOADS[:40], ids=range(40))
def test_markdown_shows_what_a_file_says_as_it_is_written(payload: str) -> None:
    made = report([question("1")], test_set=payload)
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(as_markdown(made))
    assert not re.findall(r"<(?!/?(?:h1|h2|p|table|thead|tbody|tr|th|td)\b)[a-z/!]", html), html


def test_every_question_is_in_the_page_as_data_that_no_parser_takes_for_markup() -> None:
    hostile = [question(str(n), given=payload, question=payload) for n, payload in enumerate(PAYLOADS)]
    page = report_page(report(hostile, test_set=PAYLOADS[0]))
    data = page.split('id="data">')[1].split("</script>")[0]
    assert "<" not in data
    assert [one["given"] for one in json.loads(data)["questions"]] == PAYLOADS
    assert page.count("<script") == 2
    assert PAYLOADS[0] not in page


@given(LETTERS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4), st.integers(0, 10))
def test_pieces_are_the_text_and_each_letter_is_marked_as_its_spans_say(
    text: str, spans: list[tuple[int, int]], start: int
) -> None:
    golds, answers = spans[:2], spans[2:]
    pieces = segments(text, start, golds, answers)
    assert "".join(piece for piece, _ in pieces) == text
    marks = [kind for piece, kind in pieces for _ in piece]
    for at in range(start, start + len(text)):
        expected = any(s <= at < e for s, e in golds) + 2 * any(s <= at < e for s, e in answers)
        assert marks[at - start] == expected


def test_a_question_keeps_five_passages_and_the_first_relevant_one_behind() -> None:
    found = [passage(f"Passage {n}.", relevant=n in (8, 9)) for n in range(10)]
    row = json.loads(embedded_rows(report([question("1", retrieved=tuple(found))])))["questions"][0]
    assert [one["rank"] for one in row["passages"]] == [1, 2, 3, 4, 5, 9]


def test_a_question_keeps_the_passage_that_holds_what_is_cited() -> None:
    found = [passage(f"Passage {n}.", article=f"{n}.txt", relevant=False) for n in range(10)]
    cited = Cited("6.txt", 0, 7, 0, 10)
    row = question("1", 0.0, retrieved=tuple(found), cited=cited, best_span_cited=cited)
    data = json.loads(embedded_rows(report([row])))
    kept = data["questions"][0]["passages"]
    assert [one["rank"] for one in kept] == [1, 2, 3, 4, 5, 7]
    assert [(data["texts"][at], kind) for at, kind in kept[-1]["pieces"]] == [("Passage", 2), (" 6.", 0)]


def test_the_right_passage_is_shown_where_it_was_not_found() -> None:
    row = question("1", 0.0, retrieved=(passage(article="b.txt", relevant=False),), missed=passage(), cited=None,
                   best_span_cited=None, failure="not retrieved")  # fmt: skip
    data = json.loads(embedded_rows(report([row])))
    kept = data["questions"][0]["passages"]
    assert [one["rank"] for one in kept] == [1, None]
    assert ["9 June 2025", 1] in [[data["texts"][at], kind] for at, kind in kept[1]["pieces"]]


def test_a_text_is_stored_once_and_an_other_article_has_no_marks() -> None:
    other = passage(article="b.txt", relevant=False)
    rows = [question(str(n), retrieved=(passage(), other)) for n in range(3)]
    data = json.loads(embedded_rows(report(rows)))
    first, second = data["questions"][2]["passages"]
    texts = [(data["texts"][at], kind) for at, kind in first["pieces"]]
    assert texts == [("Ada met the envoy on ", 0), ("9 ", 1), ("June", 3), (" 2025", 1), (" in Velmar.", 0)]
    assert [(data["texts"][at], kind) for at, kind in second["pieces"]] == [(TEXT, 0)]
    assert len(data["texts"]) == len(set(data["texts"])) == 7


def test_plots_draw_their_points_and_say_them() -> None:
    made = report([question("1")])
    assert made.abstention is not None
    assert made.calibration is not None
    curve = risk_coverage_plot(made.abstention.risk_coverage.points, (0.5, 0.25))
    assert 'points="52.0,276.0 306.0,196.8"' in curve
    assert "50.0 per cent are answered and 25.0 per cent of these wrong" in curve
    assert calibration_plot(made.calibration.bins).count("<circle") == 2
    bar = losses_plot([("reading", 0.25), ("left", 0.75)])
    assert re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)"', bar) == [("0.0", "160.0"), ("160.0", "480.0")]
    below = losses_plot([("reading", 0.3), ("retrieval", -0.1), ("left", 0.9)])
    assert re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)"', below) == [
        ("0.0", "160.0"), ("160.0", "0.0"), ("160.0", "480.0"),
    ]  # fmt: skip


def test_the_best_span_is_marked_where_it_was_refused() -> None:
    refused = question("1", 0.0, given=None, cited=None, failure="wrongly refused")
    data = json.loads(embedded_rows(report([refused])))
    assert data["questions"][0]["reason"].startswith("Wrongly refused")
    assert ["June", 3] in [[data["texts"][at], kind] for at, kind in data["questions"][0]["passages"][0]["pieces"]]


def test_nothing_measured_is_a_dash() -> None:
    assert "–" in as_markdown(report([question("1")], citations={"precision": interval(None, 0)}))
