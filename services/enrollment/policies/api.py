"""What an organisation allows and asks: Graph's policy of authentication methods."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Response
from fastapi import Body as JsonBody

from services.enrollment.api.bodies import Body, absent
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import PoliciesReader, PoliciesWriter
from services.enrollment.api.responses import answer, problems
from services.enrollment.components import DependenciesDep
from services.enrollment.policies import examples
from services.enrollment.policies.domain.document import Enforcement, MethodConfiguration, PolicyDocument, document_of
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.linter.lint import lint
from services.enrollment.policies.domain.tenant_policy import TenantPolicy
from services.enrollment.policies.handlers import patch_policy, policy_of

router = APIRouter(tags=["policies"], dependencies=[UNCACHED])

PATH = "/v1.0/policies/authenticationMethodsPolicy"

IfMatch = Annotated[
    str | None,
    Header(pattern=r'^("[1-9][0-9]{0,9}"|\*)$', description="`ETag` of the policy that was read: changed since, 412"),
]


class FindingBody(Body):
    """What the linter says; docs/settings.md explains each code."""

    code: str
    severity: Literal["error", "warning"]
    group: str | None = absent()
    clause: str | None = absent()
    text: str


class Policy(Body):
    """Graph's `authenticationMethodsPolicy`. `registrationEnforcement` with its groups, and `warnings`, are ours."""

    id: Literal["authenticationMethodsPolicy"] = "authenticationMethodsPolicy"
    display_name: str
    policy_version: str
    last_modified_date_time: datetime
    authentication_method_configurations: tuple[MethodConfiguration, ...]
    registration_enforcement: Enforcement
    warnings: tuple[FindingBody, ...]


@router.get(PATH, responses=answer(200, examples.POLICY) | problems())
async def get_policy(response: Response, caller: PoliciesReader, deps: DependenciesDep) -> Policy:
    """What is allowed for whom, what each group must have, and what the linter says of it. Scope `policies.read`."""
    policy = await policy_of(caller.tenant, deps)
    tenant = policy.over(deps.config.tenant(caller.tenant))
    response.headers["ETag"] = _etag(policy)
    return _body(policy, tenant.display_name, lint(tenant, deps.config.providers.channels))


@router.patch(PATH, responses=answer(200, examples.POLICY) | problems("policyUnsatisfiable", "policyVersionMismatch"))
async def patch_authentication_methods_policy(
    response: Response,
    body: Annotated[PolicyDocument, JsonBody(openapi_examples=examples.POLICY_CHANGES)],
    caller: PoliciesWriter,
    deps: DependenciesDep,
    if_match: IfMatch = None,
) -> Policy:
    """Change the policies; they hold at once, also for who is in the wizard. Scope `policies.write`.

    Configurations replace those of the same `id`; `registrationEnforcement` replaces all of it. What cannot be
    satisfied, or breaks the profile of a group, is refused with every finding.
    """
    expected = int(if_match.strip('"')) if if_match and if_match != "*" else None
    policy, warnings = await patch_policy(caller.tenant, body, expected, deps.policies, store=deps, clock=deps.clock)
    response.headers["ETag"] = _etag(policy)
    return _body(policy, deps.config.tenant(caller.tenant).display_name, warnings)


def _etag(policy: TenantPolicy) -> str:
    return f'"{policy.version}"'


def _body(policy: TenantPolicy, name: str, findings: tuple[Finding, ...]) -> Policy:
    document = document_of(policy.groups, policy.default_group)
    return Policy(
        display_name=name,
        policy_version=str(policy.version),
        last_modified_date_time=policy.changed_at,
        authentication_method_configurations=document.authentication_method_configurations,
        registration_enforcement=document.registration_enforcement,
        warnings=tuple(FindingBody(**finding.model_dump()) for finding in findings),
    )
