"""What is counted of a message."""

from typing import NamedTuple

from schemas.base import Channel
from services.enrollment.challenges.domain.challenge import DeliveryState


class CarriedMessage(NamedTuple):
    """The newest message of one challenge. `provider` and `country` are None before it went out; a mail has no country.
    `is_used` says that its code or key proved something in time."""

    channel: Channel
    provider: str | None
    country: str | None
    state: DeliveryState
    is_used: bool
