"""The record of a person's authenticators, as the events tell it and as the database has it."""

import asyncio
from collections.abc import Sequence

from pydantic import SecretStr

from deploy.local.health import outside_loop
from deploy.local.stack import LocalStack
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE
from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.accounts.domain.rebuilding import Rebuilding
from services.kit.kafka.tail import tail
from services.kit.mongo.client import Database
from services.kit.settings import ServiceSettings
from tests.support.servers.kafka import settings_for

AGREE_WITHIN = 15.0


def require_equal_records(stack: LocalStack, user: str, tenant: str = "northbridge") -> None:
    """Fail unless the lifecycle events of a person, replayed, give the record that the account has, and are numbered
    without a gap. What is still on its way to the topic is waited for. A browser test may have a loop of its own
    running in this thread."""
    outside_loop(_require_equal(stack, user, tenant))


def lifecycle_of(stack: LocalStack, user: str, tenant: str = "northbridge") -> list[Envelope]:
    """The person's lifecycle events that are on the topic now, each once, in order."""
    return outside_loop(_lifecycle(settings_of(stack), user, tenant))


async def _require_equal(stack: LocalStack, user: str, tenant: str) -> None:
    settings = settings_of(stack)
    deadline = asyncio.get_running_loop().time() + AGREE_WITHIN
    while True:
        account = await _account(settings, user, tenant)
        events = await _lifecycle(settings, user, tenant)
        if len(events) >= account.sequence or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.2)
    differs = difference(account, events)
    assert differs is None, differs


def difference(account: Account, events: Sequence[Envelope], *, may_name: bool = False) -> str | None:
    """What the lifecycle events of a person, in the order in which they came, tell otherwise than the account holds, by
    the rules of `security-info events rebuild`. An earlier version `may_name` methods there."""
    named = [event.type for event in events if getattr(event.event, "display_name", None)]
    if named and not may_name:
        return f"a name or a mask is kept for ever in {named}"
    rebuilding = Rebuilding()
    for event in events:
        rebuilding.take(event)
    return next(rebuilding.differences(account), None)


async def _lifecycle(settings: ServiceSettings, user: str, tenant: str) -> list[Envelope]:
    """An event may come twice: the outbox sends at least once."""
    found: dict[str, Envelope] = {}
    async for _, envelope in tail(settings, [LIFECYCLE], from_beginning=True, follow=False):
        if (envelope.tenant, envelope.subject) == (tenant, user):
            found[envelope.id] = envelope
    return sorted(found.values(), key=lambda envelope: envelope.sequence or 0)


async def _account(settings: ServiceSettings, user: str, tenant: str) -> Account:
    database = Database(settings, "enrollment")
    try:
        found = await database.collection("accounts").find_one({"_id": account_id(tenant, user)})
    finally:
        await database.close()
    assert found, f"{user} has no account"
    return Account.model_validate(found["state"])


def settings_of(stack: LocalStack) -> ServiceSettings:
    """To read what a stack has written, as a service would."""
    settings = settings_for(stack.kafka_url, stack.topic_prefix)
    return settings.model_copy(update={"mongodb_url": SecretStr(stack.mongodb_url)})
