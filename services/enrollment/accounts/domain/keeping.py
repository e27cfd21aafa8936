"""How often a person may have something kept that takes slow hashes: recovery codes, answers, a pass."""

from datetime import datetime, timedelta

from services.enrollment.accounts.domain.account import Account
from services.kit.counting import Count, one_more


def count_keeping(account: Account, most: int, within: timedelta, *, at: datetime) -> Account:
    """The account with one more. Whatever session or call it comes from: sessions are had for the asking.

    Raises:
        ProblemError: `rateLimited`, with the wait.
    """
    counted = one_more(Count(account.kept, account.kept_since), most, within, at=at)
    return account.model_copy(update={"kept": counted.count, "kept_since": counted.since})
