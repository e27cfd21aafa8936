"""What the page says of a message or a call: what is known, and what can be done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.base import Channel
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, Patience
from services.enrollment.methods.phone.words import call_told
from services.enrollment.proofs.sent_code.words import code_problem, told
from services.kit.errors import AttemptsExhaustedError, AuthenticatorDisabledError, ProblemError, SendLimitReachedError
from tests.unit.enrollment.builders import NOW, texted

SECOND = timedelta(seconds=1)


def waiting(channel: Channel) -> Challenge:
    """A message to a number that got another one two seconds ago."""
    return texted(channel=channel, delivery=Delivery(requested_at=NOW, goes_out_at=NOW + 8 * SECOND))


def known(channel: Channel, **fields: object) -> Challenge:
    """A message of which that is known, since two seconds after it was asked for."""
    delivery = Delivery(requested_at=NOW, noted_at=NOW + 2 * SECOND).model_copy(update=fields)
    return texted(channel=channel, delivery=delivery)


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("sms", "••01 got a message a moment ago. Yours goes out in a few seconds."),
        ("voice", "••01 got a message or a call a moment ago. We call you in a few seconds."),
    ],
)
def test_who_has_to_wait_for_the_message_learns_that(channel: Channel, says: str) -> None:
    challenge = waiting(channel)
    assert told(challenge, NOW + 7 * SECOND).text == says
    assert "digit code" in told(challenge, NOW + 8 * SECOND).text
    assert "digit code" in told(challenge, NOW + 16 * SECOND).text
    assert "longer than usual" in told(challenge, NOW + 17 * SECOND).text


def test_who_has_to_wait_for_a_call_learns_that() -> None:
    challenge = waiting("voice")
    assert "in a few seconds" in call_told(challenge, NOW).text
    assert "Answer and press #" in call_told(challenge, NOW + 16 * SECOND).text
    assert "longer than usual" in call_told(challenge, NOW + 17 * SECOND).text


def test_nothing_is_on_its_way_as_long_as_it_has_not_gone_out() -> None:
    slow = told(known("sms", noted_at=None), NOW + 40 * SECOND)
    assert (slow.state, "hasn't gone out yet" in slow.text) == ("queued", True)


@pytest.mark.parametrize(
    ("channel", "state", "after", "at_first", "then", "state_then"),
    [
        ("sms", "sent", 20, "We sent a 6-digit code", "haven't heard that it arrived", "unknown"),
        ("email", "sent", 20, "We sent a 6-digit code", "spam folder", "sent"),
        ("voice", "sent", 45, "We are calling", "haven't heard that anybody answered", "unknown"),
        ("voice", "delivered", 45, "It reads out", "If you missed the code", "delivered"),
    ],
)
def test_what_stays_without_news_is_told_as_that(
    channel: Channel, state: str, after: int, at_first: str, then: str, state_then: str
) -> None:
    challenge, since = known(channel, state=state), NOW + 2 * SECOND
    early = told(challenge, since + SECOND)
    assert (early.state, at_first in early.text, early.seconds) == (state, True, after - 1)
    late = told(challenge, since + (after + 1) * SECOND)
    assert (late.state, then in late.text, late.later) == (state_then, True, None)
    assert early.later == replace(late, help_in=None)


@pytest.mark.parametrize("channel", ["sms", "voice", "email"])
def test_what_helps_comes_by_itself_when_the_policys_patience_is_over(channel: Channel) -> None:
    sent, queued = known(channel, state="sent"), known(channel, noted_at=None)
    assert told(sent, NOW + 2 * SECOND).help_in == 20
    assert told(sent, NOW + 22 * SECOND).help_in == 0
    assert told(queued, NOW).help_in == 45
    assert told(queued, NOW + 60 * SECOND).help_in == 0
    assert told(known(channel, state="failed", detail="notDelivered"), NOW).help_in == 0
    assert told(known(channel, state="delivered"), NOW + 60 * SECOND).help_in is None


def test_the_policys_patience_holds_for_what_is_said_as_well() -> None:
    challenge = known("sms", state="sent").model_copy(update={"patience": Patience(arrival=60, sending=120)})
    assert told(challenge, NOW + 42 * SECOND).state == "sent"
    assert told(challenge, NOW + 63 * SECOND).state == "unknown"
    queued = challenge.model_copy(update={"delivery": Delivery(requested_at=NOW)})
    assert told(queued, NOW + 60 * SECOND).help_in == 60


def test_of_a_message_that_waits_for_another_one_the_patience_begins_when_it_goes_out() -> None:
    assert told(waiting("sms"), NOW).help_in == 8 + 45


def test_an_arrived_text_stays_that() -> None:
    assert told(known("sms", state="delivered"), NOW + 250 * SECOND).later is None


def test_a_call_that_was_hung_up_without_a_key_asks_for_another_one() -> None:
    challenge = known("voice", state="delivered")
    assert call_told(challenge, NOW + 20 * SECOND).text == "You answered. Press # to confirm that it's you."
    assert "call again" in call_told(challenge, NOW + 28 * SECOND).text


OURS = "••01; the fault is ours. "


@pytest.mark.parametrize(
    ("channel", "detail", "permanent", "says"),
    [
        ("sms", "destinationRejected", True, "We couldn't reach ••01. Check the number, or use a different one."),
        ("email", "destinationRejected", True, "We couldn't reach ••01. Check the address, or use a different one."),
        ("sms", "notDelivered", True, "We couldn't reach ••01. Check the number, or use a different one."),
        ("sms", "notDelivered", False, "The message didn't arrive at ••01. Send it again, or choose another way."),
        ("voice", "notDelivered", False, "The call to ••01 wasn't answered. Call again, or choose another way."),
        ("sms", "providerUnavailable", False, OURS),
        ("voice", "providerRefused", False, OURS),
        ("sms", "destinationMismatch", True, OURS),
        ("sms", "expiredBeforeSending", False, "Your code expired before we could send it. Send it again."),
        ("sms", "sendLimitReached", False, "••01 got as many messages as we may send today. Use a different number."),
    ],
)
def test_a_number_is_blamed_only_where_it_is_to_blame(
    channel: Channel, detail: str, permanent: bool, says: str
) -> None:
    challenge = known(channel, state="failed", detail=detail, permanent=permanent)
    assert says in told(challenge, NOW).text
    if channel == "voice":
        assert says in call_told(challenge, NOW).text


def test_a_number_on_file_cannot_be_checked() -> None:
    """Where it is to prove that the person is there, another method is the way on."""
    challenge = known("sms", state="failed", detail="destinationRejected", permanent=True)
    terms = challenge.terms.model_copy(update={"purpose": "stepUp"})
    assert (
        told(challenge.model_copy(update={"terms": terms}), NOW).text
        == "We couldn't reach ••01. Use a different method."
    )


SIM_CHANGED = "The SIM card of ••01 was changed recently: {so}. Use a different method, or ask the help desk."


@pytest.mark.parametrize(
    ("channel", "signal", "says"),
    [
        ("sms", "simChanged", SIM_CHANGED.format(so="no code goes there")),
        ("voice", "simChanged", SIM_CHANGED.format(so="we don't call it")),
        ("sms", "simUnchecked", "We couldn't send a code to ••01; the fault is ours. Use a different method."),
        ("sms", "anotherOne", "We can't use the number ••01. Use a different method."),
    ],
)
def test_what_a_sim_card_means_is_said(channel: Channel, signal: str, says: str) -> None:
    challenge = known(channel, state="failed", detail="phoneNumberNotAllowed", signal=signal)
    terms = challenge.terms.model_copy(update={"purpose": "signIn"})
    shown = told(challenge.model_copy(update={"terms": terms}), NOW)
    assert (shown.text, shown.help_in) == (says, 0)


@pytest.mark.parametrize("problem", [AttemptsExhaustedError, AuthenticatorDisabledError, SendLimitReachedError])
def test_another_number_is_named_only_where_one_can_be_given(problem: type[ProblemError]) -> None:
    asked = known("sms")
    on_file = asked.model_copy(update={"terms": asked.terms.model_copy(update={"purpose": "signIn"})})
    assert "a different number" in code_problem(problem, asked)
    assert "a different address" in code_problem(problem, known("email"))
    assert "a different method" in code_problem(problem, on_file)
