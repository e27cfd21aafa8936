"""Decorators around a provider: what it does is measured and logged, without a word of the message."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from services.kit.clock import monotonic
from services.notifier import metrics
from services.notifier.providers.base import (
    Acceptance,
    Inquiring,
    Message,
    OutcomeUnknownError,
    PermanentError,
    Provider,
    ProviderError,
    TransientError,
)

log = structlog.get_logger(__name__)


class Measured:
    """Counts and times the calls."""

    def __init__(self, provider: Provider, channel: str) -> None:
        self._provider = provider
        self._channel = channel
        self.name = provider.name

    async def send(self, message: Message) -> Acceptance:
        """As the provider; see `Provider.send`."""
        with self._call("send"):
            receipt = await self._provider.send(message)
        self._count("send", "accepted")
        return receipt

    def _count(self, call: str, result: str) -> None:
        metrics.PROVIDER_CALLS.labels(self._channel, self.name, call, result).inc()

    @contextmanager
    def _call(self, call: str) -> Iterator[None]:
        began = monotonic()
        try:
            yield
        except ProviderError as error:
            self._count(call, _result(error))
            raise
        finally:
            metrics.PROVIDER_SECONDS.labels(self._channel, self.name, call).observe(monotonic() - began)


class MeasuredInquiring(Measured):
    """The same for a provider that can be asked."""

    def __init__(self, provider: Provider, inquiring: Inquiring, channel: str) -> None:
        super().__init__(provider, channel)
        self._inquiring = inquiring

    async def find(self, message: Message, *, since: datetime) -> Acceptance | None:
        """As the provider; see `Inquiring.find`."""
        with self._call("find"):
            receipt = await self._inquiring.find(message, since=since)
        self._count("find", "found" if receipt else "absent")
        return receipt


class Logged:
    """Says in the log what came of the calls."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.name = provider.name

    async def send(self, message: Message) -> Acceptance:
        """As the provider; see `Provider.send`."""
        try:
            receipt = await self._provider.send(message)
        except ProviderError as error:
            log.warning("provider did not take a message", **self._about(message, error))
            raise
        log.info("provider took a message", provider=self.name, delivery=message.delivery_id, id=receipt.message_id)
        return receipt

    def _about(self, message: Message, error: ProviderError) -> dict[str, str]:
        kind = _result(error)
        return {"provider": self.name, "delivery": message.delivery_id, "result": kind, "cause": str(error)}


class LoggedInquiring(Logged):
    """The same for a provider that can be asked."""

    def __init__(self, provider: Provider, inquiring: Inquiring) -> None:
        super().__init__(provider)
        self._inquiring = inquiring

    async def find(self, message: Message, *, since: datetime) -> Acceptance | None:
        """As the provider; see `Inquiring.find`."""
        try:
            receipt = await self._inquiring.find(message, since=since)
        except ProviderError as error:
            log.warning("provider could not be asked", **self._about(message, error))
            raise
        log.info("provider was asked", provider=self.name, delivery=message.delivery_id, found=receipt is not None)
        return receipt


def observed(provider: Provider, channel: str) -> Provider:
    """`provider`, measured and logged; one that can be asked still can."""
    if isinstance(provider, Inquiring):
        measured = MeasuredInquiring(provider, provider, channel)
        return LoggedInquiring(measured, measured)
    return Logged(Measured(provider, channel))


def _result(error: ProviderError) -> str:
    match error:
        case PermanentError():
            return "permanent"
        case TransientError(retry_after=seconds) if seconds is not None:
            return "throttled"
        case TransientError():
            return "transient"
        case OutcomeUnknownError():
            return "unknown"
    return "failed"
