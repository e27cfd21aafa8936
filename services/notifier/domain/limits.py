"""How many messages a number gets."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from schemas.notification import BETWEEN_MESSAGES, RefusalReason
from services.kit.state import State

MOST_A_DAY = 10
DAY = timedelta(days=1)


class Send(State):
    """A message that counts against a number's limits."""

    delivery_id: str
    at: AwareDatetime


class Sends(State):
    """The messages to one number of one tenant within a day."""

    sends: tuple[Send, ...] = ()
    last_at: AwareDatetime | None = None


class LimitReached(State):
    """Why a number gets no message now, until when, and for how many seconds that is."""

    reason: RefusalReason
    until: AwareDatetime
    retry_after: int


def together(sends: Sends, *others: Sends) -> Sends:
    """All messages to a number that is known by several hashes, each once, in the order of their time."""
    every = {send.delivery_id: send for one in (*others, sends) for send in one.sends}
    if len(every) == len(sends.sends):
        return sends
    ordered = tuple(sorted(every.values(), key=lambda send: send.at))
    return Sends(sends=ordered, last_at=ordered[-1].at)


def take(sends: Sends, delivery_id: str, *, at: datetime) -> Sends | LimitReached:
    """Count a message against the limits. A message that was counted stays counted once, however often it is tried."""
    recent = tuple(send for send in sends.sends if at - send.at < DAY)
    if any(send.delivery_id == delivery_id for send in recent):
        return sends
    if recent and at - recent[-1].at < BETWEEN_MESSAGES:
        return _reached("resendTooSoon", recent[-1].at + BETWEEN_MESSAGES, at)
    if len(recent) >= MOST_A_DAY:
        return _reached("sendLimitReached", recent[0].at + DAY, at)
    return Sends(sends=(*recent, Send(delivery_id=delivery_id, at=at)), last_at=at)


def _reached(reason: RefusalReason, until: datetime, at: datetime) -> LimitReached:
    return LimitReached(reason=reason, until=until, retry_after=_seconds(until - at))


def _seconds(wait: timedelta) -> int:
    return max(1, -(-wait // timedelta(seconds=1)))
