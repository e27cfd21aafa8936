"""Answers to security questions: what counts as the same answer."""

import unicodedata
from typing import Final

SHORTEST: Final = 3
LONGEST: Final = 40
"""Characters of an answer, counted after normalising."""


def normalised(answer: str) -> str:
    """What is hashed and compared: without case, without outer white space, inner runs of it as one space.

    NFKC is taken again after the case is folded, which can undo it (Unicode Standard, section 3.13.5, D146).
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", answer).casefold())
    return " ".join(folded.split())
