"""What the linter says of a policy, and that the least wizard and the linter agree on what can be satisfied."""

from collections.abc import Iterable, Iterator
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import MethodType
from services.enrollment.challenges.domain.eligibility import proofs_required
from services.enrollment.policies.domain.acceptance import counts
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.linter.lint import lint, lint_group
from services.enrollment.policies.domain.linter.reach import offered_methods
from services.enrollment.policies.domain.policy import missing_methods
from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName, Use
from services.enrollment.policies.domain.tenant import Tenant
from tests.unit.enrollment.any_policy import KINDS, POLICIES, SECOND_FACTORS, has_all

UNSATISFIABLE = {"requiredNotSettable", "numberUnreachable", "twoStepUnreachable", "resetUnreachable"}

SATISFIABLE = POLICIES.filter(lambda policy: not codes(lint_group(policy)) & UNSATISFIABLE)


def codes(findings: Iterable[Finding], severity: str = "") -> set[str]:
    return {finding.code for finding in findings if finding.severity.startswith(severity)}


def ways(policy: GroupPolicy, had: Iterable[MethodType] = ()) -> Iterator[tuple[MethodType, ...]]:
    """All that somebody who has these already could set up, the fewest first."""
    rest = [kind for kind in offered_methods(policy) if kind not in set(had)]
    for size in range(len(rest) + 1):
        yield from combinations(rest, size)


@given(POLICIES)
def test_what_can_be_satisfied_is_never_said_to_be_impossible_and_the_other_way_round(policy: GroupPolicy) -> None:
    possible = any(has_all(policy, way) for way in ways(policy))
    assert possible is not bool(codes(lint_group(policy), "error") & UNSATISFIABLE)


@given(SATISFIABLE, st.sets(st.sampled_from(KINDS)))
def test_who_sets_up_what_is_missing_is_complete_with_the_fewest_methods(
    policy: GroupPolicy, had: set[MethodType]
) -> None:
    missing = missing_methods(policy, tuple(had))
    assert set(missing) <= set(offered_methods(policy)) - had
    assert has_all(policy, {*had, *missing})
    assert missing_methods(policy, (*had, *missing)) == ()
    assert len(missing) == min(len(way) for way in ways(policy, had) if has_all(policy, {*had, *way}))


@given(SATISFIABLE.filter(lambda policy: policy.profile != "entra"))
def test_a_strict_policy_without_errors_lets_nobody_be_complete_with_nothing_to_prove(policy: GroupPolicy) -> None:
    if not has_all(policy, ()) and not codes(lint_group(policy), "error"):
        assert all(SECOND_FACTORS & set(way) for way in ways(policy) if has_all(policy, way))


@given(POLICIES.filter(lambda policy: not codes(lint_group(policy), "error")))
def test_a_policy_without_errors_strands_nobody(policy: GroupPolicy) -> None:
    plan = missing_methods(policy, ())
    assert has_all(policy, plan)
    if policy.two_step and (policy.two_step.number or policy.two_step.required):
        assert any(counts(policy, "two_step", kind) for kind in plan)
    if policy.reset and (policy.reset.number or policy.reset.required):
        assert sum(counts(policy, "reset", kind) for kind in plan) >= proofs_required(policy, "passwordReset")


@pytest.mark.parametrize(
    ("policy", "error", "warning"),
    [
        (GroupPolicy(required=("authenticatorApp", "phone"), allowed=("recoveryCodes",)), set(), set()),
        (GroupPolicy(number=3, allowed=("phone", "passkey")), {"numberUnreachable"}, set()),
        (GroupPolicy(required=("temporaryAccessPass",), allowed=("phone", "passkey")), {"requiredNotSettable"}, set()),
        (GroupPolicy(required=("phone", "passkey"), number=2), set(), {"numberWithoutEffect", "passkeyUnavoidable"}),
        (GroupPolicy(allowed=("authenticatorApp", "phone")), set(), {"nothingAsked"}),
        (GroupPolicy(required=("passkey",), allowed=("phone",)), set(), {"passkeyUnavoidable"}),
        (GroupPolicy(number=2, allowed=("passkey", "phone")), set(), {"passkeyUnavoidable"}),
        (GroupPolicy(number=1, allowed=("passkey", "phone")), set(), set()),
        (GroupPolicy(required=("authenticatorApp",)), set(), {"noWayBack"}),
        (GroupPolicy(required=("phone",)), set(), {"telephonyOnly", "noWayBack"}),
        (GroupPolicy(required=("phone",), allowed=("softwareOath",)), set(), set()),
        (GroupPolicy(required=("phone",), profile="nist-aal2"), {"telephonyOnly"}, {"noWayBack"}),
        (GroupPolicy(required=("phone",), profile="asvs-l2"), {"telephonyOnly"}, {"noWayBack"}),
        (GroupPolicy(allowed=("authenticatorApp", "phone"), profile="asvs-l2"), {"nothingAsked"}, set()),
        (GroupPolicy(allowed=("authenticatorApp", "phone"), profile="nist-aal2"), {"nothingAsked"}, set()),
        (
            GroupPolicy(required=("passkey", "phone"), allowed=("hardwareOath",), profile="asvs-l2"),
            {"tokenCodesLiveLong"},
            {"passkeyUnavoidable"},
        ),
        (
            GroupPolicy(required=("passkey", "phone"), allowed=("hardwareOath",), profile="nist-aal2"),
            set(),
            {"passkeyUnavoidable"},
        ),
        (
            GroupPolicy(required=("passkey",), allowed=("securityQuestions", "phone"), profile="nist-aal2"),
            {"securityQuestions"},
            {"passkeyUnavoidable"},
        ),
        (
            GroupPolicy(number=1, allowed=("email", "authenticatorApp", "phone")),
            set(),
            {"recoveryOnly", "emailAsFactor"},
        ),
        (
            GroupPolicy(number=1, allowed=("email", "authenticatorApp", "phone"), profile="nist-aal2"),
            {"nothingProves", "emailAsFactor"},
            {"emailProvesNothing"},
        ),
        (
            GroupPolicy(required=("authenticatorApp",), allowed=("email", "phone"), profile="asvs-l2"),
            set(),
            {"emailProvesNothing"},
        ),
    ],
)
def test_each_mistake_is_found_and_nothing_else(policy: GroupPolicy, error: set[str], warning: set[str]) -> None:
    found = lint_group(policy)
    assert (codes(found, "error"), codes(found, "warning")) == (error, warning)


APP_PHONE = GroupPolicy(required=("authenticatorApp", "phone"), allowed=("recoveryCodes",))
STRICT_APP_PHONE = APP_PHONE.model_copy(update={"profile": "nist-aal2"})


@pytest.mark.parametrize(
    ("policy", "fields", "error", "warning"),
    [
        (APP_PHONE, {"two_step": Use(number=1), "reset": Use(number=2)}, set(), set()),
        (APP_PHONE, {"two_step": Use(number=4)}, {"twoStepUnreachable"}, set()),
        (APP_PHONE, {"two_step": Use(required=("email",))}, {"twoStepUnreachable"}, set()),
        (
            APP_PHONE,
            {"two_step": Use(required=("temporaryAccessPass",))},
            {"requiredNotSettable", "twoStepUnreachable"},
            set(),
        ),
        (APP_PHONE, {"reset": Use(number=2, methods=("phone",))}, {"resetUnreachable"}, set()),
        (APP_PHONE, {"reset": Use(number=3)}, {"resetNumberTooHigh"}, set()),
        (APP_PHONE, {"reset": Use(number=1, methods=("phone",))}, set(), {"noSpareForReset"}),
        (
            APP_PHONE,
            {"reset": Use(number=1, methods=("phone", "passkey"))},
            set(),
            {"countsButNotAllowed", "noSpareForReset"},
        ),
        (APP_PHONE, {"two_step": Use(number=1, methods=("phone", "email"))}, set(), {"neverCounts"}),
        (
            STRICT_APP_PHONE,
            {"reset": Use(methods=("phone", "authenticatorApp", "email"))},
            set(),
            {"neverCounts"},
        ),
        (
            APP_PHONE,
            {"two_step": Use(methods=("authenticatorApp",)), "reset": Use(number=1)},
            set(),
            {"weakReset"},
        ),
        (
            APP_PHONE,
            {"two_step": Use(methods=("authenticatorApp",)), "reset": Use(number=1), "profile": "asvs-l2"},
            {"weakReset"},
            set(),
        ),
        (APP_PHONE, {"two_step": Use(methods=("authenticatorApp",)), "reset": Use(number=2)}, set(), set()),
        (APP_PHONE, {"registration_proof": "temporaryAccessPass"}, set(), {"passNeeded"}),
        (APP_PHONE, {"registration_proof": "stepUp"}, set(), set()),
        (
            APP_PHONE,
            {"required": (), "allowed": ("phone", "passkey"), "reset": Use(methods=("phone",))},
            set(),
            {"nothingAsked"},
        ),
        (
            APP_PHONE,
            {"required": (), "number": 1, "allowed": ("passkey", "phone"), "order": ("passkey",)},
            set(),
            set(),
        ),
        (
            APP_PHONE,
            {
                "required": (),
                "number": 1,
                "allowed": ("passkey", "phone"),
                "order": ("passkey",),
                "may_choose_different": False,
            },
            set(),
            {"passkeyUnavoidable"},
        ),
        (APP_PHONE, {"code_minutes": 11}, {"codeLivesTooLong"}, set()),
        (APP_PHONE, {"code_minutes": 10, "tries": 10, "session_minutes": 15, "number_digits": 2}, set(), set()),
        (APP_PHONE, {"tries": 11, "session_minutes": 16}, set(), {"manyTries", "longSession"}),
        (STRICT_APP_PHONE, {"number_digits": 2}, set(), {"shortNumber"}),
        (STRICT_APP_PHONE, {"voice": "key"}, {"keyConfirmsCall"}, set()),
        (STRICT_APP_PHONE, {"profile": "asvs-l2", "accepts_previous_code": True}, {"previousCodeAccepted"}, set()),
        (APP_PHONE, {"voice": "key"}, set(), set()),
    ],
)
def test_each_mistake_about_uses_and_terms_is_found_and_nothing_else(
    policy: GroupPolicy, fields: dict[str, object], error: set[str], warning: set[str]
) -> None:
    found = lint_group(policy.model_copy(update=fields))
    assert (codes(found, "error"), codes(found, "warning")) == (error, warning)


@pytest.mark.parametrize(
    ("profile", "clauses"),
    [
        ("nist-aal2", {"NIST SP 800-63B-4, 3.1.1.2": "error"}),
        ("asvs-l2", {"OWASP ASVS 5.0, 6.4.2": "error"}),
        ("entra", {"NIST SP 800-63B-4, 3.1.1.2": "warning", "OWASP ASVS 5.0, 6.4.2": "warning"}),
    ],
)
def test_a_clause_binds_those_who_follow_it_and_is_named_to_those_who_follow_none(
    profile: ProfileName, clauses: dict[str, str]
) -> None:
    policy = GroupPolicy(required=("authenticatorApp",), allowed=("phone", "securityQuestions"), profile=profile)
    assert {one.clause: one.severity for one in lint_group(policy) if one.clause} == clauses


def test_a_code_that_lives_too_long_and_a_method_without_provider_are_errors_of_a_tenant() -> None:
    groups = {
        "needs": GroupPolicy(required=("authenticatorApp", "phone"), allowed=("email",)),
        "offers": GroupPolicy(required=("authenticatorApp",), allowed=("phone",)),
    }
    tenant = Tenant(display_name="Northbridge", groups=groups, default_group="needs", code_minutes=11)
    found = [(one.group, one.code, one.severity) for one in lint(tenant, {"email"})]
    assert found == [
        (None, "codeLivesTooLong", "error"),
        ("needs", "noProvider", "error"),
        ("offers", "noProvider", "warning"),
    ]
    assert codes(lint(tenant, {"voice", "email"})) == {"codeLivesTooLong"}


def test_errors_come_before_warnings_whatever_the_order_of_the_groups() -> None:
    warned, wrong = GroupPolicy(allowed=("phone",)), GroupPolicy(required=("temporaryAccessPass",))
    tenant = Tenant(display_name="Northbridge", groups={"a": warned, "b": wrong}, default_group="a")
    severities = [finding.severity for finding in lint(tenant)]
    assert set(severities) == {"error", "warning"}
    assert severities == sorted(severities)
