"""Reads the file: one mistake is one line, which names its place and the remedy."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import Field, ValidationError, model_validator

from services.kit.config.clients import Client, RateLimits
from services.kit.config.providers import NumberRules, Providers, PushServices
from services.kit.config.tenants import SharedTenant
from services.kit.config.values import Closed, Identifier


class ConfigError(Exception):
    """The configuration file cannot be used; the message says where and why."""


class SharedConfig(Closed):
    """The whole file, but for what enrollment alone reads of its tenants."""

    tenants: Mapping[Identifier, SharedTenant]
    clients: dict[Identifier, Client]
    providers: Providers = Providers()
    push_services: PushServices = PushServices()
    numbers: NumberRules = NumberRules()
    limits: RateLimits = RateLimits()
    branding_directory: Path | None = Field(default=None, description="where the logos are; relative to this file")

    @model_validator(mode="after")
    def _logos_have_a_place(self) -> "SharedConfig":
        for name, tenant in self.tenants.items():
            if tenant.branding.logo and self.branding_directory is None:
                raise ValueError(f"tenants.{name}.branding.logo needs brandingDirectory, where the file is")
        return self

    @model_validator(mode="after")
    def _clients_fit(self) -> "SharedConfig":
        issuers = [client.issuer for client in self.clients.values()]
        if len(set(issuers)) < len(issuers):
            raise ValueError("two clients have one issuer")
        for name, client in self.clients.items():
            if unknown := [tenant for tenant in client.tenants if tenant not in self.tenants]:
                raise ValueError(f"client {name} names the tenant {unknown[0]}, which does not exist")
        return self

    def tenant(self, tenant_id: str) -> SharedTenant:
        """The tenant with that id; it must exist (tokens are checked against the clients' tenants first)."""
        return self.tenants[tenant_id]


VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")


C = TypeVar("C", bound=SharedConfig)


def load_config(
    view: type[C], path: Path, environment: Mapping[str, str] | None = None, *, named_by: str = "SECURITY_INFO_CONFIG"
) -> C:
    """Read the file as a service sees it, with `${NAME:-default}` replaced from the environment. `named_by` is what the
    path came from.

    Raises:
        ConfigError: one line that names the place and the remedy.
    """
    variables = os.environ if environment is None else environment
    try:
        content = yaml.safe_load(_expanded(path.read_text(), variables))
        return _with_place(view.model_validate(content), path.parent)
    except (OSError, UnicodeError):
        raise ConfigError(f"{named_by}: cannot read {path}; point it to your configuration file") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{named_by}: {path} is not YAML: {_place(error)}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{named_by}: {path}: {where}: {first['msg']}") from None


def _with_place(config: C, folder: Path) -> C:
    """What the file names beside itself."""
    if config.branding_directory is None:
        return config
    return config.model_copy(update={"branding_directory": folder / config.branding_directory})


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        found = variables.get(name, default)
        if found is None:
            raise ConfigError(f"{name}: the configuration file refers to it and it is not set; set it")
        return found

    return VARIABLE.sub(value, text)


def _place(error: yaml.YAMLError) -> Any:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else "unreadable"
