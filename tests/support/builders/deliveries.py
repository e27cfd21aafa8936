"""Messages that a notifier is to send, as its channels take them."""

from datetime import timedelta

from schemas.base import Channel
from services.notifier.domain.delivery import Delivery, Notice
from tests.support.builders.challenges import terms
from tests.support.clock import NOON


def delivery(channel: Channel, notice: Notice | None = None, **fields: object) -> Delivery:
    """A code for Sam, or a notice."""
    made = Delivery(
        id="d-1",
        tenant="northbridge",
        user="sam",
        terms=None if notice else terms(),
        notice=notice,
        channel=channel,
        send=1,
        destination="k.x",
        locale="en-GB",
        requested_at=NOON,
        not_after=NOON + timedelta(minutes=5),
        provider="relay",
        next_attempt_at=NOON,
    )
    return made.model_copy(update=fields)
