"""What becomes of a challenge: sent, answered, judged, ended. Each transition is pure, and says its events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from schemas.base import Channel, Event
from schemas.enrollment import ChallengeCancelled, MethodRequested
from schemas.notification import (
    BETWEEN_MESSAGES,
    CodeSent,
    DeliveryConfirmed,
    DeliveryFailed,
    PushSent,
    SendRefused,
)
from schemas.topics import REQUESTS, SUBMISSIONS, Topic
from schemas.verification import (
    AnswersSubmitted,
    CodeSubmitted,
    CredentialSubmitted,
    PushApproved,
    PushDenied,
    VerificationFailed,
)
from services.enrollment.accounts.domain.account import DEFAULT_LOCALE
from services.enrollment.challenges.domain.challenge import (
    MAX_SENDS,
    RESEND_AFTER,
    Challenge,
    Delivery,
    DeliveryState,
    Submission,
)
from services.enrollment.challenges.domain.verdict import VERIFIED
from services.kit.decision import Change, Emission
from services.kit.errors import (
    AttemptsExhaustedError,
    ChallengeEndedError,
    CodeExpiredError,
    RateLimitedError,
    ResendTooSoonError,
    SendLimitReachedError,
)

MAX_PENDING_SUBMISSIONS = 8

DeviceDecision = Literal["approve", "deny", "report"]
Submitted = CodeSubmitted | AnswersSubmitted | CredentialSubmitted
DeliveryEvent = CodeSent | PushSent | DeliveryConfirmed | DeliveryFailed | SendRefused

ENDS_DENIED = frozenset({"pushDenied", "callReported"})
ENDS_FAILED = frozenset({"attemptsExhausted", "authenticatorDisabled", "numberMismatch"})

_ORDER: Mapping[DeliveryState, int] = {"queued": 0, "unknown": 1, "sent": 2, "failed": 3, "delivered": 4}


def opened(challenge: Challenge) -> Change[Challenge]:
    return Change(challenge, (_requested(challenge, challenge.delivery.requested_at),))


def spaced(challenge: Challenge, others: Sequence[Challenge]) -> Challenge:
    """With when its message goes out, after those of other challenges to the same number."""
    expected = [other.delivery.expected_at for other in others if other.delivery.state != "failed"]
    following = max(expected, default=None)
    if following is None or following + BETWEEN_MESSAGES <= challenge.delivery.requested_at:
        return challenge
    waiting = challenge.delivery.model_copy(update={"goes_out_at": following + BETWEEN_MESSAGES})
    return challenge.model_copy(update={"delivery": waiting})


def resend(
    challenge: Challenge, *, at: datetime, asked_by: str | None = None, channel: Channel | None = None
) -> Change[Challenge]:
    """Ask for the message once more, by another channel if one is named; the code stays the same. The same request
    again (`asked_by`) changes nothing.

    Raises:
        ProblemError: `challengeEnded`, `codeExpired`, `sendLimitReached`, `resendTooSoon` with the wait.
    """
    if asked_by and challenge.delivery.asked_by == asked_by:
        return Change(challenge)
    _require_pending(challenge, at)
    if challenge.sends >= MAX_SENDS:
        raise SendLimitReachedError
    if wait := challenge.resend_wait(at):
        seconds = int(wait.total_seconds()) + 1
        raise ResendTooSoonError.retry_after(seconds)
    sends = challenge.sends + 1
    next_wait = RESEND_AFTER[min(sends, len(RESEND_AFTER)) - 1]
    again = challenge.model_copy(
        update={
            "sends": sends,
            "channel": channel or challenge.channel,
            "earlier_channels": challenge.channels,
            "resend_at": at + next_wait,
            "delivery": Delivery(state="queued", send=sends, requested_at=at, asked_by=asked_by),
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
    if sum(1 for submission in challenge.submissions if submission.result is None) >= MAX_PENDING_SUBMISSIONS:
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
    challenge: Challenge, submission_id: str, sealed: str, *, decision: DeviceDecision, at: datetime
) -> Change[Challenge]:
    """Hand a device's signed answer to the verifier; that the person reports the request is remembered.

    Raises:
        ProblemError: `challengeEnded`, also after expiry; `rateLimited`.
    """
    if not challenge.can_be_answered(at):
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
    because = {"superseded": reason == "superseded"}
    ended = challenge.model_copy(update={"status": "cancelled", "ended_at": at, **because})
    return Change(ended, _withdrawn(challenge, reason, at=at))


def report(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """The person says that nobody asked for it: it ends, if it has not, and that is remembered."""
    ended = cancel(challenge, "cancelled", at=at)
    return Change(ended.state.model_copy(update={"reported": True}), ended.emissions)


def close(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """Nothing more is asked on our page."""
    if challenge.hosting is None or challenge.hosting.closed_at:
        return Change(challenge)
    return Change(challenge.model_copy(update={"hosting": challenge.hosting.model_copy(update={"closed_at": at})}))


def verified(challenge: Challenge, submission_id: str | None, *, at: datetime) -> Change[Challenge]:
    """The verifier said yes. One that ended otherwise stays as it is, and who waits for the verdict learns that."""
    if challenge.status in {"verified", "pending"}:
        return registered(challenge, submission_id, at=at)
    return Change(_judged(challenge, submission_id, "challengeEnded", {}))


def registered(challenge: Challenge, submission_id: str | None, *, at: datetime) -> Change[Challenge]:
    """What was proven is on file. Whoever ended the challenge between that write and this one came too late: what is on
    file was verified."""
    if challenge.status == "verified":
        return Change(challenge)
    return _concluded(_judged(challenge, submission_id, VERIFIED, {"status": "verified", "ended_at": at}), at=at)


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
    return _concluded(_judged(challenge, event.submission_id, event.reason, fields), at=at)


def expired(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """Its time is over; while something that was handed in in time is being judged, it waits for that verdict."""
    if challenge.status != "pending" or challenge.is_being_judged(at):
        return Change(challenge)
    return Change(challenge.model_copy(update={"status": "expired", "ended_at": at}))


def delivery_noted(challenge: Challenge, event: DeliveryEvent) -> Change[Challenge]:
    """Note what the notifier says of the newest message; it may come twice and out of order."""
    if event.send != challenge.delivery.send:
        return Change(challenge)
    noted = _noted(challenge.delivery, event)
    if _ORDER[noted.state] <= _ORDER[challenge.delivery.state]:
        return Change(challenge)
    fields: dict[str, object] = {"delivery": noted}
    if isinstance(event, SendRefused) and event.retry_after:
        fields["resend_at"] = max(challenge.resend_at, event.refused_at + timedelta(seconds=event.retry_after))
    return Change(challenge.model_copy(update=fields))


def _noted(delivery: Delivery, event: DeliveryEvent) -> Delivery:
    match event:
        case CodeSent():
            sent = {"state": "sent", "provider": event.provider, "country": event.country, "noted_at": event.sent_at}
            return delivery.model_copy(update=sent)
        case PushSent():
            return delivery.model_copy(update={"state": "sent", "provider": event.service, "noted_at": event.sent_at})
        case DeliveryConfirmed():
            known = {"provider": event.provider, "noted_at": event.delivered_at}
            return delivery.model_copy(update={"state": "delivered", **known})
        case DeliveryFailed():
            known = {"provider": event.provider, "detail": event.reason, "permanent": event.permanent}
            return delivery.model_copy(update={"state": "failed", **known})
        case SendRefused():
            signal = next(iter(event.signals or ()), None)
            return delivery.model_copy(update={"state": "failed", "detail": event.reason, "signal": signal})


def _judged(challenge: Challenge, submission_id: str | None, result: str, fields: dict[str, object]) -> Challenge:
    judged = tuple(
        submission.model_copy(update={"result": result}) if submission.id == submission_id else submission
        for submission in challenge.submissions
    )
    return challenge.model_copy(update={"submissions": judged, **fields})


def _concluded(challenge: Challenge, *, at: datetime) -> Change[Challenge]:
    """After a verdict: where that is the end, what still waits to be sent is withdrawn. One whose time is over needs
    none of it: its messages have the same end."""
    if challenge.status in {"pending", "expired"} or not challenge.may_still_be_sent:
        return Change(challenge)
    return Change(challenge, _withdrawn(challenge, "cancelled", at=at))


def _withdrawn(
    challenge: Challenge, reason: Literal["superseded", "cancelled"], *, at: datetime
) -> tuple[Emission, ...]:
    """That nothing more is to be sent, on each topic where a message was asked for: there it comes after that."""
    event = ChallengeCancelled(challenge_id=challenge.id, method_id=challenge.method_id, reason=reason, cancelled_at=at)
    return tuple(_emission(challenge, REQUESTS[channel], event) for channel in challenge.channels)


def _require_pending(challenge: Challenge, at: datetime) -> None:
    if challenge.can_be_answered(at):
        return
    match challenge.status:
        case "pending" | "expired":
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
        locale=challenge.locale or DEFAULT_LOCALE,
        not_after=challenge.expires_at,
        requested_at=at,
    )
    return _emission(challenge, REQUESTS[challenge.channel], event)


def _emission(challenge: Challenge, topic: Topic, event: Event) -> Emission:
    return Emission(topic, event, challenge.tenant, challenge.user, correlation_id=challenge.id)
