"""Providers that are not part of this product: docs/adding-a-provider.md."""

from importlib import import_module

from services.kit.config.file import ConfigError
from services.kit.config.gateways import PluginProvider
from services.notifier.providers.base import Provider, ProviderContext


def plugged_in(account: PluginProvider, context: ProviderContext) -> Provider:
    """What the named function makes of the account.

    Raises:
        ConfigError: there is no such function, or what it makes sends nothing.
    """
    module, _, name = account.factory.partition(":")
    try:
        factory = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        where = f"SECURITY_INFO_CONFIG: the provider {account.name}: factory {account.factory}"
        raise ConfigError(f"{where} cannot be imported ({type(error).__name__}); is it on PYTHONPATH?") from None
    try:
        made = factory(account, context)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        where = f"SECURITY_INFO_CONFIG: the provider {account.name}: factory {account.factory}"
        raise ConfigError(f"{where} made nothing of it: {type(error).__name__}: {error}") from None
    if getattr(made, "name", None) != account.name or not callable(getattr(made, "send", None)):
        raise ConfigError(f"SECURITY_INFO_CONFIG: the provider {account.name}: what {account.factory} makes is none")
    provider: Provider = made
    return provider
