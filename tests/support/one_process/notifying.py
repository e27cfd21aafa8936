"""The notifier beside a lab, and the demo's handset that its messages and calls go to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from schemas.base import Channel
from services.kit.config.file import SharedConfig
from services.kit.config.production import config_of
from services.kit.kafka.broker import EventBroker
from services.notifier.app import dependencies_of, provider_context, twilio_tokens
from services.notifier.channels import CHANNELS
from services.notifier.channels.voice import Script
from services.notifier.consumers import subscribe
from services.notifier.dispatcher import Dispatcher
from services.notifier.http import Callbacks, router
from services.notifier.line import Line
from services.notifier.settings import NotifierSettings
from services.notifier.store import Store
from tests.attack.lab import Lab, Straight
from tests.model.world import Wiring
from tests.support.in_memory.memory import MemoryDatabase

SERVED: tuple[Channel, ...] = ("sms", "voice", "email")
"""Of an app's requests it is not told here: an app asks for them."""


@asynccontextmanager
async def notifier(lab: Lab, settings: NotifierSettings) -> AsyncIterator[FastAPI]:
    """Its handlers and pools over documents in memory, and the application to which providers report."""
    config, keyring, clock = config_of(settings, SharedConfig), lab.keyrings["notifier"], lab.clock
    store, wiring = Store.open(MemoryDatabase(), Straight(clock, lab.log), clock), Wiring()
    async with httpx.AsyncClient(follow_redirects=False) as client:
        context = provider_context(settings, client, keyring, clock, resolve=SecretStr)
        deps = dependencies_of(settings, store, config, keyring, clock)
        channels = [CHANNELS[name]() for name in SERVED]
        lines = [Line(channel, channel.providers(config, context)) for channel in channels]
        dispatcher = Dispatcher(lines, deps)
        broker = cast("EventBroker", wiring)
        for line in lines:
            subscribe(broker, line, store, dispatcher, clock=clock, group="notifier", precondition=_nothing)
        lab.log.handlers["notifier"] = wiring.handlers
        app = FastAPI()
        app.state.callbacks = Callbacks(settings.callback_origin, twilio_tokens(config), deps, Script(), {})
        app.include_router(router)
        dispatcher.start()
        try:
            yield app
        finally:
            await dispatcher.stop()


async def _nothing() -> None: ...
