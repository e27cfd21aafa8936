"""Policies in Graph's shape say the same as those of the configuration file, and their own mistakes are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.enrollment.methods.registry.domain import MOST_SECURE_FIRST
from services.enrollment.policies.domain.document import (
    PolicyDocument,
    document_of,
    lint_document,
    merged,
    policies_in,
)
from services.enrollment.policies.domain.policy import is_allowed
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.policies.domain.tenant_policy import change_policy, first_policy
from tests.unit.enrollment.any_policy import POLICIES
from tests.unit.enrollment.builders import NOW

GROUPS = st.dictionaries(st.sampled_from(("staff", "frontline", "strict")), POLICIES, min_size=1)
STAFF = GroupPolicy(required=("authenticatorApp",), allowed=("phone",))
FRONTLINE = GroupPolicy(required=("phone",), allowed=("email",))
BOTH = {"staff": STAFF, "frontline": FRONTLINE}


def change(**fields: object) -> PolicyDocument:
    return PolicyDocument.model_validate(fields)


def configuration(kind: str, *groups: str, state: str = "enabled", but: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "id": kind,
        "state": state,
        "includeTargets": [{"id": group} for group in groups],
        "excludeTargets": [{"id": group} for group in but],
    }


@given(GROUPS)
def test_a_policy_that_is_shown_and_read_again_says_the_same(groups: dict[str, GroupPolicy]) -> None:
    document = document_of(groups, min(groups))
    again, default_group = policies_in(PolicyDocument.model_validate_json(document.model_dump_json(by_alias=True)))
    assert (again.keys(), default_group) == (groups.keys(), min(groups))
    for name, policy in groups.items():
        assert again[name].model_copy(update={"allowed": policy.allowed}) == policy
        assert all(is_allowed(again[name], kind) == is_allowed(policy, kind) for kind in MOST_SECURE_FIRST)
    assert lint_document(document) == ()


def test_a_method_is_for_the_groups_that_are_included_and_not_excluded() -> None:
    methods = [configuration("passkey", "all_users", but=("frontline",)), configuration("email", state="disabled")]
    document = merged(document_of(BOTH, "staff"), change(authenticationMethodConfigurations=methods))
    groups, _ = policies_in(document)
    assert set(groups["staff"].allowed) == {"authenticatorApp", "phone", "passkey"}
    assert set(groups["frontline"].allowed) == {"phone"}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"authenticationMethodConfigurations": [configuration("phone", "staff")]}, {"requiredNotEnabled"}),
        (
            {
                "registrationEnforcement": {
                    "defaultGroup": "staff",
                    "groups": [{"id": "staff", "twoStep": {"required": ["passkey"]}}, {"id": "frontline"}],
                }
            },
            {"requiredNotEnabled"},
        ),
        ({"authenticationMethodConfigurations": [configuration("passkey", "nobody")]}, {"groupUnknown"}),
        (
            {"registrationEnforcement": {"defaultGroup": "nobody", "groups": [{"id": "staff"}, {"id": "frontline"}]}},
            {"defaultGroupUnknown"},
        ),
        (
            {
                "registrationEnforcement": {
                    "defaultGroup": "staff",
                    "groups": [{"id": "staff"}, {"id": "frontline"}, {"id": "staff"}],
                }
            },
            {"groupNamedTwice"},
        ),
    ],
)
def test_mistakes_of_a_document_are_found(fields: dict[str, object], found: set[str]) -> None:
    document = merged(document_of(BOTH, "staff"), change(**fields))
    assert {finding.code for finding in lint_document(document)} == found


@pytest.mark.parametrize(
    "fields",
    [
        {"surprise": 1},
        {"authenticationMethodConfigurations": [configuration("temporaryAccessPass", "staff")]},
        {"authenticationMethodConfigurations": [configuration("fax", "staff")]},
        {"registrationEnforcement": {"defaultGroup": "staff", "groups": [{"id": "staff", "allowed": ["phone"]}]}},
        {"registrationEnforcement": {"defaultGroup": "staff", "groups": [{"id": "staff", "reset": {"count": 2}}]}},
        {"registrationEnforcement": {"defaultGroup": "staff", "groups": [{"id": "staff", "numberDigits": 4}]}},
    ],
)
def test_what_no_document_has_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        change(**fields)


def test_a_change_is_a_version_and_an_event_without_a_person_and_none_where_nothing_changed() -> None:
    tenant = Tenant(display_name="Northbridge", groups=BOTH, default_group="staff")
    first = first_policy("northbridge", tenant, at=NOW)
    same, _ = policies_in(document_of(first.groups, "staff"))
    assert change_policy(first, same, "staff", at=NOW).emissions == ()
    changed = change_policy(first, {**first.groups, "staff": FRONTLINE}, "staff", at=NOW)
    (emission,) = changed.emissions
    assert (changed.state.version, emission.tenant, emission.user) == (2, "northbridge", None)
    assert emission.event.model_dump(by_alias=True) == {"policyVersion": 2, "groups": ("staff",), "changedAt": NOW}


@pytest.mark.parametrize(
    ("fields", "severity", "group", "text"),
    [
        (
            {"authenticationMethodConfigurations": [configuration("phone", "staff")]},
            "error",
            "frontline",
            "phone is required, and not enabled for this group.",
        ),
        (
            {"authenticationMethodConfigurations": [configuration("passkey", "nobody")]},
            "warning",
            "nobody",
            "passkey names the group nobody, of which nothing is said: it has no effect.",
        ),
        (
            {"registrationEnforcement": {"defaultGroup": "nobody", "groups": [{"id": "staff"}, {"id": "frontline"}]}},
            "error",
            None,
            "The default group is none of the groups.",
        ),
        (
            {
                "registrationEnforcement": {
                    "defaultGroup": "staff",
                    "groups": [{"id": "staff"}, {"id": "frontline"}, {"id": "staff"}],
                }
            },
            "error",
            "staff",
            "The group staff is named twice.",
        ),
    ],
)
def test_a_mistake_of_a_document_names_the_group_and_what_is_wrong(
    fields: dict[str, object], severity: str, group: str | None, text: str
) -> None:
    (found,) = lint_document(merged(document_of(BOTH, "staff"), change(**fields)))
    assert (found.severity, found.group, found.text) == (severity, group, text)


def test_a_document_without_groups_says_no_policy() -> None:
    assert policies_in(PolicyDocument()) == ({}, "")
    assert [one.code for one in lint_document(PolicyDocument())] == ["defaultGroupUnknown"]


def test_a_type_that_nobody_may_register_is_shown_as_disabled() -> None:
    states = {one.id: one.state for one in document_of(BOTH, "staff").authentication_method_configurations}
    assert (states["phone"], states["passkey"]) == ("enabled", "disabled")


def test_what_is_handed_out_is_no_matter_of_policy() -> None:
    with pytest.raises(ValidationError, match="temporaryAccessPass is handed out, whatever the policy"):
        change(authenticationMethodConfigurations=[configuration("temporaryAccessPass", "staff")])
