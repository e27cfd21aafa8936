"""What became of messages, added up."""

from services.enrollment.challenges.domain.carried import CarriedMessage
from services.enrollment.reports.domain.messages import MessageFigures, figures_of


def test_what_was_used_has_arrived_and_what_waits_or_failed_was_not_sent() -> None:
    messages = [
        CarriedMessage("sms", "a", "GB", "sent", is_used=True),
        CarriedMessage("sms", "a", "GB", "delivered", is_used=False),
        CarriedMessage("sms", "a", "GB", "unknown", is_used=False),
        CarriedMessage("sms", "a", "GB", "failed", is_used=False),
        CarriedMessage("sms", "a", "GB", "failed", is_used=True),
        CarriedMessage("sms", None, None, "queued", is_used=False),
    ]
    assert figures_of(messages) == (
        MessageFigures("sms", "a", "GB", asked=5, sent=4, arrived=3, used=2),
        MessageFigures("sms", None, None, asked=1, sent=0, arrived=0, used=0),
    )


def test_the_most_come_first_and_each_provider_and_country_has_a_line() -> None:
    messages = [CarriedMessage("sms", provider, "GB", "sent", is_used=False) for provider in ("b", "a", "b")]
    messages.append(CarriedMessage("sms", "a", "FR", "sent", is_used=False))
    assert [(each.provider, each.country) for each in figures_of(messages)] == [("b", "GB"), ("a", "FR"), ("a", "GB")]
