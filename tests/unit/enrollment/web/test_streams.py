"""Event streams end with what they were opened by, and look no more often than they need; over documents in memory."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import pytest

from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.handlers import platform
from services.enrollment.devices import domain as devices
from services.enrollment.devices.domain import Device
from services.enrollment.devices.following import FOLLOWING, Watch
from services.enrollment.devices.handlers import requests_of
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.signals import Signals
from services.enrollment.tokens import Caller
from services.enrollment.web import live
from services.enrollment.web.streams import KEEP_ALIVE, STREAM_LIFE, Seen, Watched, event_stream
from services.kit.config.clients import RateLimits
from services.kit.decision import Change
from services.kit.errors import SessionEndedError
from services.kit.http.places import Holder, Places
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import outbox, sam_at
from tests.support.in_memory.push import Attack, a_device, attack_on

WITHIN = 5.0


class Becomes(Protocol):
    """What becomes of a device."""

    def __call__(self, device: Device, *, at: datetime) -> Change[Device]: ...


SECOND = timedelta(seconds=1)


@dataclass
class Following:
    """What streams follow, counted; nobody waits for time to pass but the clock."""

    clock: FixedClock = field(default_factory=FixedClock)
    signals: Signals = field(default_factory=Signals)
    places: Places = field(default_factory=lambda: Places(RateLimits()))
    looks: int = 0
    state: str = "pending"

    async def look(self, _: datetime) -> Seen:
        self.looks += 1
        return Seen(self.state)

    def open(self, watched: Watched) -> AsyncGenerator[bytes]:
        place = self.places.take(Holder("device", "d1"), None, partial(self.signals.notify, watched.key))
        return event_stream(watched, place, self)

    async def later(self, by: timedelta, key: str) -> None:
        """The time goes on, and the stream looks up."""
        await asyncio.sleep(0)
        self.clock.advance(by)
        self.signals.notify(key)


async def read(stream: AsyncIterator[bytes]) -> bytes | None:
    """The next event; None at the end."""
    async with asyncio.timeout(WITHIN):
        return await anext(stream, None)


@pytest.fixture
def following() -> Following:
    return Following()


@pytest.fixture
async def attack() -> AsyncIterator[Attack]:
    clock = FixedClock()
    async with outbox(clock) as opened:
        yield await attack_on(opened.store, clock)


async def test_the_oldest_of_too_many_streams_ends(following: Following) -> None:
    watched = Watched("requests", "d1", following.look, every=60)
    oldest = following.open(watched)
    async with aclosing(oldest):
        await read(oldest)
        ending = asyncio.create_task(read(oldest))
        await asyncio.sleep(0)
        for _ in range(4):
            following.open(watched)
        assert await ending is None


async def test_a_stream_that_nothing_happens_to_looks_when_it_says_so(following: Following) -> None:
    stream = following.open(Watched("requests", "d1", following.look, every=60))
    async with aclosing(stream):
        await read(stream)
        waiting = asyncio.create_task(read(stream))
        await following.later(KEEP_ALIVE, "d1")
        assert await waiting == b": still here\n\n"
        assert following.looks == 2


async def test_no_stream_is_endless(following: Following) -> None:
    stream = following.open(Watched("requests", "d1", following.look, every=60))
    await read(stream)
    waiting = asyncio.create_task(read(stream))
    await following.later(STREAM_LIFE, "d1")
    assert await waiting is None


async def test_a_platforms_stream_ends_with_its_token(attack: Attack) -> None:
    opened = await attack.ask()
    caller = Caller("platform", "northbridge", frozenset({"challenges"}), attack.clock.now() + 30 * SECOND)
    watched = platform.changes_of(opened.verification.id, lambda state: state.id, caller, attack.deps)
    following = Following(attack.clock, attack.deps.signals)
    stream = following.open(watched)
    assert await read(stream) is not None
    waiting = asyncio.create_task(read(stream))
    await following.later(29 * SECOND, watched.key)
    assert await waiting == b": still here\n\n"
    waiting = asyncio.create_task(read(stream))
    await following.later(4 * SECOND, watched.key)
    assert await waiting is None


async def page_stream(attack: Attack) -> tuple[Following, Watched, AsyncGenerator[bytes]]:
    """Of Sam's browser, which waits for the app."""
    opened = (await attack.ask()).verification.current
    sam = sam_at("prove", requested=opened)

    def put(account: Account) -> Change[Account]:
        return Change(account.model_copy(update={"sessions": sam.account.sessions}))

    await attack.deps.accounts.change("northbridge/sam", put)
    watched = live.challenge_of_page(sam, opened.id, attack.deps)
    following = Following(attack.clock, attack.deps.signals)
    stream = following.open(watched)
    assert await read(stream) is not None
    return following, watched, stream


@pytest.mark.parametrize("how", ["left", "notMe", "forgotten", "expired"])
async def test_a_pages_stream_ends_with_its_session(attack: Attack, how: str) -> None:
    following, watched, stream = await page_stream(attack)
    session, now = sam_at("prove").session, attack.clock.now()

    def end(account: Account) -> Change[Account]:
        match how:
            case "left":
                return lifecycle.end_session(account, session.id, "cancelled", at=now)
            case "notMe":
                return lifecycle.end_all(AccountUpdate(account), at=now).change()
            case "forgotten":
                return Change(account.model_copy(update={"sessions": ()}))
            case _:
                expired = session.model_copy(update={"expires_at": now + SECOND})
                return Change(account.model_copy(update={"sessions": (expired,)}))

    await attack.deps.accounts.change("northbridge/sam", end)
    waiting = asyncio.create_task(read(stream))
    await following.later(4 * SECOND, watched.key)
    assert await waiting is None


async def test_what_completed_the_session_is_told_to_its_page(attack: Attack) -> None:
    following, watched, stream = await page_stream(attack)

    def complete(account: Account) -> Change[Account]:
        done = account.sessions[0].model_copy(update={"outcome": "completed"})
        return Change(account.model_copy(update={"sessions": (done,)}))

    await attack.deps.accounts.change("northbridge/sam", complete)
    waiting = asyncio.create_task(read(stream))
    await following.later(4 * SECOND, watched.key)
    await attack.answered(attack.opened[-1])
    told = await waiting
    while told and b'"verified"' not in told:
        told = await read(stream)
    assert told is not None
    assert await read(stream) is None


def test_a_session_that_is_over_opens_none() -> None:
    session = sam_at("prove").session
    now = session.started_at
    assert session.is_followed(now)
    assert not session.is_followed(session.expires_at)
    for outcome in ("cancelled", "expired", "skipped"):
        assert not session.model_copy(update={"outcome": outcome}).is_followed(now)
    assert SessionEndedError.status == 410


@pytest.mark.parametrize("how", [devices.retire, devices.suspend])
async def test_a_device_that_is_known_no_more_loses_its_stream(attack: Attack, how: Becomes) -> None:
    places = attack.deps.places
    watch, watched = Watch(attack.deps), requests_of(a_device(attack.clock), attack.deps)
    place = places.take(Holder(FOLLOWING, "d1"), "a1", partial(attack.deps.signals.notify, "d1"))
    stream = event_stream(watched, place, attack.deps)
    assert await read(stream) is not None
    await watch.look()
    waiting = asyncio.create_task(read(stream))
    await asyncio.sleep(0)
    await attack.deps.devices.change("d1", lambda device: how(device, at=attack.clock.now()))
    await watch.look()
    assert await waiting is None


async def test_what_another_replica_asks_is_seen_by_the_watch(attack: Attack) -> None:
    place = attack.deps.places.take(Holder(FOLLOWING, "d1"), "a1", partial(attack.deps.signals.notify, "d1"))
    stream = event_stream(requests_of(a_device(attack.clock), attack.deps), place, attack.deps)
    assert await read(stream) == b"event: requests\ndata: []\n\n"
    waiting = asyncio.create_task(read(stream))
    await asyncio.sleep(0)
    elsewhere = Attack(attack.deps.__class__(**{**vars(attack.deps), "signals": Signals()}), attack.clock)
    asked = await elsewhere.ask()
    await Watch(attack.deps).look()
    told = await waiting
    assert told is not None
    assert [one["challengeId"] for one in json.loads(told.partition(b"data: ")[2])] == [asked.verification.id]


async def test_the_watch_asks_once_for_all_and_wakes_whom_it_concerns(attack: Attack) -> None:
    woken: list[str] = []
    for name in ("d1", "d2"):
        attack.deps.places.take(Holder(FOLLOWING, name), "a1", lambda: None)
    watch = Watch(attack.deps)
    await watch.look()
    async with attack.deps.signals.awaiting("d1") as first, attack.deps.signals.awaiting("d2") as second:
        await watch.look()
        woken += [name for name, event in (("d1", first), ("d2", second)) if event.is_set()]
        assert woken == []
        await attack.ask()
        first.clear()
        await watch.look()
        assert (first.is_set(), second.is_set()) == (True, False)
