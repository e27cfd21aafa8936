"""Reads what came of a fault: databases, the log of events, metrics, handset and inbox."""

import asyncio
import re
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import httpx

from deploy.local.stack import LocalStack
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE
from services.enrollment.accounts.domain.account import Account
from services.kit.kafka.replay import list_dead_letters
from services.kit.kafka.tail import tail
from services.kit.mongo.client import Database
from tests.faults.audit import Arrived, Asked, Facts, Letter, Sent
from tests.faults.breaking.scene import Scene
from tests.faults.people import PatientPlatform, Story
from tests.faults.push import PushService
from tests.support.services.records import difference, settings_of

SETTLE_WITHIN = 90.0
CALM_FOR = 3.0
"""Seconds: a service says every two what it has not read."""
OUTBOXES = {
    "enrollment": ("accounts", "challenges", "devices", "notices", "policies", "hardware_tokens", "registrations"),
    "verifier": ("challenges", "authenticators", "sessions", "credentials"),
    "notifier": ("deliveries", "sends", "cancellations"),
}
"""The collections whose documents may hold events."""
WAITING = re.compile(
    r"^(?:security_info_consumer_records_waiting|security_info_consumer_records_in_flight)\{[^}]*\} ([0-9.e+]+)$",
    re.MULTILINE,
)
"""What is not read, and what is read and not handled yet."""


async def settled(stack: LocalStack, users: Collection[str], letters: int) -> tuple[int, int]:
    """Events in outboxes and records to be read, once both have been 0 for a while, and so many records are put aside;
    or it takes too long."""
    deadline, calm_since = time.monotonic() + SETTLE_WITHIN, None
    while True:
        waiting = await _outboxes(stack), _lag(stack)
        unended = [sent for sent in await _sent(stack, users) if sent.status in {"queued", "sending"}]
        now = time.monotonic()
        is_calm = (
            waiting == (0, 0)
            and not unended
            and (not letters or len({letter.origin for letter in await dead_letters(stack)}) >= letters)
        )
        calm_since = (calm_since or now) if is_calm else None
        if (calm_since is not None and now - calm_since >= CALM_FOR) or now > deadline:
            return waiting
        await asyncio.sleep(1.0)


async def facts(
    stack: LocalStack,
    push: PushService,
    platform: PatientPlatform,
    scene: Scene,
    stories: Sequence[Story],
    *,
    since: int,
    may_name: bool = False,
) -> Facts:
    """All about the people of these stories; of dead letters those after the first `since`."""
    users = {story.user for story in stories}
    outboxes, lag = await settled(stack, users, sum(scene.poison))
    letters = await dead_letters(stack)
    return Facts(
        stories=stories,
        asked=await _asked(stack, users),
        sent=await _sent(stack, users),
        arrived=[*_arrived(stack, stories), *_pushed(push, stories)],
        outboxes=outboxes,
        lag=lag,
        dead_letters=letters[since:],
        poison=sum(scene.poison),
        differing=await _differing(stack, users, may_name=may_name),
        answers=dict(platform.tally.counts),
        late=max(scene.late, default=None),
        kills=sum(scene.kills),
    )


async def dead_letters(stack: LocalStack) -> list[Letter]:
    """All of them, oldest first."""
    return [
        Letter(letter.reason, f"{letter.origin_topic}/{letter.origin_partition}@{letter.origin_offset}")
        async for letter in list_dead_letters(settings_of(stack))
    ]


async def _asked(stack: LocalStack, users: Collection[str]) -> list[Asked]:
    judged = {state["id"]: state["status"] for state in await _states(stack, "verifier", "challenges", users)}
    return [
        Asked(
            state["id"],
            state["user"],
            state["status"],
            state["terms"]["expiresAt"],
            judged.get(state["id"]),
            state.get("endedAt"),
        )
        for state in await _states(stack, "enrollment", "challenges", users)
    ]


async def _sent(stack: LocalStack, users: Collection[str]) -> list[Sent]:
    return [
        Sent(state["user"], state["channel"], state["status"], state.get("repeats", 0))
        for state in await _states(stack, "notifier", "deliveries", users)
        if state.get("terms")
    ]


def _arrived(stack: LocalStack, stories: Sequence[Story]) -> list[Arrived]:
    found = []
    for kind, way in (("messages", "text"), ("mail", "mail")):
        wanted = {story.destination for story in stories if story.way == way}
        shown = httpx.get(f"{stack.url('handset')}/api/{kind}", timeout=30).json()
        found += [
            Arrived(message["to"], datetime.fromisoformat(message["at"]))
            for message in shown
            if message["to"] in wanted and (way == "text" or "code" in message["subject"].lower())
        ]
    return found


def _pushed(push: PushService, stories: Sequence[Story]) -> list[Arrived]:
    users = {story.user for story in stories}
    return [Arrived(device, at) for device, at in push.arrived() if device in users]


async def _differing(stack: LocalStack, users: Collection[str], *, may_name: bool) -> list[str]:
    """People whose lifecycle events, replayed, give another record than their account has, or did not come in order: an
    event may come twice, but not before one that it follows."""
    events: dict[str, dict[str, Envelope]] = {}
    async for _, envelope in tail(settings_of(stack), [LIFECYCLE], from_beginning=True, follow=False):
        if envelope.subject and envelope.subject in users:
            events.setdefault(envelope.subject, {}).setdefault(envelope.id, envelope)
    found = []
    for state in await _states(stack, "enrollment", "accounts", users):
        account = Account.model_validate(state)
        told = list(events.get(account.user, {}).values())
        if differs := difference(account, told, may_name=may_name):
            found.append(f"{account.user}: {differs}")
    return found


async def _states(stack: LocalStack, service: str, collection: str, users: Collection[str]) -> list[dict[str, Any]]:
    database = Database(settings_of(stack), service)
    try:
        found = database.collection(collection).find({"state.user": {"$in": sorted(users)}})
        return [document["state"] async for document in found]
    finally:
        await database.close()


async def _outboxes(stack: LocalStack) -> int:
    waiting = 0
    for service, names in OUTBOXES.items():
        database = Database(settings_of(stack), service)
        try:
            for name in names:
                async for document in database.collection(name).find({"relay": {"$exists": True}}, {"outbox": 1}):
                    waiting += len(document.get("outbox") or ())
        finally:
            await database.close()
    return waiting


def _lag(stack: LocalStack) -> int:
    waiting = 0.0
    for service in OUTBOXES:
        address = f"http://127.0.0.1:{stack.ports.of(service)[service]}/metrics"
        try:
            waiting += sum(map(float, WAITING.findall(httpx.get(address, timeout=10).text)))
        except httpx.TransportError:
            waiting += 1
    return int(waiting)
