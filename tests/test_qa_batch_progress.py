from __future__ import annotations

import click
import pytest

from qa.batch import FORMATS
from qa.batch.progress import BatchProgress
from qa.batch_commands import batch


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("qa.batch.progress.time", clock)
    return clock


def test_the_rate_leaves_out_what_an_earlier_run_did(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with BatchProgress(2000) as progress:
        assert progress.done is None
        clock.now += 60  # the models are loaded
        progress(1000)
        clock.now += 10
        progress(1050)
    assert progress.done == 1050
    assert capsys.readouterr().err.splitlines() == [
        "going on after 1,000 of 2,000 questions",
        "1,050 of 2,000 questions, 5.0 a second, about 3 minutes left",
    ]


def test_a_line_comes_every_ten_seconds_at_most(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with BatchProgress(100) as progress:
        for done in range(0, 101, 4):
            progress(done)
            clock.now += 1
    assert [line.split()[0] for line in capsys.readouterr().err.splitlines()] == ["40", "80"]


def test_the_command_offers_every_format() -> None:
    (option,) = (parameter for parameter in batch.params if parameter.name == "format")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == FORMATS
