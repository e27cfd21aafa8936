"""The one place where enrollment is put together."""

from datetime import timedelta
from functools import partial
from typing import get_args

import httpx
from fastapi import FastAPI

from services.enrollment.api import openapi, routers
from services.enrollment.authenticator.pages import mount_authenticator
from services.enrollment.components import Components
from services.enrollment.config import Config
from services.enrollment.consumers import subscribe
from services.enrollment.dependencies import Dependencies
from services.enrollment.devices import api as device
from services.enrollment.devices.following import Watch
from services.enrollment.idempotency.handlers import Idempotency
from services.enrollment.policies.domain.linter.finding import errors_of
from services.enrollment.policies.domain.linter.lint import lint
from services.enrollment.policies.handlers import Follower, seed_policies
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.signing import Signer
from services.enrollment.store import Store
from services.enrollment.sweeping import sweep
from services.enrollment.tokens import ClientTokens
from services.enrollment.web.mount import mount
from services.enrollment.web.wizard.problems import problem_page
from services.kit.clock import SystemClock
from services.kit.config.clients import Scope
from services.kit.config.file import ConfigError
from services.kit.config.production import config_of
from services.kit.crypto.event_mac import EventMac
from services.kit.crypto.keyring import Keyring
from services.kit.http.problem import install_problem_handlers
from services.kit.runtime import serve
from services.kit.service import Service

SWEEP_EVERY = timedelta(seconds=5)


def main(port: int | None = None) -> None:
    serve("enrollment", EnrollmentSettings, build, port)


def require_sound(config: Config) -> None:
    """Refuse at the start what would strand a person in the wizard, breaks the profile that a group follows, or cannot
    be meant. Raises ConfigError: the linter finds an error in a tenant's policies, or a client has no scope."""
    for name, client in config.clients.items():
        if not client.scopes:
            raise ConfigError(
                f"SECURITY_INFO_CONFIG: clients.{name}.scopes: none, so that the client may call nothing; "
                f"name those that it needs of {', '.join(get_args(Scope))}"
            )
    for name, tenant in config.tenants.items():
        for finding in errors_of(lint(tenant, config.providers.channels)):
            place = f"tenants.{name}.groups.{finding.group}" if finding.group else f"tenants.{name}"
            raise ConfigError(f"SECURITY_INFO_CONFIG: {place}: {finding.code}: {finding.text}")


def build(settings: EnrollmentSettings) -> FastAPI:
    """The service as an application."""
    config = config_of(settings, Config)
    require_sound(config)
    clock = SystemClock(settings.offset)
    keyring = Keyring.load(settings.keyring, "enrollment", clock, demo=settings.is_demo)
    service = Service("enrollment", settings, clock, macs=EventMac(keyring))
    store = Store.open(service.database, service.relay, clock)
    client = httpx.AsyncClient()
    deps = Dependencies.on(store, keyring, config, clock, public_origin=settings.public_origin)
    components = Components(
        settings=settings,
        config=config,
        clock=clock,
        deps=deps,
        tokens=ClientTokens(config, settings.public_origin, clock, client),
        signer=Signer(keyring, settings.public_origin, clock),
        idempotency=Idempotency(store.answers, keyring, clock),
    )
    service.prepare(store.prepare, partial(seed_policies, deps.policies, store=store, clock=clock))
    service.sweep("sessions", every=SWEEP_EVERY, work=partial(sweep, store=store, clock=clock))
    service.in_background("policies", Follower(deps.policies, store))
    service.in_background("device streams", Watch(deps))
    service.close_at_the_end(client.aclose)
    subscribe(service.broker, deps, group=service.group, requirement=service.preparation.require)
    app = service.app()
    app.state.components = components
    app.include_router(routers.router)
    app.include_router(device.router)
    mount(app, config)
    mount_authenticator(app, public_origin=settings.public_origin, authenticator_origin=settings.authenticator_origin)
    install_problem_handlers(app, problem_page)
    openapi.describe(app)
    return app
