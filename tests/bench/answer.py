"""The measured way: a person answers a challenge over the API, from the right code to "verified"."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from services.kit.crypto.codes import totp_code, totp_step
from tests.bench.figures import Round
from tests.bench.floor import Floor, milliseconds
from tests.support.people.api import Platform, Somebody

PAUSE = 0.1
"""Seconds before each thing that is measured, answer and floor alike."""

Told = Callable[[], None]


@dataclass(frozen=True)
class Holder:
    """Somebody with an app of their own, and its secret."""

    somebody: Somebody
    method_id: str
    secret: bytes

    def code(self) -> str:
        """What the app shows now."""
        return totp_code(self.secret, datetime.now(UTC))


def holders(platform: Platform, number: int, told: Told) -> list[Holder]:
    """People with a software token each, which has a time step that no code was used of: each counts once."""
    made = []
    for _ in range(number):
        somebody = platform.person("everyone")
        begun, secret = somebody.with_software()
        made.append(Holder(somebody, begun["methodId"], secret))
        told()
    registered = totp_step(datetime.now(UTC))
    while totp_step(datetime.now(UTC)) <= registered:
        time.sleep(0.1)
    return made


async def rounds(people: Sequence[Holder], floor: Floor, told: Told) -> list[Round]:
    """An answer of each person, and the floor right after it."""
    measured = []
    for holder in people:
        measured.append(await _round(holder, floor))
        told()
    return measured


async def _round(holder: Holder, floor: Floor) -> Round:
    took = await answer(holder, floor.client)
    parts = []
    for part in (floor.round_trip, floor.hops, floor.writes):
        await asyncio.sleep(PAUSE)
        parts.append(await milliseconds(part))
    return Round(took, *parts)


async def answer(holder: Holder, client: httpx.AsyncClient) -> float:
    """Milliseconds from the code's departure to "verified". Opening the challenge is not in it."""
    platform = holder.somebody.platform
    challenge = await asyncio.to_thread(holder.somebody.asked, methodId=holder.method_id)
    address = f"{platform.stack.url('enrollment')}/v1.0/challenges/{challenge['id']}/answer"
    headers = {"Authorization": f"Bearer {platform.token()}", "Prefer": "wait=10"}
    body = {"code": holder.code()}

    async def verified() -> None:
        response = await client.post(address, json=body, headers=headers)
        if response.status_code != 200 or response.json()["status"] != "verified":
            raise RuntimeError(f"an answer was not verified: {response.status_code} {response.text}")

    await asyncio.sleep(PAUSE)
    return await milliseconds(verified)
