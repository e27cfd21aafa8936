"""Deliveries as the tests of the domain need them."""

from datetime import timedelta

from schemas.enrollment import Destination, MethodRequested
from services.notifier.domain import attempts, queueing
from services.notifier.domain.delivery import Delivery
from tests.support.builders.challenges import terms
from tests.support.clock import NOON

SECOND = timedelta(seconds=1)
LATER = NOON + SECOND
TERMS = terms()
CHALLENGE = TERMS.challenge_id
REQUEST = MethodRequested(
    terms=TERMS,
    channel="sms",
    send=2,
    destination=Destination(sealed="k.x", masked="••01"),
    locale="da",
    not_after=TERMS.expires_at + SECOND,
    requested_at=NOON,
)


def requested(event: MethodRequested = REQUEST, *, usual: timedelta = timedelta()) -> Delivery:
    """Queued, for Sam."""
    return queueing.requested(
        event,
        delivery_id="d-1",
        tenant="northbridge",
        user="sam",
        provider="a",
        traceparent="trace",
        at=LATER,
        usual=usual,
    )


def queued(**fields: object) -> Delivery:
    """A code that waits to be sent."""
    return requested().model_copy(update=fields)


def sending(**fields: object) -> Delivery:
    """A code in its first attempt, at `a`."""
    return attempts.claimed(queued(), provider="a", at=NOON).model_copy(update=fields)
