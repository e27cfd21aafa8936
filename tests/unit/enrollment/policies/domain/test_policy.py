"""What a policy asks for, what may be set up instead, and what proves that a person is there."""

from datetime import timedelta

import pytest

from schemas.base import MethodType
from services.enrollment.challenges.domain.eligibility import is_locked_out, methods_to_prove
from services.enrollment.policies.domain.policy import instead_of, may_be_added, missing_methods, replanned
from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName
from tests.unit.enrollment.builders import NOW, account, method

STAFF = GroupPolicy(required=("authenticatorApp", "phone"), allowed=("softwareOath", "email"))
FREE = GroupPolicy(number=2, allowed=("authenticatorApp", "phone", "passkey", "email", "softwareOath"))


@pytest.mark.parametrize(
    ("policy", "on_file", "expected"),
    [
        (STAFF, (), ("authenticatorApp", "phone")),
        (STAFF, ("softwareOath",), ("phone",)),
        (STAFF, ("email",), ("authenticatorApp", "phone")),
        (FREE, (), ("authenticatorApp", "phone")),
        (FREE, ("phone",), ("authenticatorApp",)),
        (FREE, ("email", "passkey"), ()),
        (FREE, ("temporaryAccessPass",), ("authenticatorApp", "phone")),
        (GroupPolicy(required=("passkey",), number=2, allowed=("phone",)), (), ("passkey", "phone")),
    ],
)
def test_only_what_is_missing_is_asked_for(
    policy: GroupPolicy, on_file: tuple[MethodType, ...], expected: tuple[MethodType, ...]
) -> None:
    assert missing_methods(policy, on_file) == expected


def test_instead_of_a_required_app_another_app_or_another_required_method_is_possible() -> None:
    on_file: tuple[MethodType, ...] = ("authenticatorApp",)
    assert instead_of(STAFF, "authenticatorApp", ("authenticatorApp", "phone"), ()) == ("softwareOath", "phone")
    assert instead_of(STAFF, "phone", ("authenticatorApp", "phone"), on_file) == ()


def test_where_any_methods_will_do_anything_allowed_is_possible() -> None:
    on_file: tuple[MethodType, ...] = ("passkey",)
    found = instead_of(FREE, "authenticatorApp", ("authenticatorApp", "phone"), on_file)
    assert set(found) == {"softwareOath", "phone", "email"}


def test_a_choice_changes_the_order_or_takes_the_place() -> None:
    plan: tuple[MethodType, ...] = ("authenticatorApp", "phone")
    assert replanned(plan, "authenticatorApp", "phone") == ("phone", "authenticatorApp")
    assert replanned(plan, "authenticatorApp", "softwareOath") == ("softwareOath", "phone")


def test_a_pass_is_asked_for_first_then_the_default_then_by_strength() -> None:
    whose = account(
        method("recoveryCodes", codes_left=3),
        method("phone"),
        method("passkey"),
        method("temporaryAccessPass", usable_until=NOW + timedelta(hours=1)),
        method("email"),
        default_method_id="phone",
    )
    assert [one.type for one in methods_to_prove(whose, FREE, NOW)] == [
        "temporaryAccessPass",
        "phone",
        "passkey",
        "recoveryCodes",
    ]


def test_what_is_used_up_expired_or_suspended_proves_nothing() -> None:
    whose = account(
        method("recoveryCodes", codes_left=0),
        method("phone", state="suspended"),
        method("temporaryAccessPass", usable_until=NOW),
    )
    assert methods_to_prove(whose, FREE, NOW) == ()


def test_a_weak_method_proves_the_person_only_where_there_is_nothing_else_and_no_strict_profile() -> None:
    whose = account(method("email"), method("securityQuestions"))
    assert [one.type for one in methods_to_prove(whose, FREE, NOW)] == ["email", "securityQuestions"]
    strict = GroupPolicy(number=1, allowed=("email",), profile="nist-aal2")
    assert methods_to_prove(whose, strict, NOW) == ()


def test_who_had_methods_and_can_use_none_of_them_is_locked_out() -> None:
    suspended, fresh = account(method("phone", state="suspended")), account()
    assert is_locked_out(suspended, FREE, NOW)
    assert not is_locked_out(fresh, FREE, NOW)
    with_pass = account(method("phone", state="suspended"), method("temporaryAccessPass"))
    assert not is_locked_out(with_pass, FREE, NOW)


@pytest.mark.parametrize(
    ("profile", "kind", "on_file", "expected"),
    [
        ("nist-aal2", "email", (), False),
        ("nist-aal2", "email", ("phone",), True),
        ("nist-aal2", "phone", (), True),
        ("entra", "email", (), True),
        ("entra", "passkey", ("phone",), False),
    ],
)
def test_what_the_profile_never_takes_comes_after_something_that_it_takes(
    profile: ProfileName, kind: MethodType, on_file: tuple[MethodType, ...], expected: bool
) -> None:
    policy = GroupPolicy(profile=profile, allowed=("phone", "email"))
    assert may_be_added(policy, kind, on_file) is expected
