"""What a platform can ask a person to prove, and what the proof is worth."""

from datetime import timedelta
from typing import get_args

import pytest

from schemas.base import MethodType, Purpose
from services.enrollment.accounts.domain import account as accounts
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.eligibility import (
    is_locked_out,
    left_to_prove,
    methods_to_prove,
    must_prove,
    needs_platform_proof,
    proofs_required,
    provable_for,
)
from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName, Use
from tests.support.builders.events import NOON

ENTRA = GroupPolicy(allowed=("phone", "email", "securityQuestions"))
STRICT = ENTRA.model_copy(update={"profile": "nist-aal2"})


def account(*kinds: MethodType, default: MethodType | None = None) -> Account:
    methods = tuple(Method(id=kind, type=kind, display_name=kind, created_at=NOON) for kind in kinds)
    nobody = accounts.Profile(user_principal_name="", display_name="")
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


@pytest.mark.parametrize(
    ("kinds", "two_step", "expected"),
    [
        (("phone", "authenticatorApp"), ("authenticatorApp",), ["authenticatorApp"]),
        (("phone", "email"), ("authenticatorApp",), ["phone"]),
        (("email",), ("authenticatorApp",), ["email"]),
        (("phone", "temporaryAccessPass"), ("authenticatorApp",), ["temporaryAccessPass"]),
    ],
)
def test_what_counts_for_two_step_verification_is_asked_for_and_whoever_has_none_of_it_proves_what_they_have(
    kinds: tuple[MethodType, ...], two_step: tuple[MethodType, ...], expected: list[str]
) -> None:
    policy = ENTRA.model_copy(update={"two_step": Use(methods=two_step)})
    assert [one.type for one in methods_to_prove(account(*kinds), policy, NOON)] == expected
    assert [one.type for one in provable_for(account(*kinds), policy, "signIn", NOON)] == expected


def test_only_what_counts_for_a_reset_resets_a_password_and_the_policy_orders_it() -> None:
    policy = ENTRA.model_copy(update={"reset": Use(methods=("phone", "email")), "order": ("email",)})
    person = account("authenticatorApp", "phone", "email", "temporaryAccessPass")
    found = [one.type for one in provable_for(person, policy, "passwordReset", NOON)]
    assert found == ["temporaryAccessPass", "email", "phone"]
    assert provable_for(account("authenticatorApp"), policy, "passwordReset", NOON) == ()


@pytest.mark.parametrize(
    ("reset", "purpose", "expected"),
    [
        (None, "passwordReset", 1),
        (Use(), "passwordReset", 1),
        (Use(number=2), "passwordReset", 2),
        (Use(number=5), "passwordReset", 2),
        (Use(number=2), "signIn", 1),
    ],
)
def test_a_reset_asks_for_one_proof_or_two(reset: Use | None, purpose: Purpose, expected: int) -> None:
    assert proofs_required(GroupPolicy(reset=reset), purpose) == expected


@pytest.mark.parametrize("kind", get_args(MethodType))
@pytest.mark.parametrize("profile", get_args(ProfileName))
@pytest.mark.parametrize("listed", [None, *get_args(MethodType)])
def test_no_policy_lets_somebody_with_a_method_go_on_with_a_password_alone(
    kind: MethodType, profile: ProfileName, listed: MethodType | None
) -> None:
    policy = GroupPolicy(profile=profile, two_step=Use(methods=(listed,)) if listed else None)
    person = account(kind)
    assert methods_to_prove(person, policy, NOON) or is_locked_out(person, policy, NOON)


@pytest.mark.parametrize(
    ("asked", "kinds", "must", "by_platform"),
    [
        ("nothing", (), False, False),
        ("temporaryAccessPass", (), True, False),
        ("stepUp", (), True, True),
        ("stepUp", ("phone",), True, False),
        ("stepUp", ("temporaryAccessPass",), True, False),
        ("nothing", ("phone",), True, False),
    ],
)
def test_registering_with_nothing_on_file_needs_what_the_policy_says(
    asked: str, kinds: tuple[MethodType, ...], must: bool, by_platform: bool
) -> None:
    policy = ENTRA.model_copy(update={"registration_proof": asked})
    assert must_prove(account(*kinds), policy, NOON) is must
    assert needs_platform_proof(account(*kinds), policy, NOON) is by_platform


def test_recovery_codes_that_are_used_up_leave_nobody_with_a_password_alone() -> None:
    (codes,) = account("recoveryCodes").methods
    person = account().model_copy(update={"methods": (codes.model_copy(update={"codes_left": 0}),)})
    assert is_locked_out(person, ENTRA, NOON)


def test_a_pass_that_ended_is_as_if_there_had_been_none() -> None:
    (given,) = account("temporaryAccessPass").methods
    person = account().model_copy(update={"methods": (given.model_copy(update={"usable_until": NOON}),)})
    assert not is_locked_out(person, ENTRA, NOON)


@pytest.mark.parametrize(("before_the_end", "has_one"), [(timedelta(seconds=1), True), (timedelta(), False)])
def test_a_pass_counts_up_to_its_end(before_the_end: timedelta, *, has_one: bool) -> None:
    (given,) = account("temporaryAccessPass").methods
    person = account().model_copy(update={"methods": (given.model_copy(update={"usable_until": NOON}),)})
    policy, now = ENTRA.model_copy(update={"registration_proof": "stepUp"}), NOON - before_the_end
    assert [method.type for method in provable_for(person, policy, "signIn", now)] == ["temporaryAccessPass"] * has_one
    assert [method.type for method in left_to_prove(person, policy, "signIn", (), now)] == (
        ["temporaryAccessPass"] * has_one
    )
    assert must_prove(person, ENTRA, now) is has_one
    assert needs_platform_proof(person, policy, now) is not has_one


def test_whose_pass_ended_and_whose_phone_is_suspended_is_locked_out_for_every_purpose() -> None:
    given, phone = account("temporaryAccessPass", "phone").methods
    held = (given.model_copy(update={"usable_until": NOON}), phone.model_copy(update={"state": "suspended"}))
    person = account().model_copy(update={"methods": held})
    assert is_locked_out(person, ENTRA, NOON)
    assert must_prove(person, ENTRA, NOON)
    assert not needs_platform_proof(person, ENTRA.model_copy(update={"registration_proof": "stepUp"}), NOON)
