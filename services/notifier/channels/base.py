"""What a channel is: how a request becomes a message, and which providers carry it."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from schemas.base import Channel as ChannelName
from services.kit.config import Config
from services.notifier.domain import Delivery
from services.notifier.providers.base import Message, Provider, Workshop


@dataclass(frozen=True)
class Particulars:
    """What a text says besides its own words. `minutes` is how long the code still works."""

    organization: str
    code: SecretStr
    minutes: int
    host: str


class Channel(Protocol):
    """One way to reach a person."""

    @property
    def name(self) -> ChannelName:
        """Its name in events and configuration."""
        ...

    def providers(self, config: Config, workshop: Workshop) -> tuple[Provider, ...]:
        """The configured providers, in the order in which they are tried."""
        ...

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        """The message, ready to be sent."""
        ...
