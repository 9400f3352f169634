"""Questions to cited answers, over an `index.Index`.

    from qa import Assistant, load_reader

Nothing heavy is imported before it is used: torch and the models load with `load_reader`.
"""

from qa.answer import Answer, Candidate, Citation, FoundPassage
from qa.assistant import Assistant, Stage
from qa.errors import QAError
from qa.read import load_reader

__all__ = [
    "Answer",
    "Assistant",
    "Candidate",
    "Citation",
    "FoundPassage",
    "QAError",
    "Stage",
    "load_reader",
]
