"""One attempt at a provider, and what it came to."""

from collections.abc import Callable
from dataclasses import dataclass

from services.kit.decision import Change
from services.notifier.channels.base import Channel
from services.notifier.domain.breakers import Verdict
from services.notifier.domain.delivery import Delivery
from services.notifier.providers.base import Provider


@dataclass(frozen=True)
class DeliveryAttempt:
    """One claimed delivery at one provider; `route` names all providers that may carry it, in order. Nothing is sent
    once `monotonic()` has reached `until`: somebody else may have taken it over. `probe`: it finds out whether the
    provider works again."""

    delivery: Delivery
    channel: Channel
    provider: Provider
    route: tuple[str, ...]
    until: float
    probe: bool = False


@dataclass(frozen=True)
class Outcome:
    """A decision to write down, whether the provider took the message, and what this says of the provider, if it was
    called: `retry_after` is for how long it wants to be left alone."""

    decide: Callable[[Delivery], Change[Delivery]]
    accepted: bool = False
    verdict: Verdict | None = None
    retry_after: float = 0.0
