"""What a provider is, and what can go wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import httpx
from pydantic import SecretStr

from schemas.notification import DeliveryFailureReason
from services.kit.clock import Clock
from services.kit.crypto.keyring import Keyring
from services.notifier.domain.receipts import DeliveryReceipt

TIMEOUT = 4.0
"""Seconds that one call to a provider may take in all. One second more is for asking whether it has the message, so
that another provider carries it within five."""
CONNECT_WITHIN = 2.0
"""Seconds of these for a connection. Without one nothing can have been taken: another provider carries it at once."""


@dataclass(frozen=True)
class Message:
    """A message as the provider gets it. Nothing of its content shows in a representation.

    `mark` is the part of the body that stays the same whenever the message is composed anew. After `life` it is of no
    use any more. `subject` and `html` are for channels that have such a thing. `sender` and `sender_name`, where they
    are not empty, take the place of the provider's. `locale` (BCP 47) is for providers that have the words themselves.
    """

    delivery_id: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    mark: str = field(repr=False)
    life: timedelta = timedelta()
    subject: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    sender: str = ""
    sender_name: str = ""
    locale: str = ""


@dataclass(frozen=True)
class Acceptance:
    """The provider has the message, under this id of its own. `service` is the host of the push service with it."""

    message_id: str | None
    service: str | None = None


@dataclass(frozen=True)
class ProviderContext:
    """What providers are made with. `callbacks` gives the address for Twilio's callbacks, `reports` that for what any
    other provider reports, each up to the delivery's id; `resolve` the secret that a reference of the configuration
    means."""

    client: httpx.AsyncClient
    keyring: Keyring
    clock: Clock
    callbacks: Callable[[str], str]
    reports: Callable[[str], str]
    resolve: Callable[[str], SecretStr]


class ProviderError(Exception):
    """The message was not accepted."""


class PermanentError(ProviderError):
    """This destination can't be reached, by this or another provider."""


class TransientError(ProviderError):
    """It was certainly not accepted this time; later, or by another provider, it may be.

    `retry_after`: seconds that the provider asks for, for all calls to it. `of_message`: it answered, and refused this
    one message, which says nothing of the others.
    """

    def __init__(
        self,
        cause: str,
        *,
        reason: DeliveryFailureReason = "providerUnavailable",
        retry_after: float | None = None,
        of_message: bool = False,
    ) -> None:
        super().__init__(cause)
        self.reason: DeliveryFailureReason = reason
        self.retry_after = retry_after
        self.of_message = of_message


class OutcomeUnknownError(ProviderError):
    """Nobody knows whether the provider took the message: its answer never came."""


class Provider(Protocol):
    """Carries messages."""

    @property
    def name(self) -> str: ...

    async def send(self, message: Message) -> Acceptance:
        """Hand the message over, within `TIMEOUT`.

        Raises:
            PermanentError: the destination is no good.
            TransientError: not this time.
            OutcomeUnknownError: it may have been taken.
        """
        ...


@runtime_checkable
class Inquiring(Protocol):
    """A provider that can be asked what it has."""

    async def find(self, message: Message, *, since: datetime) -> Acceptance | None:
        """The same message, if the provider took it at `since` or later.

        Raises:
            ProviderError: it can't be asked now.
        """
        ...


@dataclass(frozen=True)
class Report:
    """A request by which a provider tells what became of a message. Names of headers are in small letters."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class ForgedReportError(Exception):
    """Nobody knows who sent this report."""


@runtime_checkable
class Reporting(Protocol):
    """A provider that tells by itself what became of a message."""

    def read_report(self, report: Report) -> DeliveryReceipt | None:
        """What it says, and of which message by what is signed (`delivery_id`); None where that means nothing to us.

        Raises:
            ForgedReportError: the provider did not sign it, or not now.
        """
        ...


@runtime_checkable
class Collecting(Protocol):
    """A provider that tells of many messages at once, at one address for all of them."""

    def read_reports(self, report: Report) -> tuple[DeliveryReceipt, ...]:
        """What it says, each of a message by what is signed (`delivery_id`); what means nothing to us is left out.

        Raises:
            ForgedReportError: the provider did not sign it.
        """
        ...

    def confirmed(self, query: Mapping[str, str]) -> str | None:
        """The answer to the request by which it makes sure that the address is ours; None to anybody else's."""
        ...
