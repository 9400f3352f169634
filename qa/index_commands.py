"""The commands that make and keep an index. What a command needs is imported inside it."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.options import index_option, json_option, loading_options

if TYPE_CHECKING:
    from index.chunk import Chunking
    from index.load import LoadOptions
    from index.store import Index


@click.command("index")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--sync", is_flag=True, help="Also remove the articles that are gone from the folders named (can be undone)."
)
@click.option(
    "--embedder",
    metavar="NAME",
    envvar="PULLQUOTE_EMBEDDER",
    show_envvar=True,
    help="A sentence-transformers model, for a new index.  [default: the packaged all-MiniLM-L6-v2]",
)
@loading_options
@index_option
def index_command(
    sources: tuple[str, ...], sync: bool, embedder: str | None, options: LoadOptions, folder: Path
) -> None:
    """Add and update articles.

    A source is a file, a folder with all below it, a pattern such as 'news/**/*.html', or the address of a page or
    a feed.

    Reads .txt, .md, .html, .pdf, .docx, .jsonl, .json, .csv, .tsv and feeds, each also with .gz behind it. What is
    unchanged costs nothing. Stopped half-way, it keeps what it has committed; the same command goes on.
    """
    from index.adding import Added
    from index.sync import Gone, gone
    from qa.intake import Intake
    from qa.progress import ReadingProgress

    total = Added()
    with open_or_create(folder, embedder) as store, ReadingProgress(sources) as progress:
        intake = Intake(sources, options, progress)
        for report in store.add_each(intake.articles()):
            total += report
            progress.committed(len(report.added) + len(report.replaced) + len(report.unchanged))
        swept = gone(store.locations(), sources, intake.places, intake.failed) if sync else Gone()
        if swept.ids:
            store.remove(swept.ids)
        held = len(store)
    intake.say_what_was_passed_over()
    for line in swept.left_alone():
        click.echo(line, err=True)
    gone_too = f", removed {len(swept.ids)}" if sync else ""
    click.echo(
        f"added {len(total.added)}, replaced {len(total.replaced)}, unchanged {len(total.unchanged)}{gone_too}, "
        f"failed {len(intake.failed)}; the index in {folder} holds {held} articles"
    )
    if intake.failed:
        sys.exit(1)


@click.command("list")
@click.option("--removed", is_flag=True, help="List the removed articles that can be brought back.")
@json_option
@index_option
def list_command(folder: Path, removed: bool, as_json: bool) -> None:
    """List the articles.

    A line has the id, the title, the date and the number of characters.
    """
    with open_index(folder) as store:
        if removed:
            for article_id in store.removed():
                click.echo(json.dumps({"id": article_id}) if as_json else article_id)
            return
        for article in store.articles():
            if as_json:
                fields = asdict(article)
                fields["characters"] = len(fields.pop("text"))
                print_json(fields)
            else:
                cells = (article.id, article.title or "untitled", article.published or "undated", len(article.text))
                click.echo("\t".join(map(str, cells)))


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--undo", is_flag=True, help="Bring removed articles back; possible until pullquote compact.")
@click.option("--erase", is_flag=True, help="Remove for good, from all of the index's files; cannot be undone.")
@index_option
def remove(ids: tuple[str, ...], undo: bool, erase: bool, folder: Path) -> None:
    """Remove articles by their ids.

    All of those named are removed, or none if one is unknown.
    """
    from index.article import clean_text

    if undo and erase:
        raise click.UsageError("--undo and --erase exclude each other.")
    named = list(dict.fromkeys(map(clean_text, ids)))
    with open_index(folder) as store:
        if undo:
            store.bring_back(named)
            done, hint = "brought back", ""
        elif erase:
            hint = _forgotten(folder, named)
            store.erase(named)
            done = "erased"
        else:
            store.remove(named)
            done, hint = "removed", " (pullquote remove --undo brings them back)"
        click.echo(f"{done} {len(named)}; the index in {folder} holds {len(store)} articles{hint}")


def _forgotten(folder: Path, ids: list[str]) -> str:
    """Take articles out of the conversations that are kept with the index, and say out of how many answers."""
    from qa.conversation.store import CONVERSATIONS_FILE, Conversations

    if not (folder / CONVERSATIONS_FILE).exists():
        return ""
    with Conversations(folder / CONVERSATIONS_FILE, create=False) as kept:
        forgotten = kept.forget(ids)
    return f"; taken out of {forgotten} of the chat's answers" if forgotten else ""


@click.command()
@json_option
@index_option
def info(folder: Path, as_json: bool) -> None:
    """Describe the index and what made it."""
    with open_index(folder) as store:
        described = store.info()
    if as_json:
        print_json(asdict(described))
        return
    embedder = described.manifest.embedder
    for name, value in (
        ("index", described.path),
        ("articles", described.counts.articles),
        ("passages", described.counts.passages),
        ("generation", described.generation),
        ("format", described.format),
        ("size", f"{described.bytes / 1e6:.1f} MB"),
        ("embedder", f"{embedder.name} ({embedder.dimension} dimensions, {embedder.backend}, {embedder.precision})"),
        ("passage", _passage_size(described.manifest.chunking)),
        ("vectors", _kind(described.manifest.vectors, described.counts.passages)),
    ):
        click.echo(f"{name:<12}{value}")


def _passage_size(chunking: Chunking) -> str:
    size = f"at most {chunking.max_tokens} tokens" if chunking.max_tokens else "a whole article"
    return size + (", embedded under its article's title" if chunking.titled else "")


def _kind(chosen: str, passages: int) -> str:
    from index.manifest import kind_for

    kind = {"flat": "exact (flat)", "ivf": "8-bit codes in lists (ivf)"}[kind_for(chosen, passages)]
    return kind + (", by their number" if chosen == "auto" else ", as chosen")


@click.command()
@click.option("--repair", is_flag=True, help="Make anew what is derived from the articles.")
@index_option
def verify(folder: Path, repair: bool) -> None:
    """Check every offset, hash and vector.

    Exits with 1 if something is wrong.
    """
    with open_index(folder) as store:
        if repair:
            store.repair()
        problems = store.verify()
        held = len(store)
    for problem in problems:
        click.echo(problem)
    if problems and repair:
        click.echo("What is left cannot be made anew: index the articles again, or restore a backup.", err=True)
    elif problems:
        click.echo("pullquote verify --repair makes anew what is derived from the articles.", err=True)
    if problems:
        sys.exit(1)
    click.echo(f"ok: {held} articles")


@click.command()
@click.option(
    "--vectors",
    type=click.Choice(["auto", "flat", "ivf"]),
    help="Also change the kind of FAISS index: exact vectors, 8-bit codes in lists, or as their number has it.",
)
@index_option
def compact(folder: Path, vectors: str | None) -> None:
    """Give back the room of removed articles.

    They cannot be brought back after it.
    """
    with open_index(folder) as store:
        before = store.info().bytes
        store.compact(vectors)
        click.echo(f"{before / 1e6:.1f} MB before, {store.info().bytes / 1e6:.1f} MB now")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@index_option
def backup(file: Path, folder: Path) -> None:
    """Write the whole index into one file.

    The index may be in use meanwhile.
    """
    with open_index(folder) as store:
        store.backup(file)
    click.echo(f"written to {file} ({os.path.getsize(file) / 1e6:.1f} MB)")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@index_option
def restore(file: Path, folder: Path) -> None:
    """Make an index from a backup.

    The folder must not hold an index.
    """
    from index.upkeep import restore as restore_backup

    restore_backup(file, folder)
    with open_index(folder) as store:
        click.echo(f"the index in {folder} holds {len(store)} articles")


@click.command()
@click.argument("embedder", metavar="NAME")
@index_option
def reembed(embedder: str, folder: Path) -> None:
    """Embed all articles with another model.

    NAME is a sentence-transformers model. The old vectors serve until all are done.

    Stopped half-way, the same command goes on.
    """
    from tqdm import tqdm

    from index.embed import load_encoder

    with open_index(folder) as store, tqdm(total=len(store), unit=" articles", disable=None, leave=False) as bar:
        for left in store.embed_anew(load_encoder(embedder)):
            bar.update(bar.total - left - bar.n)
        click.echo(f"the index in {folder} is searched with {store.manifest.embedder.name}")


COMMANDS = (index_command, list_command, remove, info, verify, compact, backup, restore, reembed)


def open_index(folder: Path) -> Index:
    """Open the index of a folder."""
    from index.store import Index

    return Index.open(folder)


def open_or_create(folder: Path, embedder: str | None) -> Index:
    """Open the index of a folder without loading its embedder, or make one."""
    from index.embed import load_encoder
    from index.errors import IndexNotFound
    from index.store import Index

    try:
        return Index.open(folder, load_encoder(embedder) if embedder else None)
    except IndexNotFound:
        return Index.create(folder, load_encoder(embedder) if embedder else load_encoder())


def print_json(value: Any) -> None:
    """Print one line of JSON that the output's encoding can carry."""
    readable = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not readable))
