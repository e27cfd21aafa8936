"""People who begin a registration by text, mail or app: each gets one message."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from pymongo import AsyncMongoClient

from tests.bench.client import Caller
from tests.bench.cycles import Crowd
from tests.faults.people import NUMBERS
from tests.faults.push import PushService
from tests.support.people.device import TestDevice

LOOK_EVERY = 0.1
"""Seconds between two looks at what a service has done: each costs the database the counting of all of it."""


@dataclass(frozen=True)
class Phone:
    """Where an app gets its requests, and the link by which it connects."""

    device: TestDevice
    name: str
    link: str


@dataclass
class Asking:
    """Whoever asks is known already, so that one request is all that is measured. `asked` is when, by destination."""

    connected: Sequence[Caller]
    push: PushService
    numbers: Iterator[str] = field(default_factory=lambda: iter(NUMBERS))
    crowd: Crowd = field(default_factory=Crowd)
    phones: list[Phone] = field(default_factory=list)
    asked: dict[str, datetime] = field(default_factory=dict)

    async def grow(self, number: int) -> None:
        """So many people more."""
        await self.crowd.grow(self.connected, number, lambda: None)

    async def with_phones(self, number: int) -> None:
        """So many of them have the app at hand, and its link on the page."""
        caller = self.connected[0]
        for _ in range(number):
            device, name = TestDevice(caller.address), f"bench-{secrets.token_hex(6)}"
            device.subscription = self.push.subscription(name)
            begun = await self.begin(caller, {"type": "authenticatorApp"})
            self.phones.append(Phone(device, name, begun["qrContent"]))

    async def begin(self, caller: Caller, body: Mapping[str, str]) -> dict[str, Any]:
        """The next of them begins a registration."""
        path = f"/v1.0/users/{self.crowd.users.popleft()}/authentication/registrations"
        return await caller.post(path, body, 201)

    async def text(self, caller: Caller) -> None:
        number = next(self.numbers)
        self.asked[number] = datetime.now(UTC)
        await self.begin(caller, {"type": "phone", "phoneNumber": number, "phoneType": "mobile", "delivery": "sms"})

    async def mail(self, caller: Caller) -> None:
        address = f"{secrets.token_hex(8)}@mail.example"
        self.asked[address] = datetime.now(UTC)
        await self.begin(caller, {"type": "email", "emailAddress": address})

    async def activate(self, _: Caller) -> None:
        """An app connects, and gets its first request."""
        phone = self.phones.pop()
        self.asked[phone.name] = datetime.now(UTC)
        answer = await asyncio.to_thread(phone.device.activate_by_link, phone.link)
        answer.raise_for_status()

    def waited(self, arrived: Mapping[str, datetime]) -> list[float]:
        """Milliseconds from each request to the arrival of its message."""
        return [(arrived[to] - at).total_seconds() * 1000 for to, at in self.asked.items() if to in arrived]


def mails(handset: str) -> dict[str, datetime]:
    """When the first mail to each address came."""
    shown = httpx.get(f"{handset}/api/mail", timeout=30).json()
    shown.sort(key=lambda one: one["at"], reverse=True)
    return {mail["to"]: datetime.fromisoformat(mail["at"]) for mail in shown}


async def wait_for(counted: Callable[[], Awaitable[int]], number: int, within: float, *, what: str) -> None:
    """Look until there are so many.

    Raises:
        RuntimeError: there are not within so many seconds.
    """
    deadline = time.monotonic() + within
    while (found := await counted()) < number:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: {found} of {number} within {within:.0f} s")
        await asyncio.sleep(LOOK_EVERY)


async def counted(
    database: AsyncMongoClient[dict[str, Any]], place: tuple[str, str], question: Mapping[str, Any]
) -> int:
    """How many documents of a service's collection say so."""
    return int(await database[place[0]][place[1]].count_documents(dict(question)))
