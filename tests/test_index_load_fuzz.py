from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import time
import zipfile
from functools import cache
from pathlib import Path

import hostile
import pytest

from index import Article, Failure, read_articles
from index.load import Limits, LoadOptions

DATA = Path(__file__).parent / "data"
TEXT = (DATA / "articles" / "01-norland-trade-talks.txt").read_text(encoding="utf-8")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paragraphs(text: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())


def sources() -> dict[str, list[bytes]]:
    """Files of every format, to be damaged, by their ending."""
    record = {"id": "a", "text": TEXT, "title": "T", "authors": ["A"], "metadata": {"k": [1]}, "pages": [0, 5]}
    quoted = '"' + TEXT.replace('"', '""') + '"'
    return {
        ".txt": [TEXT.encode(), TEXT.encode("utf-16")],
        ".md": [f"# Title\n\n{TEXT}".encode()],
        ".jsonl": [f"{json.dumps(record)}\n{json.dumps({'text': 'b'})}\n".encode()],
        ".json": [json.dumps([record, {"text": "b"}]).encode(), json.dumps({"articles": [record]}).encode()],
        ".csv": [f"id,text,authors\na,{quoted},A;B\nb,c,\n".encode()],
        ".tsv": [f"id\ttext\tmetadata\na\t{quoted}\t{{}}\n".encode("utf-16")],
        ".html": [path.read_bytes() for path in sorted((DATA / "pages").glob("*.*htm*"))],
        ".pdf": [path.read_bytes() for path in sorted((DATA / "pdfs").glob("*.pdf"))],
        ".docx": [hostile.docx(f'<w:document xmlns:w="{W}"><w:body>{paragraphs("A.&amp; B.")}</w:body></w:document>')],
        ".txt.gz": [gzip.compress(TEXT.encode())],
        ".html.gz": [gzip.compress((DATA / "pages" / "amp.html").read_bytes())],
    }


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Flip bits, cut, copy a block elsewhere, or repeat one; once to four times."""
    for _ in range(chance.randint(1, 4)):
        start, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        block = data[start : min(end, start + 2000)]
        match chance.randrange(4):
            case 0:
                flipped = bytearray(data)
                for _ in range(chance.randint(1, 20) if data else 0):
                    flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                data = bytes(flipped)
            case 1:
                data = data[:end]
            case 2:
                at = chance.randint(0, len(data))
                data = data[:at] + block + data[at:]
            case _:
                data = data[:start] + block * chance.randint(2, 50) + data[start:]
    return data


def damaged_file(ending: str, data: bytes, chance: random.Random) -> bytes:
    """Damage a file, or what is packed in it."""
    if ending == ".docx" and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return hostile.docx(damaged(package.read("word/document.xml"), chance))
    if ending.endswith(".gz") and chance.random() < 0.7:
        return gzip.compress(damaged(gzip.decompress(data), chance))
    return damaged(data, chance)


def check_damaged_files(folder: Path, ending: str, count: int) -> None:
    chance = random.Random(ending)
    originals = sources()[ending]
    for number in range(count):
        path = folder / f"{number}{ending}"
        path.write_bytes(damaged_file(ending, chance.choice(originals), chance))
        began = time.monotonic()
        items = list(read_articles([path], LoadOptions(Limits(seconds=20))))
        assert all(isinstance(item, Article | Failure) for item in items)
        assert time.monotonic() - began < 30
        path.unlink()


@pytest.mark.parametrize("ending", sources())
def test_a_damaged_file_ends_in_an_article_or_a_reason(tmp_path: Path, ending: str) -> None:
    check_damaged_files(tmp_path, ending, 30)


@pytest.mark.long
@pytest.mark.parametrize("ending", sources())
def test_a_thousand_damaged_files_end_in_articles_or_reasons(tmp_path: Path, ending: str) -> None:
    check_damaged_files(tmp_path, ending, 1000)


def failure(path: Path, data: bytes, seconds: float = 10) -> str:
    path.write_bytes(data)
    (item,) = read_articles([path], LoadOptions(Limits(seconds=seconds)))
    assert isinstance(item, Failure), item
    return item.reason


@cache
def zipped(size: int) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * size)
    return data.getvalue()


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    assert "unpacks to 500,000,000 bytes, at most 400,000,000 are read" in failure(
        tmp_path / "a.docx", zipped(500_000_000)
    )


def test_a_zip_bomb_that_understates_its_size_is_not_unpacked(tmp_path: Path) -> None:
    data = zipped(500_000_000).replace((500_000_000).to_bytes(4, "little"), (5_000).to_bytes(4, "little"))
    assert "is not a Word document" in failure(tmp_path / "a.docx", data)


@cache
def gzip_bomb() -> bytes:
    return gzip.compress(b"text " * 100_000_000, 1)


READ_AND_MEASURE = """
import sys
from pathlib import Path
from index import read_articles
(item,) = read_articles([sys.argv[1]])
print(item.reason)
status = Path("/proc/self/status")  # getrusage would count what the process was forked from
print(status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else 0)
"""


@pytest.mark.parametrize("ending", [".txt", ".csv", ".jsonl", ".html"])
def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}.gz"
    path.write_bytes(gzip_bomb())
    done = subprocess.run([sys.executable, "-c", READ_AND_MEASURE, path], capture_output=True, text=True, check=True)
    reason, memory = done.stdout.splitlines()
    assert "bytes" in reason
    assert int(memory) < 1_000_000


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        pytest.param('<!ENTITY a "ha"><!ENTITY b "&a;&a;">', "declares a document type", id="entities"),
        pytest.param('<!ENTITY a SYSTEM "file:///etc/passwd">', "declares a document type", id="a file of the system"),
    ],
)
def test_entities_in_a_word_document_are_refused(tmp_path: Path, declared: str, reason: str) -> None:
    document = f'<!DOCTYPE d [{declared}]><w:document xmlns:w="{W}"><w:p><w:t>&a;</w:t></w:p></w:document>'
    assert reason in failure(tmp_path / "a.docx", hostile.docx(document))


def test_laughing_entities_end_soon(tmp_path: Path) -> None:
    laughs = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<!DOCTYPE d [{laughs}]><d a="&l11;">&l11;</d>'
    assert "is not a Word document" in failure(tmp_path / "a.docx", hostile.docx(document))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("a.html", b"<div>" * 100_000 + b"A deep text.", id="divisions"),
        pytest.param("a.html", b"<table><tr><td>" * 20_000 + b"A deep text.", id="tables"),
        pytest.param("a.html", b"<p " + b'a="" ' * 200_000 + b">A text of many attributes.</p>", id="attributes"),
        pytest.param("a.html", b"<" * 1_000_000, id="angles"),
        pytest.param("a.html", b"<!--" * 250_000, id="comments"),
        pytest.param("a.md", b"# a" + b"#" * 1_000_000 + b"b", id="heading"),
        pytest.param("a.json", b"[" * 1_000_000, id="lists"),
        pytest.param("a.json", b'{"text": "t", "metadata": ' + b'{"a":' * 900 + b"1" + b"}" * 901, id="metadata"),
        pytest.param("a.csv", b"text" + b"," * 1_000_000, id="columns"),
    ],
)
def test_a_file_of_extremes_ends_soon(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    began = time.monotonic()
    (item,) = read_articles([tmp_path / name], LoadOptions(Limits(seconds=5)))
    assert isinstance(item, Article | Failure)
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param(["<</Type/Pages/Kids[2 0 R]/Count 1>>"], id="its own child"),
        pytest.param(
            ["<</Type/Pages/Kids[3 0 R]/Count 9>>", "<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 9>>"], id="a circle"
        ),
        pytest.param(
            ["<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", "<</Type/Page/Parent 2 0 R>>"], id="a false count"
        ),
    ],
)
def test_a_pdf_whose_pages_lead_nowhere_ends_in_a_reason(tmp_path: Path, tree: list[str]) -> None:
    reason = failure(tmp_path / "a.pdf", hostile.pdf("<</Type/Catalog/Pages 2 0 R>>", *tree), seconds=3)
    assert any(words in reason for words in ("is not a PDF", "no text", "took longer than 3 s"))
