"""What a provider reports by itself, from the request to the delivery."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from services.notifier.channels.voice import Script
from services.notifier.http import Callbacks, report_url, router
from services.notifier.providers import standard_webhooks as signing
from services.notifier.providers.network import Caller
from services.notifier.providers.webhook import Webhook
from tests.support.services.gateways import WebhookGateway
from tests.unit.notifier.handlers.test_delivering import World

ORIGIN = "https://callbacks.northbridge.example"
KEY = WebhookGateway.key


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.relay.stop()


async def reported(
    world: World, provider: str, delivery_id: str, kind: str, key: bytes = KEY, about: str | None = None
) -> int:
    """The answer to a report, whose signed part is about the same message unless another one is given."""
    account = WebhookGateway(port=1).account()
    hook = Webhook(
        account, "sms", Caller(httpx.AsyncClient()), world.clock, keys=[KEY], reports=report_url(ORIGIN, "hook")
    )
    app = FastAPI()
    app.state.callbacks = Callbacks(ORIGIN, {}, world.deps, Script(), {"hook": hook})
    app.include_router(router)
    body = json.dumps({"type": kind, "data": {"messageId": delivery_id if about is None else about}}).encode()
    headers = signing.headers([key], "r-1", body, world.clock.now())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        return (
            await client.post(f"{report_url(ORIGIN, provider)}/{delivery_id}", content=body, headers=headers)
        ).status_code


async def test_a_report_that_is_genuine_counts_and_no_other(world: World) -> None:
    await world.queue()
    sent = await world.attempt()
    assert await reported(world, "hook", sent.id, "message.delivered", key=b"1" * 32) == 403
    assert await reported(world, "nobody", sent.id, "message.delivered") == 403
    assert await reported(world, "hook", "gone", "message.delivered") == 204
    assert await reported(world, "hook", sent.id, "message.read") == 204
    assert (await world.stored()).state.status == "sent"
    before = arrived()
    for _ in range(2):
        assert await reported(world, "hook", sent.id, "message.delivered") == 204
    assert (await world.stored()).state.status == "delivered"
    assert arrived() == before + 1


@pytest.mark.parametrize("about", ["", "01a21084-a8a9-7ffa-8174-ce48b89ab04a"])
async def test_a_genuine_report_of_another_message_is_refused(world: World, about: str) -> None:
    """Nobody signs the address: whoever saw one report could send it anew about any message."""
    await world.queue()
    sent = await world.attempt()
    for kind in ("message.failed", "message.delivered"):
        assert await reported(world, "hook", sent.id, kind, about=about) == 403
    assert (await world.stored()).state.status == "sent"


def arrived() -> float:
    labels = {"channel": "sms", "provider": "hook", "country": "none", "stage": "delivered"}
    return REGISTRY.get_sample_value("security_info_messages_total", labels) or 0.0
