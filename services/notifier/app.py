"""The one place where the notifier is put together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from schemas.base import Channel as ChannelName
from services.kit.clock import Clock, SystemClock
from services.kit.config.file import ConfigError, SharedConfig
from services.kit.config.gateways import SesProvider
from services.kit.config.production import config_of
from services.kit.config.providers import LOOPBACK, SmtpProvider, TwilioProvider
from services.kit.config.secrets import secret_of, with_secrets
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.kit.runtime import serve
from services.kit.service import Service
from services.kit.settings import SettingsError, given_variables
from services.notifier.channels import CHANNELS
from services.notifier.channels.base import Channel
from services.notifier.channels.voice import Script
from services.notifier.consumers import subscribe
from services.notifier.dependencies import Dependencies
from services.notifier.dispatcher import Dispatcher
from services.notifier.domain.routing import Rule
from services.notifier.handlers.endings import end_overdue
from services.notifier.http import MAX_BODY, MAX_BODY_OF_MANY, Callbacks, callback_url, report_url, router
from services.notifier.line import Line
from services.notifier.providers.base import Collecting, Provider, ProviderContext, Reporting
from services.notifier.providers.observed import observed
from services.notifier.settings import NotifierSettings
from services.notifier.sim_swap.camara import CamaraSimSwap
from services.notifier.sim_swap.checks import SimSwapChecks
from services.notifier.store import Store

UNLIMITED = httpx.Limits(max_connections=None, max_keepalive_connections=100)
"""Each pool limits itself: connections to a provider that hangs must not use up those to the others."""
SWEEP_EVERY = timedelta(seconds=2)
SILENT = (SmtpProvider, SesProvider)
"""Providers that report nothing to us by themselves."""

Carriers = Mapping[ChannelName, tuple[Channel, tuple[Provider, ...]]]
"""Every channel with its providers, each made once: who sends a message also reads what is reported of it."""


def main(channels: Sequence[ChannelName], port: int | None = None) -> None:
    serve("notifier", NotifierSettings, partial(build, channels=channels), port)


def build(settings: NotifierSettings, channels: Sequence[ChannelName]) -> FastAPI:
    resolve = partial(secret_of, variables=given_variables())
    config = with_secrets(config_of(settings, SharedConfig), resolve)
    _require_known(channels)
    require_callbacks(settings, config)
    clock = SystemClock(settings.offset)
    keyring = Keyring.load(settings.keyring, "notifier", clock, demo=settings.is_demo)
    client = httpx.AsyncClient(follow_redirects=False, limits=UNLIMITED)
    context = provider_context(settings, client, keyring, clock, resolve=resolve)
    carriers = _carriers(config, context)
    lines = _lines(channels, config, carriers)
    service = Service("notifier", settings, clock)
    store = Store.open(service.database, service.relay, clock)
    deps = dependencies_of(settings, store, config, keyring, clock, sim_checks=sim_checks_of(config, context))
    dispatcher = Dispatcher(lines, deps)
    service.prepare(store.prepare)
    service.in_background("dispatcher", dispatcher)
    service.sweep("deliveries", every=SWEEP_EVERY, work=partial(end_overdue, store=store, clock=clock))
    service.close_at_the_end(client.aclose)
    for line in lines:
        subscribe(
            service.broker,
            line,
            store,
            dispatcher,
            clock=clock,
            group=service.group,
            precondition=service.preparation.require,
        )
    collecting = _collecting(carriers)
    callbacks = Callbacks(
        settings.callback_origin, twilio_tokens(config), deps, Script(), _reporting(carriers), collecting
    )
    large = {f"/callbacks/{name}": MAX_BODY_OF_MANY for name in collecting}
    return _with_callbacks(service.app(max_body=MAX_BODY, large_bodies=large), callbacks)


def provider_context(
    settings: NotifierSettings,
    client: httpx.AsyncClient,
    keyring: Keyring,
    clock: Clock,
    *,
    resolve: Callable[[str], SecretStr],
) -> ProviderContext:
    """What every provider is made with; `resolve` finds the secret that a reference of the configuration names."""
    callbacks, reports = (partial(url, settings.callback_origin) for url in (callback_url, report_url))
    return ProviderContext(client, keyring, clock, callbacks=callbacks, reports=reports, resolve=resolve)


def dependencies_of(
    settings: NotifierSettings,
    store: Store,
    config: SharedConfig,
    keyring: Keyring,
    clock: Clock,
    *,
    sim_checks: SimSwapChecks | None = None,
) -> Dependencies:
    host = settings.public_url.host or "localhost"
    is_secure = settings.public_url.scheme == "https" or host in LOOPBACK
    return Dependencies(store, config, clock, keyring, Sealer(keyring), host, is_secure, sim_checks)


def sim_checks_of(config: SharedConfig, context: ProviderContext) -> SimSwapChecks | None:
    """None where nobody is asked about SIM cards. Raises ConfigError: the secret is missing."""
    account = config.providers.sim_swap
    if account is None:
        return None
    secret = context.resolve(account.client_secret)
    return SimSwapChecks(CamaraSimSwap(account, context.client, context.clock, secret=secret), context.clock)


def require_callbacks(settings: NotifierSettings, config: SharedConfig) -> None:
    """What providers report, and the keys that people press in calls, comes over https. Raises SettingsError."""
    reports = any(not isinstance(account, SILENT) for _, account in config.providers.placed)
    if reports and settings.callback_url.scheme != "https" and not settings.is_demo:
        raise SettingsError("SECURITY_INFO_CALLBACK_URL: must be https unless SECURITY_INFO_ENVIRONMENT=demo")


def _with_callbacks(app: FastAPI, callbacks: Callbacks) -> FastAPI:
    app.state.callbacks = callbacks
    app.include_router(router)
    return app


def twilio_tokens(config: SharedConfig) -> dict[str, SecretStr]:
    """What each account at Twilio signs with; also of channels that another process serves."""
    accounts = (account for _, account in config.providers.placed)
    return {account.name: account.auth_token for account in accounts if isinstance(account, TwilioProvider)}


def _reporting(carriers: Carriers) -> dict[str, Reporting]:
    """Those that report by themselves; also of channels that another process serves."""
    return {provider.name: provider for provider in _everyone(carriers) if isinstance(provider, Reporting)}


def _collecting(carriers: Carriers) -> dict[str, Collecting]:
    """Those that report of many messages at once."""
    return {provider.name: provider for provider in _everyone(carriers) if isinstance(provider, Collecting)}


def _everyone(carriers: Carriers) -> Iterator[Provider]:
    return (provider for _, providers in carriers.values() for provider in providers)


def _rules(channel: ChannelName, config: SharedConfig) -> tuple[Rule, ...]:
    return tuple(
        Rule(route.providers, frozenset(route.tenants), frozenset(route.countries))
        for route in config.routes
        if route.channel == channel
    )


def _require_known(channels: Sequence[ChannelName]) -> None:
    """Raises ConfigError: a channel is not implemented, or none is named."""
    if not channels:
        raise ConfigError("--channel: name at least one channel to serve")
    for name in channels:
        if name not in CHANNELS:
            raise ConfigError(f"--channel {name}: there is no such channel; choose from {', '.join(sorted(CHANNELS))}")


def _carriers(config: SharedConfig, context: ProviderContext) -> Carriers:
    channels = {name: make() for name, make in CHANNELS.items()}
    return {name: (channel, channel.providers(config, context)) for name, channel in channels.items()}


def _lines(channels: Sequence[ChannelName], config: SharedConfig, carriers: Carriers) -> list[Line]:
    """The channels with their providers. Raises ConfigError: a channel has no provider."""
    lines = []
    for name in dict.fromkeys(channels):
        channel, providers = carriers[name]
        if not providers:
            raise ConfigError(
                f"SECURITY_INFO_CONFIG: providers.{name} is empty; name a provider for --channel {name} "
                "(docs/settings.md says how)"
            )
        lines.append(Line(channel, tuple(observed(provider, name) for provider in providers), _rules(name, config)))
    return lines
