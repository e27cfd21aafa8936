"""Methods that rest for a while after too many failures."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.base import Purpose
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.dependencies import Dependencies
from services.kit.errors import MethodCoolingDownError, ProblemError

Pauses = Mapping[str, datetime]
"""Until when a method rests, by its id."""


async def pauses_of(account: Account, purpose: Purpose, deps: Dependencies) -> Pauses:
    """The methods of a person that rest now. Failures in password reset count by themselves, and pause only resets."""
    found = await deps.challenges.cooling_down(account.tenant, account.user, deps.clock.now())
    resets = purpose == "passwordReset"
    of_kind = [stored.state for stored in found if (stored.state.purpose == "passwordReset") == resets]
    return {challenge.method_id: challenge.retry_at for challenge in of_kind if challenge.retry_at}


def rested_first(methods: Sequence[Method], pauses: Pauses) -> tuple[Method, ...]:
    """The same methods, those that rest last."""
    return tuple(sorted(methods, key=lambda method: method.id in pauses))


def require_rested(method: Method, pauses: Pauses, now: datetime) -> None:
    """Refuse a method that rests.

    Raises:
        ProblemError: `methodCoolingDown`, with the wait.
    """
    if method.id in pauses:
        raise cooling_down(pauses[method.id], now)


def cooling_down(until: datetime, now: datetime) -> ProblemError:
    """The refusal of a paused method."""
    seconds = max(1, int((until - now).total_seconds()) + 1)
    return MethodCoolingDownError(headers={"Retry-After": str(seconds)}, retryAfter=seconds)
