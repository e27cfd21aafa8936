"""What a platform can ask a person to prove, and what the proof is worth."""

from datetime import timedelta

import pytest

from schemas.base import MethodType, Purpose
from services.enrollment.domain.account import Account, Method, Profile
from services.enrollment.domain.proving import provable_for
from services.kit.config import GroupPolicy
from tests.support.events import NOON

ENTRA = GroupPolicy(allowed=("phone", "email", "securityQuestions"))
STRICT = ENTRA.model_copy(update={"profile": "nist-aal2"})


def account(*kinds: MethodType, default: MethodType | None = None) -> Account:
    methods = tuple(Method(id=kind, type=kind, display_name=kind, created_at=NOON) for kind in kinds)
    nobody = Profile(user_principal_name="", display_name="")
    return Account(tenant="t", user="u", profile=nobody, methods=methods, default_method_id=default, created_at=NOON)


@pytest.mark.parametrize(
    ("policy", "purpose", "expected"),
    [
        (ENTRA, "signIn", ["phone"]),
        (ENTRA, "stepUp", ["phone"]),
        (ENTRA, "passwordReset", ["phone", "email", "securityQuestions"]),
        (STRICT, "passwordReset", ["phone"]),
    ],
)
def test_what_only_recovers_counts_for_recovery_alone(
    policy: GroupPolicy, purpose: Purpose, expected: list[str]
) -> None:
    person = account("email", "securityQuestions", "phone")
    assert [one.type for one in provable_for(person, policy, purpose, NOON)] == expected


def test_it_counts_for_all_where_there_is_nothing_stronger_and_the_profile_is_mild() -> None:
    person = account("email", default="email")
    assert [one.type for one in provable_for(person, ENTRA, "signIn", NOON)] == ["email"]
    assert provable_for(person, STRICT, "signIn", NOON) == ()


def test_what_is_used_up_or_out_of_time_or_suspended_proves_nothing() -> None:
    codes, given, phone = account("recoveryCodes", "temporaryAccessPass", "phone").methods
    person = account().model_copy(
        update={
            "methods": (
                codes.model_copy(update={"codes_left": 0}),
                given.model_copy(update={"usable_until": NOON - timedelta(seconds=1)}),
                phone.model_copy(update={"state": "suspended"}),
            )
        }
    )
    assert provable_for(person, ENTRA, "passwordReset", NOON) == ()
