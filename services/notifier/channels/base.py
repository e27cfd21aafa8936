"""What a channel is: how a request becomes a message, and which providers carry it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pydantic import SecretStr

from schemas.base import Channel as ChannelName
from services.kit.config.file import SharedConfig
from services.kit.config.tenants import Branding, Sender
from services.notifier.domain.delivery import Delivery
from services.notifier.providers.base import Message, Provider, ProviderContext

PROVIDERS_OWN = Sender()
"""No sender of the organisation's."""


class UnfitRequestError(Exception):
    """The request is for something that this channel does not carry."""


@dataclass(frozen=True)
class Particulars:
    """What a message says besides its own words.

    `code` is None where there is none to be told. `host` is what a text binds the code to, if it does. `life` is how
    long it can still be answered. `link` leads from a notice to "This wasn't me". `sender` is the organisation's own,
    as far as it has one, `accent` its colour (#rrggbb).
    """

    organization: str
    code: SecretStr | None
    life: timedelta
    host: str | None
    link: SecretStr | None = None
    sender: Sender = PROVIDERS_OWN
    accent: str = Branding().accent_color
    code_in_subject: bool = False


class Channel(Protocol):
    """One way to reach a person."""

    @property
    def name(self) -> ChannelName: ...

    @property
    def is_fetched(self) -> bool:
        """Whether the person's app can fetch what has no destination, so that nothing needs to be sent."""
        ...

    @property
    def is_limited(self) -> bool:
        """Whether a destination gets only so many messages: each one costs, and disturbs whoever has the number."""
        ...

    @property
    def limits_notices(self) -> bool:
        """Whether notices of changes are limited as well, in a share of their own; of what is unusual all are."""
        ...

    def providers(self, config: SharedConfig, context: ProviderContext) -> tuple[Provider, ...]: ...

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        """Raises UnfitRequestError."""
        ...
