"""The index at langchain's own seams: its embedder, its search, and a vector store that is an index underneath."""

from index.langchain.embeddings import EmbeddingsEncoder, EncoderEmbeddings
from index.langchain.retriever import PassageRetriever
from index.langchain.vectorstore import ArticleVectorStore

__all__ = ["ArticleVectorStore", "EmbeddingsEncoder", "EncoderEmbeddings", "PassageRetriever"]
