"""The one place where enrollment is put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import httpx
import structlog
from fastapi import FastAPI

from services.enrollment.api import openapi, routers
from services.enrollment.authenticator.pages import mount_authenticator
from services.enrollment.challenges.handlers.verdicts import end_overdue
from services.enrollment.components import Components
from services.enrollment.config import Config
from services.enrollment.consumers import subscribe
from services.enrollment.dependencies import Dependencies
from services.enrollment.devices import api as device
from services.enrollment.idempotency.handlers import Idempotency
from services.enrollment.policies.domain.linter import errors_of, lint
from services.enrollment.policies.handlers import Follower, Policies, seed_policies
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.signals import Signals
from services.enrollment.store import Store
from services.enrollment.tokens import ClientTokens, Signer
from services.enrollment.web.wizard import routes
from services.kit.clock import SystemClock
from services.kit.config.file import ConfigError, load_config
from services.kit.crypto.keyring import Keyring, KeyringError
from services.kit.crypto.sealing import Sealer
from services.kit.http.app import build_app
from services.kit.http.limits import RateLimiter
from services.kit.http.problem import install_problem_handlers
from services.kit.kafka.broker import EventBroker
from services.kit.mongo.client import Database
from services.kit.mongo.deadlines import Sweeper
from services.kit.mongo.prepare import Preparation
from services.kit.mongo.relay import Relay
from services.kit.runtime import fail, run
from services.kit.settings import SettingsError, load_settings
from services.kit.telemetry import configure_logging

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(seconds=5)


def main(port: int | None = None) -> None:
    """Run until told to stop. A mistake in settings, keyring or configuration ends it with one line and status 1."""
    try:
        settings = load_settings(EnrollmentSettings)
        configure_logging("enrollment", demo=settings.is_demo, level=settings.log_level)
        app = build(settings)
    except (SettingsError, KeyringError, ConfigError) as error:
        fail(str(error))
    host = "127.0.0.1" if settings.is_demo else "0.0.0.0"  # noqa: S104 - in a container
    run(app, host, port or settings.enrollment_port, trusted_proxies=settings.trusted_proxies)


def require_sound(config: Config) -> None:
    """Refuse at the start what would strand a person in the wizard, or breaks the profile that a group follows.

    Raises:
        ConfigError: the linter finds an error in a tenant's policies.
    """
    for name, tenant in config.tenants.items():
        for finding in errors_of(lint(tenant, config.providers.channels)):
            place = f"tenants.{name}.groups.{finding.group}" if finding.group else f"tenants.{name}"
            raise ConfigError(f"SECURITY_INFO_CONFIG: {place}: {finding.code}: {finding.text}")


def build(settings: EnrollmentSettings) -> FastAPI:
    """The service as an application, its background work in its lifespan."""
    config = load_config(Config, settings.config)
    require_sound(config)
    keyring = Keyring.load(settings.keyring, "enrollment")
    clock = SystemClock(settings.offset)
    broker = EventBroker(settings, "enrollment", clock)
    database = Database(settings, "enrollment")
    relay = Relay(broker, clock)
    store, signals = Store.open(database, relay, clock), Signals()
    client = httpx.AsyncClient()
    deps = Dependencies(
        store,
        config,
        clock,
        keyring,
        Sealer(keyring),
        signals,
        RateLimiter(config.limits),
        public_origin=settings.public_origin,
        policies=Policies(config),
    )
    follower = Follower(deps.policies, store)
    components = Components(
        settings=settings,
        config=config,
        clock=clock,
        deps=deps,
        tokens=ClientTokens(config, settings.public_origin, clock, client),
        signer=Signer(keyring, settings.public_origin, clock),
        idempotency=Idempotency(store.answers, keyring, clock),
    )
    sweeper = Sweeper(
        "sessions",
        every=SWEEP_EVERY,
        work=partial(end_overdue, store=store, clock=clock),
        leases=database.collection("leases"),
        clock=clock,
    )

    async def seed() -> None:
        await seed_policies(deps.policies, store=store, clock=clock)

    async def begin() -> None:
        relay.start()
        sweeper.start()
        follower.start()

    preparation = Preparation([store.prepare, relay.prepare, seed, begin])
    subscribe(broker, deps, group=f"{settings.topic_prefix}.enrollment", requirement=preparation.require)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        preparation.start()
        await broker.start()
        yield
        await preparation.stop()
        await sweeper.stop()
        await follower.stop()
        await broker.stop_consuming()
        await relay.stop()
        await broker.stop()
        await client.aclose()
        database.close()

    readiness = {"kafka": broker.ready, "mongodb": database.ready, "indexes": preparation.ready}
    liveness = {"consumers": broker.alive, "relay": relay.alive, "sweeper": sweeper.alive, "policies": follower.alive}
    app = build_app("enrollment", readiness=readiness, lifespan=lifespan, liveness=liveness)
    app.state.components = components
    app.include_router(routers.router)
    app.include_router(device.router)
    routes.mount(app)
    mount_authenticator(app, public_origin=settings.public_origin, authenticator_origin=settings.authenticator_origin)
    install_problem_handlers(app, routes.problem_page)
    openapi.describe(app)
    return app
