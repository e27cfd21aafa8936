"""The one place where the notifier is put together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import httpx
from fastapi import FastAPI

from schemas.base import Channel as ChannelName
from services.kit.clock import SystemClock
from services.kit.config.file import ConfigError, SharedConfig, load_config
from services.kit.crypto.keyring import Keyring, KeyringError
from services.kit.crypto.sealing import Sealer
from services.kit.http.app import build_app
from services.kit.kafka.broker import EventBroker
from services.kit.mongo.client import Database
from services.kit.mongo.deadlines import Sweeper
from services.kit.mongo.prepare import Preparation
from services.kit.mongo.relay import Relay
from services.kit.runtime import fail, run
from services.kit.settings import SettingsError, load_settings
from services.kit.telemetry import configure_logging
from services.notifier.channels import CHANNELS
from services.notifier.channels.voice import Script
from services.notifier.consumers import subscribe
from services.notifier.dispatcher import Dispatcher, Line
from services.notifier.handlers import Desk, end_overdue
from services.notifier.http import Callbacks, callback_url, router
from services.notifier.providers.base import Workshop
from services.notifier.providers.observed import observed
from services.notifier.settings import NotifierSettings
from services.notifier.store import Store

SWEEP_EVERY = timedelta(seconds=2)


def main(channels: Sequence[ChannelName], port: int | None = None) -> None:
    """Run until told to stop. A mistake in settings, keyring or configuration ends it with one line and status 1."""
    try:
        settings = load_settings(NotifierSettings)
        configure_logging("notifier", demo=settings.is_demo, level=settings.log_level)
        app = build(settings, channels)
    except (SettingsError, KeyringError, ConfigError) as error:
        fail(str(error))
    run(app, "127.0.0.1" if settings.is_demo else "0.0.0.0", port or settings.notifier_port)  # noqa: S104 - in a container


def build(settings: NotifierSettings, channels: Sequence[ChannelName]) -> FastAPI:
    """The service as an application, its background work in its lifespan."""
    config = load_config(SharedConfig, settings.config)
    keyring = Keyring.load(settings.keyring, "notifier")
    client = httpx.AsyncClient(follow_redirects=False)
    clock = SystemClock(settings.offset)
    if config.push_services.unsafe and not settings.is_demo:
        raise ConfigError("SECURITY_INFO_CONFIG: pushServices.unsafe is for the demo only; remove it")
    workshop = Workshop(client, keyring, clock, partial(callback_url, settings.callback_origin))
    lines = _lines(channels, config, workshop)
    broker = EventBroker(settings, "notifier", clock)
    database = Database(settings, "notifier")
    relay = Relay(broker, clock)
    store = Store.open(database, relay, clock)
    desk = Desk(store, config, clock, keyring, Sealer(keyring), settings.public_url.host or "localhost")
    dispatcher = Dispatcher(lines, desk)
    sweeper = Sweeper(
        "deliveries",
        every=SWEEP_EVERY,
        work=partial(end_overdue, store=store, clock=clock),
        leases=database.collection("leases"),
        clock=clock,
    )

    async def begin() -> None:
        relay.start()
        dispatcher.start()
        sweeper.start()

    preparation = Preparation([store.prepare, relay.prepare, begin])
    group = f"{settings.topic_prefix}.notifier"
    for line in lines:
        subscribe(
            broker,
            line,
            store,
            dispatcher,
            clock=clock,
            group=group,
            requirement=preparation.require,
        )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        preparation.start()
        await broker.start()
        yield
        await preparation.stop()
        await sweeper.stop()
        await broker.stop_consuming()
        await dispatcher.stop()
        await relay.stop()
        await broker.stop()
        await client.aclose()
        database.close()

    readiness = {"kafka": broker.ready, "mongodb": database.ready, "indexes": preparation.ready}
    liveness = {
        "consumers": broker.alive,
        "dispatcher": dispatcher.alive,
        "relay": relay.alive,
        "sweeper": sweeper.alive,
    }
    app = build_app("notifier", readiness=readiness, lifespan=lifespan, liveness=liveness)
    tokens = {account.name: account.auth_token for account in (*config.providers.sms, *config.providers.voice)}
    app.state.callbacks = Callbacks(settings.callback_origin, tokens, desk, Script())
    app.include_router(router)
    return app


def _lines(channels: Sequence[ChannelName], config: SharedConfig, workshop: Workshop) -> list[Line]:
    """The channels with their providers.

    Raises:
        ConfigError: a channel is not implemented, or has no provider.
    """
    lines = []
    for name in dict.fromkeys(channels):
        if name not in CHANNELS:
            raise ConfigError(f"--channel {name}: there is no such channel; choose from {', '.join(sorted(CHANNELS))}")
        channel = CHANNELS[name]()
        providers = tuple(observed(provider, name) for provider in channel.providers(config, workshop))
        if not providers:
            raise ConfigError(
                f"SECURITY_INFO_CONFIG: providers.{name} is empty; name a provider for --channel {name} "
                "(docs/settings.md says how)"
            )
        lines.append(Line(channel, providers))
    if not lines:
        raise ConfigError("--channel: name at least one channel to serve")
    return lines
