"""What the tests share: the real models, loaded once, and a network that is off."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_fixtures import (  # noqa: F401
    breaking_page,
    browser,
    chat,
    chat_folder,
    context,
    module_page,
    page,
    same_page,
)
from hypothesis import HealthCheck, settings

from index import Article, Index, load_encoder, read_articles
from index.embed import Encoder
from qa import Assistant, load_reader
from qa.read.reader import TransformersReader

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"

settings.register_profile("pullquote", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("pullquote")


@pytest.fixture(autouse=True)
def _network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing in the test process connect to another machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to connect to {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="session")
def reader() -> TransformersReader:
    return load_reader()


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Index]:
    """The seed article, indexed with the real embedder."""
    yield from _indexed(tmp_path_factory.mktemp("seed") / "index", encoder, SEEDS / "articles")


@pytest.fixture(scope="session")
def story_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Index]:
    """The articles written for the tests, indexed with the real embedder."""
    yield from _indexed(tmp_path_factory.mktemp("test") / "index", encoder, ROOT / "tests" / "data" / "articles")


@pytest.fixture(scope="session")
def seed_assistant(seed_index: Index, reader: TransformersReader) -> Assistant:
    return Assistant(seed_index, reader)


def _indexed(folder: Path, encoder: Encoder, articles: Path) -> Iterator[Index]:
    with Index.create(folder, encoder) as index:
        index.add(item for item in read_articles([articles]) if isinstance(item, Article))
        yield index
