"""The making of the reader, on sets that were written for these tests."""

from __future__ import annotations

import gzip
import json
import math
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from index.embed import Encoder
from index.packaged import packaged_model_folder
from qa.read import load_reader
from qa.read.calibration import Evidence
from training import pools, train
from training.average import average
from training.batches import make_batches
from training.calibrate import Outcome, fit
from training.examples import Example, Group, Mixture, Share
from training.losses import shared_norm_loss
from training.near_misses import Mention, Names, mentions
from training.overlap import leaking
from training.pools import DevelopmentSets, is_reporting
from training.recipes import RECIPES, Recipe

STORY = (
    "The harbour of Velmar was opened by Mayor Henrik Vass on 3 June 1998 before a small crowd. "
    "A choir sang, and a ferry named Alma left for Tornby at noon with ninety people aboard.\n\n"
    "Ten years later the harbour was closed by Mayor Ottilie Brandt, since the ferry no longer came. "
    "The town bought the quay for 40 crowns and made a market of it, which opens on every Monday in May."
)
ASKED = (
    ("Who opened the harbour of Velmar?", "Mayor Henrik Vass"),
    ("When was the harbour opened?", "3 June 1998"),
    ("Who closed the harbour in Velmar?", "Mayor Ottilie Brandt"),
    ("How many crowns did the quay cost?", "40"),
)
WriteSet = Callable[..., Path]


def squad(contexts: list[str], asked: tuple[tuple[str, str], ...] = ASKED) -> dict[str, Any]:
    """Return contexts as SQuAD, each asked every question whose answer it holds."""
    paragraphs = [
        {
            "context": context,
            "qas": [
                {"id": f"{n}-{i}", "question": q, "answers": [{"text": a, "answer_start": context.index(a)}]}
                for i, (q, a) in enumerate(asked)
                if a in context
            ],
        }
        for n, context in enumerate(contexts)
    ]
    return {"version": "v2.0", "data": [{"title": "Velmar", "paragraphs": paragraphs}]}


@pytest.fixture
def write_set(tmp_path: Path) -> WriteSet:
    def write(name: str, contexts: list[str]) -> Path:
        path = tmp_path / f"{name}.json.gz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps(squad(contexts)).encode()))
        return path.parent

    return write


def flat(groups: list[Group]) -> list[Example]:
    return [example for group in groups for example in group]


def versions(count: int) -> list[str]:
    return [STORY.replace("Velmar", f"Velmar{'abcdefghij'[n]}").replace("1998", str(1960 + n)) for n in range(count)]


@pytest.fixture
def mixture(write_set: WriteSet, encoder: Encoder) -> Callable[[int], Mixture]:
    folder = write_set("train/velmar", [STORY, *[v.replace("3 June 19", "4 July 19") for v in versions(3)]])
    return lambda seed: Mixture(folder, encoder.token_spans, seed)


def test_the_same_seed_draws_the_same_examples(mixture: Callable[[int], Mixture]) -> None:
    drawn = [mixture(seed).draw([Share("velmar", 20)], 4, 4, 4) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_an_answer_stands_in_its_passage_and_a_question_made_unanswerable_has_none(
    mixture: Callable[[int], Mixture],
) -> None:
    examples = flat(mixture(3).draw([Share("velmar", 40)], elsewhere=6, swapped=6))
    answers = {a for _, a in ASKED}
    answered = [e for e in examples if e.end]
    assert len(examples) > len(answered) > 20
    assert {e.passage[e.start : e.end] for e in answered} <= answers
    asked = {q.rstrip("?"): a for q, a in ASKED}
    for example in examples:
        if not example.end and example.question.rstrip("?") in asked:
            assert asked[example.question.rstrip("?")] not in example.passage


def test_a_source_that_is_not_there_is_named(mixture: Callable[[int], Mixture]) -> None:
    with pytest.raises(FileNotFoundError, match="'nowhere'"):
        mixture(1).draw([Share("nowhere", 5)])


def test_a_mention_is_swapped_for_one_of_its_kind_that_the_passage_does_not_hold() -> None:
    names = Names([STORY, "Rain fell in Lowfield on 5 July 2003, said Mayor Jon Falk, on Friday."])
    asked = {
        names.swap("Who opened the harbour in Velmar in 1998?", STORY, STORY, random.Random(seed)) for seed in range(50)
    }
    assert asked - {None} == {
        "Who opened the harbour in Lowfield in 1998?",
        "Who opened the harbour in Velmar in 2003?",
    }


def test_a_lookalike_is_of_another_story_and_does_not_hold_the_answer(write_set: WriteSet, encoder: Encoder) -> None:
    other = STORY.replace("Vass", "Lind").replace("Brandt", "Falk").replace("3 June 1998", "the day")
    folder = write_set("train/velmar", [STORY, other])
    drawn = flat(Mixture(folder, encoder.token_spans, 1).draw([Share("velmar", 4)], nearest=4))
    unanswerable = [example for example in drawn if not example.end]
    assert unanswerable
    assert all(example.passage in other for example in unanswerable)
    assert all("crowns" not in example.question for example in unanswerable)


def test_a_short_context_stands_among_others_with_its_answer(write_set: WriteSet, encoder: Encoder) -> None:
    short = [f"Mayor Henrik Vass opened the harbour of Town{letter}." for letter in "abcdef"]
    folder = write_set("train/short", short)
    drawn = flat(Mixture(folder, encoder.token_spans, 1).draw([Share("short", 30)]))
    assert any("\n" in example.passage for example in drawn)
    assert {example.passage[example.start : example.end] for example in drawn} == {"Mayor Henrik Vass"}


def test_retrieved_passages_stand_beside_their_question_and_do_not_answer_it(mixture: Callable[[int], Mixture]) -> None:
    groups = mixture(1).draw([Share("velmar", 12)], retrieved=2)
    answers = {q.rstrip("?"): a for q, a in ASKED}
    assert len(groups) == 12
    assert max(map(len, groups)) == 3
    for own, *others in groups:
        answer = answers[own.question.rstrip("?")]
        assert own.passage[own.start : own.end] == answer
        assert all(other.question == own.question and other.end == 0 for other in others)
        assert all(answer not in other.passage for other in others)


def test_what_is_read_together_is_normalised_together() -> None:
    logits = torch.tensor([[0.5, 2.0, 1.0, 9.0], [1.0, 1.5, 3.0, 0.0], [0.0, 1.0, 2.0, 3.0]])
    mask = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1]])
    loss = shared_norm_loss(logits, torch.tensor([1, 0, 0]), mask, torch.tensor([4, 4, 9]))
    first = math.log(1 + sum(map(math.exp, (1.5, 0.5, 0.5, 2.0, -1.0)))) - 1.5
    second = math.log(1 + sum(map(math.exp, (1.0, 2.0, 3.0))))
    assert float(loss) == pytest.approx((first + second) / 2)


def test_a_group_of_one_passage_has_the_ordinary_cross_entropy() -> None:
    logits, target = torch.randn(6, 9), torch.tensor([0, 3, 8, 1, 0, 5])
    loss = shared_norm_loss(logits, target, torch.ones(6, 9), torch.arange(6))
    assert float(loss) == pytest.approx(float(torch.nn.functional.cross_entropy(logits, target)), rel=1e-5)


def test_batches_keep_groups_whole(mixture: Callable[[int], Mixture]) -> None:
    groups = mixture(1).draw([Share("velmar", 12)], swapped=3, retrieved=2)
    tokenizer = AutoTokenizer.from_pretrained(packaged_model_folder(), local_files_only=True)
    batches = [batch["group"].tolist() for batch in make_batches(groups, tokenizer, most=4, max_length=240, seed=1)]
    assert max(map(len, batches)) <= 4
    assert sorted(g for batch in batches for g in set(batch)) == list(range(len(groups)))
    assert sum(map(len, batches)) == sum(map(len, groups))


def test_a_cool_down_takes_the_rate_to_nothing_sooner() -> None:
    whole, cooled = train.Schedule(100, 10), train.Schedule(100, 10, cool_down=(50, 20))
    assert (whole.last, cooled.last) == (100, 70)
    assert [cooled.share(step) for step in range(51)] == [whole.share(step) for step in range(51)]
    assert cooled.share(60) == pytest.approx(whole.share(50) / 2)
    assert (whole.share(0), whole.share(10), whole.share(100), cooled.share(70)) == (0, 1, 0, 0)


def test_kinds_are_told_from_what_stands_around() -> None:
    found = list(mentions("When did Henrik Vass meet the Tornby council in Velmar on Monday, 40 years on?"))
    assert [(m.text, m.kind) for m in found] == [
        ("Henrik Vass", "full name"), ("Tornby", "modifier"), ("Velmar", "place"), ("Monday", "day"), ("40", "number"),
    ]  # fmt: skip
    assert found[0] == Mention("Henrik Vass", 9, 20, "full name")


def test_a_context_that_shares_a_tenth_of_its_13_grams_leaks() -> None:
    other = " ".join(f"word{i}" for i in range(100))
    copied = " ".join(STORY.split()[:30]) + " " + other
    assert leaking([copied, other], [STORY]) == [copied]


def test_training_on_what_is_measured_on_is_refused(write_set: WriteSet) -> None:
    data, dev = write_set("train/velmar", [STORY]), write_set("dev/velmar", [STORY.upper()])
    with pytest.raises(SystemExit, match="1 training contexts stand in"):
        train.check_overlap(data, dev)
    with pytest.raises(SystemExit, match="holds no SQuAD files"):
        train.check_overlap(data, dev.parent)


def test_a_run_that_was_stopped_ends_like_one_that_was_not(
    write_set: WriteSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_set("train/velmar", versions(4))
    monkeypatch.setitem(RECIPES, "small", Recipe((Share("velmar", 12),), 2, 2, 2, 1e-3, 0.9, retrieved=1))
    settings = train.Settings("small", seed=1, precision="float32", batch=4, checkpoint_every=1)
    train.train(data, tmp_path / "whole", None, settings)

    class Stopped(Exception):
        pass

    learn = train.Run.learn

    def stop_at_the_third(run: train.Run, inputs: Any) -> None:
        if run.step == 2:
            raise Stopped
        learn(run, inputs)

    monkeypatch.setattr(train.Run, "learn", stop_at_the_third)
    with pytest.raises(Stopped):
        train.train(data, tmp_path / "parts", None, settings)
    monkeypatch.setattr(train.Run, "learn", learn)
    train.train(data, tmp_path / "parts", None, settings)

    whole, parts = (json.loads((tmp_path / run / "run.json").read_text()) for run in ("whole", "parts"))
    assert len(whole["losses"]) == 4
    assert whole == parts
    one, other = (load_file(tmp_path / run / "reader.safetensors") for run in ("whole", "parts"))
    assert all((one[name] == other[name]).all() for name in one)
    assert load_reader(str(tmp_path / "whole")).read("Who opened the harbour?", [STORY])


def test_an_average_lies_between_the_readers_it_is_of(
    write_set: WriteSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_set("train/velmar", versions(2))
    monkeypatch.setitem(RECIPES, "small", Recipe((Share("velmar", 4),), 0, 0, 0, rate=1e-2, layer_decay=1))
    for seed in (1, 2):
        train.train(data, tmp_path / str(seed), None, train.Settings("small", seed=seed, precision="float32"))
    average([tmp_path / "1", tmp_path / "2"], [0.25, 0.75], tmp_path / "mean")
    one, two, mean = (load_file(tmp_path / name / "reader.safetensors") for name in ("1", "2", "mean"))
    name = "qa_outputs.weight"
    assert torch.allclose(mean[name].float(), 0.25 * one[name].float() + 0.75 * two[name].float(), atol=1e-3)
    assert not torch.equal(one[name], two[name])
    assert load_reader(str(tmp_path / "mean")).read("Who opened the harbour?", [STORY])


def test_a_checkpoint_of_another_run_is_refused(
    write_set: WriteSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_set("train/velmar", versions(2))
    monkeypatch.setitem(RECIPES, "small", Recipe((Share("velmar", 4),), 0, 0, 0, rate=1e-3, layer_decay=1))
    settings = train.Settings("small", seed=1, precision="float32")
    train.train(data, tmp_path / "run", None, settings)
    with pytest.raises(SystemExit, match=r"checkpoint\.pt is of a run with other settings"):
        train.train(data, tmp_path / "run", None, train.Settings("small", seed=2, precision="float32"))


def test_halves_part_the_contexts_and_pools_ask_only_of_what_they_hold(
    write_set: WriteSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_CONTEXTS", 20)
    monkeypatch.setattr(pools, "_SMALL", 8)
    monkeypatch.setattr(pools, "_LARGE", 24)
    for name in ("squad2_dev", "newsqa_dev", "nq_dev"):
        folder = write_set(f"dev/{name}", [f"{re.sub('_.*', '', name)}. {v}" for v in versions(9)])
    both = [DevelopmentSets(folder, reporting=reporting) for reporting in (True, False)]
    asked = [{q.context for pool in half.small() for _, q in pool.questions} for half in both]
    assert len(asked[0] | asked[1]) == 20
    assert not asked[0] & asked[1]
    assert all(is_reporting(context) for context in asked[0])
    for half in both:
        for pool in (*half.right_text(), *half.own_contexts(), *half.small(), *half.large()):
            assert {q.context for _, q in pool.questions} <= set(pool.contexts)
        (large,) = half.large()
        assert len(large.contexts) == 24
        assert len(large.questions) == sum(len(pool.questions) for pool in half.small())
        assert [len(pool.contexts) for pool in half.small()] == [8, 8, 4]


def test_a_fitted_calibration_knows_what_is_right_more_often() -> None:
    rng = random.Random(1)
    outcomes = []
    for _ in range(400):
        margin, articles = rng.uniform(-5, 5), rng.choice([1, 1000])
        evidence = Evidence(margin, rng.random(), rng.random(), articles)
        chance = (0.8 if margin > 0 else 0.2) / len(str(articles))
        outcomes.append(Outcome("100 articles", evidence, rng.random() < chance))
    found = fit(outcomes, similarity_weight=7.0)
    assert found.similarity_weight == 7.0
    assert found.margin > 0 > found.articles
    mean = sum(found.probability(o.evidence) for o in outcomes) / len(outcomes)
    assert mean == pytest.approx(sum(o.right for o in outcomes) / len(outcomes), abs=1e-3)
