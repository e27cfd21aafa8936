"""What the page says of a message that is on its way."""

from datetime import timedelta

import pytest

from schemas.base import Channel
from services.enrollment.challenges.domain.challenge import Challenge, Delivery
from services.enrollment.methods.phone.words import call_text
from services.enrollment.proofs.sent_code.words import delivery_text
from tests.unit.enrollment.builders import NOW, texted

SECOND = timedelta(seconds=1)


def waiting(channel: Channel) -> Challenge:
    """A message to a number that got another one two seconds ago."""
    return texted(channel=channel, delivery=Delivery(requested_at=NOW, goes_out_at=NOW + 8 * SECOND))


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("sms", "••01 got a message a moment ago. Yours goes out in a few seconds."),
        ("voice", "••01 got a message or a call a moment ago. We call you in a few seconds."),
    ],
)
def test_who_has_to_wait_for_the_message_learns_that(channel: Channel, says: str) -> None:
    challenge = waiting(channel)
    assert delivery_text(challenge, NOW + 7 * SECOND) == says
    assert "digit code" in delivery_text(challenge, NOW + 8 * SECOND)
    assert "digit code" in delivery_text(challenge, NOW + 16 * SECOND)
    assert "longer than usual" in delivery_text(challenge, NOW + 17 * SECOND)


def test_who_has_to_wait_for_a_call_learns_that() -> None:
    challenge = waiting("voice")
    assert "in a few seconds" in call_text(challenge, NOW)
    assert "Answer and press #" in call_text(challenge, NOW + 16 * SECOND)
    assert "longer than usual" in call_text(challenge, NOW + 17 * SECOND)
