"""What is for the demo alone: elsewhere a service does not start with it."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import AnyHttpUrl

from services.kit.config.file import C, ConfigError, SharedConfig, load_config, secrets_written_out
from services.kit.config.gateways import (
    SesProvider,
    SinchProvider,
    SnsProvider,
    VonageProvider,
    WebhookProvider,
    WhatsAppProvider,
)
from services.kit.config.providers import TwilioProvider
from services.kit.settings import ServiceSettings, given_variables

DEMO_TOKEN = "demo-twilio-token"  # noqa: S105 - what it must not be
"""The default of `deploy/demo/config.yaml`."""


def config_of(settings: ServiceSettings, view: type[C]) -> C:
    """The configuration file of a service.

    Raises:
        ConfigError: it cannot be used, or not outside the demo; one line that names the place and the remedy.
    """
    config = load_config(view, settings.config, given_variables())
    if not settings.is_demo:
        require_production(config, settings.config)
        require_named_secrets(settings.config)
    return config


def require_production(config: SharedConfig, path: Path) -> None:
    """Refuse what crosses networks in clear, and what anybody can know from the demo's files. Raises ConfigError."""
    for place, why in _for_the_demo(config):
        raise ConfigError(f"SECURITY_INFO_CONFIG: {path}: {place}{why}")


def require_named_secrets(path: Path) -> None:
    """Refuse a file that holds a secret of a provider. Raises ConfigError, which does not repeat it."""
    for place in secrets_written_out(path):
        how = "say where it is: ${NAME} or env:NAME for a variable, or file:/PATH"
        raise ConfigError(f"SECURITY_INFO_CONFIG: {path}: {place} is a secret and is not written here; {how}")


def _for_the_demo(config: SharedConfig) -> Iterator[tuple[str, str]]:
    if config.demo:
        yield "demo", " is true: this is the demo's file; write your own, as deploy/example.yaml shows"
    if config.push_services.unsafe:
        yield "pushServices.unsafe", " is for the demo only; remove it"
    if config.numbers.fictional:
        yield "numbers.fictional", " is for the demo only; remove it"
    for place, url in _addresses(config):
        if url.scheme != "https":
            yield place, f" must be https; {url.scheme} is for the demo only"
    for place, account in config.providers.placed:
        if isinstance(account, TwilioProvider) and account.auth_token.get_secret_value() == DEMO_TOKEN:
            yield f"{place}.authToken", " is the demo's; set it to your provider's"


def _addresses(config: SharedConfig) -> Iterator[tuple[str, AnyHttpUrl]]:
    """All that keys, codes, results and people go through."""
    for name, client in config.clients.items():
        yield f"clients.{name}.jwksUrl", client.jwks_url
        for number, url in enumerate(client.return_urls):
            yield f"clients.{name}.returnUrls.{number}", url
    if source := config.providers.sim_swap:
        yield "providers.simSwap.baseUrl", source.base_url
        yield "providers.simSwap.tokenUrl", source.token_url
    for place, account in config.providers.placed:
        match account:
            case TwilioProvider() | VonageProvider() | SinchProvider() | WhatsAppProvider():
                yield f"{place}.baseUrl", account.base_url
            case SnsProvider() | SesProvider() if account.base_url is not None:
                yield f"{place}.baseUrl", account.base_url
            case WebhookProvider():
                yield f"{place}.url", account.url
