"""What is repeated: somebody registers a software token over the API and proves it, one after the other or paced."""

import asyncio
import base64
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice

from services.kit.crypto.codes import totp_code
from tests.bench.client import Caller, Tokens

Work = Callable[[Caller], Awaitable[object]]


@dataclass(frozen=True)
class Load:
    """What a number of clients did: milliseconds that each cycle took, and seconds that all of it took."""

    clients: int
    took: Sequence[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Cycles a second."""
        return len(self.took) / self.seconds


@dataclass
class Crowd:
    """People whom the product knows, and who have no method yet."""

    users: deque[str] = field(default_factory=deque)

    async def grow(self, connected: Sequence[Caller], number: int, told: Callable[[], None]) -> None:
        """So many more: each signs in once."""
        coming = iter(range(number))

        async def repeat(caller: Caller) -> None:
            for _ in coming:
                self.users.append(await sign_in(caller))
                told()

        await asyncio.gather(*map(repeat, connected))

    async def cycle(self, caller: Caller) -> None:
        """The next of them registers a software token."""
        await register(caller, self.users.popleft())

    async def cycle_of_somebody_new(self, caller: Caller) -> None:
        """Somebody signs in for the first time, and registers: three requests."""
        await register(caller, self.users.popleft() if self.users else await sign_in(caller))


async def sign_in(caller: Caller) -> str:
    """The platform asks what somebody new needs; their id."""
    user = f"bench.{secrets.token_hex(8)}"
    described = {
        "id": user,
        "userPrincipalName": f"{user}@northbridge.example",
        "displayName": "Somebody",
        "groups": ["everyone"],
    }
    at = datetime.now(UTC).isoformat()
    asked = {"user": described, "returnUrl": f"{caller.return_url}/return", "authenticatedAt": at, "amr": ["pwd"]}
    await caller.post("/v1.0/interrupts", asked, 200)
    return user


async def register(caller: Caller, user: str) -> None:
    """Register a software token and prove it: two requests."""
    begun = await caller.post(f"/v1.0/users/{user}/authentication/registrations", {"type": "softwareOath"}, 201)
    code = totp_code(base64.b32decode(begun["secret"]), datetime.now(UTC))
    path = f"/v1.0/challenges/{begun['challenge']['id']}/answer"
    verified = await caller.post(path, {"code": code}, 200, prefer="wait=10")
    if verified["status"] != "verified":
        raise RuntimeError(f"a right code was not verified: {verified}")


@asynccontextmanager
async def callers(tokens: Tokens, number: int, origins: Sequence[str] = ("",)) -> AsyncIterator[list[Caller]]:
    """So many connections, spread evenly over the replicas where there are any."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Caller(tokens, origin)) for origin in islice(cycle(origins), number)]


async def closed_loop(connected: Sequence[Caller], seconds: float, work: Work, *, most: int) -> Load:
    """Each client begins anew as soon as it is done, for so long, and so often at most."""
    took: list[float] = []
    began, left = time.perf_counter(), iter(range(most))

    async def repeat(caller: Caller) -> None:
        while time.perf_counter() - began < seconds and next(left, None) is not None:
            at = time.perf_counter()
            await work(caller)
            took.append((time.perf_counter() - at) * 1000)

    await asyncio.gather(*map(repeat, connected))
    return Load(len(connected), took, time.perf_counter() - began)


async def paced(connected: Sequence[Caller], rate: float, seconds: float, work: Work) -> Load:
    """So many a second, whoever is free begins; how long it took counts from when it should have begun, so that what
    waits for a free client is not left out."""
    took: list[float] = []
    began = time.perf_counter()
    due = iter(began + number / rate for number in range(int(rate * seconds)))

    async def repeat(caller: Caller) -> None:
        for at in due:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            await work(caller)
            took.append((time.perf_counter() - at) * 1000)

    await asyncio.gather(*map(repeat, connected))
    return Load(len(connected), took, time.perf_counter() - began)
