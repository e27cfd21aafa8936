"""A person's account: the methods on file, those that were there before, the default one, and the open sessions."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from schemas.base import MethodType, Purpose, Sealed
from schemas.enrollment import Decision, Destination, Intent
from services.enrollment.challenges.domain.challenge import Challenge, Context, PhoneType
from services.enrollment.devices.domain import Activation
from services.kit.state import State

SESSION_LIFE = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=1)
"""However often the person acts: what was checked at its beginning is not true for ever."""

KEEP_FORMER = timedelta(days=7)
"""How long a method that was removed or changed can come back; as long as the link of its notice."""

Outcome = Literal["completed", "skipped", "cancelled", "expired"]
MethodState = Literal["active", "suspended", "disabled"]
Removal = Literal["person", "administrator", "replaced", "lostOrStolen"]


class Profile(State):
    """Who the person is, as the platform last told. On no topic; the database may hold it.

    `emails` are where the person is told of changes, each sealed for the account.
    """

    user_principal_name: str
    display_name: str
    groups: tuple[str, ...] = ()
    emails: tuple[Destination, ...] = ()
    locale: str = "en"


class Method(State):
    """A registered method. `destination` is sealed under `destination`, bound to this method.

    `name` is the person's own; it leaves on no topic. `usable_until` ends a Temporary Access Pass.
    """

    id: str
    type: MethodType
    display_name: str
    name: str | None = None
    state: MethodState = "active"
    phone_type: PhoneType | None = None
    delivery: Literal["sms", "voice"] | None = None
    destination: str | None = None
    destination_hash: str | None = None
    device_id: str | None = None
    has_codes: bool = False
    question_ids: tuple[str, ...] = ()
    credential_id: str | None = None
    codes_left: int | None = None
    usable_until: datetime | None = None
    created_at: datetime
    changed_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_usable(self, now: datetime) -> bool:
        """Whether it can prove anything now."""
        return (
            self.state == "active" and self.codes_left != 0 and (self.usable_until is None or now < self.usable_until)
        )


class Former(State):
    """A method as it was before it was removed, or before its number or address was changed."""

    method: Method
    reason: Removal | Literal["changed"]
    until: datetime

    def may_return(self, by: Literal["person", "administrator"]) -> bool:
        """One that was lost or stolen never does; one that was replaced only by an administrator, since whoever
        replaced it may not have been the person."""
        if self.reason == "replaced":
            return by == "administrator"
        return self.reason != "lostOrStolen"


class Draft(State):
    """What is being set up and nobody has proven yet: kept, so that a refresh or a crash shows the same.

    `sealed` is under `secret`, bound to the method: the secret of an app, or recovery codes, one a line.
    """

    method_id: str
    type: MethodType
    sealed: Sealed


class Aim(State):
    """What the person wants in "My security info": a new method, another number for one, or a new phone for an old
    one.
    """

    type: MethodType
    phone_type: PhoneType | None = None
    changes: str | None = None
    replaces: str | None = None


class Proof(State):
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
        """Whether enough is proven."""
        return len(self.proven) >= self.proofs_required


class PutOff(State):
    """How often the person put off what is missing, since they were first asked; gone once nothing is missing."""

    since: datetime
    skips: int = 0
    last_skip_at: datetime | None = None


class Session(State):
    """One walk through the wizard or "My security info". Its id is that of the interrupt. `cookie_hash` binds it to one
    browser.

    With `verifying` it is a verification for a platform: no enrolment, so that no event tells of it. Its id is then
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
    aim: Aim | None = None
    proof: Proof | None = None
    after_proof: str = ""
    verifying: Verifying | None = None
    registered: tuple[str, ...] = ()
    cookie_hash: str
    return_url: str
    locale: str = "en"
    started_at: datetime
    expires_at: datetime
    life_minutes: int = Field(default=15, description="how long it lives after each act")
    outcome: Outcome | None = None
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the person can still act in it; at Success it stays open until it expires, to be looked at."""
        at_success = self.outcome == "completed" and self.step == "success"
        return now < self.expires_at and (self.outcome is None or at_success)

    def is_proven(self, now: datetime, within: timedelta) -> bool:
        """Whether the person proved a method not longer ago than that."""
        return self.proof is not None and now - self.proof.at < within


class Account(State):
    """One person in one tenant. `sequence` numbers the lifecycle events of this person without gaps, also over
    erasure.
    """

    tenant: str
    user: str
    profile: Profile
    sequence: int = 0
    methods: tuple[Method, ...] = ()
    former: tuple[Former, ...] = ()
    default_method_id: str | None = None
    is_default_chosen: bool = False
    sessions: tuple[Session, ...] = ()
    put_off: PutOff | None = None
    confirmed_at: datetime | None = None
    next_deadline: datetime | None = Field(default=None, description="when the first open session ends; swept by it")
    created_at: datetime
    erased_at: datetime | None = None

    @property
    def id(self) -> str:
        """The document's id."""
        return account_id(self.tenant, self.user)

    @property
    def active_types(self) -> tuple[MethodType, ...]:
        """Types with at least one active method, in the order of registration."""
        return tuple(dict.fromkeys(method.type for method in self.methods if method.state == "active"))

    def session(self, session_id: str) -> Session | None:
        """The session with that id, if it is still held."""
        return next((session for session in self.sessions if session.id == session_id), None)

    def method(self, method_id: str) -> Method | None:
        """The method with that id."""
        return next((method for method in self.methods if method.id == method_id), None)

    def ever_had(self, method_id: str) -> bool:
        """Whether that method is on file, or was lately."""
        return self.method(method_id) is not None or any(one.method.id == method_id for one in self.former)

    def former_method(self, method_id: str, by: Literal["person", "administrator"], now: datetime) -> Former | None:
        """What a method was before, while it may come back; never after it was once lost or stolen."""
        kept = [one for one in self.former if one.method.id == method_id]
        if any(one.reason == "lostOrStolen" for one in kept):
            return None
        return next((one for one in reversed(kept) if now < one.until and one.may_return(by)), None)

    def of_type(self, kind: MethodType) -> tuple[Method, ...]:
        """The methods of a type, in the order of registration."""
        return tuple(method for method in self.methods if method.type == kind)


def account_id(tenant: str, user: str) -> str:
    """The id of a person's document; also the Kafka key of all that concerns the person."""
    return f"{tenant}/{user}"
