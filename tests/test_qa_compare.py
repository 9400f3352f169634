"""Comparing two evaluations, gates, and the official script's files."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_inside import Inside
from evaluation_reports import interval, question, report, retrieval_report, searched, unanswerable
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import InvalidGate, NothingToCompare, OutputError
from qa.evaluate.beir import RetrievalSet
from qa.evaluate.compare import compare
from qa.evaluate.compared_scores import DETAILS, SCORES
from qa.evaluate.gate import SCORES as GATES
from qa.evaluate.gate import Least, parse_gates, shortfalls
from qa.evaluate.paired import PairedDifference, holm, paired_difference
from qa.evaluate.predictions import check_predictions, predictions, write_predictions
from qa.evaluate.question_result import Variant
from qa.evaluate.report import write_report


def test_a_p_value_is_the_share_of_all_signs_of_the_articles() -> None:
    """Against every combination of signs, with two questions to an article."""
    random = np.random.default_rng(3)
    first, second = random.random(16).tolist(), (random.random(16) + 0.15).tolist()
    clusters = [str(n // 2) for n in range(16)]
    sums = [second[n] + second[n + 1] - first[n] - first[n + 1] for n in range(0, 16, 2)]
    totals = [abs(sum(s * one for s, one in zip(signs, sums, strict=True))) for signs in product((1, -1), repeat=8)]
    exact = sum(total >= abs(sum(sums)) - 1e-9 for total in totals) / len(totals)
    assert paired_difference(first, second, clusters).p == pytest.approx(exact, abs=0.015)


def test_an_interval_is_wider_where_questions_share_an_article() -> None:
    random = np.random.default_rng(5)
    first, second = [0.0] * 60, np.repeat(random.normal(0.1, 1, 12), 5).tolist()
    alone = paired_difference(first, second, [str(n) for n in range(60)])
    together = paired_difference(first, second, [str(n // 5) for n in range(60)])
    assert np.diff(bounds(together)) > 1.7 * np.diff(bounds(alone))
    assert together.p is not None
    assert alone.p is not None
    assert together.p > alone.p
    assert (together.n, together.clusters) == (60, 12)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=12))
def test_turning_two_systems_round_turns_the_difference_round(rows: list[tuple[float, float, int]]) -> None:
    first, second, clusters = ([row[at] for row in rows] for at in range(3))
    names = list(map(str, clusters))
    one, other = paired_difference(first, second, names, 200), paired_difference(second, first, names, 200)
    assert one.value == pytest.approx(-other.value, abs=1e-12)
    if one.clusters == 1:
        assert (one.low, one.high, one.p) == (other.low, other.high, other.p) == (None, None, None)
        return
    assert one.p == other.p
    low, high = bounds(one)
    assert low == pytest.approx(-bounds(other)[1], abs=1e-9)
    assert low - 1e-9 <= one.value <= high + 1e-9


def bounds(found: PairedDifference) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_scores_that_do_not_belong_together_are_an_error() -> None:
    with pytest.raises(ValueError, match="expected as many"):
        paired_difference([1.0], [1.0, 0.0], ["a", "b"])


def test_holm_worked_by_hand() -> None:
    assert holm([0.04, 0.01, 0.03, 0.5]) == pytest.approx([0.09, 0.04, 0.09, 0.5])
    assert holm([]) == []


def test_questions_that_changed_are_listed_the_worst_first() -> None:
    before = report([question("same"), question("worse"), question("better", 0.2), question("little", 0.6)])
    after = report([question("same"), question("worse", 0.0), question("better"), question("little", 0.5)])
    found = compare(before, after)
    assert [(one.id, one.change) for one in found.changed] == [
        ("worse", "worse"), ("little", "worse"), ("better", "better"),
    ]  # fmt: skip
    assert found.changed[0].second_failure == "retrieved but not read"
    by_name = {one.metric: one for one in found.differences}
    assert by_name["f1"].first == pytest.approx(0.7)
    assert by_name["f1"].difference.value == pytest.approx(-0.075)
    assert "refused-unanswerable" not in by_name
    assert not found.notes


def test_a_question_that_fails_for_another_reason_has_changed() -> None:
    before = report([question("same", 0.0), question("nearer", 0.0, failure="not retrieved"), question("worse")])
    after = report([question("same", 0.0), question("nearer", 0.0), question("worse", 0.9)])
    found = compare(before, after).changed
    assert [(one.id, one.change) for one in found] == [("worse", "worse"), ("nearer", "other reason")]
    assert (found[1].first_failure, found[1].second_failure) == ("not retrieved", "retrieved but not read")


def test_the_scores_that_go_into_detail_are_corrected_by_themselves() -> None:
    before = report([question(str(n), 0.5, cluster=f"a{n}") for n in range(12)])
    after = report([question(str(n), 1.0, cluster=f"a{n}") for n in range(12)])
    found = compare(before, after).differences
    for group in (SCORES, DETAILS):
        tested = [one for one in found if one.metric in group]
        assert len(tested) > 1
        assert [one.p_adjusted for one in tested] == holm([one.difference.p or 0.0 for one in tested])
    assert len({one.metric for one in found}) == len(found)


def test_one_article_alone_says_nothing_about_others() -> None:
    found = paired_difference([0.0, 0.0], [1.0, 0.5], ["a", "a"])
    assert found == PairedDifference(0.75, None, None, None, 2, 1)
    same = compare(report([question("1", 0.2)]), report([question("1")]))
    assert {(one.p_adjusted, one.significant) for one in same.differences} == {(None, False)}


def test_all_that_both_reports_have_is_compared() -> None:
    robust = {
        "typing errors": Variant("Who?", None, 0.25, 0.5, True),
        "lower case": Variant("who?", "x", 0.75, 1.0, False),
    }
    depths = {f"recall@{depth}": depth / 20 for depth in (1, 3, 5, 10, 20)} | {"mrr@10": 0.5, "ndcg@10": 0.6}
    full = question("1", robust=robust, retrieval_by_passage=depths, retrieval_by_article=depths, confidence=0.75)
    found = {one.metric: one.first for one in compare(*(report([full, unanswerable("2")]),) * 2).differences}
    assert (found["recall@3"], found["article-recall@10"], found["f1-when"]) == (0.15, 0.5, 1.0)
    assert (found["f1-typing-errors"], found["f1-lower-case"]) == (0.25, 0.75)
    assert (found["f1-best-span-typing-errors"], found["retrieved-typing-errors"]) == (0.5, 1.0)
    assert (found["retrieved-lower-case"], found["citation-found-word-for-word"]) == (0.0, 1.0)
    assert found["f1-right-passage-given"] == 1.0
    assert found["brier-score"] == pytest.approx((0.25**2 + 0.75**2) / 2)
    assert "f1-who" not in found


def test_figures_without_a_test_are_set_side_by_side() -> None:
    """Of two refusals one is right before, both after; one of three best spans is right, the surest one."""
    before = report([question("1", confidence=0.9), unanswerable("2"), question("3", 0.0, given=None, confidence=0.2)])
    after = report([question("1", confidence=0.9), unanswerable("2"), question("3", 0.0, timings_ms={"total": 24.0})],
                   cost=replace(before.cost, peak_memory_bytes=256_000_000))  # fmt: skip
    found: dict[str, Any] = {one.metric: (one.unit, one.first, one.second) for one in compare(before, after).figures}
    assert found["no-answer-precision"] == ("share", 0.5, 1.0)
    assert found["median-time"] == ("ms", 12.0, 12.0)
    assert found["questions-a-second"] == ("per second", pytest.approx(3 / 0.036), pytest.approx(3 / 0.048))
    assert found["peak-memory"] == ("MB", 512.0, 256.0)
    assert found["risk-coverage-area"] == ("share", pytest.approx((1 / 2 + 2 / 3) / 3), pytest.approx(2 / 3 * 2 / 3))
    assert found["calibration-error"][1] == pytest.approx((0.1 + 0.75 + 0.2) / 3)


def test_sets_for_retrieval_alone_are_compared_by_what_they_have() -> None:
    before = retrieval_report([searched("1", {"a": 1}), searched("2", {"b": 1}, found=False)])
    after = retrieval_report([searched("1", {"a": 1}), searched("2", {"b": 2}, found=False)])
    found = compare(before, after)
    assert ({one.metric for one in found.differences}, found.other_question) == ({"article-ndcg@10"}, ("2",))
    assert [one.metric for one in found.figures] == ["median-time", "questions-a-second", "peak-memory"]


def test_a_difference_beyond_chance_is_told_from_one_that_is_not() -> None:
    rows = [(str(n), n % 3 == 0) for n in range(60)]
    before = report([question(id, 0.2, article_id=id, em=0.0) for id, _ in rows])
    after = report([question(id, 0.6, article_id=id, em=float(odd and n == 0)) for n, (id, odd) in enumerate(rows)])
    found = {one.metric: one.significant for one in compare(before, after).differences}
    assert (found["f1"], found["em"], found["recall@5"]) == (True, False, False)
    assert compare(before, after).to_json()["differences"][0]["significant"] is True


def test_what_cannot_be_compared_is_said() -> None:
    before = report([question("1"), question("2"), question("asked otherwise")])
    after = report(
        [question("1"), question("asked otherwise", question="Who?"), question("3"), question("4")],
        test_set="other.json", settings=report([]).settings.__class__("hash", "word", 0.7, 5, 3, 9, 2, 1000, 7),
    )  # fmt: skip
    found = compare(before, after)
    assert (found.compared, found.only_first, found.only_second) == (1, ("2",), ("3", "4"))
    assert found.other_question == ("asked otherwise",)
    assert found.notes == (
        "the test sets have different names: talks.json and other.json",
        "threshold differs: 0.5 and 0.7",
        "not compared: 1 questions in the first alone, 2 in the second alone",
        "not compared: 1 ids whose question or right answers differ",
    )


def test_two_sets_without_a_common_question_are_an_error() -> None:
    with pytest.raises(NothingToCompare, match="no question in common"):
        compare(report([question("1")]), report([question("2")]))


def test_gates_that_are_not_reached_are_named() -> None:
    made = report([question("1")])
    gates = parse_gates(["f1=0.7", "em = 0.51", "recall@5=.9", "no-answer-recall=0", "citation-found-word-for-word=1"])
    assert shortfalls(made, gates) == [
        "em is 0.5000 (n = 2), expected at least 0.51",
        "no-answer-recall was not measured: no question of this test set has it; expected 0",
    ]


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        pytest.param("f1", "NAME=VALUE", id="no value"),
        pytest.param("f1=70", "from 0 to 1", id="per cent"),
        pytest.param("f1=nan", "from 0 to 1", id="nan"),
        pytest.param("f1=", "from 0 to 1", id="empty"),
        pytest.param("recal@5=0.5", r"Did you mean recall@5\? The names are: f1, em, .*article-ndcg@10", id="unknown"),
    ],
)
def test_a_gate_that_is_none_is_an_error(gate: str, message: str) -> None:
    with pytest.raises(InvalidGate, match=message):
        parse_gates([gate])


def test_every_name_of_a_gate_is_documented_and_found_in_a_report() -> None:
    import qa.evaluate.gate as module

    full = report([question("1")], citations={
        name: interval(0.9) for name in ("precision", "recall", "accuracy", "right article", "found word for word")
    })  # fmt: skip
    documented = str(module.__doc__).replace("recall@K", "recall@1 recall@3 recall@5 recall@10 recall@20")
    for name in GATES:
        assert name in documented or name.replace("article-recall", "recall") in documented
    missing = {name for name in GATES if GATES[name](full) is None}
    assert missing == {name for name in GATES if name.endswith(("@1", "@3", "@10", "@20")) and "mrr" not in name}
    assert parse_gates(f"{name}=0.5" for name in GATES) == [Least(name, 0.5) for name in GATES]


def test_predictions_are_what_the_official_script_reads(tmp_path: Path) -> None:
    made = report([question("1", given="9 June \ud800", confidence=0.75), unanswerable("2")])
    assert predictions(made)[1] == {"1": 0.25, "2": 0.25}
    write_predictions(made, tmp_path / "new" / "folder")
    files = {path.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "new" / "folder").iterdir()}
    assert files == {"predictions.json": {"1": "9 June \ufffd", "2": ""}, "na_prob.json": {"1": 0.25, "2": 0.25}}


def test_a_set_for_retrieval_alone_has_no_predictions() -> None:
    with pytest.raises(OutputError, match="retrieval alone"):
        check_predictions(RetrievalSet.__new__(RetrievalSet))


@pytest.mark.cli
def test_what_says_nothing_is_a_dash_and_another_reason_is_listed(tmp_path: Path) -> None:
    for name, failure in (("a", "not retrieved"), ("b", "retrieved but not read")):
        (tmp_path / name).mkdir()
        write_report(report([question("1", 0.0, failure=failure), question("2")]), tmp_path / name)
    done = Inside(tmp_path)("compare", "a", "b")
    assert done.returncode == 0, done.stderr
    assert re.search(r"f1 +50\.0 +50\.0 +\+0\.0 +– +– +– +2\n", done.stdout)
    assert re.search(r"\nWithout a test\n(.*\n)+peak-memory +512\.0 +512\.0 +\+0\.0  MB\n", done.stdout)
    assert "1 questions with the same score that fail for another reason in B\n  0.00 -> 0.00  When" in done.stdout
    assert "(not retrieved -> retrieved but not read)" in done.stdout
