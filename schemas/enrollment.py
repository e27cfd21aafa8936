"""What enrollment says: requests to the notifier (`.requests.*`) and the life of an account (`.lifecycle`).

Lifecycle events hold opaque ids, types and times: no sealed value, no personal data, and no mask of any, since they are
kept for ever and erasure cannot reach them (`NO_NAME`).
"""

from typing import ClassVar, Final, Literal

from pydantic import AwareDatetime, Field

from schemas.base import Channel, Event, MethodType, Model, OpaqueId, Sealed
from schemas.verification import ChallengeTerms

NO_NAME: Final = ""
"""What `displayName` is on the lifecycle topic, where earlier readers need the field. Earlier events hold a mask there,
or the name of a device; `security-info events redact` rids a topic of them."""

Intent = Literal["signIn", "manage", "administer"]
Decision = Literal["none", "register", "nudge", "reconfirm", "manage", "administer"]


TICKET: Final = r"^[A-Za-z]{1,10}[-#]?[0-9]{1,10}$"
"""`INC-4711`: neither a number of a person nor a sentence about one, since the log is kept for ever."""

EXTENSION: Final = ";ext="
"""Between a number and its extension (RFC 3966, section 5.3)."""


class Destination(Model):
    """Where a message goes: a number, perhaps with an extension, or an address. It is sealed under `destination`, bound
    to method and challenge, and has its mask."""

    sealed: Sealed
    masked: str = Field(max_length=128)


class MethodRequested(Event):
    """A challenge was opened, or is to be sent once more (`send` > 1): deliver its code.

    Nothing may be sent after `not_after`, the end of the code.
    """

    VERSION: ClassVar[int] = 2

    terms: ChallengeTerms
    channel: Channel
    send: int = Field(default=1, ge=1, le=100)
    destination: Destination | None = None
    locale: str = Field(default="en", max_length=35, description="BCP 47")
    not_after: AwareDatetime
    requested_at: AwareDatetime


NoticeKind = Literal[
    "methodRegistered",
    "methodChanged",
    "methodRemoved",
    "methodSuspended",
    "methodRestored",
    "defaultMethodChanged",
    "newBrowser",
    "manyFailures",
    "sessionsEnded",
]


class NoticeRequested(Event):
    """Tell the person of a change, at an address that does not depend on it (NIST SP 800-63B-4, 4.6), of what is
    unusual (OWASP ASVS 5.0, 6.3.5), or that the help desk ended their sessions; the last two may be about no method.

    `destination` is sealed under `destination`, bound to the notice's id in the place of the method. `link` leads to
    "This wasn't me" and is sealed likewise, with `link` in the place of the challenge; None where there is nothing to
    undo.
    """

    VERSION: ClassVar[int] = 4

    notice_id: OpaqueId
    kind: NoticeKind
    channel: Channel
    method_type: MethodType | None = None
    display_name: str = Field(max_length=128, description="masked")
    destination: Destination
    link: Sealed | None = None
    locale: str = Field(default="en", max_length=35, description="BCP 47")
    happened_at: AwareDatetime
    not_after: AwareDatetime
    requested_at: AwareDatetime


class ChallengeCancelled(Event):
    """The challenge is over before its end; nothing more is sent for it and no proof counts."""

    challenge_id: OpaqueId
    method_id: OpaqueId
    reason: Literal["superseded", "cancelled"]
    cancelled_at: AwareDatetime


class EnrollmentStarted(Event):
    """The ticket of an interrupt was used."""

    session_id: OpaqueId
    intent: Intent
    decision: Decision
    required: tuple[MethodType, ...]
    started_at: AwareDatetime


class EnrollmentStepReached(Event):
    """The person moved to a step of the wizard, for the first time or again."""

    session_id: OpaqueId
    step: str = Field(max_length=64, pattern=r"^[a-zA-Z]+(\.[a-zA-Z]+)*$")
    reached_at: AwareDatetime


class EnrollmentCompleted(Event):
    """All that was required is set up; `methods` lists the types on file."""

    session_id: OpaqueId
    methods: tuple[MethodType, ...]
    completed_at: AwareDatetime


class EnrollmentSkipped(Event):
    """The person put it off, as policy allows."""

    session_id: OpaqueId
    skips_left: int = Field(ge=0)
    required_on: AwareDatetime | None = None
    methods: tuple[MethodType, ...] = Field(default=(), description="types on file when it was put off")
    skipped_at: AwareDatetime


class EnrollmentCancelled(Event):
    """The person left, or the session ended by time; what was set up is kept."""

    session_id: OpaqueId
    reason: Literal["cancelled", "expired"]
    methods: tuple[MethodType, ...] = Field(default=(), description="types on file when it ended")
    cancelled_at: AwareDatetime


class MethodRegistered(Event):
    """A method became active after its proof. What it is called, the account says."""

    method_id: OpaqueId
    method_type: MethodType
    display_name: str = Field(max_length=128, description="always empty; masked in earlier events")
    phone_type: Literal["mobile", "alternateMobile", "office"] | None = None
    is_default: bool
    session_id: OpaqueId | None = None
    challenge_id: OpaqueId | None = None
    registered_at: AwareDatetime


class MethodChanged(Event):
    """A method was changed; its id stays. What it is called now, the account says."""

    method_id: OpaqueId
    method_type: MethodType
    changed: Literal["destination", "name"]
    display_name: str | None = Field(default=None, max_length=128, description="never given; masked in earlier events")
    session_id: OpaqueId | None = None
    challenge_id: OpaqueId | None = None
    changed_at: AwareDatetime


class MethodSuspended(Event):
    """A method counts for nothing until it is restored. `disabled` mirrors the verifier's `AuthenticatorDisabled`: it
    must be bound anew."""

    method_id: OpaqueId
    method_type: MethodType
    reason: Literal["notMe", "reported", "disabled", "administrator"]
    suspended_at: AwareDatetime


class MethodRestored(Event):
    """A suspended or removed method is active again, after another proof or by an administrator."""

    method_id: OpaqueId
    method_type: MethodType
    display_name: str = Field(max_length=128, description="always empty; masked in earlier events")
    phone_type: Literal["mobile", "alternateMobile", "office"] | None = None
    by: Literal["person", "administrator"]
    restored_at: AwareDatetime


class MethodRemoved(Event):
    """A method is gone from the account. One that was removed as lost or stolen never comes back."""

    method_id: OpaqueId
    method_type: MethodType
    reason: Literal["person", "administrator", "replaced", "lostOrStolen"]
    session_id: OpaqueId | None = None
    removed_at: AwareDatetime


class SecurityInfoConfirmed(Event):
    """The person looked at what is on file and said that it is right."""

    session_id: OpaqueId
    methods: tuple[MethodType, ...]
    confirmed_at: AwareDatetime


class SuspiciousActivityReported(Event):
    """The person says that a request or a change was not theirs. `challenge_id` is None for a change."""

    method_id: OpaqueId
    challenge_id: OpaqueId | None = None
    reported_at: AwareDatetime


class UnusualActivityNoticed(Event):
    """Something in an account may be somebody else. Neither an address nor a place: the log is kept for ever.

    `kind` is `newBrowser` or `newCountry` (a session was begun where this person never was), `impossiblePace` (in two
    countries within an hour), `manyFailures` (so many wrong proofs in a row that the method pauses) or `notMe` (the
    person says so of something that changed no method, and their sessions ended); there may be more, which a reader
    lets pass. A verification for a platform has `challenge_id` in the place of a session.
    """

    kind: str = Field(max_length=64, pattern=r"^[a-zA-Z]+$")
    method_id: OpaqueId | None = None
    method_type: MethodType | None = None
    session_id: OpaqueId | None = None
    challenge_id: OpaqueId | None = None
    noticed_at: AwareDatetime


class HelpDeskActed(Event):
    """An agent of the organisation's help desk did something for this person, and why. What follows from it has events
    of its own; a pass is made after this, so that none is without it.

    `act` is `passGiven`, `methodRestored`, `methodSuspended` or `sessionsEnded`; `reason` is `lostDevice`, `newDevice`,
    `lockedOut`, `mistake` or `suspicion`; there may be more of both, which a reader lets pass. `agent` is the agent's
    user id, `session_id` their session; `ticket` names what the organisation keeps about it.
    """

    act: str = Field(max_length=64, pattern=r"^[a-zA-Z]+$")
    agent: OpaqueId
    reason: str = Field(max_length=64, pattern=r"^[a-zA-Z]+$")
    ticket: str | None = Field(default=None, max_length=24, pattern=TICKET)
    session_id: OpaqueId
    method_id: OpaqueId | None = None
    method_type: MethodType | None = None
    acted_at: AwareDatetime


class PolicyChanged(Event):
    """What the organisation asks of people is another. `groups` are those whose policy is new, other or gone; of a
    person it says nothing, so that the event has no subject and the tenant as its key."""

    policy_version: int = Field(ge=1)
    groups: tuple[str, ...]
    changed_at: AwareDatetime


class AccountErased(Event):
    """Everything about the person is deleted; what remains are opaque ids in this log."""

    erased_at: AwareDatetime


class DefaultMethodChanged(Event):
    """Another method is used first from now on."""

    method_id: OpaqueId | None
    previous_method_id: OpaqueId | None = None
    changed_at: AwareDatetime


def without_extension(destination: str) -> str:
    """The telephone that is reached: whatever is dialled behind it, it is the same one."""
    return destination.partition(EXTENSION)[0]
