"""What the help desk reads of a message."""

import pytest

from services.enrollment.challenges.domain.challenge import Delivery
from services.enrollment.web.operations.people.words import delivery_text
from tests.unit.enrollment.builders import NOW, texted


@pytest.mark.parametrize(
    ("signal", "why"),
    [
        ("simChanged", "the SIM card of the number was changed a short while ago"),
        ("simUnchecked", "nobody could say whether the SIM card was changed"),
        (None, "such numbers are not allowed"),
    ],
)
def test_a_number_that_gets_nothing_says_why(signal: str | None, why: str) -> None:
    delivery = Delivery(state="failed", detail="phoneNumberNotAllowed", signal=signal, requested_at=NOW)
    assert delivery_text(texted(delivery=delivery)) == f"Not delivered: {why}"
