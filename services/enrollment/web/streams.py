"""Server-sent events: something that is watched, sent whenever it has changed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi.sse import format_sse_event

from services.enrollment.signals import Signals, next_change
from services.kit.clock import Clock

KEEP_ALIVE = timedelta(seconds=15)
STREAM_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Seen:
    """What there is to tell now, as the data of an event; after one that is `last` nothing follows."""

    data: str
    last: bool = False


Look = Callable[[datetime], Awaitable[Seen | None]]
"""Reads what is watched; None once it is gone."""


async def event_stream(event: str, key: str, look: Look, *, signals: Signals, clock: Clock) -> AsyncIterator[bytes]:
    """Each change as an event of the name `event`, until the last; it looks whenever there is a signal for `key`."""
    started = last_sent = clock.now()
    shown: str | None = None
    async with signals.awaiting(key) as changed:
        while (now := clock.now()) < started + STREAM_LIFE:
            seen = await look(now)
            if seen is None:
                return
            if seen.data != shown:
                shown, last_sent = seen.data, now
                yield format_sse_event(event=event, data_str=seen.data)
            elif now - last_sent > KEEP_ALIVE:
                last_sent = now
                yield format_sse_event(comment="still here")
            if seen.last:
                return
            await next_change(changed)
