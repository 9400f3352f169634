"""Articles, cut into passages, embedded, stored and searched.

    from index import Index, load_encoder, read_articles

Nothing heavy is imported before it is used: torch and the models load with the first embedding.
"""

from index.adding import Added
from index.article import Article, Hit, Passage, Ranks
from index.chunk import Chunking
from index.embed import EmbedderInfo, Encoder, load_encoder
from index.errors import ArticleIndexError
from index.load import Failure, PassedOver, read_articles
from index.store import Index, IndexInfo

__all__ = [
    "Added",
    "Article",
    "ArticleIndexError",
    "Chunking",
    "EmbedderInfo",
    "Encoder",
    "Failure",
    "Hit",
    "Index",
    "IndexInfo",
    "Passage",
    "PassedOver",
    "Ranks",
    "load_encoder",
    "read_articles",
]
