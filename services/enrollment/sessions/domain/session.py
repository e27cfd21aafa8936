"""A session of enrolment, of "My security info", or of a verification on our page: one person in one browser."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from schemas.base import MethodType, Purpose, Sealed
from schemas.enrollment import Decision, Intent
from services.enrollment.challenges.domain.challenge import Challenge, Context, PhoneType
from services.enrollment.devices.domain import Activation
from services.kit.state import State

SESSION_LIFE = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=1)
"""However often the person acts: what was checked at its beginning is not true for ever."""
KEEP_ENDED_SESSIONS = timedelta(hours=1)

Outcome = Literal["completed", "skipped", "cancelled", "expired"]


Right = Literal["reports", "people"]
"""What a session of Operations may open: the reports, or the help desk."""


class Draft(State):
    """What is being set up and nobody has proven yet: kept, so that a refresh or a crash shows the same.

    `sealed` is under `secret`, bound to the method: the secret of an app, or recovery codes, one a line.
    """

    method_id: str
    type: MethodType
    sealed: Sealed


class RequestedChange(State):
    """What the person wants in "My security info": a new method, another number for one, or a new phone for an old
    one.
    """

    type: MethodType
    phone_type: PhoneType | None = None
    changes: str | None = None
    replaces: str | None = None


class RecentProof(State):
    """That the person proved a method, in this session or, as the platform vouches (`method_id` None), before it."""

    method_id: str | None = None
    method_type: MethodType | None = None
    at: datetime


class Verifying(State):
    """What a platform wants to be proven on our page: for what, by how many methods of different types, and which were
    proven so far."""

    client_id: str
    purpose: Purpose
    context: Context = Context()
    proofs_required: int = 1
    proven: tuple[MethodType, ...] = ()

    @property
    def is_complete(self) -> bool:
        return len(self.proven) >= self.proofs_required


class Session(State):
    """Of the wizard or of "My security info". Its id is that of the interrupt; `cookie_hash` binds it to one browser.

    With `verifying` it is a verification for a platform: no enrolment, and has no events. Its id is then
    that of the challenge which the platform opened.
    """

    id: str
    intent: Intent
    decision: Decision
    plan: tuple[MethodType, ...]
    step: str = "prompt"
    requested: Challenge | None = Field(
        default=None, description="the current challenge as it was asked for: a crash loses nothing"
    )
    activation: Activation | None = Field(default=None, description="the QR code of this session, as it was made")
    draft: Draft | None = None
    requested_change: RequestedChange | None = Field(default=None, alias="aim", description="stored as `aim`")
    proof: RecentProof | None = None
    after_proof: str = ""
    restoring: str | None = Field(default=None, description="the method that comes back once another one is proven")
    verifying: Verifying | None = None
    registered: tuple[str, ...] = ()
    rights: tuple[Right, ...] = Field(default=(), description="what it may open in Operations")
    looks_at: str | None = Field(default=None, description="the user id of whom the help desk has looked up")
    acts: tuple[str, ...] = Field(default=(), description="the newest forms of the help desk that were sent")
    cookie_hash: str
    return_url: str
    locale: str = "en"
    started_at: datetime
    expires_at: datetime
    requests: int = Field(default=0, description="for codes or other proofs, since `requests_since`")
    requests_since: datetime | None = None
    life_minutes: int = Field(default=15, description="how long it lives after each act")
    news_since: datetime | None = Field(default=None, description="what changed since then is news in it")
    outcome: Outcome | None = None
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the person can still act in it; at Success it stays open until it expires, to be looked at."""
        at_success = self.outcome == "completed" and self.step == "success"
        return now < self.expires_at and (self.outcome is None or at_success)

    def is_followed(self, now: datetime) -> bool:
        """Whether its page may follow what was asked; what completed the session is followed to its end."""
        return now < self.expires_at and self.outcome in {None, "completed"}

    @property
    def deadline(self) -> datetime:
        """When it ends if the person does not act; once it has ended, when it is forgotten."""
        return self.expires_at if self.outcome is None else self.forgotten_at

    @property
    def forgotten_at(self) -> datetime:
        return (self.ended_at or self.expires_at) + KEEP_ENDED_SESSIONS

    def is_proven(self, now: datetime, within: timedelta) -> bool:
        return self.proof is not None and now - self.proof.at < within
