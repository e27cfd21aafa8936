"""What takes slow hashes is counted before it goes to the verifier, so that no person can keep it busy (ADR 0025)."""

from typing import Protocol

from services.enrollment.accounts.domain import keeping
from services.enrollment.accounts.domain.account import Account
from services.enrollment.needs import CanChangeAccounts, HasLimiter
from services.kit.decision import Change


class CanCountKeeping(CanChangeAccounts, HasLimiter, Protocol):
    """Counts what a person has kept."""


def require_room(account: Account, deps: CanCountKeeping) -> None:
    """That one more could be kept, before the person is shown what would not be. Raises `rateLimited`."""
    most = deps.limiter.keeping
    keeping.count_keeping(account, most.count, most.within, at=deps.clock.now())


async def count_keeping(account_id: str, deps: CanCountKeeping) -> None:
    """Count one more. Raises `rateLimited`."""
    most, now = deps.limiter.keeping, deps.clock.now()
    await deps.accounts.change(
        account_id, lambda account: Change(keeping.count_keeping(account, most.count, most.within, at=now))
    )
