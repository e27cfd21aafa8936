"""A tenant's policies as they change: one document a tenant, whose versions are counted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import PlainSerializer

from schemas.enrollment import PolicyChanged
from schemas.topics import LIFECYCLE
from services.enrollment.policies.domain.document import document_of, policies_in
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.kit.decision import Change, Emission
from services.kit.state import State


def _plain(groups: Mapping[str, GroupPolicy]) -> dict[str, Any]:
    return {name: policy.model_dump(mode="json", by_alias=True) for name, policy in groups.items()}


class TenantPolicy(State):
    """What a tenant asks of its groups. Version 1 is what the configuration file said when the tenant was new."""

    tenant: str
    version: int = 1
    default_group: str
    groups: Annotated[dict[str, GroupPolicy], PlainSerializer(_plain)]
    changed_at: datetime

    def over(self, tenant: Tenant) -> Tenant:
        return tenant.model_copy(update={"groups": self.groups, "default_group": self.default_group})


def first_policy(name: str, tenant: Tenant, *, at: datetime) -> TenantPolicy:
    """Version 1, as the configuration file says."""
    groups, default_group = policies_in(document_of(tenant.groups, tenant.default_group))
    return TenantPolicy(tenant=name, default_group=default_group, groups=groups, changed_at=at)


def change_policy(
    policy: TenantPolicy, groups: Mapping[str, GroupPolicy], default_group: str, *, at: datetime
) -> Change[TenantPolicy]:
    """The next version, and its event; nothing where all is as it was."""
    if (groups, default_group) == (policy.groups, policy.default_group):
        return Change(policy)
    version = policy.version + 1
    update = {"version": version, "groups": dict(groups), "default_group": default_group, "changed_at": at}
    differing = {name for name in {*groups, *policy.groups} if groups.get(name) != policy.groups.get(name)}
    event = PolicyChanged(policy_version=version, groups=tuple(sorted(differing)), changed_at=at)
    emission = Emission(LIFECYCLE, event, policy.tenant, None, correlation_id=policy.tenant)
    return Change(policy.model_copy(update=update), (emission,))
