"""One attempt at a provider, and what it came to."""

from collections.abc import Callable
from dataclasses import dataclass

from services.kit.decision import Change
from services.notifier.channels.base import Channel
from services.notifier.domain.delivery import Delivery
from services.notifier.providers.base import Provider


@dataclass(frozen=True)
class DeliveryAttempt:
    """One claimed delivery at one provider; `route` names all providers of the channel in order. Nothing is sent once
    `monotonic()` has reached `until`: somebody else may have taken it over."""

    delivery: Delivery
    channel: Channel
    provider: Provider
    route: tuple[str, ...]
    until: float


@dataclass(frozen=True)
class Outcome:
    """A decision to write down, how long the whole provider wants to be left alone, and whether it took a message."""

    decide: Callable[[Delivery], Change[Delivery]]
    retry_after: float | None = None
    accepted: bool = False
