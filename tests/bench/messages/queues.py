"""How fast a service empties its queue: filled while it is stopped, measured from the first event to the last, while
the other services rest: on few cores they would take from it what they do with what it tells."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from pymongo import AsyncMongoClient

from deploy.local.stack import SERVICES, LocalStack
from services.kit.crypto.codes import totp_code
from tests.bench.client import Caller
from tests.bench.cycles import closed_loop
from tests.bench.messages.asking import Asking, counted, wait_for
from tests.bench.messages.bare import Bare, bare_rate
from tests.bench.running import SETTLE, Bench

NUMBER = 240
FROM = 0.1
"""Of the whole: what is done before counts as starting."""
WITHIN = 120.0
VERIFIED = {"state.status": "verified"}
SENT = {"state.channel": "sms", "state.status": {"$in": ["sent", "delivered"]}}


@dataclass(frozen=True)
class Queue:
    """What a service has done is what its collection counts for the question."""

    service: str
    place: tuple[str, str]
    question: Mapping[str, Any]
    bare: Bare

    async def rate(self, stack: LocalStack) -> float:
        """Events a second, once the service is started and has done a tenth.

        Raises:
            RuntimeError: it takes longer than `WITHIN`.
        """
        database: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stack.mongodb_url)
        base = await counted(database, self.place, self.question)
        starting = asyncio.create_task(asyncio.to_thread(stack.start, self.service))

        async def done() -> int:
            return await counted(database, self.place, self.question) - base

        try:
            await wait_for(done, int(NUMBER * FROM), WITHIN, what=f"{self.service} begins")
            first, began = await done(), perf_counter()
            await wait_for(done, NUMBER, WITHIN, what=f"{self.service} empties its queue")
            return (NUMBER - first) / (perf_counter() - began)
        finally:
            await starting
            await database.close()


JUDGED = Queue("verifier", ("verifier", "challenges"), VERIFIED, Bare(("verifier", "challenges"), writes=3))
"""A try and a guess are counted, the verdict is written and told."""
TEXTED = Queue("notifier", ("notifier", "deliveries"), SENT, Bare(("notifier", "deliveries"), writes=3, calls=1))
"""A message is queued, claimed, sent, and its outcome written and told."""


async def events_a_second(bench: Bench, asking: Asking) -> dict[str, dict[str, float]]:
    """Of the verifier and of the notifier, each beside a bare loop with the same writes, right after it."""
    await asking.grow(2 * NUMBER)
    codes = [await _begun(asking, asking.connected[0]) for _ in range(NUMBER)]
    await asyncio.sleep(SETTLE)

    async def answer(caller: Caller) -> None:
        await _answer(caller, *codes.pop())

    found = {}
    for queue, fill in ((JUDGED, answer), (TEXTED, asking.text)):
        await asyncio.to_thread(bench.stack.stop, queue.service)
        await closed_loop(asking.connected, WITHIN, fill, most=NUMBER)
        await asyncio.to_thread(bench.stack.stop, *SERVICES)
        rate = await queue.rate(bench.stack)
        bare = await bare_rate(queue.bare, bench.stack, asking.push.host, NUMBER)
        await asyncio.to_thread(bench.stack.start, *SERVICES)
        found[queue.service] = {"perSecond": round(rate, 1), "bare": round(bare, 1), "times": round(rate / bare, 2)}
    return found


async def _begun(asking: Asking, caller: Caller) -> tuple[str, bytes]:
    begun = await asking.begin(caller, {"type": "softwareOath"})
    return begun["challenge"]["id"], base64.b32decode(begun["secret"])


async def _answer(caller: Caller, challenge: str, secret: bytes) -> None:
    code = totp_code(secret, datetime.now(UTC))
    await caller.post(f"/v1.0/challenges/{challenge}/answer", {"code": code}, 202, prefer="wait=0")
