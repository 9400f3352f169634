"""Follow-up questions made whole from the conversation: "When did he visit?" is "When did the minister visit?". Pure.

By rules over the words, for English, without a model. A question that stands alone is left alone; so is one for which
nothing in the last questions and answers fits. Not understood are "the former" and "the latter", "both", "the same",
"here", what a pronoun means that points at a whole story, and anything that takes knowledge of the world.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.article import clean_text
from qa.conversation.turn import Turn
from qa.dialogue.ellipsis import fill
from qa.dialogue.memory import recall
from qa.dialogue.references import resolve
from qa.question import MAX_QUESTION_CHARACTERS


def complete(message: str, turns: Sequence[Turn]) -> str | None:
    """Return the question that a message means where it needs the conversation.

    Args:
        message: As it was written.
        turns: What was said before, in order. Questions that were searched count, with and without an answer; remarks
            do not.

    Returns:
        The question in full, at most `MAX_QUESTION_CHARACTERS` long; None where the message stands alone, or nothing in
        the conversation fits.
    """
    message = " ".join(clean_text(message).split())
    if len(message) > MAX_QUESTION_CHARACTERS or not any(character.isalnum() for character in message):
        return None
    memory = recall(turns)
    if not memory:
        return None
    whole = fill(message, memory) or resolve(message, memory)
    if whole is None or len(whole) > MAX_QUESTION_CHARACTERS or _folded(whole) == _folded(message):
        return None
    return whole


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
