"""Server-sent events: something that is watched, sent whenever it has changed, as long as one may follow it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from fastapi import Response
from fastapi.sse import format_sse_event

from services.enrollment.needs import HasClock, HasPlaces, HasSignals
from services.enrollment.signals import REREAD_EVERY, next_change
from services.kit.http.places import Holder, Place
from services.kit.http.sse import streamed

KEEP_ALIVE = timedelta(seconds=15)
STREAM_LIFE = timedelta(minutes=10)
RECHECK_EVERY = timedelta(seconds=3)
"""How long a stream may outlive what it was opened by."""


class CanFollow(HasClock, HasSignals, Protocol):
    """Follows what is watched."""


class CanStream(CanFollow, HasPlaces, Protocol):
    """Opens streams."""


@dataclass(frozen=True)
class Seen:
    """What there is to tell now, as the data of an event; after one that is `last` nothing follows."""

    data: str
    last: bool = False


Look = Callable[[datetime], Awaitable[Seen | None]]
"""Reads what is watched; None once it is gone."""

MayFollow = Callable[[datetime], Awaitable[bool]]
"""Whether whoever opened the stream may still follow it: their session, or their token."""


async def _always(_: datetime) -> bool:
    return True


@dataclass(frozen=True)
class Watched:
    """What a stream tells, as events of the name `event`: it looks whenever there is a signal for `key`, and every so
    many seconds."""

    event: str
    key: str
    look: Look
    may_follow: MayFollow = _always
    every: float = REREAD_EVERY


def open_stream(watched: Watched, holder: Holder, address: str | None, deps: CanStream) -> Response:
    """A stream as an answer. Raises `rateLimited`, `unavailable` where no place is left for it."""
    place = deps.places.take(holder, address, partial(deps.signals.notify, watched.key))
    return streamed(event_stream(watched, place, deps), place)


async def event_stream(watched: Watched, place: Place, deps: CanFollow) -> AsyncGenerator[bytes]:
    """Each change as an event, until the last."""
    started = last_sent = checked = deps.clock.now()
    shown: str | None = None
    async with deps.signals.awaiting(watched.key) as changed:
        while place.is_kept and (now := deps.clock.now()) < started + STREAM_LIFE:
            if now >= checked + RECHECK_EVERY:
                checked = now
                if not await watched.may_follow(now):
                    return
            seen = await watched.look(now)
            if seen is None:
                return
            if seen.data != shown:
                shown, last_sent = seen.data, now
                yield format_sse_event(event=watched.event, data_str=seen.data)
            elif now - last_sent >= KEEP_ALIVE:
                last_sent = now
                yield format_sse_event(comment="still here")
            if seen.last:
                return
            await next_change(changed, within=watched.every)
