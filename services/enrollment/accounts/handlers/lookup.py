"""Accounts as platforms reach them: by the user's id."""

from datetime import datetime

from services.enrollment.accounts.domain import methods
from services.enrollment.accounts.domain.account import Account, Profile, account_id
from services.enrollment.challenges.domain import transitions
from services.enrollment.needs import CanChangeAccounts, CanErase, CanForget, HasAccounts
from services.kit.decision import Change
from services.kit.errors import UnknownUserError


async def account_of(tenant: str, user: str, deps: HasAccounts) -> Account:
    """The person's account. Raises `unknownUser`, also after erasure."""
    stored = await deps.accounts.get(account_id(tenant, user))
    if stored is None or stored.state.erased_at:
        raise UnknownUserError
    return stored.state


async def account_to_be(tenant: str, user: str, deps: CanChangeAccounts) -> tuple[Account, bool]:
    """The person's account and that it is there, or the one that `keep_account` makes; nothing is written yet."""
    stored = await deps.accounts.get(account_id(tenant, user))
    if stored:
        return revived(stored.state), stored.state.erased_at is None
    nobody = Profile(user_principal_name="", display_name="")
    return Account(tenant=tenant, user=user, profile=nobody, created_at=deps.clock.now()), False


async def keep_account(account: Account, deps: HasAccounts) -> None:
    """Write one that is not there; an erased one begins anew."""
    await deps.accounts.change_or_insert(account.id, account, lambda known: Change(revived(known)))


async def erase_account(tenant: str, user: str, deps: CanErase) -> None:
    """Forget the person. What other documents hold goes at once, and, should that be cut short, with the event. Raises
    `unknownUser`, also for one that was erased before."""
    now = deps.clock.now()
    stored = await deps.accounts.change(account_id(tenant, user), lambda account: methods.erase(account, at=now))
    if stored is None:
        raise UnknownUserError
    await forget(tenant, user, now, deps)


async def forget(tenant: str, user: str, until: datetime, deps: CanForget) -> bool:
    """End what the person is asked, so that nothing of it is sent any more, then delete; whether all of it is gone."""
    for stored in await deps.challenges.pending(tenant, user):
        if stored.state.terms.created_at <= until:
            await deps.challenges.change(stored.id, lambda state: transitions.cancel(state, "cancelled", at=until))
    return await deps.erase(tenant, user, until)


def revived(account: Account) -> Account:
    """One that was erased begins anew, with nothing but the number of its last event."""
    if account.erased_at is None:
        return account
    fresh = Account(tenant=account.tenant, user=account.user, profile=account.profile, created_at=account.created_at)
    return fresh.model_copy(update={"sequence": account.sequence})
