"""Enrollment's view of a challenge: what was asked, what became of the message, and what the verifier said."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from schemas.base import Channel, Event, MethodType, Purpose
from schemas.enrollment import ChallengeCancelled, Destination, MethodRequested
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, PushSent, SendRefused
from schemas.topics import REQUESTS, SUBMISSIONS, Topic
from schemas.verification import (
    AnswersSubmitted,
    ChallengeTerms,
    CodeSubmitted,
    CredentialSubmitted,
    PushApproved,
    PushDenied,
    VerificationFailed,
)
from services.kit.decision import Change, Emission
from services.kit.errors import (
    AttemptsExhaustedError,
    ChallengeEndedError,
    CodeExpiredError,
    RateLimitedError,
    ResendTooSoonError,
    SendLimitReachedError,
)
from services.kit.state import State

RESEND_AFTER = (timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120))
MAX_SENDS = 5
MAX_PENDING_SUBMISSIONS = 8

PhoneType = Literal["mobile", "alternateMobile", "office"]
Status = Literal["pending", "verified", "failed", "denied", "expired", "cancelled"]
Decision = Literal["approve", "deny", "report"]
Submitted = CodeSubmitted | AnswersSubmitted | CredentialSubmitted
DeliveryReport = CodeSent | PushSent | DeliveryConfirmed | DeliveryFailed | SendRefused
DeliveryState = Literal["queued", "sent", "delivered", "failed", "unknown"]

ENDS_DENIED = frozenset({"pushDenied", "callReported"})
ENDS_FAILED = frozenset({"attemptsExhausted", "authenticatorDisabled", "numberMismatch"})

_RANK: Mapping[DeliveryState, int] = {"queued": 0, "unknown": 1, "sent": 2, "failed": 3, "delivered": 4}


class Registration(State):
    """What becomes of the method once it is proven. `destination` is sealed for the account, not for the challenge.

    `changes` is the method whose number or address this is to be; `replaces` one that goes when this comes, `is_lost`
    for ever. `name` is the person's own, as a platform gave it.
    """

    display_name: str
    name: str | None = None
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
    changes: str | None = None
    replaces: str | None = None
    is_lost: bool = False


class Delivery(State):
    """What is known of the newest message. `detail` is a reason of `DeliveryFailed` or `SendRefused`."""

    state: DeliveryState = "queued"
    send: int = 1
    provider: str | None = None
    detail: str | None = None
    permanent: bool = False
    requested_at: datetime


class Submission(State):
    """A proof under way, or judged: `result` is `verified` or a reason of `VerificationFailed`."""

    id: str
    at: datetime
    result: str | None = None
    credential_id: str | None = None


class Context(State):
    """What the person is told of the question: which application asks, and from where."""

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
    `proofs_required` is how many different methods it needs in all. `hosting` is that of the first challenge of a
    verification on our page; all challenges of one stand for it (`stands_for`, the first for itself).
    """

    id: str
    tenant: str
    user: str
    terms: ChallengeTerms
    channel: Channel
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
    sends: int = 1
    resend_at: datetime
    submissions: tuple[Submission, ...] = ()
    attempts_left: int
    failure: str | None = None
    reported: bool = False
    retry_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def method_id(self) -> str:
        """The method that is to be proven."""
        return self.terms.method_id

    @property
    def method_type(self) -> MethodType:
        """Its type."""
        return self.terms.method_type

    @property
    def purpose(self) -> Purpose:
        """Why it is asked."""
        return self.terms.purpose

    @property
    def session_id(self) -> str | None:
        """The session in which it is asked, if any."""
        return self.terms.session_id

    @property
    def expires_at(self) -> datetime:
        """When the code dies."""
        return self.terms.expires_at

    @property
    def life(self) -> timedelta:
        """How long it can be answered, from its beginning."""
        return self.terms.expires_at - self.terms.created_at

    @property
    def is_sent(self) -> bool:
        """Whether a message goes out for it; an app without a subscription fetches what waits by itself."""
        return self.channel != "local" and self.destination is not None

    @property
    def sends_left(self) -> int:
        """How often the message may still be asked for."""
        return MAX_SENDS - self.sends

    @property
    def pending_submission(self) -> Submission | None:
        """The newest proof that the verifier has not judged yet."""
        return next((one for one in reversed(self.submissions) if one.result is None), None)

    def submission(self, submission_id: str) -> Submission | None:
        """The proof with that id."""
        return next((one for one in self.submissions if one.id == submission_id), None)

    def credential_of(self, submission_id: str | None) -> str | None:
        """The id of the passkey that came with a submission."""
        submission = self.submission(submission_id or "")
        return submission.credential_id if submission else None

    def status_at(self, now: datetime) -> Status:
        """The status, expiry derived: the verifier's own word may arrive later or never."""
        return "expired" if self.status == "pending" and now >= self.expires_at else self.status

    def still_waits(self, now: datetime) -> bool:
        """Whether it can still be answered, as far as is known."""
        return self.delivery.state != "failed" and self.status_at(now) == "pending"

    def asks_the_same_as(self, other: "Challenge") -> bool:
        """Whether its answer would prove the same, by the same way: asking once more would be for nothing."""
        mine, others = self.terms, other.terms
        same_place = (mine.code and mine.code.destination_hash) == (others.code and others.code.destination_hash)
        same_thing = same_place if mine.code else mine.method_id == others.method_id
        alike = (mine.kind, mine.purpose, self.channel) == (others.kind, others.purpose, other.channel)
        return alike and same_thing

    def resend_wait(self, now: datetime) -> timedelta:
        """How long until another message may be asked for."""
        return max(self.resend_at - now, timedelta())


def known_as(challenge: Challenge) -> str:
    """The id under which a platform knows it."""
    return challenge.stands_for or challenge.id


def opened(challenge: Challenge) -> Change[Challenge]:
    """The first request: deliver the code."""
    return Change(challenge, (_requested(challenge, challenge.delivery.requested_at),))


def resend(challenge: Challenge, *, at: datetime, channel: Channel | None = None) -> Change[Challenge]:
    """Ask for the message once more, by another channel if one is named; the code stays the same.

    Raises:
        ProblemError: `challengeEnded`, `codeExpired`, `sendLimitReached`, `resendTooSoon` with the wait.
    """
    _require_pending(challenge, at)
    if challenge.sends >= MAX_SENDS:
        raise SendLimitReachedError
    if wait := challenge.resend_wait(at):
        seconds = int(wait.total_seconds()) + 1
        raise ResendTooSoonError(headers={"Retry-After": str(seconds)}, retryAfter=seconds)
    sends = challenge.sends + 1
    pause = RESEND_AFTER[min(sends, len(RESEND_AFTER)) - 1]
    again = challenge.model_copy(
        update={
            "sends": sends,
            "channel": channel or challenge.channel,
            "resend_at": at + pause,
            "delivery": Delivery(state="queued", send=sends, requested_at=at),
        }
    )
    return Change(again, (_requested(again, at),))


def submit(
    challenge: Challenge, event: Submitted, *, at: datetime, credential_id: str | None = None
) -> Change[Challenge]:
    """Hand to the verifier what a person typed or a browser returned; of a passkey its id is remembered. The same
    submission again changes nothing.

    Raises:
        ProblemError: `challengeEnded`, `codeExpired`, `attemptsExhausted`, `rateLimited`.
    """
    if challenge.submission(event.submission_id):
        return Change(challenge)
    _require_pending(challenge, at)
    if sum(1 for one in challenge.submissions if one.result is None) >= MAX_PENDING_SUBMISSIONS:
        raise RateLimitedError(headers={"Retry-After": "1"})
    submission = Submission(id=event.submission_id, at=at, credential_id=credential_id)
    more = challenge.model_copy(update={"submissions": (*challenge.submissions, submission)[-20:]})
    return Change(more, (_emission(challenge, SUBMISSIONS, event),))


def opened_with(challenge: Challenge, event: Submitted, *, at: datetime) -> Change[Challenge]:
    """The first request together with what there is to judge: for methods that are active at once."""
    opening = opened(challenge)
    submitted = submit(opening.state, event, at=at)
    return Change(submitted.state, (*opening.emissions, *submitted.emissions))


def answer(
    challenge: Challenge, submission_id: str, sealed: str, *, decision: Decision, at: datetime
) -> Change[Challenge]:
    """Hand a device's signed answer to the verifier; a report is remembered.

    Raises:
        ProblemError: `challengeEnded`, also after expiry; `rateLimited`.
    """
    if challenge.status_at(at) != "pending":
        raise ChallengeEndedError
    if challenge.pending_submission:
        raise RateLimitedError(headers={"Retry-After": "1"})
    fields = {"submission_id": submission_id, "terms": challenge.terms, "answer": sealed, "submitted_at": at}
    event = PushApproved(**fields) if decision == "approve" else PushDenied(**fields, reported=decision == "report")
    more = challenge.model_copy(
        update={
            "submissions": (*challenge.submissions, Submission(id=submission_id, at=at))[-20:],
            "reported": decision == "report",
        }
    )
    return Change(more, (_emission(challenge, SUBMISSIONS, event),))


def cancel(challenge: Challenge, reason: Literal["superseded", "cancelled"], *, at: datetime) -> Change[Challenge]:
    """End it before its time; one that ended stays as it is."""
    if challenge.status != "pending":
        return Change(challenge)
    event = ChallengeCancelled(challenge_id=challenge.id, method_id=challenge.method_id, reason=reason, cancelled_at=at)
    ended = challenge.model_copy(update={"status": "cancelled", "ended_at": at})
    return Change(ended, (_emission(challenge, REQUESTS[challenge.channel], event),))


def close(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """Nothing more is asked on our page."""
    if challenge.hosting is None or challenge.hosting.closed_at:
        return Change(challenge)
    return Change(challenge.model_copy(update={"hosting": challenge.hosting.model_copy(update={"closed_at": at})}))


def verified(challenge: Challenge, submission_id: str | None, *, at: datetime) -> Change[Challenge]:
    """The verifier said yes."""
    return Change(_judged(challenge, submission_id, "verified", {"status": "verified", "ended_at": at}))


def refused(challenge: Challenge, event: VerificationFailed, *, at: datetime) -> Change[Challenge]:
    """The verifier said no; without tries left the challenge has failed."""
    if challenge.status != "pending":
        return Change(_judged(challenge, event.submission_id, event.reason, {}))
    fields: dict[str, object] = {
        "attempts_left": min(challenge.attempts_left, event.attempts_left),
        "failure": event.reason,
        "retry_at": at + timedelta(seconds=event.retry_after) if event.retry_after else None,
    }
    if event.reason in ENDS_DENIED:
        fields |= {"status": "denied", "attempts_left": 0, "ended_at": at}
    elif event.reason in ENDS_FAILED:
        fields |= {"status": "failed", "attempts_left": 0, "ended_at": at}
    elif event.reason == "codeExpired" and at < challenge.expires_at:
        fields |= {"status": "failed", "ended_at": at}
    elif event.reason == "codeExpired":
        fields |= {"status": "expired", "ended_at": at}
    return Change(_judged(challenge, event.submission_id, event.reason, fields))


def expired(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """Time ran out."""
    if challenge.status != "pending":
        return Change(challenge)
    return Change(challenge.model_copy(update={"status": "expired", "ended_at": at}))


def delivery_told(challenge: Challenge, event: DeliveryReport) -> Change[Challenge]:
    """Note what the notifier says of the newest message; reports may come twice and out of order."""
    if event.send != challenge.delivery.send:
        return Change(challenge)
    told = _told(challenge.delivery, event)
    if _RANK[told.state] <= _RANK[challenge.delivery.state]:
        return Change(challenge)
    fields: dict[str, object] = {"delivery": told}
    if isinstance(event, SendRefused) and event.retry_after:
        fields["resend_at"] = max(challenge.resend_at, event.refused_at + timedelta(seconds=event.retry_after))
    return Change(challenge.model_copy(update=fields))


def _told(delivery: Delivery, event: DeliveryReport) -> Delivery:
    match event:
        case CodeSent():
            return delivery.model_copy(update={"state": "sent", "provider": event.provider})
        case PushSent():
            return delivery.model_copy(update={"state": "sent", "provider": event.service})
        case DeliveryConfirmed():
            return delivery.model_copy(update={"state": "delivered", "provider": event.provider})
        case DeliveryFailed():
            known = {"provider": event.provider, "detail": event.reason, "permanent": event.permanent}
            return delivery.model_copy(update={"state": "failed", **known})
        case SendRefused():
            return delivery.model_copy(update={"state": "failed", "detail": event.reason})


def _judged(challenge: Challenge, submission_id: str | None, result: str, fields: dict[str, object]) -> Challenge:
    judged = tuple(
        one.model_copy(update={"result": result}) if one.id == submission_id else one for one in challenge.submissions
    )
    return challenge.model_copy(update={"submissions": judged, **fields})


def _require_pending(challenge: Challenge, at: datetime) -> None:
    match challenge.status_at(at):
        case "pending":
            return
        case "expired":
            raise CodeExpiredError
        case "failed":
            raise AttemptsExhaustedError(attemptsLeft=0)
        case _:
            raise ChallengeEndedError


def _requested(challenge: Challenge, at: datetime) -> Emission:
    event = MethodRequested(
        terms=challenge.terms,
        channel=challenge.channel,
        send=challenge.sends,
        destination=challenge.destination,
        locale=challenge.locale,
        not_after=challenge.expires_at,
        requested_at=at,
    )
    return _emission(challenge, REQUESTS[challenge.channel], event)


def _emission(challenge: Challenge, topic: Topic, event: Event) -> Emission:
    return Emission(topic, event, challenge.tenant, challenge.user, correlation_id=challenge.id)
