"""What the chat is given to read: copies of files, an address, a pasted text."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.article import Article, clean_text
from index.load import Failure, Limits, LoadOptions, read_articles
from index.load.addresses import Resolver
from index.load.language import with_language

LEAST_CHARACTERS = 20
"""How many visible characters a pasted text has at least."""

_TITLE_CHARACTERS = 150
_NAME_CHARACTERS = 150
_SLUG_CHARACTERS = 50
_ENDING = re.compile(r"(?<=.)(?:\.\w{1,10})?\.\w{1,10}\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]\S*)?")


@dataclass(frozen=True)
class Upload:
    """A temporary copy of a file, and the name that the file has where it came from."""

    path: Path
    name: str


@dataclass(frozen=True)
class Copy:
    """A copy that is ours: where it is, the name that people know, and why it is not there if it is not."""

    path: Path
    name: str
    missing: str | None = None


@dataclass(frozen=True)
class Beginning:
    """Something that is about to be read, and how many of its kind are done."""

    name: str
    done: int


@dataclass(frozen=True)
class Read:
    """An article that was read.

    Attributes:
        name: What people know it by.
        article: The article.
        own_name: The file that its id comes from, or None where the source states an id.
        record: What of the id stands behind the file's name: ":3" for a record, or nothing.
    """

    name: str
    article: Article
    own_name: str | None = None
    record: str = ""


Reading = Generator[Beginning | Read | Failure, None, None]


@contextmanager
def taken_over(uploads: Sequence[Upload]) -> Iterator[list[Copy]]:
    """Move temporary copies into a folder of ours, which is deleted afterwards. Links are deleted and not followed."""
    with tempfile.TemporaryDirectory(prefix="pullquote-") as folder:
        yield [_taken(upload, Path(folder)) for upload in uploads]


def _taken(upload: Upload, folder: Path) -> Copy:
    name = own_name(upload.name)
    ending = _ENDING.search(name)
    path = folder / f"{secrets.token_hex(16)}{ending[0] if ending else Path(name).suffix[:20]}"
    try:
        if not stat.S_ISREG(upload.path.lstat().st_mode):
            upload.path.unlink()
            return Copy(path, name, "is not a regular file")
        shutil.move(upload.path, path)
    except FileNotFoundError:
        return Copy(path, name, "did not arrive, or was taken by another upload of it; upload it again")
    except OSError as error:
        return Copy(path, name, f"cannot be read: {error.strerror or error}")
    return Copy(path, name)


def own_name(name: str) -> str:
    r"""Return a file's own name: without folders and without characters that cannot be seen, at most 150 long.

    >>> own_name("C:\\news\\storm.txt"), own_name("../storm\u202e.txt"), own_name("news/")
    ('storm.txt', 'storm.txt', 'file')
    """
    last = re.split(r"[/\\]", clean_text(name))[-1]
    seen = "".join(character for character in last if character.isprintable()).strip()
    if not seen.strip("."):
        return "file"
    ending = _ending(seen)
    return seen.removesuffix(ending)[: _NAME_CHARACTERS - len(ending)] + ending


def numbered(name: str, number: int) -> str:
    """Return the name of the second, third ... file of a name.

    >>> numbered("storm.txt", 1), numbered("wire.jsonl.gz", 2)
    ('storm.txt', 'wire (2).jsonl.gz')
    """
    if number == 1:
        return name
    ending = _ending(name)
    return f"{name.removesuffix(ending)} ({number}){ending}"


def _ending(name: str) -> str:
    found = _ENDING.search(name)
    return found[0] if found else ""


def read_files(copies: Sequence[Copy], options: LoadOptions, most: int) -> Reading:
    """Read copies of files under the names that people know; no more than `most` of them."""
    for done, copy in enumerate(copies):
        yield Beginning(copy.name, done)
        if done >= most:
            yield Failure(copy.name, f"was not read: at most {most} files are taken at once; add it in another go")
        elif copy.missing:
            yield Failure(copy.name, copy.missing)
        else:
            yield from _read_copy(copy, options)


def _read_copy(copy: Copy, options: LoadOptions) -> Iterator[Read | Failure]:
    def known(text: str) -> str:
        return text.replace(str(copy.path), copy.name).replace(copy.path.name, copy.name)

    for item in read_articles([copy.path], options):
        if isinstance(item, Failure):
            yield Failure(known(item.location), known(item.reason))
        elif isinstance(item, Article):
            article = replace(item, id=known(item.id), location=known(item.location or ""))
            if item.id.startswith(copy.path.name):
                record = item.id.removeprefix(copy.path.name)
                yield Read(copy.name + record, article, copy.name, record)
            else:
                yield Read(article.location or copy.name, article)


def read_pages(addresses: Sequence[str], options: LoadOptions, resolve: Resolver) -> Reading:
    """Read what is at addresses; see `index.load.web.read_address`. What is no address is a failure."""
    from index.load.web import read_address

    for done, given in enumerate(clean_text(address).strip() for address in addresses):
        whole = f"https://{given}" if not _SCHEME.match(given) and _HOST.fullmatch(given) else given
        yield Beginning(given, done)
        if not _SCHEME.match(whole):
            yield Failure(given, "is not an address, expected one like https://news.example/story")
            continue
        for item in read_address(whole, options, resolve):
            yield item if isinstance(item, Failure) else Read(item.url or item.id, with_language(item))


def read_pasted(text: str, title: str | None, source: str | None, published: str | None, limits: Limits) -> Reading:
    """Read a pasted text; one of less than `LEAST_CHARACTERS`, or of more bytes than a file may have, is a failure."""
    text = clean_text(text)
    words = " ".join(text[:1_000].split())
    name = words if len(words) <= _SLUG_CHARACTERS else words[:_SLUG_CHARACTERS].rsplit(" ", 1)[0] + " …"
    yield Beginning(name or "the text", 0)
    seen = len("".join(text.split()))
    size = len(text.encode())
    if seen < LEAST_CHARACTERS:
        yield Failure(
            name or "the text",
            f"has {seen} characters, expected at least {LEAST_CHARACTERS}; paste the whole article",
        )
    elif size > limits.file_bytes:
        yield Failure(name, f"has {size:,} bytes, at most {limits.file_bytes:,} are read as one article; split it")
    else:
        slug = "-".join(re.findall(r"\w+", words.lower()))[:_SLUG_CHARACTERS].strip("-_")
        article = Article(
            "pasted/" + "-".join(filter(None, (slug, hashlib.sha256(text.encode()).hexdigest()[:8]))),
            text,
            title=(title or "").strip() or first_line(text),
            source=(source or "").strip() or None,
            published=(published or "").strip() or None,
        )
        yield Read(name, with_language(article))


def first_line(text: str) -> str | None:
    r"""Return the first line as a title, without the mark of a Markdown heading; None where it is more like a text.

    >>> first_line("# Storm over Norland\n\nIt rained."), first_line("It rained all day.")
    ('Storm over Norland', None)
    """
    first, _, rest = text.strip().partition("\n")
    line = first.strip().lstrip("#").strip()
    return line if rest.strip() and 0 < len(line) <= _TITLE_CHARACTERS else None
