"""What becomes of a delivery, without anything around them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Event
from schemas.enrollment import Destination, MethodRequested, NoticeRequested
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, PushSent, SendRefused
from services.kit.decision import Change
from services.notifier.domain import attempts, endings, queueing, receipts
from services.notifier.domain.attempts import LEASE
from services.notifier.domain.delivery import Delivery, document_id
from services.notifier.domain.limits import LimitReached
from services.notifier.domain.receipts import DeliveryReceipt
from tests.support.builders.challenges import terms
from tests.support.clock import NOON

SECOND = timedelta(seconds=1)
ROUTE = ("a", "b")


def queued(**fields: object) -> Delivery:
    of = terms()
    event = MethodRequested(
        terms=of,
        channel="sms",
        destination=Destination(sealed="k.x", masked="+44 •••• ••0142"),
        not_after=of.expires_at,
        requested_at=NOON,
    )
    made = queueing.requested(
        event, delivery_id="d-1", tenant="northbridge", user="sam", provider="a", traceparent=None, at=NOON
    )
    return made.model_copy(update=fields)


def call(**fields: object) -> Delivery:
    of = terms().model_copy(update={"kind": "call"})
    return queued(terms=of, channel="voice", **fields)


def notice(**fields: object) -> Delivery:
    event = NoticeRequested(
        notice_id="notice-1",
        kind="methodRegistered",
        channel="email",
        method_type="phone",
        display_name="+44 •••• ••0142",
        destination=Destination(sealed="k.x", masked="s•••@northbridge.example"),
        happened_at=NOON,
        not_after=NOON + timedelta(hours=8),
        requested_at=NOON,
    )
    made = queueing.notified(
        event, delivery_id="d-1", tenant="northbridge", user="sam", provider="a", traceparent=None, at=NOON
    )
    return made.model_copy(update=fields)


def sending(provider: str = "a") -> Delivery:
    return attempts.claimed(queued(), provider=provider, at=NOON)


def told(change: Change[Delivery]) -> list[type[Event]]:
    return [type(emission.event) for emission in change.emissions]


def sent() -> Delivery:
    return attempts.sent(sending(), provider="a", message_id="SM1", at=NOON).state


def test_a_claim_keeps_others_off_for_the_lease() -> None:
    assert sending().next_attempt_at == NOON + LEASE
    assert sending().uncertain is None


def test_taking_over_a_lapsed_lease_makes_the_outcome_uncertain() -> None:
    again = attempts.claimed(sending(), provider="a", at=NOON + LEASE)
    assert (again.uncertain, again.attempts) == ("a", 2)


def test_sent_is_told_once() -> None:
    first = attempts.sent(sending(), provider="a", message_id="SM1", at=NOON)
    assert told(first) == [CodeSent]
    assert first.state.next_attempt_at is None
    assert told(attempts.sent(first.state, provider="a", message_id="SM1", at=NOON)) == []


def test_a_callback_before_our_own_write_tells_of_both() -> None:
    early = receipts.acknowledged(
        sending(), DeliveryReceipt(outcome="delivered", message_id="SM1"), provider="a", at=NOON
    )
    assert told(early) == [CodeSent, DeliveryConfirmed]
    late = attempts.sent(early.state, provider="a", message_id="SM1", at=NOON)
    assert (late.state.status, told(late)) == ("delivered", [])


def test_an_accepted_callback_settles_an_unknown_outcome() -> None:
    unknown = attempts.uncertain(sending(), 1, at=NOON).state
    settled = receipts.acknowledged(unknown, DeliveryReceipt(outcome="accepted"), provider="a", at=NOON)
    assert (settled.state.status, settled.state.uncertain, told(settled)) == ("sent", None, [CodeSent])


def test_undelivered_is_told_and_delivered_wins_over_it() -> None:
    failed = receipts.acknowledged(sent(), DeliveryReceipt(outcome="failed"), provider="a", at=NOON)
    assert told(failed) == [DeliveryFailed]
    delivered = receipts.acknowledged(failed.state, DeliveryReceipt(outcome="delivered"), provider="a", at=NOON)
    assert told(delivered) == [DeliveryConfirmed]


@given(st.lists(st.sampled_from(["accepted", "delivered", "failed"]), max_size=8))
def test_callbacks_in_any_order_tell_nothing_twice(outcomes: list[str]) -> None:
    delivery, seen = sending(), list[type[Event]]()
    for outcome in outcomes:
        change = receipts.acknowledged(
            delivery, DeliveryReceipt.model_validate({"outcome": outcome}), provider="a", at=NOON
        )
        delivery, seen = change.state, seen + told(change)
    assert len(seen) == len(set(seen))
    if "delivered" in outcomes:
        assert delivery.status == "delivered"


def test_the_next_provider_is_tried_at_once_and_then_all_pause() -> None:
    first = attempts.postponed(sending(), 1, route=ROUTE, at=NOON).state
    assert (first.status, first.provider, first.next_attempt_at) == ("queued", "b", NOON)
    second = attempts.postponed(attempts.claimed(first, provider="b", at=NOON), 2, route=ROUTE, at=NOON).state
    assert (second.provider, second.next_attempt_at) == ("a", NOON + SECOND)


def test_a_single_provider_gets_the_pause_that_it_asks_for() -> None:
    later = attempts.postponed(sending(), 1, route=("a",), at=NOON, retry_after=timedelta(seconds=42)).state
    assert later.next_attempt_at == NOON + timedelta(seconds=42)


def test_no_attempt_in_the_life_of_the_code_is_told_at_once() -> None:
    late = NOON + timedelta(minutes=5) - SECOND
    change = attempts.postponed(sending(), 1, route=("a",), at=late, reason="providerRefused")
    assert told(change) == [DeliveryFailed]
    assert change.state.reason == "providerRefused"


def test_an_attempt_that_was_taken_over_decides_nothing() -> None:
    over = attempts.claimed(sending(), provider="a", at=NOON + LEASE)
    assert attempts.postponed(over, 1, route=ROUTE, at=NOON).state == over
    assert attempts.uncertain(over, 1, at=NOON).state == over
    assert attempts.repeating(over, 1, asked=True).state == over
    assert attempts.repeating(over, 2, asked=True).state.repeats == 1


def test_a_repeated_message_says_so() -> None:
    again = attempts.repeating(sending(), 1, asked=False).state
    event = attempts.sent(again, provider="a", message_id="SM2", at=NOON).emissions[0].event
    assert isinstance(event, CodeSent)
    assert event.repeated


def test_cancelling_stops_what_waits_and_what_would_be_tried_again() -> None:
    assert endings.cancelled(queued(), at=NOON).state.status == "cancelled"
    marked = endings.cancelled(sending(), at=NOON).state
    assert marked.status == "sending"
    assert attempts.postponed(marked, 1, route=ROUTE, at=NOON).state.status == "cancelled"
    assert endings.cancelled(sent(), at=NOON).state == sent()


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [
        (queued(), "expiredBeforeSending"),
        (queued(attempts=1, held=1), "expiredBeforeSending"),
        (queued(attempts=2, held=1), "providerUnavailable"),
        (queued(uncertain="a"), "providerUnavailable"),
        (sending(), "providerUnavailable"),
    ],
)
def test_overdue(delivery: Delivery, reason: str) -> None:
    after = NOON + timedelta(minutes=5)
    assert endings.overdue(delivery, at=after - SECOND).state == delivery
    change = endings.overdue(delivery, at=after)
    assert (change.state.reason, told(change)) == (reason, [DeliveryFailed])


def test_refused_says_when_to_come_back() -> None:
    change = endings.refused(
        sending(), LimitReached(reason="resendTooSoon", until=NOON + 7 * SECOND, retry_after=7), at=NOON
    )
    event = change.emissions[0].event
    assert isinstance(event, SendRefused)
    assert (event.retry_after, change.state.status) == (7, "refused")


def pushed(destination: str | None) -> Change[Delivery]:
    delivery = sending().model_copy(update={"channel": "push", "destination": destination})
    service = "push.example" if destination else None
    return attempts.sent(delivery, provider="web-push", message_id=None, service=service, at=NOON)


@pytest.mark.parametrize(
    ("destination", "mode", "service"), [(None, "inApp", None), ("k.x", "webPush", "push.example")]
)
def test_a_push_tells_how_the_app_learns_of_it(destination: str | None, mode: str, service: str | None) -> None:
    change = pushed(destination)
    (emission,) = change.emissions
    assert isinstance(emission.event, PushSent)
    assert (emission.event.mode, emission.event.service) == (mode, service)
    assert change.state.status == "sent"


def test_a_notice_is_told_about_by_its_own_id() -> None:
    taken = attempts.claimed(notice(), provider="a", at=NOON)
    change = attempts.sent(taken, provider="a", message_id="M1", at=NOON)
    (emission,) = change.emissions
    assert isinstance(emission.event, CodeSent)
    assert (emission.event.challenge_id, emission.event.channel) == ("notice-1", "email")
    assert (emission.correlation_id, document_id(change.state)) == ("notice-1", "northbridge/notice-1:1")
    assert told(endings.overdue(notice(), at=NOON + timedelta(hours=8))) == [DeliveryFailed]


def test_a_stored_delivery_reads_as_it_was() -> None:
    for delivery in (queued(), call(decision="confirm"), notice()):
        assert Delivery.model_validate(delivery.model_dump(by_alias=True)) == delivery


def too_soon(seconds: int) -> LimitReached:
    return LimitReached(reason="resendTooSoon", until=NOON + seconds * SECOND, retry_after=seconds)


def test_a_message_waits_for_the_turn_of_its_number() -> None:
    change = attempts.held(sending(), 1, too_soon(7), at=NOON)
    waiting = change.state
    assert (waiting.status, waiting.next_attempt_at, told(change)) == ("queued", NOON + 8 * SECOND, [])
    again = attempts.claimed(waiting, provider="a", at=NOON + 7 * SECOND)
    assert attempts.postponed(again, 2, route=("a",), at=NOON).state.next_attempt_at == NOON + attempts.BACKOFF[0]
    assert attempts.postponed(again, 2, route=ROUTE, at=NOON).state.next_attempt_at == NOON


def test_no_turn_in_the_life_of_the_code_is_a_refusal() -> None:
    assert told(attempts.held(sending(), 1, too_soon(300), at=NOON)) == [SendRefused]
    daily = LimitReached(reason="sendLimitReached", until=NOON + SECOND, retry_after=1)
    assert told(attempts.held(sending(), 1, daily, at=NOON)) == [SendRefused]


def test_whoever_lost_the_delivery_holds_nothing() -> None:
    over = attempts.claimed(sending(), provider="a", at=NOON)
    assert attempts.held(over, 1, too_soon(7), at=NOON) == Change(over)
    cancelled = endings.cancelled(sending(), at=NOON).state
    assert attempts.held(cancelled, 1, too_soon(7), at=NOON).state.status == "cancelled"


def test_what_nobody_knows_of_goes_to_the_next_provider_at_once_and_to_each_of_the_route_once() -> None:
    route = ("a", "b", "c")
    unknown = attempts.uncertain(sending(), 1, at=NOON, route=route).state
    assert (unknown.provider, unknown.uncertain, unknown.next_attempt_at) == ("b", "a", NOON)
    for repeats, may in ((0, True), (1, True), (2, False)):
        counted = {"repeats": repeats, "blind_repeats": repeats}
        assert attempts.may_repeat(unknown.model_copy(update=counted), asked=False, route=route) is may


def test_what_one_provider_was_asked_about_and_sent_again_takes_no_other_ones_turn() -> None:
    again = attempts.repeating(sending(), 1, asked=True).state
    unknown = attempts.uncertain(again, 1, at=NOON, route=ROUTE).state
    assert (unknown.provider, unknown.uncertain, unknown.repeats) == ("b", "a", 1)
    assert attempts.may_repeat(unknown, asked=False, route=ROUTE)
    carried = attempts.claimed(unknown, provider="b", at=NOON)
    repeated = attempts.repeating(carried, carried.attempts, asked=False).state
    assert (repeated.repeats, repeated.blind_repeats) == (2, 1)
    assert not attempts.may_repeat(repeated, asked=False, route=ROUTE)


def test_a_failure_reported_by_a_provider_that_was_left_behind_ends_nothing_but_the_doubt() -> None:
    unknown = attempts.uncertain(sending(), 1, at=NOON, route=ROUTE).state
    behind = receipts.acknowledged(unknown, DeliveryReceipt(outcome="failed"), provider="a", at=NOON)
    assert (behind.state, told(behind)) == (unknown.model_copy(update={"uncertain": None}), [])
    by_b = attempts.sent(attempts.claimed(unknown, provider="b", at=NOON), provider="b", message_id=None, at=NOON).state
    late = receipts.acknowledged(by_b, DeliveryReceipt(outcome="failed"), provider="a", at=NOON)
    assert (late.state.status, told(late)) == ("sent", [])


@pytest.mark.parametrize(("outcome", "event"), [("delivered", DeliveryConfirmed), ("failed", DeliveryFailed)])
def test_a_provider_that_was_left_behind_is_heard_where_it_arrived_or_the_number_is_no_good(
    outcome: str, event: type[Event]
) -> None:
    unknown = attempts.uncertain(sending(), 1, at=NOON, route=ROUTE).state
    receipt = DeliveryReceipt.model_validate({"outcome": outcome, "permanent": True})
    assert told(receipts.acknowledged(unknown, receipt, provider="a", at=NOON)) == [CodeSent, event]


def test_handing_over_is_no_attempt() -> None:
    moved = attempts.handed_over(queued(), "b", at=NOON + SECOND)
    assert (moved.provider, moved.attempts, moved.next_attempt_at, moved.uncertain) == ("b", 0, NOON, None)


def test_what_was_left_while_it_was_being_sent_is_handed_over_with_its_doubt() -> None:
    moved = attempts.handed_over(sending(), "b", at=NOON + LEASE)
    assert (moved.status, moved.provider, moved.uncertain) == ("queued", "b", "a")
    assert moved.next_attempt_at == NOON + LEASE
