"""The challenge for a method on file."""

from schemas.base import Channel, Purpose
from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.building import ProofRequest
from services.enrollment.methods.registry.handlers import STRATEGIES
from services.enrollment.needs import CanAskMethods
from services.enrollment.sessions.principal import Claimant


async def for_method(
    method: Method,
    claimant: Claimant,
    purpose: Purpose,
    identifier: str,
    deps: CanAskMethods,
    *,
    by_app: bool = False,
    by: Channel | None = None,
) -> Challenge:
    """The challenge for a method on file, by the way that it is used, or `by` another one that it has; `by_app` asks an
    app for a code instead of approval. Raises `unknownMethod` where the device of an app is gone."""
    asked = ProofRequest(identifier, method.id, method.type, purpose, by=by)
    strategy = STRATEGIES[method.type]
    ask = strategy.ask_code if by_app and strategy.ask_code else strategy.ask
    return await ask(method, asked, claimant, deps)
