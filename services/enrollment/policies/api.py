"""What an organisation offers, for a platform's own pages."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi import Body as JsonBody

from services.enrollment.api import examples
from services.enrollment.api.problems import answer, problems
from services.enrollment.api.shared import Body, CallerNow, Paged, PageNow, absent, replied
from services.enrollment.challenges.api.body import QuestionBody
from services.enrollment.components import Components
from services.enrollment.methods.security_questions.domain import offered_questions
from services.enrollment.policies.domain.document import Enforcement, MethodConfiguration, PolicyDocument, document_of
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.linter.lint import lint
from services.enrollment.policies.domain.tenant_policy import TenantPolicy
from services.enrollment.policies.handlers import patch_policy, policy_of

router = APIRouter(tags=["policies"])

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


class QuestionList(Paged):
    """Security questions, the organisation's own first."""

    value: tuple[QuestionBody, ...]


@router.get(
    "/v1.0/policies/securityQuestions",
    response_model=QuestionList,
    responses=answer(200, examples.QUESTIONS) | problems(),
)
async def get_security_questions(request: Request, by: CallerNow, page: PageNow) -> Response:
    """The questions that people of the organisation choose from. Scope `methods.read`."""
    by.require("methods.read")
    components: Components = request.app.state.components
    own = components.config.tenant(by.tenant).security_questions
    numbered = list(enumerate(offered_questions(own).items()))
    part, following = page.of(numbered, lambda entry: f"{entry[0]:04d}")
    questions = tuple(QuestionBody(id=identifier, text=text) for _, (identifier, text) in part)
    return replied(QuestionList(value=questions, next_link=following))


@router.get(PATH, response_model=Policy, responses=answer(200, examples.POLICY) | problems())
async def get_policy(request: Request, by: CallerNow) -> Response:
    """What is allowed for whom, what each group must have, and what the linter says of it. Scope `policies.read`."""
    by.require("policies.read")
    components: Components = request.app.state.components
    policy = await policy_of(by.tenant, components.deps)
    tenant = policy.over(components.config.tenant(by.tenant))
    return _shown(policy, tenant.display_name, lint(tenant, components.config.providers.channels))


@router.patch(
    PATH,
    response_model=Policy,
    responses=answer(200, examples.POLICY) | problems("policyUnsatisfiable", "policyVersionMismatch"),
)
async def patch_authentication_methods_policy(
    request: Request,
    body: Annotated[PolicyDocument, JsonBody(openapi_examples=examples.POLICY_CHANGES)],
    by: CallerNow,
    if_match: IfMatch = None,
) -> Response:
    """Change the policies; they hold at once, also for who is in the wizard. Scope `policies.write`.

    Configurations replace those of the same `id`; `registrationEnforcement` replaces all of it. What cannot be
    satisfied, or breaks the profile of a group, is refused with every finding.
    """
    by.require("policies.write")
    components: Components = request.app.state.components
    expected = int(if_match.strip('"')) if if_match and if_match != "*" else None
    policy, warnings = await patch_policy(
        by.tenant, body, expected, components.deps.policies, store=components.deps, clock=components.clock
    )
    return _shown(policy, components.config.tenant(by.tenant).display_name, warnings)


def _shown(policy: TenantPolicy, name: str, findings: tuple[Finding, ...]) -> Response:
    document = document_of(policy.groups, policy.default_group)
    body = Policy(
        display_name=name,
        policy_version=str(policy.version),
        last_modified_date_time=policy.changed_at,
        authentication_method_configurations=document.authentication_method_configurations,
        registration_enforcement=document.registration_enforcement,
        warnings=tuple(FindingBody(**one.model_dump()) for one in findings),
    )
    response = replied(body)
    response.headers["ETag"] = f'"{policy.version}"'
    return response
