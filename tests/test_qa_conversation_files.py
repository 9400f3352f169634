"""The files of conversations: what deleting leaves in them, damage, a full disk, a folder that can only be read."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conversing import HERRING, answered, begun, opened, titles

from qa.conversation.schema import FORMAT
from qa.conversation.store import CONVERSATIONS_FILE, Conversations
from qa.conversation.turn import Feedback, Reply
from qa.errors import NewerConversations, UnusableConversations


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CONVERSATIONS_FILE


@pytest.fixture
def kept(path: Path) -> Iterator[Conversations]:
    with opened(path) as conversations:
        yield conversations


def in_files(folder: Path, words: str) -> list[str]:
    return [file.name for file in folder.iterdir() if words.encode() in file.read_bytes()]


def fill(kept: Conversations, mark: str) -> str:
    """Begin a conversation that says a mark wherever something can be said, at some length; return its id."""
    length = zlib.crc32(mark.encode())
    conversation = kept.create("me")
    turn = kept.add_turn(conversation.id, f"{mark} {'y' * (length % 700)}", files=[mark])
    answer = replace(answered(HERRING, "the envoy"), question_used=mark)
    kept.add_reply(turn.id, Reply(mark + "z" * (length % 5000), remark=mark, answer=answer))
    kept.put_feedback(turn.id, 0, Feedback(True, None, mark, "2026"))
    kept.rename(conversation.id, "me", mark)
    return conversation.id


def test_deleting_leaves_no_byte_of_the_words_in_any_file(kept: Conversations, tmp_path: Path) -> None:
    """Between others of all lengths that come and go, so that pages are rearranged."""
    marks = [f"secret{zlib.crc32(bytes([number])):x}end" for number in range(80)]
    ids: dict[str, str] = {}
    for number, mark in enumerate(marks):
        ids[mark] = fill(kept, mark)
        if number % 4 == 3:
            gone = marks[number * 7 % 11 % len(ids)] if number < 12 else next(iter(ids))
            assert in_files(tmp_path, gone)
            kept.delete(ids.pop(gone), "me")
            assert in_files(tmp_path, gone) == []
    assert len(titles(kept)) == len(ids) == 60
    assert all(in_files(tmp_path, mark) for mark in ids)


@pytest.mark.parametrize("seed", [18, 19])
def test_deleting_leaves_no_byte_of_earlier_titles(kept: Conversations, tmp_path: Path, seed: int) -> None:
    """Titles that grow make SQLite move rows from page to page; here `secure_delete` alone would leave copies."""
    chance = random.Random(seed)
    ids: dict[str, str] = {}
    for number in range(100):
        mark = f"mark{number}end"
        ids[mark] = begun(kept, mark)
        for _ in range(3):
            renamed = chance.choice(list(ids))
            kept.rename(ids[renamed], "me", renamed + "t" * chance.randrange(180))
        if number % 7 == 6:
            gone = chance.choice(list(ids))
            kept.delete(ids.pop(gone), "me")
            assert in_files(tmp_path, gone) == []


def test_deleting_while_another_process_reads_says_what_is_left(kept: Conversations, path: Path) -> None:
    conversation_id = begun(kept, "SECRET")
    kept._database._db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM turns").fetchall()
        with pytest.raises(UnusableConversations, match="It is deleted, but"):
            kept.delete(conversation_id, "me")
        other.execute("COMMIT")
    assert kept.listed("me") == []
    kept.delete(begun(kept, "x"), "me")
    assert in_files(path.parent, "SECRET") == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"no database at all" * 99, "damaged or is something else", id="not a database"),
        pytest.param(b"SQLite format 3\0" + b"\xff" * 5000, "damaged or is something else", id="damaged"),
    ],
)
def test_a_file_that_is_none_is_refused_and_left_alone(path: Path, data: bytes, message: str) -> None:
    path.write_bytes(data)
    with pytest.raises(UnusableConversations, match=message):
        Conversations(path)
    assert path.read_bytes() == data


def test_another_programs_database_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE conversations (x)")
    with pytest.raises(UnusableConversations, match="not one of Pullquote's conversations"):
        Conversations(path)


def test_a_newer_format_is_refused(kept: Conversations, path: Path) -> None:
    kept.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(NewerConversations, match=f"have format {FORMAT + 1}; this version reads up to {FORMAT}"):
        Conversations(path)


def test_no_file_where_one_is_expected_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableConversations, match="There are no conversations at"):
        Conversations(tmp_path / "none.sqlite", create=False)
    with pytest.raises(UnusableConversations, match="No such file or directory"):
        Conversations(tmp_path / "no" / "none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_its_owners_alone(kept: Conversations, path: Path) -> None:
    begun(kept, "Who?")
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_file_that_breaks_while_it_is_open_is_said(kept: Conversations, path: Path) -> None:
    for number in range(50):
        begun(kept, f"{number} " + "x" * 3000)
    kept.close()
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    with Conversations(path) as again, pytest.raises(UnusableConversations, match=r"What was kept|damaged"):
        again.listed("me")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root on Linux")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_loses_nothing_that_was_kept(small_disk: Path) -> None:
    with Conversations(small_disk / CONVERSATIONS_FILE) as kept:
        conversation_id = begun(kept, "before")
        with pytest.raises(UnusableConversations, match=r"disk is full.*What was kept before stays"):
            kept.add_turn(conversation_id, "x" * 2_000_000)
        assert kept.get(conversation_id, "me").turns[0].message == "before"


def test_a_folder_that_can_only_be_read_is_said(small_disk: Path) -> None:
    with Conversations(small_disk / CONVERSATIONS_FILE) as kept:
        begun(kept, "before")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(UnusableConversations, match=r"(readonly|unable to open).*permissions"):
        begun(Conversations(small_disk / CONVERSATIONS_FILE), "after")
    with pytest.raises(UnusableConversations, match=r"Read-only file system.*permissions"):
        Conversations(small_disk / "new.sqlite")
