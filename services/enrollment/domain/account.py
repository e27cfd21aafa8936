"""A person's account: the methods on file, the default one, and the open sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from schemas.base import Event, MethodType
from schemas.enrollment import (
    Decision,
    DefaultMethodChanged,
    EnrollmentCancelled,
    EnrollmentCompleted,
    EnrollmentStarted,
    EnrollmentStepReached,
    Intent,
    MethodRegistered,
    SuspiciousActivityReported,
)
from schemas.topics import LIFECYCLE
from services.enrollment.domain.activation import Activation
from services.enrollment.domain.base import State
from services.enrollment.domain.challenge import Challenge, Registration
from services.enrollment.domain.policy import DEFAULT_ORDER
from services.kit.decision import Change, Emission
from services.kit.errors import ProblemError

SESSION_LIFE = timedelta(minutes=15)
KEEP_ENDED_SESSIONS = timedelta(hours=1)

Outcome = Literal["completed", "skipped", "cancelled", "expired"]
PhoneType = Literal["mobile", "alternateMobile", "office"]
MethodState = Literal["active", "suspended", "disabled"]


class Profile(State):
    """Who the person is, as the platform last told. On no topic; the database may hold it."""

    user_principal_name: str
    display_name: str
    groups: tuple[str, ...] = ()


class Method(State):
    """A registered method. `destination` is sealed under `destination`, bound to this method."""

    id: str
    type: MethodType
    display_name: str
    state: MethodState = "active"
    phone_type: PhoneType | None = None
    delivery: Literal["sms", "voice"] | None = None
    destination: str | None = None
    destination_hash: str | None = None
    device_id: str | None = None
    created_at: datetime
    last_used_at: datetime | None = None


class Session(State):
    """One walk through the wizard. Its id is that of the interrupt. `cookie_hash` binds it to one browser."""

    id: str
    intent: Intent
    decision: Decision
    plan: tuple[MethodType, ...]
    step: str = "prompt"
    requested: Challenge | None = Field(
        default=None, description="the current challenge as it was asked for: a crash loses nothing"
    )
    activation: Activation | None = Field(default=None, description="the QR code of this session, as it was made")
    registered: tuple[str, ...] = ()
    cookie_hash: str
    return_url: str
    locale: str = "en"
    started_at: datetime
    expires_at: datetime
    outcome: Outcome | None = None
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the person can still act in it; at Success it stays open until it expires, to be looked at."""
        return now < self.expires_at and self.outcome in {None, "completed"}


class Account(State):
    """One person in one tenant. `sequence` numbers the lifecycle events of this person without gaps."""

    tenant: str
    user: str
    profile: Profile
    sequence: int = 0
    methods: tuple[Method, ...] = ()
    default_method_id: str | None = None
    sessions: tuple[Session, ...] = ()
    next_deadline: datetime | None = Field(default=None, description="when the first open session ends; swept by it")
    created_at: datetime

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


def account_id(tenant: str, user: str) -> str:
    """The id of a person's document; also the Kafka key of all that concerns the person."""
    return f"{tenant}/{user}"


@dataclass(frozen=True)
class _Ledger:
    """Collects events and numbers them while an account changes."""

    account: Account
    emissions: tuple[Emission, ...] = ()

    def tell(self, event: Event, correlation_id: str) -> "_Ledger":
        sequence = self.account.sequence + 1
        emission = Emission(LIFECYCLE, event, self.account.tenant, self.account.user, correlation_id, sequence)
        return _Ledger(self.account.model_copy(update={"sequence": sequence}), (*self.emissions, emission))

    def put(self, **fields: object) -> "_Ledger":
        return _Ledger(self.account.model_copy(update=fields), self.emissions)

    def put_session(self, session: Session) -> "_Ledger":
        others = tuple(session if one.id == session.id else one for one in self.account.sessions)
        return self.put(sessions=others)

    def change(self) -> Change[Account]:
        open_until = [one.expires_at for one in self.account.sessions if one.outcome is None]
        return Change(self.put(next_deadline=min(open_until, default=None)).account, self.emissions)


def start_session(account: Account, session: Session, *, at: datetime) -> Change[Account]:
    """The ticket of an interrupt was used.

    Raises:
        ProblemError: `ticketUsed`.
    """
    if account.session(session.id):
        raise ProblemError("ticketUsed")
    kept = tuple(one for one in account.sessions if (one.ended_at or one.expires_at) > at - KEEP_ENDED_SESSIONS)
    started = EnrollmentStarted(
        session_id=session.id,
        intent=session.intent,
        decision=session.decision,
        required=session.plan,
        started_at=at,
    )
    ledger = _Ledger(account).put(sessions=(*kept, session)).tell(started, session.id)
    return ledger.tell(_reached(session, at), session.id).change()


def move_session(
    account: Account, session_id: str, move: Callable[[Session], Session], *, at: datetime
) -> Change[Account]:
    """Apply `move` to an open session; a new step is told, and acting extends the session.

    Raises:
        ProblemError: `sessionEnded`.
    """
    session = open_session(account, session_id, at=at)
    moved = move(session).model_copy(update={"expires_at": at + SESSION_LIFE})
    ledger = _Ledger(account).put_session(moved)
    if moved.step != session.step:
        ledger = ledger.tell(_reached(moved, at), session_id)
    if moved.outcome == "completed" and session.outcome is None:
        completed = EnrollmentCompleted(session_id=session_id, methods=account.active_types, completed_at=at)
        ledger = ledger.put_session(moved.model_copy(update={"ended_at": at})).tell(completed, session_id)
    return ledger.change()


def end_overdue_sessions(account: Account, *, at: datetime) -> Change[Account]:
    """End every session whose time ran out."""
    ledger = _Ledger(account)
    for session in account.sessions:
        if session.outcome is None and session.expires_at <= at:
            ledger = _ended(ledger, session, "expired", at)
    return ledger.change()


def end_session(
    account: Account, session_id: str, outcome: Literal["cancelled", "expired"], *, at: datetime
) -> Change[Account]:
    """The person left, or time ran out; what was set up is kept. A session that ended already stays as it is."""
    session = account.session(session_id)
    if session is None or session.outcome is not None:
        return Change(account)
    return _ended(_Ledger(account), session, outcome, at).change()


def register_method(
    account: Account, challenge: Challenge, registration: Registration, *, at: datetime
) -> Change[Account]:
    """A proof was right: the method becomes active, once; the first, or a better, one becomes the default.

    What another session registered meanwhile is not registered twice; the session that proved it goes on all the same.
    """
    if account.method(challenge.method_id):
        return Change(account)
    if challenge.method_type == "phone" and conflict_of(
        account, registration.phone_type, registration.destination_hash
    ):
        return _session_after(_Ledger(account), challenge, at).change()
    method = Method(
        id=challenge.method_id,
        type=challenge.method_type,
        display_name=registration.display_name,
        phone_type=registration.phone_type,
        delivery=registration.delivery,
        destination=registration.destination,
        destination_hash=registration.destination_hash,
        device_id=registration.device_id,
        created_at=at,
    )
    grown = account.model_copy(update={"methods": (*account.methods, method)})
    default = preferred_default(grown)
    ledger = _Ledger(grown).tell(_registered(method, challenge, default, at), challenge.id)
    if default != account.default_method_id:
        changed = DefaultMethodChanged(method_id=default, previous_method_id=account.default_method_id, changed_at=at)
        ledger = ledger.put(default_method_id=default).tell(changed, challenge.id)
    return _session_after(ledger, challenge, at).change()


def report_suspicious(account: Account, challenge: Challenge, *, at: datetime) -> Change[Account]:
    """The person says that a request was not theirs."""
    event = SuspiciousActivityReported(method_id=challenge.method_id, challenge_id=challenge.id, reported_at=at)
    return _Ledger(account).tell(event, challenge.id).change()


def conflict_of(account: Account, phone_type: PhoneType | None, destination_hash: str | None) -> str | None:
    """The code of the catalogue that says why this phone cannot be registered beside what is on file, or None."""
    phones = [method for method in account.methods if method.type == "phone"]
    if any(method.destination_hash == destination_hash for method in phones):
        return "methodAlreadyRegistered"
    if any(method.phone_type == phone_type for method in phones):
        return "methodLimitReached"
    return None


def preferred_default(account: Account) -> str | None:
    """The default that the person has, unless a method of a better type came: the app before the phone."""
    ranked = sorted(
        (method for method in account.methods if method.state == "active" and method.type in DEFAULT_ORDER),
        key=lambda method: (DEFAULT_ORDER.index(method.type), method.id != account.default_method_id),
    )
    return ranked[0].id if ranked else None


def open_session(account: Account, session_id: str, *, at: datetime) -> Session:
    """The session, if the person can still act in it.

    Raises:
        ProblemError: `sessionEnded`.
    """
    session = account.session(session_id)
    if session is None or not session.is_open(at):
        raise ProblemError("sessionEnded")
    return session


def _ended(ledger: _Ledger, session: Session, outcome: Literal["cancelled", "expired"], at: datetime) -> _Ledger:
    on_file = ledger.account.active_types
    event = EnrollmentCancelled(session_id=session.id, reason=outcome, methods=on_file, cancelled_at=at)
    ended = session.model_copy(update={"outcome": outcome, "ended_at": at})
    return ledger.put_session(ended).tell(event, session.id)


def _session_after(ledger: _Ledger, challenge: Challenge, at: datetime) -> _Ledger:
    """Move the session that waited for this proof to the step that says so."""
    session = ledger.account.session(challenge.session_id or "")
    if session is None or session.outcome is not None:
        return ledger
    if session.requested is None or session.requested.id != challenge.id:
        return ledger
    moved = session.model_copy(
        update={"step": f"{challenge.method_type}.verified", "registered": (*session.registered, challenge.method_id)}
    )
    return ledger.put_session(moved).tell(_reached(moved, at), session.id)


def _reached(session: Session, at: datetime) -> EnrollmentStepReached:
    return EnrollmentStepReached(session_id=session.id, step=session.step, reached_at=at)


def _registered(method: Method, challenge: Challenge, default: str | None, at: datetime) -> MethodRegistered:
    return MethodRegistered(
        method_id=method.id,
        method_type=method.type,
        display_name=method.display_name,
        phone_type=method.phone_type,
        is_default=method.id == default,
        session_id=challenge.session_id,
        challenge_id=challenge.id,
        registered_at=at,
    )
