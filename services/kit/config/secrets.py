"""Secrets that the configuration file only names."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from services.kit.config.file import ConfigError


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
