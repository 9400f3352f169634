"""Writing a test set of one's own: passages to ask about, checks, and feedback taken over."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder, TableReader
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Index
from index.article import Passage
from index.search.filters import Filter
from qa import Assistant
from qa.errors import OutputError
from qa.evaluate import read_testset
from qa.evaluate import testset as sets
from qa.testset import Checked, Proposal, check_form, check_testset, form, lines_of_ids, merge, propose, why_none
from qa.testset.propose import MIN_WORDS
from qa.testset.spread import spread

LONG = " ".join(f"word{n}" for n in range(MIN_WORDS))
TALKS = "Ada met the envoy in Velmar on Monday. Bo stayed in Oslo. Ada left Velmar for Oslo."


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Six articles of one source, one of another, one with two dates' worth of nothing to ask, and one named =1.txt."""
    with Index.create(tmp_path / "index", HashEncoder()) as made:
        made.add(
            [Article(f"big{n}", f"{n} {LONG}", source="Big", published=f"2025-0{1 + n // 3}") for n in range(6)]
            + [
                Article("small", f"small {LONG}", source="Small", published="2024-05-01"),
                Article("short", "Too short."),
            ]
            + [Article("=1.txt", f"formula {LONG}", source="Odd"), Article("talks", TALKS, title="Talks")]
        )
        yield made


def test_passages_are_spread_over_sources_months_and_articles(index: Index) -> None:
    found = propose(index, 4)
    assert len({one.passage.article_id for one in found}) == 4
    assert Counter(one.source for one in found) == {"Big": 2, "Small": 1, "Odd": 1}
    assert {one.published for one in found if one.source == "Big"} == {"2025-01", "2025-02"}


def test_the_same_seed_gives_the_same_passages_and_too_short_ones_are_left_out(index: Index) -> None:
    every = propose(index, 1000, seed=5)
    assert every == propose(index, 1000, seed=5) != propose(index, 1000, seed=6)
    assert {one.passage.article_id for one in every} == {*(f"big{n}" for n in range(6)), "small", "=1.txt"}
    assert [one.source for one in propose(index, 9, only=Filter(sources=("small",)))] == ["Small"]


@pytest.mark.parametrize(
    ("articles", "only", "why"),
    [
        pytest.param([], Filter(), "the index is empty", id="empty"),
        pytest.param([Article("a", LONG)], Filter(sources=("None",)), "the filters leave no article", id="filters"),
        pytest.param([Article("a", "Short.")], Filter(), "has a passage of 20 words or more", id="short"),
        pytest.param(
            [Article("=a", LONG), Article("b", "Short.")], Filter(), "begins with one of = + - @", id="formulas"
        ),
    ],
)
def test_it_is_said_why_there_is_nothing_to_ask_about(
    tmp_path: Path, articles: list[Article], only: Filter, why: str
) -> None:
    with Index.create(tmp_path / "index", HashEncoder()) as made:
        made.add(articles)
        assert propose(made, 1, only=only, wanted=lambda article_id: article_id != "=a") == []
        assert why in why_none(made, only)


def test_no_article_comes_twice_before_every_other_has_come(tmp_path: Path) -> None:
    from index.chunk import Chunking

    with Index.create(tmp_path / "index", HashEncoder(), Chunking(30)) as made:
        made.add(Article(f"{n}", "\n\n".join([f"One{n}{m} {LONG}." for m in range(3)])) for n in range(3))
        found = [one.passage.article_id for one in propose(made, 7)]
    assert [sorted(found[at : at + 3]) for at in (0, 3)] == [["0", "1", "2"]] * 2
    assert len(found) == 7


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"))), st.integers())
def test_groups_take_turns_until_they_are_empty(keys: list[tuple[str, ...]], seed: int) -> None:
    order = spread(range(len(keys)), keys, seed)
    assert sorted(order) == list(range(len(keys)))
    sizes = Counter(key[0] for key in keys)
    for taken in range(1, len(keys)):
        so_far = Counter(keys[at][0] for at in order[:taken])
        unfinished = [so_far[name] for name in sizes if so_far[name] < sizes[name]]
        assert not unfinished or max(so_far.values()) <= min(unfinished) + 1


def proposal(article: str, text: str, label: str = "Label") -> Proposal:
    return Proposal(Passage(article, 0, len(text), text), label, None, None)


def test_a_form_that_is_filled_in_is_a_test_set(index: Index, tmp_path: Path) -> None:
    text = '=cmd, "quoted"\r\nline'
    for ending in (".csv", ".jsonl"):
        path = tmp_path / f"form{ending}"
        path.write_text(form([proposal("talks", text, "@label"), proposal("talks", TALKS)], ending), newline="")
        filled = path.read_text().replace(",,,talks", ",Who met the envoy?,Ada,talks", 1)
        path.write_text(filled.replace('"question": "", "answer": ""', '"question": "Who met?", "answer": "Ada"', 1))
        testset = read_testset(path)
        assert isinstance(testset, sets.TestSet)
        assert [(one.article_id, one.answers) for one in testset.loose] == [("talks", ("Ada",))]
        assert [one.reason for one in testset.skipped] == ["has no question"]
        assert check_testset(index, testset).errors == 0


def test_a_table_to_fill_in_begins_with_the_mark_that_excel_wants(tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text(form([proposal("köln", "One.")], ".csv").replace(",,,", ",Who?,,"), "utf-8")
    assert (tmp_path / "form.csv").read_bytes().startswith(b"\xef\xbb\xbfid,question,")
    testset = read_testset(tmp_path / "form.csv")
    assert isinstance(testset, sets.TestSet)
    assert [(len(one.id), one.article_id) for one in testset.loose] == [(16, "köln")]


def test_a_spreadsheet_runs_nothing_of_a_form() -> None:
    rows = list(csv.reader(io.StringIO(form([proposal("a", text, text) for text in "=+-@\t"], ".csv"))))
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]


def test_a_squad_form_has_the_passages_as_its_contexts() -> None:
    document = json.loads(form([proposal("a", "One."), proposal("b", "Two."), proposal("a", "Three.")], ".json"))
    assert [[p["context"] for p in group["paragraphs"]] for group in document["data"]] == [["One.", "Three."], ["Two."]]


@pytest.mark.parametrize(("name", "message"), [("form.txt", r"\.csv, \.jsonl"), ("no/form.csv", "folder that exists")])
def test_a_form_that_cannot_be_written_is_an_error(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(OutputError, match=message):
        check_form(tmp_path / name)


def row(id: str, asked: str, answer: str | None = None, start: int | None = None) -> dict[str, Any]:
    answers = (
        [] if answer is None else [{"text": answer, "answer_start": TALKS.find(answer) if start is None else start}]
    )
    return {"id": id, "question": asked, "answers": answers, "is_impossible": answer is None}


def squad(*rows: dict[str, Any], context: str = TALKS, title: str = "Talks") -> dict[str, Any]:
    return {"version": "v2.0", "data": [{"title": title, "paragraphs": [{"context": context, "qas": list(rows)}]}]}


def checked(index: Index, tmp_path: Path, *rows: dict[str, Any], assistant: Assistant | None = None) -> Checked:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(squad(*rows), indent=1))
    testset = read_testset(path)
    assert isinstance(testset, sets.TestSet)
    return check_testset(index, testset, assistant=assistant, where=lines_of_ids(path))


def test_a_set_with_nothing_wrong_has_no_findings(index: Index, tmp_path: Path) -> None:
    found = checked(index, tmp_path, row("1", "Who met the envoy?", "Bo"), row("2", "Who sang?"))
    assert (found.questions, found.unanswerable, found.findings, found.errors) == (2, 1, (), 0)


@pytest.mark.parametrize(
    ("rows", "kind", "message"),
    [
        pytest.param([row("x", "Who?", "Ada", 3)], "unusable", "gold span 'Ada' does not stand at 3", id="moved"),
        pytest.param([row("x", " ")], "not filled in", "has no question", id="blank"),
        pytest.param([row("1", "Who?", "Bo"), row("x", "a WHO", "Bo")], "asked twice", "the same answers", id="twice"),
        pytest.param([row("1", "Who?", "Bo"), row("x", "Who?")], "asked twice", "only one of the two", id="both ways"),
        pytest.param([row("x", "Where?", "Velmar")], "several places", "also stands at 67 of 'talks'", id="places"),
        pytest.param(
            [row("x", "Who met the envoy in Velmar, and why?", "Bo")], "copied words", "5 of its 8 words", id="copied"
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(
    index: Index, tmp_path: Path, rows: list[dict[str, Any]], kind: str, message: str
) -> None:
    found = checked(index, tmp_path, row("fine", "What about herring?", "Monday"), *rows)
    assert [(one.kind, one.id) for one in found.findings] == [(kind, "x")]
    assert message in found.findings[0].message
    line = int(found.findings[0].where.split(" ")[0].rsplit(":", 1)[1])
    assert '"id": "x"' in (tmp_path / "mine.json").read_text().splitlines()[line - 1]
    assert found.errors == (kind == "unusable")


def test_an_unanswerable_question_that_is_answered_is_a_suspicion(index: Index, tmp_path: Path) -> None:
    assistant = Assistant(index, TableReader({"envoy": 3.0}), passages=20)
    rows = row("1", "Who met the envoy?", "Bo"), row("2", "Who came to Velmar?")
    found = checked(index, tmp_path, *rows, assistant=assistant)
    assert [(one.kind, one.id) for one in found.findings] == [("answered after all", "2")]
    assert "'envoy' ('talks', characters 12-17)" in found.findings[0].message
    silent = Assistant(index, TableReader({"envoy": -3.0}), passages=20)
    assert checked(index, tmp_path, *rows, assistant=silent).findings == ()


def test_every_place_of_a_tables_answer_counts_and_many_are_told(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("question,answer,article\nWho?,Ada,talks\nWhen?,Friday,talks\nHow?,Monday,nowhere\n")
    index.add([Article("ada", "Ada. Ada. Ada."), Article("bo", "Bo.")])
    path.write_text(path.read_text() + "Who else?,Ada,ada\n")
    testset = read_testset(path)
    assert isinstance(testset, sets.TestSet)
    found = [(one.kind, one.where, one.message[:45]) for one in check_testset(index, testset).findings]
    assert found == [
        ("unusable", f"{path}:3", "the answer 'Friday' does not stand in the art"),
        ("unusable", f"{path}:4", "its article 'nowhere' is not in the index"),
        ("several places", f"{path}:5", "the answer 'Ada' stands at 3 places of 'ada',"),
    ]


def test_a_repeated_id_is_told_with_its_own_place_first(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("id,question,answer,article\n1,Who?,Bo,talks\n1,When?,Monday,talks\n1,,Monday,talks\n")
    testset = read_testset(path)
    assert isinstance(testset, sets.TestSet)
    assert [(one.where, one.message) for one in check_testset(index, testset).findings] == [
        (f"{path}:3", f"has the id of a question before it ({path}:2)"),
        (f"{path}:4", "has no question"),
    ]
    (found,) = checked(index, tmp_path, row("x", "Who met the envoy?", "Bo"), row("x", "When?", "Mon")).findings
    first = lines_of_ids(tmp_path / "mine.json")["x"]
    assert found.where == f"{tmp_path / 'mine.json'}: data[0].paragraphs[0].qas[1]"
    assert found.message == f"has the id of a question before it ({first})"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("mine.csv", "question,answer,context\n" + f"Who stayed?,Bo,{TALKS}\n" * 2, id="a table"),
        pytest.param(
            "mine.jsonl",
            "\n" + f'{{"ID": "%d", "question": "Who stayed?", "answer": "Bo", "context": "{TALKS}"}}\n' * 2 % (1, 2),
            id="JSON lines",
        ),
    ],
)
def test_a_finding_of_a_table_with_contexts_has_its_line(index: Index, tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    testset = read_testset(path)
    assert isinstance(testset, sets.TestSet)
    (found,) = check_testset(index, testset, where=lines_of_ids(path)).findings
    assert (found.kind, found.where) == ("asked twice", f"{path}:3")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_lines_are_found_in_every_encoding_that_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(squad(row("x", "Who?")), indent=1), encoding=encoding)
    line = int(lines_of_ids(path)["x"].rpartition(":")[2])
    assert '"id": "x"' in path.read_text(encoding=encoding).splitlines()[line - 1]


def test_merging_leaves_what_is_no_question_as_it_is() -> None:
    mine = squad(row("1", "Who met the envoy?", "Ada"), 7, {"question": "No id?"})  # type: ignore[arg-type]
    mine["data"][0]["paragraphs"].insert(0, {"qas": [row("2", "No context?")]})
    merged = merge(mine, squad(row("3", "When?", "Monday")))
    kept = copy.deepcopy(mine)
    kept["data"][0]["paragraphs"][1]["qas"].append(row("3", "When?", "Monday"))
    assert (merged.added, merged.document) == (1, kept)


def test_merging_adds_what_is_new_and_nothing_twice() -> None:
    mine = squad(row("1", "Who met the envoy?", "Ada"))
    more = squad(row("1", "Other?"), row("2", "who met the  envoy", "Bo"), row("3", "Who stayed?", "Bo"))
    more["data"] += squad(row("4", "Who met the envoy?"), context="Another.", title="Other")["data"]
    more["not_right"] = [{"id": "t:0", "comment": "no"}]
    before = copy.deepcopy(mine)
    merged = merge(mine, more)
    assert (merged.added, merged.already_there, mine) == (2, 2, before)
    groups = [[[qa["id"] for qa in p["qas"]] for p in group["paragraphs"]] for group in merged.document["data"]]
    assert groups == [[["1", "3"]], [["4"]]]
    again = merge(merged.document, more)
    assert (again.added, again.document) == (0, merged.document)
