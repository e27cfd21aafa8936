"""What is kept of a registration, what a look at a proof finds, and why a proof may be refused before it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel

from schemas.verification import FailureReason, ProofKind
from services.kit.state import State


class Kept(State):
    """What one kind of proof keeps of a registration: only what is sealed, hashed or public. Each kind has its own."""

    kind: ClassVar[ProofKind]


@dataclass(frozen=True)
class Wrong:
    """The proof is not right. `ends` is what becomes of the challenge at once; None leaves it open for more tries."""

    reason: FailureReason = "codeIncorrect"
    ends: Literal["failed", "denied"] | None = None


@dataclass(frozen=True)
class Right:
    """The proof is right, unless it was used up before: then it is `otherwise`.

    With a `position`, it is good only once, and never again with one that is not higher; `moves` is what is kept from
    then on. `uses` marks the part of the stored credential that it uses up. `binds` is what a registration leaves
    behind. `codes_left` is told.
    """

    position: int | None = None
    uses: str | None = None
    binds: Kept | None = None
    moves: Kept | None = None
    codes_left: int | None = None
    otherwise: Wrong = Wrong()


Judgement = Right | Wrong


@dataclass(frozen=True)
class Refusal:
    """Nothing may be compared. `retry_after` is in whole seconds, rounded up; None where waiting does not help."""

    reason: FailureReason
    retry_after: int | None = None


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds, rounded up, so that who waits that long does not come too early."""
    return max(-((now - moment) // timedelta(seconds=1)), 0)


def says_nothing_else(said: BaseModel, whole: BaseModel) -> bool:
    """Whether all that is said stands in the whole as well; what is left out, or None, is not said."""
    if said == whole:
        return True
    values = {name: getattr(said, name) for name in said.model_fields_set}
    return type(said) is type(whole) and all(
        says_nothing_else(value, known)
        if isinstance(value, BaseModel) and isinstance(known, BaseModel)
        else value == known
        for value, known in ((value, getattr(whole, name)) for name, value in values.items() if value is not None)
    )
