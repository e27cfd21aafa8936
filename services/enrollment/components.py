"""What the running service is made of; `app.py` puts it together."""

from dataclasses import dataclass

from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.idempotency.handlers import Idempotency
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.tokens import ClientTokens, Signer
from services.kit.clock import Clock


@dataclass(frozen=True)
class Components:
    """Found by the routes as `request.app.state.parts`."""

    settings: EnrollmentSettings
    config: Config
    clock: Clock
    deps: Dependencies
    tokens: ClientTokens
    signer: Signer
    idempotency: Idempotency
