"""What the report says of a person, and which people a filter names."""

from datetime import timedelta

import pytest

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Profile
from services.enrollment.policies.domain.requirements import GroupPolicy, Use
from services.enrollment.reports.domain.registrations import RegistrationSummary, details_of
from services.enrollment.reports.handlers.registrations import Wanted, wanted_by
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, account, method

STAFF = GroupPolicy(required=("authenticatorApp", "phone"), allowed=("passkey", "email"))
STRICT = STAFF.model_copy(update={"profile": "nist-aal2"})
PASS = method("temporaryAccessPass", usable_until=NOW + timedelta(hours=1))
ANSWERS = (
    "is_mfa_registered",
    "is_mfa_capable",
    "is_sspr_registered",
    "is_sspr_capable",
    "is_passwordless_capable",
    "is_complete",
)


@pytest.mark.parametrize(
    ("whose", "policy", "true"),
    [
        (account(), STAFF, set()),
        (account(), GroupPolicy(allowed=("phone",)), {"is_complete"}),
        (account(PASS), STAFF, set()),
        (
            account(method("authenticatorApp"), method("phone")),
            STAFF,
            {"is_mfa_registered", "is_mfa_capable", "is_sspr_registered", "is_sspr_capable", "is_complete"},
        ),
        (
            account(method("passkey")),
            STAFF,
            {
                "is_mfa_registered",
                "is_mfa_capable",
                "is_sspr_registered",
                "is_sspr_capable",
                "is_passwordless_capable",
            },
        ),
        (account(method("softwareOath")), STAFF, {"is_mfa_registered", "is_sspr_registered"}),
        (account(method("phone", state="suspended")), STAFF, set()),
        (account(method("recoveryCodes", codes_left=0)), STAFF, set()),
        (account(method("email")), STAFF, {"is_sspr_registered", "is_sspr_capable"}),
        (account(method("email")), STRICT, {"is_sspr_registered"}),
    ],
)
def test_capable_is_who_registered_what_policy_allows(whose: Account, policy: GroupPolicy, true: set[str]) -> None:
    details = details_of(whose, policy, NOW)
    assert {name for name in ANSWERS if getattr(details, name)} == true


@pytest.mark.parametrize(
    ("kinds", "uses", "true"),
    [
        (("phone", "email"), {"two_step": Use(methods=("passkey",))}, {"is_sspr_capable"}),
        (("phone", "passkey"), {"two_step": Use(methods=("passkey",))}, {"is_mfa_capable", "is_sspr_capable"}),
        (("phone", "email"), {"reset": Use(number=2)}, {"is_mfa_capable", "is_sspr_capable", "is_complete"}),
        (("phone", "email"), {"reset": Use(number=2, methods=("phone", "passkey"))}, {"is_mfa_capable"}),
        (("phone", "phone"), {"reset": Use(number=2)}, {"is_mfa_capable"}),
        (("phone", "softwareOath"), {"reset": Use(number=2)}, {"is_mfa_capable", "is_complete"}),
    ],
)
def test_capable_of_a_use_is_who_has_what_counts_for_it(
    kinds: tuple[MethodType, ...], uses: dict[str, Use], true: set[str]
) -> None:
    policy = GroupPolicy(allowed=("phone", "email", "passkey")).model_copy(update=uses)
    methods = [method(kind, f"{kind}-{number}") for number, kind in enumerate(kinds)]
    details = details_of(account(*methods), policy, NOW)
    asked = {"is_mfa_capable", "is_sspr_capable"} | ({"is_complete"} if policy.reset else set())
    assert {name for name in asked if getattr(details, name)} == true


def test_it_names_types_and_the_default_and_no_pass() -> None:
    whose = account(method("email"), method("phone"), PASS, default_method_id="phone")
    details = details_of(whose, STAFF, NOW)
    assert details.methods_registered == ("email", "phone")
    assert details.default_mfa_method == "phone"
    assert details_of(account(method("email"), default_method_id="email"), STAFF, NOW).default_mfa_method is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", Wanted()),
        ("isMfaCapable eq false", Wanted(answers={"is_mfa_capable": False})),
        (
            "isMfaRegistered eq true and userPrincipalName eq 'pat.o''neil@northbridge.example'",
            Wanted("pat.o'neil@northbridge.example", {"is_mfa_registered": True}),
        ),
    ],
)
def test_a_filter_is_conditions_joined_by_and(expression: str, expected: Wanted) -> None:
    assert wanted_by(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "isMfaCapable",
        "isMfaCapable ne true",
        "isMfaCapable eq true or isMfaRegistered eq true",
        "isMfaCapable eq true and isMfaCapable eq false",
        "isMfaCapable eq 'true'",
        "userPrincipalName eq true",
        "userPrincipalName eq 'pat",
        "methodsRegistered eq 'phone'",
        " isMfaCapable eq true",
    ],
)
def test_another_filter_is_refused(expression: str) -> None:
    with pytest.raises(ProblemError) as caught:
        wanted_by(expression)
    assert caught.value.code == "requestMalformed"


def test_a_person_is_called_as_the_platform_last_told() -> None:
    assert details_of(account(), STAFF, NOW).user_principal_name == "sam@northbridge.example"
    nameless = account(profile=Profile(user_principal_name="", display_name=""))
    assert details_of(nameless, STAFF, NOW).user_principal_name is None


def test_a_summary_counts_of_how_many_people_each_is_true() -> None:
    person = details_of(account(method("passkey")), GroupPolicy(allowed=("passkey",)), NOW)
    nobody = details_of(account(), STAFF, NOW)
    one = RegistrationSummary().with_one(person)
    assert one == RegistrationSummary(
        people=1, mfa_registered=1, mfa_capable=1, sspr_capable=1, passwordless_capable=1, complete=1
    )
    assert one.with_one(nobody) == one.model_copy(update={"people": 2})
    assert one.with_one(person).passwordless_capable == 2
    assert set(one.with_one(person).model_dump().values()) == {2}
