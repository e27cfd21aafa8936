"""What the notifier says about its deliveries (`.deliveries`).

`challenge_id` is the challenge whose code or request was delivered, or the notice (`notice_id` of `NoticeRequested`).
A call is sent when the provider has it, and delivered when it is answered.
"""

from datetime import timedelta
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.base import Channel, Event, OpaqueId

DeliveryFailureReason = Literal[
    "destinationRejected",
    "providerUnavailable",
    "providerRefused",
    "notDelivered",
    "expiredBeforeSending",
    "destinationMismatch",
]
BETWEEN_MESSAGES: Final = timedelta(seconds=10)
"""How long a number or an address is left alone after a message about a challenge; a further one waits in the queue."""

RefusalReason = Literal["resendTooSoon", "sendLimitReached", "phoneNumberNotAllowed"]


SignalName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-zA-Z]+$")]
"""One thing that speaks against a message."""

SIM_CHANGED: Final = "simChanged"
SIM_UNCHECKED: Final = "simUnchecked"
SIM_SIGNALS: Final = frozenset({SIM_CHANGED, SIM_UNCHECKED})
"""Signals of the notifier: the SIM card of the number was changed a short while ago, or nobody could say, and policy
asks for a word on it. They speak of the number's owner, not of pumping."""


class CodeSent(Event):
    """A provider accepted the message of one send. It says nothing about arrival."""

    VERSION: ClassVar[int] = 2

    challenge_id: OpaqueId
    delivery_id: OpaqueId
    send: int = Field(ge=1)
    channel: Channel
    provider: str = Field(max_length=64)
    provider_message_id: str | None = Field(default=None, max_length=128)
    repeated: bool = Field(default=False, description="sent once more because an earlier outcome is unknown")
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="of the number, ISO 3166-1 alpha-2")
    sent_at: AwareDatetime


class PushSent(Event):
    """A push request can be fetched by the app (`inApp`), or a push service has taken a message that says so.

    Whether the device woke up is not known. `service` is the host of the push service.
    """

    challenge_id: OpaqueId
    delivery_id: OpaqueId
    send: int = Field(ge=1)
    mode: Literal["inApp", "webPush"]
    service: str | None = Field(default=None, max_length=253)
    sent_at: AwareDatetime


class DeliveryConfirmed(Event):
    """The provider reported that the message arrived at the device."""

    VERSION: ClassVar[int] = 2

    challenge_id: OpaqueId
    delivery_id: OpaqueId
    send: int = Field(ge=1)
    channel: Channel
    provider: str = Field(max_length=64)
    delivered_at: AwareDatetime


class DeliveryFailed(Event):
    """This send will not arrive. `permanent`: sending again to the same destination will not help."""

    VERSION: ClassVar[int] = 2

    challenge_id: OpaqueId
    delivery_id: OpaqueId
    send: int = Field(ge=1)
    channel: Channel
    provider: str | None = Field(default=None, max_length=64)
    reason: DeliveryFailureReason
    permanent: bool
    failed_at: AwareDatetime


class SendObserved(Event):
    """Enrollment asked for a message that speaks for pumping, and policy lets it go out.

    `signals` is what speaks for it: `riskyRange`, `manyCountries`, `sequentialNumbers`, `unusualRange`,
    `unusualCountry`; there may be more, which a reader lets pass. `mode` is what policy does: `observe`, `slow` or
    `deny`.
    """

    VERSION: ClassVar[int] = 2

    challenge_id: OpaqueId
    channel: Channel
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="of the number, ISO 3166-1 alpha-2")
    mode: str = Field(max_length=32, pattern=r"^[a-zA-Z]+$")
    signals: tuple[SignalName, ...] = Field(min_length=1, max_length=16)
    observed_at: AwareDatetime


class SendRefused(Event):
    """The notifier did not send, by a limit or by policy; or enrollment did not ask for it, because it speaks for
    pumping: then there are `signals` and `mode` (see `SendObserved`), and no delivery. The notifier has signals where
    the SIM card of the number speaks against a code: `simChanged`, `simUnchecked`."""

    VERSION: ClassVar[int] = 2

    challenge_id: OpaqueId
    delivery_id: OpaqueId
    send: int = Field(ge=1)
    channel: Channel
    reason: RefusalReason
    retry_after: int | None = Field(default=None, ge=0, description="seconds")
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="of the number, ISO 3166-1 alpha-2")
    mode: str | None = Field(default=None, max_length=32, pattern=r"^[a-zA-Z]+$")
    signals: tuple[SignalName, ...] | None = Field(default=None, min_length=1, max_length=16)
    refused_at: AwareDatetime
