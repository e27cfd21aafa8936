"""Enrollment's view of a challenge: what was asked, what became of the message, and what the verifier said."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from schemas.base import Channel, MethodType, Purpose
from schemas.enrollment import Destination
from schemas.verification import JUDGED_WITHIN, ChallengeTerms
from services.kit.state import State

RESEND_AFTER = (timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120))
MAX_SENDS = 5

PhoneType = Literal["mobile", "alternateMobile", "office"]
PhoneDelivery = Literal["sms", "voice", "whatsapp"]
"""How a phone is reached."""
Status = Literal["pending", "verified", "failed", "denied", "expired", "cancelled"]
DeliveryState = Literal["queued", "sent", "delivered", "failed", "unknown"]


class Registration(State):
    """What becomes of the method once it is proven. `destination` is sealed for the account, not for the challenge.

    `changes` is the method whose number or address this is to be; `replaces` one that goes when this comes, `is_lost`
    for ever. `name` is the person's own, as a platform gave it.
    """

    display_name: str
    name: str | None = None
    phone_type: PhoneType | None = None
    delivery: PhoneDelivery | None = None
    destination: str | None = None
    destination_hash: str | None = None
    device_id: str | None = None
    has_codes: bool = False
    question_ids: tuple[str, ...] = ()
    credential_id: str | None = None
    codes_left: int | None = None
    usable_until: datetime | None = None
    changes: str | None = None
    replaces: str | None = None
    is_lost: bool = False


class Delivery(State):
    """What is known of the newest message. `detail` is a reason of `DeliveryFailed` or `SendRefused`, `signal` the
    first thing that spoke against it, `asked_by` names the request that asked for it again. It waits until
    `goes_out_at` where another one went to the same number a moment ago. `noted_at` is when the notifier learnt what
    `state` says, `country` that of the number, as it says."""

    state: DeliveryState = "queued"
    send: int = 1
    provider: str | None = None
    country: str | None = None
    detail: str | None = None
    signal: str | None = None
    permanent: bool = False
    requested_at: datetime
    asked_by: str | None = None
    goes_out_at: datetime | None = None
    noted_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """When the state began, as far as is known."""
        return self.noted_at or self.expected_at

    @property
    def expected_at(self) -> datetime:
        return self.goes_out_at or self.requested_at

    def waits(self, now: datetime) -> bool:
        return self.state == "queued" and self.goes_out_at is not None and now < self.goes_out_at


class Patience(State):
    """For how long the page waits before it says what helps, in seconds: for word that a message arrived, once it went
    out, and for word that it went out."""

    arrival: int = 20
    sending: int = 45


class Submission(State):
    """A proof under way, or judged: `result` is `verified` or a reason of `VerificationFailed`."""

    id: str
    at: datetime
    result: str | None = None
    credential_id: str | None = None


class Context(State):
    """What the person sees of the question: which application asks, and from where."""

    app_name: str | None = None
    location: str | None = None
    ip_address: str | None = None


class Hosting(State):
    """That the person proves it on our page: where the browser goes afterwards, and the one-time ticket, hashed. Once
    it is closed, by the person or the platform, nothing more is asked."""

    return_url: str
    ticket_hash: str
    ticket_expires_at: datetime
    closed_at: datetime | None = None


class Challenge(State):
    """One request to prove one method. `terms` travel to the verifier; `destination` is sealed for this challenge.

    `client_id` is the platform that asked for the proof of a method on file; nobody else may see or answer it.
    `earlier_channels` carried its message before a resend went another way. `proofs_required` is how many different
    methods it needs in all. `hosting` is that of the first challenge of a verification on our page; all challenges of
    one stand for it (`stands_for`, the first for itself).
    """

    id: str
    tenant: str
    user: str
    terms: ChallengeTerms
    channel: Channel
    earlier_channels: tuple[Channel, ...] = ()
    locale: str = "en"
    destination: Destination | None = None
    registration: Registration | None = None
    client_id: str | None = None
    context: Context = Context()
    proofs_required: int = 1
    hosting: Hosting | None = None
    stands_for: str | None = None
    status: Status = "pending"
    delivery: Delivery
    patience: Patience = Patience()
    sends: int = 1
    resend_at: datetime
    submissions: tuple[Submission, ...] = ()
    attempts_left: int
    failure: str | None = None
    reported: bool = False
    superseded: bool = Field(default=False, description="it was cancelled because something else is asked instead")
    retry_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def method_id(self) -> str:
        return self.terms.method_id

    @property
    def method_type(self) -> MethodType:
        return self.terms.method_type

    @property
    def purpose(self) -> Purpose:
        return self.terms.purpose

    @property
    def is_to_register(self) -> bool:
        """A method, or another number or address of one."""
        return self.purpose == "registration"

    @property
    def session_id(self) -> str | None:
        return self.terms.session_id

    @property
    def expires_at(self) -> datetime:
        return self.terms.expires_at

    @property
    def life(self) -> timedelta:
        return self.terms.expires_at - self.terms.created_at

    @property
    def is_sent(self) -> bool:
        """Whether a message goes out for it; an app without a subscription fetches what waits by itself."""
        return self.channel != "local" and self.destination is not None

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(dict.fromkeys((*self.earlier_channels, self.channel)))

    @property
    def may_still_be_sent(self) -> bool:
        """Whether a message may wait somewhere, or a call may still be speaking, as far as is known."""
        is_out = self.sends == 1 and self.delivery.state in {"sent", "delivered", "failed"}
        return self.channel != "local" and (not is_out or self.channel == "voice")

    @property
    def sends_left(self) -> int:
        return MAX_SENDS - self.sends

    @property
    def pending_submission(self) -> Submission | None:
        return next((submission for submission in reversed(self.submissions) if submission.result is None), None)

    def submission(self, submission_id: str) -> Submission | None:
        return next((submission for submission in self.submissions if submission.id == submission_id), None)

    def credential_of(self, submission_id: str | None) -> str | None:
        """The id of the passkey that came with a submission."""
        submission = self.submission(submission_id or "")
        return submission.credential_id if submission else None

    def status_at(self, now: datetime) -> Status:
        """The status, expiry derived: the verifier's own word may arrive later or never."""
        is_over = now >= self.expires_at and not self.is_being_judged(now)
        return "expired" if self.status == "pending" and is_over else self.status

    def can_be_answered(self, now: datetime) -> bool:
        """Whether anything can be handed in, as far as is known."""
        return self.status == "pending" and now < self.expires_at

    def is_being_judged(self, now: datetime) -> bool:
        """Whether something was handed in in time, and may still turn out right: an outage does not make it late."""
        return self.pending_submission is not None and now < self.expires_at + JUDGED_WITHIN

    def still_waits(self, now: datetime) -> bool:
        return self.delivery.state != "failed" and self.can_be_answered(now)

    def asks_the_same_as(self, other: "Challenge") -> bool:
        """Whether its answer would prove the same, by the same way: asking once more would be for nothing."""
        mine, others = self.terms, other.terms
        if mine.code and others.code:
            same_thing = not set(mine.code.hashes).isdisjoint(others.code.hashes)
        else:
            same_thing = mine.code is others.code and mine.method_id == others.method_id
        alike = (mine.kind, mine.purpose, self.channel) == (others.kind, others.purpose, other.channel)
        return alike and same_thing

    def resend_wait(self, now: datetime) -> timedelta:
        return max(self.resend_at - now, timedelta())

    @property
    def overdue_at(self) -> datetime | None:
        """When the person is told what helps, should nothing more be heard of the message; None once it arrived."""
        match self.delivery.state:
            case "delivered":
                return None
            case "failed":
                return self.delivery.requested_at
            case "queued":
                return self.delivery.expected_at + timedelta(seconds=self.patience.sending)
        return self.delivery.since + timedelta(seconds=self.patience.arrival)


def known_as(challenge: Challenge) -> str:
    return challenge.stands_for or challenge.id
