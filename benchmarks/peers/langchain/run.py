"""langchain, as its tutorial "Build a semantic search engine" has it: retrieval alone.

Its documentation answers with a chat model, and shows no extractive reader.
"""

from __future__ import annotations

from langchain_core.documents import Document
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter


class Peer:
    def __init__(self, embedder: str, reader: str, folder: str) -> None:
        self.splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        self.store = InMemoryVectorStore(HuggingFaceEmbeddings(model_name=embedder))

    def index(self, articles: list[dict[str, str]]) -> None:
        documents = [Document(article["text"], metadata={"source": article["id"]}) for article in articles]
        self.store.add_documents(documents=self.splitter.split_documents(documents))

    def search(self, question: str, k: int) -> list[str]:
        return [document.metadata["source"] for document in self.store.similarity_search(question, k=k)]
