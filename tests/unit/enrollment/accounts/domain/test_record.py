"""The record that lifecycle events give."""

import pytest

from schemas.base import Event
from schemas.enrollment import (
    AccountErased,
    DefaultMethodChanged,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
)
from services.enrollment.accounts.domain.record import Bound, Record, record_of
from tests.unit.enrollment.builders import NOW

REGISTERED = MethodRegistered(
    method_id="m1",
    method_type="phone",
    display_name="••01",
    phone_type="mobile",
    is_default=True,
    registered_at=NOW,
)
PHONE = Bound(id="m1", type="phone", phone_type="mobile", state="active", bound_at=NOW)


def _suspended(reason: str) -> MethodSuspended:
    return MethodSuspended.model_validate(
        {"method_id": "m1", "method_type": "phone", "reason": reason, "suspended_at": NOW}, by_name=True
    )


RESTORED = MethodRestored(method_id="m1", method_type="phone", display_name="••00", by="administrator", restored_at=NOW)


@pytest.mark.parametrize(
    ("events", "changed"),
    [
        ([], {}),
        ([_suspended("notMe")], {"state": "suspended"}),
        ([_suspended("disabled")], {"state": "disabled"}),
        ([_suspended("notMe"), RESTORED], {"state": "active"}),
        ([MethodRemoved(method_id="m1", method_type="phone", reason="person", removed_at=NOW)], {"state": "removed"}),
        ([MethodChanged(method_id="m1", method_type="phone", changed="name", changed_at=NOW)], {}),
        (
            [
                MethodChanged(
                    method_id="m1", method_type="phone", changed="destination", display_name="••02", changed_at=NOW
                )
            ],
            {},
        ),
    ],
)
def test_an_authenticator_is_as_its_last_event_says(events: list[Event], changed: dict[str, str]) -> None:
    assert record_of([REGISTERED, *events]) == Record(bound={"m1": PHONE.model_copy(update=changed)})


def test_the_default_is_the_last_one_told() -> None:
    chosen = DefaultMethodChanged(method_id="m1", changed_at=NOW)
    assert record_of([REGISTERED, chosen]).default == "m1"


def test_an_erasure_leaves_nothing() -> None:
    assert record_of([REGISTERED, AccountErased(erased_at=NOW)]) == Record()


def test_an_event_of_an_unknown_method_is_passed_over() -> None:
    assert record_of([RESTORED]) == Record()
