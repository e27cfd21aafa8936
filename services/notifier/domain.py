"""A delivery: one message of one send or one notice, from the request to its end.

```mermaid
stateDiagram-v2
    [*] --> queued: MethodRequested, NoticeRequested
    queued --> sending: claimed
    sending --> sending: lease ran out, claimed again (outcome unknown)
    sending --> queued: no success yet
    sending --> sent: accepted, or a callback told so
    queued --> sent: a callback told so
    sending --> failed: rejected, mismatch, no time left
    queued --> failed: notAfter passed
    sending --> refused: limit of the number
    queued --> cancelled: ChallengeCancelled
    sent --> delivered: callback
    sent --> failed: callback
    failed --> delivered: callback (a repeated message arrived after all)
```

A call is sent once the provider has it, and delivered when it is answered. What the person presses is noted once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from schemas.base import Channel, Event, MethodType
from schemas.enrollment import MethodRequested, NoticeKind, NoticeRequested
from schemas.notification import (
    CodeSent,
    DeliveryConfirmed,
    DeliveryFailed,
    DeliveryFailureReason,
    PushSent,
    RefusalReason,
    SendRefused,
)
from schemas.topics import DELIVERIES, SUBMISSIONS
from schemas.verification import CallConfirmed, CallReported, ChallengeTerms
from services.kit.decision import Change, Emission

LEASE = timedelta(seconds=15)
"""How long a claim keeps others off; longer than any attempt may take."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15, 30))
MAX_REPEATS = 3
MAX_BLIND_REPEATS = 1
"""Repeats after an unknown outcome: where the provider says that it has no such message, and where it can't tell."""

SHORTEST_GAP = timedelta(seconds=10)
MOST_A_DAY = 10
DAY = timedelta(days=1)

Status = Literal["queued", "sending", "sent", "delivered", "failed", "refused", "cancelled"]
OPEN: frozenset[Status] = frozenset({"queued", "sending"})
WITHHELD: frozenset[Status] = frozenset({"refused", "cancelled"})
"""Certainly never sent."""

CallDecision = Literal["confirm", "report"]


class State(BaseModel):
    """A frozen state as it is stored; unknown fields are dropped, so that an older version can read a newer one."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Notice(State):
    """What a notice tells: which change, of what, and when. `link` is sealed for the notice."""

    notice_id: str
    kind: NoticeKind
    method_type: MethodType
    display_name: str
    link: str | None = None
    happened_at: AwareDatetime


class Delivery(State):
    """One message to be sent: about a challenge (`terms`), or a `notice`. `destination` is sealed for either.

    `next_attempt_at` says when somebody must look at it: the next attempt while it is queued, the end of the lease
    while it is being sent, nothing once it has ended. `uncertain` names the provider whose answer never came.
    `decision` is what the person who was called said by pressing keys.
    """

    id: str
    tenant: str
    user: str
    terms: ChallengeTerms | None = None
    notice: Notice | None = None
    channel: Channel
    send: int
    destination: str | None
    locale: str
    requested_at: AwareDatetime
    not_after: AwareDatetime
    traceparent: str | None = None
    provider: str
    status: Status = "queued"
    attempts: int = 0
    repeats: int = 0
    uncertain: str | None = None
    first_claimed_at: AwareDatetime | None = None
    next_attempt_at: AwareDatetime | None
    message_id: str | None = None
    cancelled: bool = False
    reason: DeliveryFailureReason | RefusalReason | None = None
    ended_at: AwareDatetime | None = None
    decision: CallDecision | None = None

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> "Delivery":
        if (self.terms is None) == (self.notice is None):
            raise ValueError("a delivery is about a challenge or a notice")
        return self

    @property
    def about(self) -> str:
        """The id of the challenge or the notice."""
        if self.terms:
            return self.terms.challenge_id
        return self.notice.notice_id if self.notice else ""

    @property
    def is_open(self) -> bool:
        """Whether it may still be sent."""
        return self.status in OPEN


class Report(State):
    """What a provider told of a message by itself: it has it, it arrived, or it did not."""

    outcome: Literal["accepted", "delivered", "failed"]
    message_id: str | None = None
    permanent: bool = False


def document_id(delivery: Delivery) -> str:
    """One document for each send of a challenge, and for each notice, so that a redelivered request is found out."""
    return f"{delivery.tenant}/{delivery.about}:{delivery.send}"


def requested(
    event: MethodRequested,
    *,
    delivery_id: str,
    tenant: str,
    user: str,
    provider: str,
    traceparent: str | None,
    at: datetime,
) -> Delivery:
    """A queued delivery for a request."""
    return Delivery(
        id=delivery_id,
        tenant=tenant,
        user=user,
        terms=event.terms,
        channel=event.channel,
        send=event.send,
        destination=event.destination.sealed if event.destination else None,
        locale=event.locale,
        requested_at=event.requested_at,
        not_after=min(event.not_after, event.terms.expires_at),
        traceparent=traceparent,
        provider=provider,
        next_attempt_at=at,
    )


def notified(
    event: NoticeRequested,
    *,
    delivery_id: str,
    tenant: str,
    user: str,
    provider: str,
    traceparent: str | None,
    at: datetime,
) -> Delivery:
    """A queued delivery for a notice."""
    return Delivery(
        id=delivery_id,
        tenant=tenant,
        user=user,
        notice=Notice(
            notice_id=event.notice_id,
            kind=event.kind,
            method_type=event.method_type,
            display_name=event.display_name,
            link=event.link,
            happened_at=event.happened_at,
        ),
        channel=event.channel,
        send=1,
        destination=event.destination.sealed,
        locale=event.locale,
        requested_at=event.requested_at,
        not_after=event.not_after,
        traceparent=traceparent,
        provider=provider,
        next_attempt_at=at,
    )


def claimed(delivery: Delivery, *, provider: str, at: datetime) -> Delivery:
    """Taken for an attempt at `provider`. Taking one whose lease ran out means that its outcome is unknown."""
    lapsed = delivery.status == "sending"
    return delivery.model_copy(
        update={
            "status": "sending",
            "attempts": delivery.attempts + 1,
            "provider": provider,
            "uncertain": delivery.provider if lapsed else delivery.uncertain,
            "first_claimed_at": delivery.first_claimed_at or at,
            "next_attempt_at": at + LEASE,
        }
    )


def sent(
    delivery: Delivery, *, provider: str, message_id: str | None, at: datetime, service: str | None = None
) -> Change[Delivery]:
    """A provider has the message. A callback may have told so before.

    `service` is the host of a push service; a push without one waits until the app fetches it.
    """
    if not delivery.is_open:
        known = delivery.message_id or message_id
        return Change(delivery.model_copy(update={"message_id": known}))
    if delivery.channel == "push":
        event: Event = _push_sent(delivery, service, at)
    else:
        event = _code_sent(delivery, provider, message_id, at)
    ended = _ended(delivery, "sent", at, provider=provider, message_id=message_id, uncertain=None)
    return Change(ended, (_emission(delivery, event),))


def failed(
    delivery: Delivery, reason: DeliveryFailureReason, *, permanent: bool, at: datetime, provider: str | None = None
) -> Change[Delivery]:
    """It will not be sent. One that a callback has ended meanwhile stays as it is."""
    return (
        _fail(delivery, reason, permanent=permanent, at=at, provider=provider) if delivery.is_open else Change(delivery)
    )


def refused(delivery: Delivery, refusal: "Refusal", *, at: datetime) -> Change[Delivery]:
    """A limit does not let it be sent."""
    if not delivery.is_open:
        return Change(delivery)
    event = SendRefused(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        reason=refusal.reason,
        retry_after=refusal.retry_after,
        refused_at=at,
    )
    return Change(_ended(delivery, "refused", at, reason=refusal.reason), (_emission(delivery, event),))


def postponed(
    delivery: Delivery,
    attempt: int,
    *,
    route: Sequence[str],
    at: datetime,
    reason: DeliveryFailureReason = "providerUnavailable",
    wait: timedelta | None = None,
) -> Change[Delivery]:
    """This attempt brought nothing: the next provider at once, or after a pause when all had their turn.

    Where no attempt fits in before the code dies, the person learns of it now. `wait` is what the provider asks for.
    """
    if not is_at(delivery, attempt):
        return Change(delivery)
    if delivery.cancelled and delivery.uncertain is None:
        return Change(_ended(delivery, "cancelled", at))
    provider = following(route, delivery.provider)
    tried = max(1, len(route))
    pause = timedelta() if attempt % tried else PAUSES[min(attempt // tried, len(PAUSES)) - 1]
    if tried == 1:
        pause = max(pause, wait or timedelta())
    if at + pause >= delivery.not_after:
        return _fail(delivery, reason, permanent=False, at=at, provider=delivery.provider)
    return Change(delivery.model_copy(update={"status": "queued", "provider": provider, "next_attempt_at": at + pause}))


def uncertain(delivery: Delivery, attempt: int, *, at: datetime) -> Change[Delivery]:
    """The provider never answered: it is asked in the next attempt what became of the message."""
    if not is_at(delivery, attempt):
        return Change(delivery)
    asked = {"status": "queued", "uncertain": delivery.provider, "next_attempt_at": at + PAUSES[0]}
    return Change(delivery.model_copy(update=asked))


def cancelled(delivery: Delivery, *, at: datetime) -> Change[Delivery]:
    """The challenge is over: what waits is not sent, what is being sent is not tried again, and a call has nothing to
    say any more."""
    if delivery.status == "queued" and delivery.uncertain is None:
        return Change(_ended(delivery, "cancelled", at))
    may_still_speak = delivery.channel == "voice" and delivery.status not in WITHHELD
    marked = delivery.is_open or may_still_speak
    return Change(delivery.model_copy(update={"cancelled": True}) if marked else delivery)


def overdue(delivery: Delivery, *, at: datetime) -> Change[Delivery]:
    """Its time is over. Nobody will learn any more what became of one whose outcome is unknown."""
    if not delivery.is_open or at < delivery.not_after:
        return Change(delivery)
    if delivery.uncertain or delivery.status == "sending":
        return _fail(delivery, "providerUnavailable", permanent=False, at=at, provider=delivery.provider)
    return _fail(delivery, "expiredBeforeSending", permanent=False, at=at)


def reported(delivery: Delivery, report: Report, *, provider: str, at: datetime) -> Change[Delivery]:
    """Note a provider's own report. It may come twice, out of order, and before its answer to the call."""
    if delivery.status in {"refused", "cancelled", "delivered"}:
        return Change(delivery)
    change = (
        sent(delivery, provider=provider, message_id=report.message_id, at=at) if delivery.is_open else Change(delivery)
    )
    match report.outcome:
        case "accepted":
            return change
        case "delivered":
            more = _confirm(change.state, provider=provider, at=at)
        case "failed":
            if change.state.status == "failed" or _is_of_another_message(change.state, report):
                return change
            more = _fail(change.state, "notDelivered", permanent=report.permanent, at=at, provider=provider)
    return Change(more.state, (*change.emissions, *more.emissions))


def may_speak(delivery: Delivery, at: datetime) -> bool:
    """Whether a call still has something to say: its challenge is neither over nor out of time, nor was it decided.

    One whose outcome is unknown or that was given up may ring all the same.
    """
    over = delivery.cancelled or delivery.status in WITHHELD or delivery.decision is not None
    return delivery.channel == "voice" and not over and at < delivery.not_after


def decided(delivery: Delivery, decision: CallDecision, *, proof: str, at: datetime) -> Change[Delivery]:
    """The person who was called pressed keys. Only the first decision counts, so that a repeated callback says nothing
    new; the submission's id is the same however often it is told."""
    if delivery.terms is None or delivery.terms.kind != "call" or not may_speak(delivery, at):
        return Change(delivery)
    event_type = CallConfirmed if decision == "confirm" else CallReported
    event = event_type(submission_id=f"{delivery.id}.{decision}", terms=delivery.terms, proof=proof, submitted_at=at)
    emission = Emission(SUBMISSIONS, event, delivery.tenant, delivery.user, correlation_id=delivery.about)
    return Change(delivery.model_copy(update={"decision": decision}), (emission,))


def may_repeat(delivery: Delivery, *, asked: bool) -> bool:
    """Whether it may be sent once more after an unknown outcome; `asked`: the provider knows of no such message."""
    return delivery.repeats < (MAX_REPEATS if asked else MAX_BLIND_REPEATS)


def repeating(delivery: Delivery, attempt: int) -> Change[Delivery]:
    """To be sent once more: counted before the call, so that a crash does not make it forgotten."""
    if not is_at(delivery, attempt):
        return Change(delivery)
    return Change(delivery.model_copy(update={"repeats": delivery.repeats + 1, "uncertain": None}))


def is_at(delivery: Delivery, attempt: int) -> bool:
    """Whether this attempt still has the delivery: no callback has ended it, nobody else took it over."""
    return delivery.status == "sending" and delivery.attempts == attempt


def following(route: Sequence[str], provider: str) -> str:
    """The provider after `provider`, round and round; the first when it is no longer configured."""
    return route[(route.index(provider) + 1) % len(route)] if provider in route else route[0]


class Send(State):
    """A message that counts against a number's limits."""

    delivery_id: str
    at: AwareDatetime


class Sends(State):
    """The messages to one number of one tenant within a day."""

    sends: tuple[Send, ...] = ()
    last_at: AwareDatetime | None = None


class Refusal(State):
    """Why a number gets no message now, and for how many seconds."""

    reason: RefusalReason
    retry_after: int


def take(sends: Sends, delivery_id: str, *, at: datetime) -> Sends | Refusal:
    """Count a message against the limits. A message that was counted stays counted once, however often it is tried."""
    recent = tuple(one for one in sends.sends if at - one.at < DAY)
    if any(one.delivery_id == delivery_id for one in recent):
        return sends
    if recent and at - recent[-1].at < SHORTEST_GAP:
        return Refusal(reason="resendTooSoon", retry_after=_seconds(recent[-1].at + SHORTEST_GAP - at))
    if len(recent) >= MOST_A_DAY:
        return Refusal(reason="sendLimitReached", retry_after=_seconds(recent[0].at + DAY - at))
    return Sends(sends=(*recent, Send(delivery_id=delivery_id, at=at)), last_at=at)


def _seconds(wait: timedelta) -> int:
    """Rounded up, so that who waits so long is let in."""
    return max(1, -(-wait // timedelta(seconds=1)))


def _is_of_another_message(delivery: Delivery, report: Report) -> bool:
    return None not in {delivery.message_id, report.message_id} and delivery.message_id != report.message_id


def _code_sent(delivery: Delivery, provider: str, message_id: str | None, at: datetime) -> CodeSent:
    return CodeSent(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        provider=provider,
        provider_message_id=message_id,
        repeated=delivery.repeats > 0,
        sent_at=at,
    )


def _push_sent(delivery: Delivery, service: str | None, at: datetime) -> PushSent:
    return PushSent(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        mode="webPush" if service else "inApp",
        service=service,
        sent_at=at,
    )


def _fail(
    delivery: Delivery, reason: DeliveryFailureReason, *, permanent: bool, at: datetime, provider: str | None = None
) -> Change[Delivery]:
    event = DeliveryFailed(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        provider=provider,
        reason=reason,
        permanent=permanent,
        failed_at=at,
    )
    return Change(_ended(delivery, "failed", at, reason=reason), (_emission(delivery, event),))


def _confirm(delivery: Delivery, *, provider: str, at: datetime) -> Change[Delivery]:
    if delivery.status == "failed" and delivery.reason in {"expiredBeforeSending", "destinationMismatch"}:
        return Change(delivery)
    event = DeliveryConfirmed(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        provider=provider,
        delivered_at=at,
    )
    return Change(_ended(delivery, "delivered", at, reason=None), (_emission(delivery, event),))


def _ended(delivery: Delivery, status: Status, at: datetime, **fields: object) -> Delivery:
    end: Mapping[str, object] = {"status": status, "next_attempt_at": None, "ended_at": delivery.ended_at or at}
    return delivery.model_copy(update={**end, **fields})


def _emission(delivery: Delivery, event: Event) -> Emission:
    return Emission(DELIVERIES, event, delivery.tenant, delivery.user, correlation_id=delivery.about)
