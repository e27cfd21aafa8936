"""Keyrings of services that belong together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from services.kit.clock import Clock
from services.kit.crypto.keyring import PURPOSES, Key, Keyring, Purpose, ServiceName

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def keyring(service: ServiceName) -> Keyring:
    """The keyring of a service; the same purpose has the same key in all of them."""
    return Keyring({purpose: (made_key(purpose),) for purpose in PURPOSES[service]})


def made_key(name: str, *, age: timedelta = timedelta()) -> Key:
    """A key that is always the same for the same name, made `age` before the others."""
    return Key(f"{name}-key", name.encode().ljust(32, b"."), MADE_AT - age)


def rotating(service: ServiceName, purpose: Purpose, clock: Clock, *, at: datetime) -> Keyring:
    """As `keyring`, with a second key of one purpose that is in use from `at` on; all services have the same."""
    held = {one: (made_key(one),) for one in PURPOSES[service]}
    ahead = replace(made_key(f"next-{purpose}"), active_from=at)
    return Keyring({**held, purpose: (ahead, *held[purpose])}, clock=clock)
