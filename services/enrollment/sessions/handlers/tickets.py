"""What one-time tickets lead to, those of interrupts and of verifications alike: a session, held by a cookie."""

from collections.abc import Callable
from typing import Protocol

from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.needs import HasAccounts, HasConfig
from services.enrollment.sessions.handlers.moving import principal_of
from services.enrollment.sessions.principal import Principal
from services.kit.crypto.sealing import equal, token_hash
from services.kit.decision import Change
from services.kit.errors import CATALOGUE, ProblemError, SessionEndedError, TicketExpiredError


class KnowsSessions(HasAccounts, HasConfig, Protocol):
    """Finds sessions by their cookie."""


async def started_principal(
    tenant: str,
    user: str,
    session_id: str,
    start: Callable[[Account], Change[Account]],
    deps: HasAccounts,
    *,
    return_url: str,
) -> Principal:
    """The session that `start` puts into the account.

    Raises:
        ProblemError: what `start` raises, or `ticketExpired` where there is no such person; with the way back.
    """
    try:
        account = await deps.accounts.change(account_id(tenant, user), start)
    except ProblemError as problem:
        raise CATALOGUE[problem.code](returnUrl=return_url) from None
    if account is None:
        raise TicketExpiredError(returnUrl=return_url)
    return principal_of(account.state, session_id)


async def held_principal(tenant: str, user: str, session_id: str, secret: str, deps: KnowsSessions) -> Principal:
    """The session that a cookie names, if it has the secret.

    Raises:
        ProblemError: `sessionEnded`.
    """
    if tenant not in deps.config.tenants:
        raise SessionEndedError
    account = await deps.accounts.get(account_id(tenant, user))
    session = account.state.session(session_id) if account else None
    if account is None or session is None or not equal(session.cookie_hash, token_hash(secret)):
        raise SessionEndedError
    return Principal(account.state, session)
