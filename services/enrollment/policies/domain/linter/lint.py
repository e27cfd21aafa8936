"""The policy linter: what a tenant's policies cannot reach, whom they strand, and which clause they break.

Each rule is a function that yields findings; nothing here decides anything else.
"""

from collections.abc import Collection, Mapping

from schemas.base import Channel
from services.enrollment.policies.domain.linter.clauses import (
    email_as_factor,
    long_shown_codes,
    security_questions,
    telephony_only,
    weak_reset,
)
from services.enrollment.policies.domain.linter.delivery import undeliverable
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.linter.reach import (
    listed_in_vain,
    number_of_methods,
    required_not_settable,
    reset_number,
    unreachable_use,
)
from services.enrollment.policies.domain.linter.recovery import (
    no_spare_for_reset,
    no_way_back,
    nothing_asked,
    nothing_proves,
    pass_needed,
    passkey_unavoidable,
)
from services.enrollment.policies.domain.linter.terms import group_terms, tenant_code_life
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant


def lint(tenant: Tenant, channels: Collection[Channel] | None = None) -> tuple[Finding, ...]:
    """All findings about a tenant's policies, errors first, in the order of its groups.

    `channels` are those with a provider; None where that is not known.
    """
    found = (*tenant_code_life(tenant), *lint_groups(tenant.groups, channels))
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def lint_groups(groups: Mapping[str, GroupPolicy], channels: Collection[Channel] | None = None) -> tuple[Finding, ...]:
    """All findings about policies of groups, in their order."""
    return tuple(
        finding.model_copy(update={"group": name})
        for name, policy in groups.items()
        for finding in lint_group(policy, channels)
    )


def lint_group(policy: GroupPolicy, channels: Collection[Channel] | None = None) -> tuple[Finding, ...]:
    """All findings about one group's policy, without its name."""
    return (
        *required_not_settable(policy),
        *number_of_methods(policy),
        *unreachable_use(policy, "two_step"),
        *unreachable_use(policy, "reset"),
        *listed_in_vain(policy, "two_step"),
        *listed_in_vain(policy, "reset"),
        *reset_number(policy),
        *undeliverable(policy, channels),
        *nothing_asked(policy),
        *nothing_proves(policy),
        *passkey_unavoidable(policy),
        *no_way_back(policy),
        *security_questions(policy),
        *email_as_factor(policy),
        *telephony_only(policy),
        *long_shown_codes(policy),
        *weak_reset(policy),
        *no_spare_for_reset(policy),
        *pass_needed(policy),
        *group_terms(policy),
    )
