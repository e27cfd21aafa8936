"""What Prometheus learns about keys: which ones a process holds, so that a roll-out can be seen to be over."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import Gauge

if TYPE_CHECKING:
    from services.kit.crypto.keyring import Key, Purpose

HELD = Gauge(
    "security_info_key_in_use_from_seconds",
    "Keys that this process holds, with the moment (Unix time) from which it writes with each.",
    ["purpose", "key"],
)


def tell_of(keys: "Iterable[tuple[Purpose, Key]]") -> None:
    """Say which keys were loaded; their ids are no secret."""
    for purpose, key in keys:
        HELD.labels(purpose, key.id).set(key.in_use_from.timestamp())
