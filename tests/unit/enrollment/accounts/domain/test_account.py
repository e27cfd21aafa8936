"""What an account says of its methods."""

import pytest

from services.enrollment.accounts.domain.account import Former
from tests.unit.enrollment.builders import NOW, method


@pytest.mark.parametrize(
    ("reason", "by_person", "by_administrator"),
    [
        ("person", True, True),
        ("administrator", True, True),
        ("changed", True, True),
        ("replaced", False, True),
        ("lostOrStolen", False, False),
    ],
)
def test_what_was_lost_never_returns_and_what_was_replaced_only_by_an_administrator(
    reason: str, *, by_person: bool, by_administrator: bool
) -> None:
    former = Former.model_validate({"method": method("phone"), "reason": reason, "until": NOW})
    assert former.may_return("person") is by_person
    assert former.may_return("administrator") is by_administrator
