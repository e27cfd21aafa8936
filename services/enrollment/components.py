"""What the running service is made of; `app.py` puts it together."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.idempotency.handlers import Idempotency
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.signing import Signer
from services.enrollment.tokens import ClientTokens
from services.kit.clock import Clock


@dataclass(frozen=True)
class Components:
    """All of it, with what use cases do not need."""

    settings: EnrollmentSettings
    config: Config
    clock: Clock
    deps: Dependencies
    tokens: ClientTokens
    signer: Signer
    idempotency: Idempotency


def components_of(request: Request) -> Components:
    """What answers this request."""
    components: Components = request.app.state.components
    return components


async def _components(request: Request) -> Components:
    return components_of(request)


async def _dependencies(request: Request) -> Dependencies:
    return components_of(request).deps


ComponentsDep = Annotated[Components, Depends(_components)]
DependenciesDep = Annotated[Dependencies, Depends(_dependencies)]
