"""One attempt after the other: who takes a delivery when, and what the provider's word makes of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from schemas.base import Event
from schemas.notification import CodeSent, DeliveryFailureReason, PushSent
from services.kit.decision import Change
from services.notifier.domain.delivery import Delivery, is_at
from services.notifier.domain.endings import emission, end_as_failed, ended, refused
from services.notifier.domain.limits import LimitReached, turn

LEASE = timedelta(seconds=15)
"""How long a claim keeps others off, from when they first see it; longer than any attempt may take from when the claim
was begun to be written. So the clocks of two replicas may differ as they like."""
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15, 30))
MAX_REPEATS = 3
MAX_BLIND_REPEATS = 1
"""Repeats after an unknown outcome: where the provider says that it has no such message, and where it can't tell; the
latter for each other provider of the route."""


def claimed(delivery: Delivery, *, provider: str, at: datetime) -> Delivery:
    """Taken for an attempt at `provider`. Taking one from somebody else means that its outcome is unknown."""
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
    after = ended(delivery, "sent", at, provider=provider, message_id=message_id, uncertain=None)
    return Change(after, (emission(delivery, event),))


def postponed(
    delivery: Delivery,
    attempt: int,
    *,
    route: Sequence[str],
    at: datetime,
    reason: DeliveryFailureReason = "providerUnavailable",
    retry_after: timedelta | None = None,
    spread: float = 1.0,
) -> Change[Delivery]:
    """This attempt brought nothing: the next provider at once, or after a while when all had their turn.

    Where no attempt fits in before the code dies, the person learns of it now. `retry_after` is what the provider asks
    for. The while is multiplied by `spread`, a little more or less than 1, so that many do not come back at once.
    """
    if not is_at(delivery, attempt):
        return Change(delivery)
    if delivery.cancelled and delivery.uncertain is None:
        return Change(ended(delivery, "cancelled", at))
    provider = following(route, delivery.provider)
    tried = max(1, len(route))
    turn = attempt - delivery.held
    wait_for = timedelta() if turn % tried else BACKOFF[min(turn // tried, len(BACKOFF)) - 1] * spread
    if tried == 1:
        wait_for = max(wait_for, retry_after or timedelta())
    if at + wait_for >= delivery.not_after:
        return end_as_failed(delivery, reason, permanent=False, at=at, provider=delivery.provider)
    return Change(
        delivery.model_copy(update={"status": "queued", "provider": provider, "next_attempt_at": at + wait_for})
    )


def held(delivery: Delivery, attempt: int, limit: LimitReached, *, at: datetime) -> Change[Delivery]:
    """Its number gets no message now: it waits for its turn, or is refused where the code dies before that."""
    if not is_at(delivery, attempt):
        return Change(delivery)
    if limit.reason != "resendTooSoon" or limit.until >= delivery.not_after:
        return refused(delivery, limit, at=at)
    if delivery.cancelled and delivery.uncertain is None:
        return Change(ended(delivery, "cancelled", at))
    at_turn = turn(limit, delivery.terms.purpose) if delivery.terms else limit.until
    waiting = {"status": "queued", "held": delivery.held + 1, "next_attempt_at": at_turn}
    return Change(delivery.model_copy(update=waiting))


def uncertain(
    delivery: Delivery, attempt: int, *, at: datetime, route: Sequence[str] = (), spread: float = 1.0
) -> Change[Delivery]:
    """The provider never answered. The next of the route carries the message at once; where there is no other, this one
    is asked in the next attempt what became of it."""
    if not is_at(delivery, attempt):
        return Change(delivery)
    provider = following(route, delivery.provider) if route else delivery.provider
    wait_for = BACKOFF[0] * spread if provider == delivery.provider else timedelta()
    next_one = {"provider": provider, "uncertain": delivery.provider, "next_attempt_at": at + wait_for}
    return Change(delivery.model_copy(update={"status": "queued", **next_one}))


def may_repeat(delivery: Delivery, *, asked: bool, route: Sequence[str] = ()) -> bool:
    """Whether it may be sent once more after an unknown outcome; `asked`: the provider knows of no such message. What
    one provider was asked about and sent again takes no other provider's turn."""
    if asked:
        return delivery.repeats - delivery.blind_repeats < MAX_REPEATS
    return delivery.blind_repeats < max(MAX_BLIND_REPEATS, len(route) - 1)


def sim_checked(delivery: Delivery, attempt: int) -> Change[Delivery]:
    """Nothing about its SIM card speaks against it; no later attempt asks again."""
    if not is_at(delivery, attempt):
        return Change(delivery)
    return Change(delivery.model_copy(update={"sim_checked": True}))


def handed_over(delivery: Delivery, provider: str, *, at: datetime) -> Delivery:
    """Somebody else's turn: this one takes nothing now, and no attempt is made. What was left while it was being sent
    has an unknown outcome."""
    if delivery.status == "queued":
        return delivery.model_copy(update={"provider": provider})
    left = {"status": "queued", "provider": provider, "uncertain": delivery.provider, "next_attempt_at": at}
    return delivery.model_copy(update=left)


def repeating(delivery: Delivery, attempt: int, *, asked: bool) -> Change[Delivery]:
    """To be sent once more: counted before the call, so that a crash does not make it forgotten."""
    if not is_at(delivery, attempt):
        return Change(delivery)
    counted = {"repeats": delivery.repeats + 1, "blind_repeats": delivery.blind_repeats + (not asked)}
    return Change(delivery.model_copy(update={**counted, "uncertain": None}))


def following(route: Sequence[str], provider: str) -> str:
    return route[(route.index(provider) + 1) % len(route)] if provider in route else route[0]


def _code_sent(delivery: Delivery, provider: str, message_id: str | None, at: datetime) -> CodeSent:
    return CodeSent(
        challenge_id=delivery.about,
        delivery_id=delivery.id,
        send=delivery.send,
        channel=delivery.channel,
        provider=provider,
        provider_message_id=message_id,
        repeated=delivery.repeats > 0,
        country=delivery.country,
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
