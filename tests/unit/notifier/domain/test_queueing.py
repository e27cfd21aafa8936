"""A delivery as it is requested."""

from datetime import timedelta

from schemas.enrollment import Destination, NoticeRequested
from services.notifier.domain import queueing
from services.notifier.domain.delivery import Delivery, Notice
from tests.support.clock import NOON
from tests.unit.notifier.deliveries import LATER, REQUEST, TERMS, requested

NOTICE = NoticeRequested(
    notice_id="notice-1",
    kind="methodRegistered",
    channel="email",
    method_type="phone",
    display_name="••01",
    destination=Destination(sealed="k.x", masked="s•••@northbridge.example"),
    link="k.link",
    locale="da",
    happened_at=NOON,
    not_after=NOON + timedelta(hours=8),
    requested_at=NOON,
)


def test_a_request_is_queued_to_be_sent_at_once_and_no_longer_than_its_code_lives() -> None:
    assert requested() == Delivery(
        id="d-1",
        tenant="northbridge",
        user="sam",
        terms=TERMS,
        channel="sms",
        send=2,
        destination="k.x",
        locale="da",
        requested_at=NOON,
        not_after=TERMS.expires_at,
        traceparent="trace",
        provider="a",
        next_attempt_at=LATER,
    )


def test_a_request_that_is_read_late_waits_until_what_ended_it_is_read_too() -> None:
    read = LATER - queueing.LATE
    assert requested(REQUEST.model_copy(update={"requested_at": read})).next_attempt_at == LATER
    before = REQUEST.model_copy(update={"requested_at": read - timedelta(milliseconds=1)})
    assert requested(before).next_attempt_at == LATER + queueing.CATCH_UP


def test_where_clocks_differ_nothing_waits_that_is_read_as_soon_as_usual() -> None:
    before = REQUEST.model_copy(update={"requested_at": LATER - queueing.LATE - timedelta(seconds=1)})
    assert requested(before, usual=timedelta(seconds=1)).next_attempt_at == LATER
    assert requested(before, usual=timedelta(milliseconds=999)).next_attempt_at == LATER + queueing.CATCH_UP


def test_an_app_that_fetches_by_itself_has_no_destination() -> None:
    assert requested(REQUEST.model_copy(update={"destination": None})).destination is None


def test_a_notice_is_queued_with_its_sealed_link() -> None:
    made = queueing.notified(
        NOTICE, delivery_id="d-1", tenant="northbridge", user="sam", provider="a", traceparent="trace", at=LATER
    )
    notice = Notice(
        notice_id="notice-1",
        kind="methodRegistered",
        method_type="phone",
        display_name="••01",
        link="k.link",
        happened_at=NOON,
    )
    assert made == Delivery(
        id="d-1",
        tenant="northbridge",
        user="sam",
        notice=notice,
        channel="email",
        send=1,
        destination="k.x",
        locale="da",
        requested_at=NOON,
        not_after=NOON + timedelta(hours=8),
        traceparent="trace",
        provider="a",
        next_attempt_at=LATER,
    )
