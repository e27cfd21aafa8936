"""How many messages a number gets."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from schemas.base import Purpose
from schemas.notification import BETWEEN_MESSAGES, RefusalReason
from services.kit.config.messages import CAUSED_BY_ANYBODY, Budget
from services.kit.state import State

GIVES_WAY = timedelta(seconds=1)
"""How much longer these wait for their turn, so that a code to sign in that waits for the same number goes first."""


class Send(State):
    """A message that counts against a number's limits; of earlier ones it was not noted what they were for."""

    delivery_id: str
    at: AwareDatetime
    purpose: Purpose | None = None


class Sends(State):
    """The messages to one number of one tenant that its budget still counts."""

    sends: tuple[Send, ...] = ()
    last_at: AwareDatetime | None = None


class LimitReached(State):
    """Why a number gets no message now, until when, and for how many seconds that is."""

    reason: RefusalReason
    until: AwareDatetime
    retry_after: int


def together(sends: Sends, *others: Sends) -> Sends:
    """All messages to a number that is known by several hashes, each once, in the order of their time."""
    every = {send.delivery_id: send for numbers in (*others, sends) for send in numbers.sends}
    if len(every) == len(sends.sends):
        return sends
    ordered = tuple(sorted(every.values(), key=lambda send: send.at))
    return Sends(sends=ordered, last_at=ordered[-1].at)


def take(
    sends: Sends, delivery_id: str, purpose: Purpose | None, budget: Budget, *, at: datetime
) -> Sends | LimitReached:
    """Count a message against the limits; notices have no purpose. A message that was counted stays counted once,
    however often it is tried.

    One that the budget has no room for is refused at once: it does not hold up those that it has room for.
    """
    recent = tuple(send for send in sends.sends if at - send.at < budget.within)
    if any(send.delivery_id == delivery_id for send in recent):
        return sends
    share = tuple(send for send in recent if _is_anybodys(send.purpose) == _is_anybodys(purpose))
    alike = tuple(send for send in share if send.purpose == purpose)
    for counted, most in ((share, budget.count), (alike, budget.most_for(purpose))):
        if len(counted) >= most:
            return _reached("sendLimitReached", counted[-most].at + budget.within, at)
    if recent and at - recent[-1].at < BETWEEN_MESSAGES:
        return _reached("resendTooSoon", recent[-1].at + BETWEEN_MESSAGES, at)
    return Sends(sends=(*recent, Send(delivery_id=delivery_id, at=at, purpose=purpose)), last_at=at)


def _is_anybodys(purpose: Purpose | None) -> bool:
    return purpose in CAUSED_BY_ANYBODY


def turn(limit: LimitReached, purpose: Purpose) -> datetime:
    """When a message that has to wait is tried again."""
    return limit.until + (GIVES_WAY if _is_anybodys(purpose) else timedelta())


def _reached(reason: RefusalReason, until: datetime, at: datetime) -> LimitReached:
    return LimitReached(reason=reason, until=until, retry_after=_seconds(until - at))


def _seconds(wait: timedelta) -> int:
    return max(1, -(-wait // timedelta(seconds=1)))
