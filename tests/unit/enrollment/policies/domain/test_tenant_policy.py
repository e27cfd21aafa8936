"""A tenant's policies, version by version."""

from datetime import timedelta

from schemas.enrollment import PolicyChanged
from schemas.topics import LIFECYCLE
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.policies.domain.tenant_policy import TenantPolicy, change_policy
from services.kit.decision import Change, Emission
from tests.unit.enrollment.builders import NOW

LATER = NOW + timedelta(days=1)
STAFF = GroupPolicy(required=("phone",))
STRICT = GroupPolicy(required=("passkey",), allowed=("phone",))
FIRST = TenantPolicy(tenant="northbridge", default_group="staff", groups={"staff": STAFF}, changed_at=NOW)


def test_the_same_again_is_no_version() -> None:
    assert change_policy(FIRST, {"staff": STAFF}, "staff", at=LATER) == Change(FIRST)


def test_a_version_names_the_groups_that_are_other_new_or_gone() -> None:
    before = FIRST.model_copy(update={"groups": {"staff": STAFF, "gone": STAFF, "other": STAFF}})
    groups = {"staff": STAFF, "new": STRICT, "other": STRICT}
    change = change_policy(before, groups, "new", at=LATER)
    event = PolicyChanged(policy_version=2, groups=("gone", "new", "other"), changed_at=LATER)
    assert change.emissions == (Emission(LIFECYCLE, event, "northbridge", None, "northbridge"),)
    assert change.state == TenantPolicy(
        tenant="northbridge", version=2, default_group="new", groups=groups, changed_at=LATER
    )


def test_another_default_group_alone_is_a_version() -> None:
    both = FIRST.model_copy(update={"groups": {"staff": STAFF, "strict": STRICT}})
    change = change_policy(both, both.groups, "strict", at=LATER)
    assert (change.state.version, change.state.default_group) == (2, "strict")


def test_its_policies_stand_over_those_of_the_configuration_file() -> None:
    tenant = Tenant(display_name="Northbridge", groups={"old": STRICT}, default_group="old")
    assert FIRST.over(tenant) == Tenant(display_name="Northbridge", groups={"staff": STAFF}, default_group="staff")


def test_it_is_stored_as_it_is_read() -> None:
    stored = FIRST.model_dump(by_alias=True)
    assert stored["groups"]["staff"]["required"] == ["phone"]
    assert TenantPolicy.model_validate(stored) == FIRST
