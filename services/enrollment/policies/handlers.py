"""The policies that hold: seeded by the configuration file, changed by platforms, followed by every replica."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from services.enrollment.config import Config
from services.enrollment.needs import HasTenantPolicies
from services.enrollment.policies.domain.document import (
    PolicyDocument,
    document_of,
    lint_document,
    merged,
    policies_in,
)
from services.enrollment.policies.domain.linter.finding import Finding, errors_of
from services.enrollment.policies.domain.linter.lint import lint
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.policies.domain.tenant_policy import TenantPolicy, change_policy, first_policy
from services.kit.background import Background
from services.kit.clock import Clock
from services.kit.decision import Change
from services.kit.errors import PolicyUnsatisfiableError, PolicyVersionMismatchError, UnavailableError
from services.kit.mongo.client import DatabaseError
from services.kit.mongo.document import DuplicateDocumentError
from services.kit.mongo.reading import UnreadableDocumentError

log = structlog.get_logger(__name__)

FOLLOW_EVERY = timedelta(seconds=0.9)


@dataclass
class Policies:
    """What this replica knows of the policies: the file's until the database was read, then the newest of those."""

    config: Config
    known: dict[str, TenantPolicy] = field(default_factory=dict)

    def tenant(self, name: str) -> Tenant:
        """The tenant with the policies that hold."""
        tenant, policy = self.config.tenant(name), self.known.get(name)
        return policy.over(tenant) if policy else tenant

    def learn(self, policy: TenantPolicy) -> None:
        """Hold this one from now on, unless a newer one is known."""
        held = self.known.get(policy.tenant)
        if policy.tenant in self.config.tenants and (held is None or held.version < policy.version):
            self.known[policy.tenant] = policy


class Follower(Background):
    """Looks again and again which policies have changed, and reads those: so each replica knows within a second what
    another one changed. One that it cannot read holds back no other."""

    def __init__(self, policies: Policies, store: HasTenantPolicies) -> None:
        self._policies = policies
        self._store = store
        self._seen: Mapping[str, int] = {}

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except DatabaseError:
                log.warning("policies wait for the database")
            await asyncio.sleep(FOLLOW_EVERY.total_seconds())

    async def _look(self) -> None:
        versions = await self._store.tenant_policies.versions()
        changed = [name for name, version in versions.items() if self._seen.get(name) != version]
        if changed:
            await read_policies(self._policies, self._store, {"_id": {"$in": changed}})
        self._seen = versions


async def seed_policies(policies: Policies, *, store: HasTenantPolicies, clock: Clock) -> None:
    """Keep what the file says of tenants that were never seen; then know what the database says of all. The file's
    policies never stand in for kept ones: they may ask for less.

    Raises:
        UnreadableDocumentError: what a newer version kept, with a value that is not known here.
    """
    for name, tenant in policies.config.tenants.items():
        try:
            await store.tenant_policies.insert(name, first_policy(name, tenant, at=clock.now()))
        except DuplicateDocumentError:
            continue
    await read_policies(policies, store)
    for name in policies.config.tenants:
        if name not in policies.known:
            raise UnreadableDocumentError(name)


async def read_policies(
    policies: Policies, store: HasTenantPolicies, criteria: Mapping[str, object] | None = None
) -> None:
    """Learn what the database says, of all or of those that meet the criteria."""
    for stored in await store.tenant_policies.find(criteria or {}):
        policies.learn(stored.state)


async def policy_of(tenant: str, store: HasTenantPolicies) -> TenantPolicy:
    """The policies of a tenant, as the database has them. Raises `unavailable` before the first one was kept."""
    stored = await store.tenant_policies.get(tenant)
    if stored is None:
        raise UnavailableError(headers={"Retry-After": "1"})
    return stored.state


async def patch_policy(
    tenant: str,
    change: PolicyDocument,
    expected: int | None,
    policies: Policies,
    *,
    store: HasTenantPolicies,
    clock: Clock,
) -> tuple[TenantPolicy, tuple[Finding, ...]]:
    """Change the policies, if they are still of the `expected` version (None: whatever they are); what they are now,
    and the linter's warnings. Sessions under way go on with the new ones.

    Raises:
        ProblemError: `policyUnsatisfiable` with all `findings`; `policyVersionMismatch`.
    """
    now, warnings = clock.now(), list[Finding]()

    def decide(policy: TenantPolicy) -> Change[TenantPolicy]:
        if expected is not None and policy.version != expected:
            raise PolicyVersionMismatchError(policyVersion=str(policy.version))
        document = merged(document_of(policy.groups, policy.default_group), change)
        groups, default_group = policies_in(document)
        described = policies.config.tenant(tenant).model_copy(update={"groups": groups, "default_group": default_group})
        findings = (*lint_document(document), *lint(described, policies.config.providers.channels))
        if errors_of(findings):
            raise PolicyUnsatisfiableError(findings=[finding.model_dump(exclude_none=True) for finding in findings])
        warnings[:] = findings
        return change_policy(policy, groups, default_group, at=now)

    stored = await store.tenant_policies.change(tenant, decide)
    if stored is None:
        raise UnavailableError(headers={"Retry-After": "1"})
    policies.learn(stored.state)
    return stored.state, tuple(warnings)
