"""Who calls, and what for: a parameter of one of these types lets nobody else in."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.enrollment.components import ComponentsDep
from services.enrollment.tokens import Caller
from services.kit.config.clients import Scope
from services.kit.errors import TokenInvalidError

Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(
        HTTPBearer(
            auto_error=False,
            scheme_name="platform",
            bearerFormat="JWT",
            description="Signed by a platform client (ES256, RS256), at most 5 minutes old; see docs/integration.md.",
        )
    ),
]


async def authenticate(authorization: Bearer, components: ComponentsDep) -> Caller:
    """The client that calls, by its bearer token (RFC 6750). Raises `tokenInvalid`, `rateLimited`, `unavailable`."""
    if authorization is None:
        raise TokenInvalidError(headers={"WWW-Authenticate": "Bearer"})
    caller = await components.tokens.check(authorization.credentials.strip())
    await components.deps.limiter.admit("client", caller.client_id)
    return caller


AnyCaller = Annotated[Caller, Depends(authenticate)]


def with_scope(*scopes: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """The client that calls, if its token has one of these scopes; otherwise `scopeMissing`."""

    async def authorize(caller: AnyCaller) -> Caller:
        caller.require(*scopes)
        return caller

    return authorize


InterruptsCaller = Annotated[Caller, Depends(with_scope("interrupts"))]
MethodsReader = Annotated[Caller, Depends(with_scope("methods.read"))]
MethodsWriter = Annotated[Caller, Depends(with_scope("methods.write"))]
PoliciesReader = Annotated[Caller, Depends(with_scope("policies.read"))]
PoliciesWriter = Annotated[Caller, Depends(with_scope("policies.write"))]
ReportsReader = Annotated[Caller, Depends(with_scope("reports.read"))]

ChallengesCaller = Annotated[Caller, Depends(with_scope("challenges"))]
ChallengeReader = Annotated[Caller, Depends(with_scope("challenges", "methods.read", "methods.write"))]
"""Whoever may see registrations may follow their challenges; others need `challenges`, which the use case checks."""

ChallengeWriter = Annotated[Caller, Depends(with_scope("challenges", "methods.write"))]
"""The same for whoever registers."""
