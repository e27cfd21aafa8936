"""The record of people, from events that come again and ones that are missing."""

from datetime import timedelta

from schemas.base import Event
from schemas.enrollment import AccountErased, DefaultMethodChanged, MethodRegistered, MethodRemoved
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE
from services.enrollment.accounts.domain.rebuilding import Rebuilding
from services.kit.decision import Emission
from services.kit.mongo.outbox import enclose
from tests.unit.enrollment.builders import NOW, account, method

REGISTERED = MethodRegistered(
    method_id="m1", method_type="phone", display_name="", is_default=True, challenge_id="c1", registered_at=NOW
)
DEFAULT = DefaultMethodChanged(method_id="m1", changed_at=NOW)
REMOVED = MethodRemoved(method_id="m1", method_type="phone", reason="person", removed_at=NOW)


def told(event: Event, sequence: int, user: str = "sam") -> Envelope:
    emission = Emission(LIFECYCLE, event, "northbridge", user, "s1", sequence)
    return enclose(
        emission, source="enrollment", at=NOW + timedelta(seconds=sequence), traceparent="", cause=None
    ).envelope


def rebuilt(*envelopes: Envelope) -> Rebuilding:
    made = Rebuilding()
    for envelope in envelopes:
        made.take(envelope)
    return made


PHONE = method("phone", "m1")
HELD = account(PHONE, sequence=2, default_method_id="m1")


def test_what_events_tell_in_order_is_what_the_account_holds() -> None:
    assert not list(rebuilt(told(REGISTERED, 1), told(DEFAULT, 2)).differences(HELD))


def test_an_event_that_comes_again_changes_nothing() -> None:
    again = rebuilt(told(REGISTERED, 1), told(DEFAULT, 2), told(REMOVED, 3), told(REGISTERED, 1))
    assert not list(again.differences(account(sequence=3, default_method_id="m1")))


def test_each_way_to_differ_is_told() -> None:
    assert list(rebuilt(told(REGISTERED, 1), told(DEFAULT, 2), told(REMOVED, 3)).differences(HELD)) == [
        "the topic has 3 events, the account knows of 2",
        "the methods that the events tell of are not those of the account",
    ]
    assert list(rebuilt(told(REGISTERED, 1)).differences(HELD)) == [
        "the topic has 1 events of 2; the others may be under way"
    ]
    assert list(rebuilt(told(DEFAULT, 2)).differences(HELD)) == [
        "events 1 are not on the topic",
        "the methods that the events tell of are not those of the account",
    ]
    assert list(Rebuilding().differences(HELD)) == ["the topic has 0 events of 2; the others may be under way"]


def test_a_number_that_nobody_could_have_costs_no_memory() -> None:
    made = rebuilt(told(REGISTERED, 1), told(DEFAULT, 10**9))
    assert made.people["northbridge/sam"].missing == (2, 3, 4, 5, 6)


def test_somebody_who_was_erased_has_no_methods_and_people_are_told_apart() -> None:
    made = rebuilt(told(REGISTERED, 1), told(AccountErased(erased_at=NOW), 2), told(REGISTERED, 1, user="alex"))
    assert not list(made.differences(account(sequence=2)))
    assert set(made.people) == {"northbridge/sam", "northbridge/alex"}
