"""Methods in cooldown: they cannot be asked for a while after too many failures, or get no requests for a while after
too many that nobody approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from schemas.base import Purpose
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.devices.asking import resting_methods
from services.enrollment.needs import CanEndChallenges, HasDevices
from services.kit.errors import MethodCoolingDownError, ProblemError


class KnowsCooldowns(CanEndChallenges, HasDevices, Protocol):
    """Knows what was failed, and which devices rest."""


@dataclass(frozen=True)
class Cooldowns:
    """Until when methods are in cooldown, by their ids: after failures nothing of them counts; where requests were not
    approved, their devices get none, but may be asked for a code."""

    failed: Mapping[str, datetime] = field(default_factory=dict)
    unapproved: Mapping[str, datetime] = field(default_factory=dict)

    def __contains__(self, method_id: str) -> bool:
        return method_id in self.failed or method_id in self.unapproved

    def leave_the_code(self, method: Method) -> bool:
        """Whether only a code of the app can be asked for now."""
        return method.has_codes and method.id in self.unapproved


async def cooldowns_of(account: Account, purpose: Purpose, deps: KnowsCooldowns) -> Cooldowns:
    """The person's cooldowns. Failures in password reset count by themselves, and hold up only resets."""
    found = await deps.challenges.cooling_down(account.tenant, account.user, deps.clock.now())
    resets = purpose == "passwordReset"
    cooling = [stored.state for stored in found if (stored.state.purpose == "passwordReset") == resets]
    failed = {challenge.method_id: challenge.retry_at for challenge in cooling if challenge.retry_at}
    return Cooldowns(failed, await resting_methods(account, deps))


def available_first(methods: Sequence[Method], cooldowns: Cooldowns) -> tuple[Method, ...]:
    return tuple(sorted(methods, key=lambda method: method.id in cooldowns))


def require_available(method: Method, cooldowns: Cooldowns, now: datetime) -> None:
    """Refuse a method in cooldown after failures. Raises `methodCoolingDown`, with the wait."""
    if method.id in cooldowns.failed:
        raise cooling_down(cooldowns.failed[method.id], now)


def cooling_down(until: datetime, now: datetime) -> ProblemError:
    """The refusal, with the seconds until the end of the cooldown."""
    seconds = max(1, int((until - now).total_seconds()) + 1)
    return MethodCoolingDownError.retry_after(seconds)
