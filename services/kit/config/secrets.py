"""Secrets that the configuration file only names."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import SecretStr

from services.kit.config.file import ConfigError, SharedConfig
from services.kit.config.gateways import REFERENCE
from services.kit.config.providers import AnyProvider, SmtpProvider, TwilioProvider


def secret_of(reference: str, variables: Mapping[str, str | None]) -> SecretStr:
    """What a `SecretReference` leads to.

    Raises:
        ConfigError: there is nothing; one line that names it.
    """
    kind, _, place = reference.partition(":")
    if kind == "env":
        found = variables.get(place)
        if not found:
            raise ConfigError(f"{place}: the configuration file names it as a secret of a provider; set it")
        return SecretStr(found)
    try:
        content = Path(place).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"SECURITY_INFO_CONFIG: the secret {reference} cannot be read; put it there") from None
    if not content:
        raise ConfigError(f"SECURITY_INFO_CONFIG: the secret {reference} is empty")
    return SecretStr(content)


def with_secrets(config: SharedConfig, resolve: Callable[[str], SecretStr]) -> SharedConfig:
    """The configuration, with the tokens of Twilio and the passwords of mail servers where it only names them; those of
    other accounts are resolved where they are used. Raises ConfigError."""

    def meant(secret: SecretStr | None) -> SecretStr | None:
        text = secret.get_secret_value() if secret else ""
        return resolve(text) if re.match(REFERENCE, text) else secret

    def opened(account: AnyProvider) -> AnyProvider:
        match account:
            case TwilioProvider():
                return account.model_copy(update={"auth_token": meant(account.auth_token)})
            case SmtpProvider():
                return account.model_copy(update={"password": meant(account.password)})
        return account

    known = config.providers
    channels = {"sms": known.sms, "voice": known.voice, "email": known.email}
    carriers = {channel: tuple(opened(account) for account in accounts) for channel, accounts in channels.items()}
    return config.model_copy(update={"providers": known.model_copy(update=carriers)})
