"""Taking articles out of an index: so that they can be brought back, or for good."""

from __future__ import annotations

from collections.abc import Sequence

from index import changes, next_passages, stories, trash
from index.adding import prepare, put_all
from index.catalog import Catalog
from index.embed import Encoder
from index.errors import AlreadyThere, UnknownArticle
from index.search.hybrid import Search
from index.upkeep import shrink


def remove(catalog: Catalog, ids: Sequence[str], *, keep: bool) -> None:
    """See `Index.remove`."""
    if not ids:
        return
    with catalog.transaction():
        for article_id in ids if keep else ():
            trash.keep(catalog.db, article_id)
        unknown = [article_id for article_id in dict.fromkeys(ids) if not catalog.delete(article_id)]
        if unknown:
            raise UnknownArticle(unknown)


def bring_back(catalog: Catalog, ids: Sequence[str], encoder: Encoder) -> None:
    """See `Index.bring_back`."""
    with catalog.snapshot():
        found = {article_id: trash.article(catalog.db, article_id) for article_id in ids}
        chunking = catalog.manifest.chunking
    unknown = [article_id for article_id, article in found.items() if article is None]
    if unknown:
        raise UnknownArticle(unknown)
    articles = [article for article in found.values() if article is not None]
    prepared = prepare(articles, chunking, encoder, catalog)
    with catalog.transaction():
        catalog.expect(encoder.info)
        there = [article_id for article_id in found if catalog.holds(article_id)]
        if there:
            names = ", ".join(map(repr, there))
            raise AlreadyThere(f"The index holds an article with the id {names} again; remove that one first.")
        put_all(prepared, catalog)
        trash.drop(catalog.db, list(found))


def erase(catalog: Catalog, search: Search, ids: Sequence[str]) -> None:
    """See `Index.erase`."""
    with catalog.transaction():
        unknown = [
            article_id
            for article_id in dict.fromkeys(ids)
            if not (catalog.delete(article_id) | bool(trash.drop(catalog.db, [article_id])))
        ]
        if unknown:
            raise UnknownArticle(unknown)
        _forget(catalog)
    shrink(catalog, search)


def purge(catalog: Catalog, search: Search) -> None:
    """See `Index.compact`."""
    with catalog.preparation():
        trash.purge(catalog.db)
        _forget(catalog)
    shrink(catalog, search)


def _forget(catalog: Catalog) -> None:
    """Forget what is kept beside the articles: vectors that no passage has, passages of articles that are gone."""
    catalog.db.execute("DELETE FROM kept_vectors")
    changes.forget_gone(catalog.db, catalog.generation)
    stories.forget_gone(catalog.db)
    next_passages.forget_gone(catalog.db)
