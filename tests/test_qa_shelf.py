"""Articles that the chat takes in and out: files, addresses, pasted texts."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from fakes import HashEncoder
from web_site import Site, names, running

from index import Article, Index
from index.errors import AlreadyThere, UnusableIndex
from index.load import Limits, LoadOptions
from qa.shelf import Outcome, Progress, Report, Shelf, Upload

STORY = "The old bridge over the harbour was closed on Tuesday after engineers found cracks in three pillars. "
OTHER = "The museum opened a new wing on Friday, and several hundred people stood in line for it. "


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        yield opened


@pytest.fixture
def shelf(index: Index) -> Shelf:
    return Shelf(index)


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of temporary files, ours among them."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def upload(folder: Path, name: str, data: bytes | str) -> Upload:
    path = folder / f"copy{len(list(folder.iterdir()))}"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return Upload(path, name)


def report(steps: Iterable[Progress | Report]) -> Report:
    *progress, last = steps
    assert all(isinstance(step, Progress) for step in progress)
    assert isinstance(last, Report)
    return last


def outcome(steps: Iterable[Progress | Report]) -> Outcome:
    (only,) = report(steps).outcomes
    return only


def test_uploaded_files_are_found_under_their_own_names(shelf: Shelf, index: Index, copies: Path) -> None:
    given = [upload(copies, "C:\\news\\bridge.txt", STORY), upload(copies, "museum.md", f"# A wing\n\n{OTHER}")]
    made = report(shelf.add_files(given))
    assert made.outcomes == (
        Outcome("bridge.txt", "added", "bridge.txt", "bridge.txt"),
        Outcome("museum.md", "added", "museum.md", "A wing"),
    )
    assert [one.article_id for one in made.outcomes] == ["bridge.txt", "museum.md"]
    assert (made.held, made.in_words()) == (2, "Added bridge.txt, A wing.")
    assert index.article("bridge.txt").location == "bridge.txt"
    assert index.search("museum wing", 1)[0].passage.article_id == "museum.md"
    assert list(copies.iterdir()) == []
    assert index.verify() == []


def test_what_a_step_counts_is_found_when_it_is_said(shelf: Shelf, index: Index, copies: Path) -> None:
    records = "".join(json.dumps({"text": f"{STORY * 20} number{n}"}) + "\n" for n in range(18))
    with Index.open(index.path, HashEncoder()) as other:
        counts = []
        for step in shelf.add_files([upload(copies, "wire.jsonl", records)]):
            held = step.articles if isinstance(step, Progress) else step.held
            counts.append(held)
            assert len(other) == len({hit.passage.article_id for hit in other.search("bridge", 200)}) == held
    assert counts == sorted(counts)
    assert sorted(set(counts)) == [0, 5, 15, 18]
    assert index.article("wire.jsonl:12").location == "wire.jsonl:12"


def test_another_file_of_a_name_is_kept_beside_the_first(shelf: Shelf, index: Index, copies: Path) -> None:
    given = [upload(copies, "report.txt", text) for text in (STORY, OTHER, STORY, OTHER + STORY, OTHER)]
    made = report(shelf.add_files(given))
    assert [(one.article_id, one.became, one.beside) for one in made.outcomes] == [
        ("report.txt", "added", None),
        ("report (2).txt", "added", "report.txt"),
        ("report.txt", "unchanged", None),
        ("report (3).txt", "added", "report.txt"),
        ("report (2).txt", "unchanged", None),
    ]
    again = report(shelf.add_files([upload(copies, "report.txt", OTHER)]))
    assert [(one.article_id, one.became) for one in again.outcomes] == [("report (2).txt", "unchanged")]
    assert [index.article(i).text for i in index.ids()] == [OTHER, OTHER + STORY, STORY]
    assert "report (2).txt stands beside report.txt, which has other words." in made.in_words()


def test_a_file_that_was_indexed_from_a_folder_stays_that_one(shelf: Shelf, index: Index, copies: Path) -> None:
    index.add([Article("bridge.txt", STORY, location="/news/bridge.txt", language="en")])
    assert outcome(shelf.add_files([upload(copies, "bridge.txt", STORY)])).became == "unchanged"
    assert index.article("bridge.txt").location == "/news/bridge.txt"
    assert outcome(shelf.add_files([upload(copies, "bridge.txt", OTHER)])).article_id == "bridge (2).txt"


def test_an_id_that_a_file_states_replaces_the_article_that_has_it(shelf: Shelf, index: Index, copies: Path) -> None:
    index.add([Article("wire-1", STORY)])
    records = [json.dumps({"id": "wire-1", "text": text, "title": "New"}) for text in (OTHER, STORY)]
    made = report(shelf.add_files([upload(copies, "wire.jsonl", "\n".join(records))]))
    assert [one.became for one in made.outcomes] == ["replaced", "failed"]
    assert "the first one is kept" in (made.outcomes[1].reason or "")
    assert index.article("wire-1").text == OTHER


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("story.xyz", b"x", "has the ending '.xyz', expected one of .txt, .md"),
        ("story", b"x", "has the ending '', expected one of"),
        ("empty.txt", b" \n", "Article 'empty.txt' has no text."),
        ("binary.txt", b"a\0b", "is a binary file, not text"),
        ("large.txt", b"x" * 2_001, "has 2,001 bytes, at most 2,000 are read as one article; split it"),
        ("bomb.txt.gz", gzip.compress(b"x" * 100_000), "unpacks to more than 50,000 bytes"),
        ("page.pdf", b"%PDF-1.7 nothing", "PDF"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_the_rest_goes_on(
    index: Index, copies: Path, name: str, data: bytes, reason: str
) -> None:
    shelf = Shelf(index, LoadOptions(Limits(file_bytes=2_000, unpacked_bytes=50_000)))
    made = report(shelf.add_files([upload(copies, name, data), upload(copies, "bridge.txt", STORY)]))
    failed, added = made.outcomes
    assert (failed.name, failed.became, failed.article_id, added.became) == (name, "failed", None, "added")
    assert reason in (failed.reason or "")
    assert str(copies) not in (failed.reason or "")
    assert f"Not added: {name} " in made.in_words()
    assert list(copies.iterdir()) == []


def test_no_more_files_are_read_than_may_be_and_all_copies_go(index: Index, copies: Path) -> None:
    made = report(Shelf(index, files=2).add_files([upload(copies, f"{n}.txt", f"{STORY}{n}") for n in range(4)]))
    assert [one.became for one in made.outcomes] == ["added", "added", "failed", "failed"]
    assert "at most 2 files are taken at once" in (made.outcomes[3].reason or "")
    assert list(copies.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "gone", "folder"])
def test_a_copy_that_is_no_file_is_not_followed(
    shelf: Shelf, index: Index, copies: Path, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(STORY)
    given = upload(copies, "bridge.txt", STORY)
    given.path.unlink()
    if kind == "link":
        given.path.symlink_to(secret)
    elif kind == "folder":
        given.path.mkdir()
    assert outcome(shelf.add_files([given])).became == "failed"
    assert len(index) == 0
    assert secret.read_text() == STORY


@pytest.mark.parametrize(
    ("name", "article_id"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("bad\u202ename\n.txt", "badname.txt"),
        ("<img src=x>.txt", "<img src=x>.txt"),
        ("x" * 400 + ".txt", "x" * 146 + ".txt"),
        ("Ünï 新聞.txt", "Ünï 新聞.txt"),
        ("half\ud800.txt", "half\ufffd.txt"),
    ],
    ids=["folders", "unseen", "markup", "long", "letters", "surrogate"],
)
def test_any_name_gives_an_id(shelf: Shelf, index: Index, copies: Path, name: str, article_id: str) -> None:
    assert outcome(shelf.add_files([upload(copies, name, STORY)])).article_id == article_id
    assert index.article(article_id).location == article_id


def test_copies_go_and_the_next_one_comes_when_a_generator_is_closed(shelf: Shelf, index: Index, copies: Path) -> None:
    steps = shelf.add_files([upload(copies, f"{n}.txt", f"{STORY * 200}{n}") for n in range(3)])
    assert next(step for step in steps if isinstance(step, Progress) and step.articles)
    steps.close()  # type: ignore[attr-defined]
    assert list(copies.iterdir()) == []
    assert len(index) == 1
    assert outcome(shelf.add_text(OTHER)).became == "added"


def test_copies_go_and_the_next_one_comes_when_the_index_cannot_be_written(
    shelf: Shelf, index: Index, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(articles: object) -> None:
        raise UnusableIndex("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(index, "add", full)
        with pytest.raises(UnusableIndex, match="disk is full"):
            report(shelf.add_files([upload(copies, "bridge.txt", STORY)]))
    assert list(copies.iterdir()) == []
    assert outcome(shelf.add_text(STORY)).became == "added"


def test_one_waits_for_another_and_says_so(shelf: Shelf, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.shelf.taking._SAY_AGAIN_SECONDS", 0.01)
    first, second = shelf.add_text(STORY), shelf.add_text(OTHER)
    next(first)
    assert [next(second) for _ in range(3)] == [Progress("waiting", None, 0, 1, 0)] * 3
    ended = threading.Thread(target=lambda: report(first))
    ended.start()
    ended.join()
    assert outcome(second).became == "added"
    assert len(index) == 2


def test_one_that_waited_in_vain_takes_nothing_from_the_other(shelf: Shelf) -> None:
    first, second = shelf.add_text(STORY), shelf.add_text(OTHER)
    next(first)
    next(second)
    second.close()  # type: ignore[attr-defined]
    third = shelf.add_text(OTHER)
    assert isinstance(step := next(third), Progress)
    assert step.doing == "waiting"
    assert outcome(first).became == "added"
    assert outcome(third).became == "added"


def test_languages_that_are_not_read_are_said(shelf: Shelf, copies: Path) -> None:
    german = "Der Stadtrat hat am Dienstag beschlossen, die alte Brücke für den Verkehr zu sperren. " * 3
    made = report(shelf.add_files([upload(copies, "rat.txt", german), upload(copies, "bridge.txt", STORY)]))
    assert (made.notice or "").startswith("not English: 1 in 'de'. ")
    assert made.in_words().endswith(made.notice or "?")
    assert report(shelf.add_text(STORY * 2)).notice is None


@pytest.mark.parametrize(
    ("text", "title", "article_id"),
    [
        (f"# A bridge\r\n\r\n{STORY}", "A bridge", "pasted/a-bridge-the-old-bridge-over-the-harbour-was-close-"),
        (STORY, None, "pasted/the-old-bridge-over-the-harbour-was-closed-on-tues-"),
        (f"\n{STORY * 3}\n{OTHER}", None, "pasted/the-old-bridge-over-the-harbour-was-closed-on-tues-"),
        (
            "橋が閉鎖された\n火曜日、技術者が柱にひびを見つけたため、港の古い橋が閉鎖された。",
            "橋が閉鎖された",
            "pasted/橋が閉鎖された-",
        ),
    ],
    ids=["headline", "one line", "long first line", "Japanese"],
)
def test_a_pasted_text_is_kept_exactly(
    shelf: Shelf, index: Index, text: str, title: str | None, article_id: str
) -> None:
    made = outcome(shelf.add_text(text))
    assert (made.article_id or "").startswith(article_id)
    article = index.article(made.article_id or "")
    assert (article.text, article.title, article.location) == (text, title, None)
    assert outcome(shelf.add_text(text)).became == "unchanged"
    changed = outcome(shelf.add_text(text, title="Mine", source=" Times ", published="2025-06"))
    assert (changed.became, changed.article_id, changed.label) == ("replaced", made.article_id, "Mine")
    assert index.article(made.article_id or "").source == "Times"


@pytest.mark.parametrize("text", ["", " \n ", "Too short to be it"], ids=["nothing", "blank", "short"])
def test_a_text_that_is_no_article_says_what_is_expected(shelf: Shelf, index: Index, text: str) -> None:
    made = outcome(shelf.add_text(text))
    assert (made.became, len(index)) == ("failed", 0)
    assert "characters, expected at least 20; paste the whole article" in (made.reason or "")


def test_a_text_that_is_too_long_says_so(index: Index) -> None:
    made = outcome(Shelf(index, LoadOptions(Limits(file_bytes=100))).add_text("é" * 60))
    assert made.reason == "has 120 bytes, at most 100 are read as one article; split it"


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        yield site


def test_pages_are_fetched_and_found(index: Index, site: Site) -> None:
    shelf = Shelf(index, LoadOptions(Limits(private_addresses=True, seconds=20)))
    page = f"<html><head><title>Bridge</title></head><body><article><p>{STORY * 4}</p></article></body></html>"
    address = site.give("/bridge", page.encode(), content_type="text/html")
    steps = list(shelf.add_addresses([address, f"{site.address}/nothing"]))
    assert [step.name for step in steps if isinstance(step, Progress) and step.doing == "reading"] == [
        address,
        f"{site.address}/nothing",
    ]
    added, failed = report(steps).outcomes
    assert (added.became, added.article_id, added.label) == ("added", address, "Bridge")
    assert (failed.became, failed.name) == ("failed", f"{site.address}/nothing")
    assert index.search("bridge", 1)[0].passage.article_id == address


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://127.0.0.1/x", "not a public address"),
        ("localhost.localdomain:80/x", "not found"),
        ("inside.example/x", "not a public address"),
        ("file:///etc/passwd", "has the scheme 'file', expected http or https"),
        ("/etc/passwd", "is not an address, expected one like https://news.example/story"),
        ("seeds/articles", "is not an address"),
        ("*.txt", "is not an address"),
        ("", "is not an address"),
        ("http://user:pw@news.example/", "user name or a password"),
    ],
)
def test_what_is_no_public_address_is_refused(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bridge.txt").write_text(STORY)
    made = outcome(Shelf(index, resolve=names(inside_example="10.0.0.1")).add_addresses([address]))
    assert (made.became, len(index)) == ("failed", 0)
    assert reason in (made.reason or "")


def test_an_article_whose_id_is_taken_again_is_not_brought_back(shelf: Shelf, index: Index, copies: Path) -> None:
    report(shelf.add_files([upload(copies, "bridge.txt", STORY)]))
    index.remove(["bridge.txt"])
    report(shelf.add_files([upload(copies, "bridge.txt", OTHER)]))
    with pytest.raises(AlreadyThere, match=r"bridge\.txt"):
        index.bring_back(["bridge.txt"])
    assert index.article("bridge.txt").text == OTHER
