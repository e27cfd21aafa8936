"""The wrong tries of one session, over all its challenges and methods."""

from datetime import datetime

from services.kit.decision import Change
from services.kit.state import State
from services.verifier.domain.base import Refusal

MAX_WRONG = 10


class SessionTries(State):
    """`wrong` are the trials that were counted and not taken back. `touched_at` lets old ones be deleted."""

    tenant: str
    user: str
    wrong: tuple[str, ...] = ()
    touched_at: datetime

    @property
    def left(self) -> int:
        return max(MAX_WRONG - len(self.wrong), 0)


def session_id(tenant: str, user: str, session: str) -> str:
    return f"{tenant}/{user}/{session}"


def admit(session: SessionTries, trial: str, *, at: datetime) -> Change[SessionTries]:
    """Count the trial as wrong before it is compared, or leave it out; `refusal` tells which."""
    if trial in session.wrong or session.left == 0:
        return Change(session)
    return Change(session.model_copy(update={"wrong": (*session.wrong, trial), "touched_at": at}))


def refusal(session: SessionTries, trial: str) -> Refusal | None:
    """Why the trial may not be compared, after `admit`; None where it was counted."""
    return None if trial in session.wrong else Refusal("attemptsExhausted")


def take_back(session: SessionTries, trial: str) -> Change[SessionTries]:
    return Change(session.model_copy(update={"wrong": tuple(counted for counted in session.wrong if counted != trial)}))
