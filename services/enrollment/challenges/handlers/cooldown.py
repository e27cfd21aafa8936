"""Methods in cooldown: they cannot be asked for a while after too many failures."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.base import Purpose
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.needs import CanEndChallenges
from services.kit.errors import MethodCoolingDownError, ProblemError

Cooldowns = Mapping[str, datetime]
"""Until when a method is in cooldown, by its id."""


async def cooldowns_of(account: Account, purpose: Purpose, deps: CanEndChallenges) -> Cooldowns:
    """The person's cooldowns. Failures in password reset count by themselves, and hold up only resets."""
    found = await deps.challenges.cooling_down(account.tenant, account.user, deps.clock.now())
    resets = purpose == "passwordReset"
    cooling = [stored.state for stored in found if (stored.state.purpose == "passwordReset") == resets]
    return {challenge.method_id: challenge.retry_at for challenge in cooling if challenge.retry_at}


def available_first(methods: Sequence[Method], cooldowns: Cooldowns) -> tuple[Method, ...]:
    return tuple(sorted(methods, key=lambda method: method.id in cooldowns))


def require_available(method: Method, cooldowns: Cooldowns, now: datetime) -> None:
    """Refuse a method in cooldown. Raises `methodCoolingDown`, with the wait."""
    if method.id in cooldowns:
        raise cooling_down(cooldowns[method.id], now)


def cooling_down(until: datetime, now: datetime) -> ProblemError:
    """The refusal, with the seconds until the end of the cooldown."""
    seconds = max(1, int((until - now).total_seconds()) + 1)
    return MethodCoolingDownError(headers={"Retry-After": str(seconds)}, retryAfter=seconds)
