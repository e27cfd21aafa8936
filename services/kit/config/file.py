"""Reads the file: one mistake is one line, which names its place and the remedy."""

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import Field, ValidationError, model_validator

from services.kit.config.clients import Client, RateLimits
from services.kit.config.gateways import REFERENCE
from services.kit.config.messages import MessageBudgets, Pumping
from services.kit.config.providers import NumberRules, ProviderRoute, Providers, PushServices
from services.kit.config.tenants import SharedTenant
from services.kit.config.values import Closed, Identifier

PROVIDERS = "providers"
ACCOUNTS = frozenset({"authToken", "username", "password"})
"""What opens an account at a provider."""

SECRETS = frozenset({"authToken", "password"})
NAMED = re.compile(rf"\$\{{[A-Z][A-Z0-9_]*\}}|{REFERENCE}")
"""What leads to a secret and holds nothing of it, as a variable's default or a word beside it would."""

OF_AN_ACCOUNT = 3
"""The parts of an account's place: `providers`, the channel, its number."""
WITHHELD = "(withheld)"


class ConfigError(Exception):
    """The configuration file cannot be used; the message says where and why."""


class SharedConfig(Closed):
    """The whole file, but for what enrollment alone reads of its tenants."""

    opens_accounts: ClassVar[bool] = True
    """Whether who reads it speaks to providers; for others their tokens and passwords are not even expanded."""

    demo: bool = Field(default=False, description="this file is the demo's: no service starts with it elsewhere")
    tenants: Mapping[Identifier, SharedTenant]
    clients: dict[Identifier, Client]
    providers: Providers = Providers()
    routes: tuple[ProviderRoute, ...] = Field(
        default=(), description="orders of providers for some organisations and countries; else that of `providers`"
    )
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

    @model_validator(mode="after")
    def _routes_lead_somewhere(self) -> "SharedConfig":
        for number, route in enumerate(self.routes):
            if unknown := [name for name in route.providers if name not in self.providers.names.get(route.channel, ())]:
                raise ValueError(f"routes.{number} names {unknown[0]}, which is no provider of {route.channel}")
            if unknown := [tenant for tenant in route.tenants if tenant not in self.tenants]:
                raise ValueError(f"routes.{number} names the tenant {unknown[0]}, which does not exist")
        return self

    def tenant(self, tenant_id: str) -> SharedTenant:
        """The tenant with that id; it must exist (tokens are checked against the clients' tenants first)."""
        return self.tenants[tenant_id]

    def messages_of(self, tenant_id: str) -> MessageBudgets:
        """How many messages a tenant may send; the defaults for one that is not in the file any more."""
        tenant = self.tenants.get(tenant_id)
        return tenant.messages if tenant else MessageBudgets()

    def pumping_of(self, tenant_id: str) -> Pumping:
        """What a tenant does about pumping; the default for one that is not in the file any more."""
        tenant = self.tenants.get(tenant_id)
        return tenant.pumping if tenant else Pumping()

    def fails_closed_on_sim(self, tenant_id: str) -> bool:
        """Whether a tenant sends no code to a number on file of whose SIM card nobody could say anything."""
        tenant = self.tenants.get(tenant_id)
        return tenant is not None and tenant.sim_swap.fail_closed


VARIABLE = re.compile(r"\$\{(?:([A-Z][A-Z0-9_]*)(?::-([^}]*))?\})?")
"""A reference to a variable; one that begins and is none has no name."""

C = TypeVar("C", bound=SharedConfig)


def load_config(
    view: type[C],
    path: Path,
    environment: Mapping[str, str | None] | None = None,
    *,
    named_by: str = "SECURITY_INFO_CONFIG",
) -> C:
    """Read the file as a service sees it, with `${NAME:-default}` in its values replaced from the environment.

    That happens once YAML is parsed, so a value may hold any character and stays a text. `named_by` is what the path
    came from.

    Raises:
        ConfigError: one line that names the place and the remedy.
    """
    variables = os.environ if environment is None else environment
    content = _read(path, named_by)
    known = content if view.opens_accounts else _without_accounts(content)
    try:
        return _with_place(view.model_validate(_expanded(known, variables=variables)), path.parent)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(_place_in_file(first["loc"]))
        raise ConfigError(f"{named_by}: {path}: {where}: {first['msg']}") from None


def secrets_written_out(path: Path, *, named_by: str = "SECURITY_INFO_CONFIG") -> list[str]:
    """Where the file itself holds a secret of a provider, instead of saying where it is. Raises ConfigError."""
    found: list[str] = []

    def look(value: Any, *place: Any) -> Any:
        of_account = place[:1] == (PROVIDERS,) and len(place) == OF_AN_ACCOUNT + 1
        if of_account and place[-1] in SECRETS and isinstance(value, str) and not NAMED.fullmatch(value):
            found.append(".".join(str(part) for part in place))
        return _each(value, look, place)

    look(_read(path, named_by))
    return found


def _place_in_file(location: tuple[int | str, ...]) -> list[str]:
    """Without the type of a provider, by which pydantic tells accounts apart: it is no part of the place."""
    named_by_type = location[:1] == (PROVIDERS,) and len(location) > OF_AN_ACCOUNT
    parts = (*location[:OF_AN_ACCOUNT], *location[OF_AN_ACCOUNT + 1 :]) if named_by_type else location
    return [str(part) for part in parts]


def _read(path: Path, named_by: str) -> Any:
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except OSError:
        raise ConfigError(f"{named_by}: cannot read {path}; point it to your configuration file") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{named_by}: {path} is not YAML: {_place(error)}") from None


def _with_place(config: C, folder: Path) -> C:
    """What the file names beside itself."""
    if config.branding_directory is None:
        return config
    return config.model_copy(update={"branding_directory": folder / config.branding_directory})


def _without_accounts(value: Any, *place: Any) -> Any:
    """The same, with a word in place of each user name, password and token of the providers."""
    if place[:1] == (PROVIDERS,) and place[-1] in ACCOUNTS:
        return WITHHELD
    return _each(value, _without_accounts, place)


def _expanded(value: Any, *place: Any, variables: Mapping[str, str | None]) -> Any:
    """The same, with the variables' values; those are not looked through again."""

    def found(match: re.Match[str]) -> str:
        name, default = match.groups()
        where = ".".join(str(part) for part in place)
        if name is None:
            raise ConfigError(f"the configuration file: {where}: write a variable as ${{NAME}} or ${{NAME:-default}}")
        given = variables.get(name, default)
        if given is None:
            raise ConfigError(f"{name}: the configuration file refers to it at {where} and it is not set; set it")
        return given

    if isinstance(value, str):
        return VARIABLE.sub(found, value)
    return _each(value, partial(_expanded, variables=variables), place)


def _each(value: Any, change: Callable[..., Any], place: tuple[Any, ...]) -> Any:
    """The same mapping or list with its parts changed; `change` is told where each is."""
    match value:
        case dict():
            return {name: change(part, *place, name) for name, part in value.items()}
        case list():
            return [change(part, *place, number) for number, part in enumerate(value)]
    return value


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else "unreadable"
