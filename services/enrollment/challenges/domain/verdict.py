"""What the verifier says of a proof: right, wrong, or not yet."""

from dataclasses import dataclass
from typing import Literal

from services.kit.errors import CATALOGUE, ProblemError

VERIFIED: Literal["verified"] = "verified"


@dataclass(frozen=True)
class Right:
    """The proof was accepted."""


@dataclass(frozen=True)
class Wrong:
    """It was not: `reason` is one of `VerificationFailed`, and a code of the catalogue."""

    reason: str

    @property
    def problem(self) -> type[ProblemError]:
        return CATALOGUE[self.reason]


@dataclass(frozen=True)
class NotYet:
    """The verifier has not answered in time; its word still comes."""


Verdict = Right | Wrong | NotYet


def verdict_of(result: str | None) -> Verdict:
    """From what a challenge keeps of a submission: `verified`, a reason, or nothing yet."""
    if result is None:
        return NotYet()
    return Right() if result == VERIFIED else Wrong(result)
